// What follows from events: children, patterns, duties.
#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST(Follow, AChildIsOpenedWithItsCauseAndItsEndMovesTheParent) {
    Office office;
    office.ask(Office::start("c-1"));
    office.ask(Office::act("c-1", "inspect"));
    const auto children = office.ids("inspection");
    ASSERT_EQ(children.size(), 1u);
    EXPECT_EQ(office.state(children[0]).parent, "c-1");
    EXPECT_EQ(office.state(children[0]).cause, "child:inspection");
    office.ask(Office::act(children[0], "done"));
    EXPECT_EQ(office.state("c-1").status, core::CaseStatus::closed);
    EXPECT_EQ(office.state("c-1").outcome, "approved");
    office.expect_clean();
}

TEST(Follow, AChildIsOpenedOnceThoughTheOutcomeWasUnknown) {
    Office office;
    office.ask(Office::start("c-1"));
    auto inspect = Office::act("c-1", "inspect");
    inspect.key = "key-1";
    office.faults->after_next([] { throw std::runtime_error("unknown outcome"); });
    EXPECT_FALSE(office.engine->ask(inspect));
    EXPECT_TRUE(office.ask(inspect).repeated);
    EXPECT_EQ(office.ids("inspection").size(), 1u);
    office.expect_clean();
}

TEST(Follow, WhatCannotBeOpenedStandsInTheHistory) {
    Office office;
    auto other = permit;
    for (const std::string name : {"\"child\": \"inspection\""})
        other.replace(other.find(name), name.size(), "\"child\": \"audit\"");
    office.deploy("permit", other);
    office.ask(Office::start("c-1"));
    office.ask(Office::act("c-1", "inspect"));
    const auto notes = office.events<core::NoteAdded>("c-1");
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_THAT(notes[0].second.text, HasSubstr("audit was not opened"));
    office.expect_clean();
}

TEST(Follow, ThreeInOnePlaceOpenOneScreening) {
    Office office;
    office.ask(Office::start("c-1", "permit", "mill"));
    office.ask(Office::start("c-2", "permit", "bridge"));
    office.ask(Office::start("c-3", "permit", "mill"));
    office.ask(Office::start("c-3a"));  // no place is not the same place
    office.reopen();                    // what was counted is kept
    EXPECT_TRUE(office.ids("screening").empty());
    office.ask(Office::start("c-4", "permit", "mill"));
    ASSERT_EQ(office.ids("screening").size(), 1u);
    const auto screening = office.state(office.ids("screening")[0]);
    EXPECT_EQ(screening.data["place"], "mill");
    EXPECT_EQ(screening.cause, "pattern:permit/three");
    const auto started = office.events<core::CaseStarted>(screening.id);
    EXPECT_THAT(started[0].second.related, UnorderedElementsAre("c-1", "c-3", "c-4"));
    EXPECT_EQ(office.engine->read()->links("c-1").size(), 1u);
    // Once per set: a fourth and a fifth do not open another, a sixth does.
    office.ask(Office::start("c-5", "permit", "mill"));
    office.ask(Office::start("c-6", "permit", "mill"));
    EXPECT_EQ(office.ids("screening").size(), 1u);
    office.ask(Office::start("c-7", "permit", "mill"));
    EXPECT_EQ(office.ids("screening").size(), 2u);
    office.expect_clean();
}

TEST(Follow, ThreeInOnePlaceButFarApartOpenNone) {
    Office office;
    for (int n = 0; n < 3; ++n) {
        office.ask(Office::start("", "permit", "mill"));
        ASSERT_TRUE(office.engine->run_until(monday + (n + 1) * 20 * day));
    }
    EXPECT_TRUE(office.ids("screening").empty());
    office.expect_clean();
}

TEST(Follow, ADutyOpensACaseForEveryUnitOnEveryDate) {
    Office office;
    office.deploy("patrol", patrol);
    ASSERT_TRUE(office.engine->run_until(instant("2026-03-02T17:59:59+08:00")));
    EXPECT_TRUE(office.ids("patrol").empty());
    ASSERT_TRUE(office.engine->run_until(instant("2026-03-02T18:00:00+08:00")));
    EXPECT_EQ(office.ids("patrol").size(), 2u);
    office.reopen();
    ASSERT_TRUE(office.engine->run_until(instant("2026-03-04T18:00:00+08:00")));
    EXPECT_EQ(office.ids("patrol").size(), 6u);
    for (const auto& id : office.ids("patrol")) EXPECT_EQ(office.state(id).cause, "duty:evening");
    office.expect_clean();
}

TEST(Follow, DutiesMissedInAnOutageAreOpenedInOrderWithTheirOwnDates) {
    Office office;
    office.deploy("patrol", patrol);
    office.engine.reset();
    office.time->set(monday + 5 * day);
    office.open();
    ASSERT_TRUE(office.engine->run_until(monday + 5 * day));
    std::vector<Instant> dates;
    for (const auto& [recorded, started] : office.events<core::CaseStarted>()) {
        dates.push_back(started.occurred);
        EXPECT_EQ(recorded.at, monday + 5 * day);
    }
    ASSERT_EQ(dates.size(), 10u);
    EXPECT_TRUE(std::is_sorted(dates.begin(), dates.end()));
    EXPECT_EQ(dates.front(), instant("2026-03-02T18:00:00+08:00"));
    EXPECT_EQ(dates.back(), instant("2026-03-06T18:00:00+08:00"));
    office.expect_clean();
}

TEST(Follow, ANewVersionWithoutTheDutyEndsIt) {
    Office office;
    office.deploy("patrol", patrol);
    auto without = patrol;
    const auto from = without.find("\"duties\"");
    without.erase(from, without.find("\"stages\"") - from);
    EXPECT_EQ(office.deploy("patrol", without), 2);
    ASSERT_TRUE(office.engine->run_until(monday + 3 * day));
    EXPECT_TRUE(office.ids("patrol").empty());
    office.expect_clean();
}

}  // namespace
}  // namespace reeve::runtime
