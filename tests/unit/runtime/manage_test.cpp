#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    return text.replace(text.find(what), what.size(), with);
}

TEST(Deploy, CountsVersionsAndKnowsWhatItHas) {
    Office office;
    auto again = office.engine->deploy(permit, "permit.json", "", core::system_actor);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->unchanged);
    EXPECT_EQ(again->version, 1);
    EXPECT_EQ(office.deploy("permit", replaced(permit, "48 hours", "72 hours"), ""), 2);
    office.reopen();
    EXPECT_EQ(office.engine->catalog().newest("permit"), 2);
    office.ask(Office::start("c-1"));
    EXPECT_EQ(office.state("c-1").version, 2);
    office.expect_clean();
}

TEST(Deploy, TellsEveryFaultAtItsPlace) {
    Office office;
    auto refused = office.engine->deploy(replaced(permit, "\"to\": \"approved\"", "\"to\": \"aproved\""),
                                         "permit.json", office_calendar, core::system_actor);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().front().place, HasSubstr("permit.json:"));
    EXPECT_EQ(office.engine->catalog().newest("permit"), 1);
}

TEST(Organisation, WhoeverLeavesOwnsNoCaseFromThatMomentOn) {
    Office office;
    office.ask(Office::start("c-1"));
    const auto owner = office.state("c-1").owner;
    ASSERT_FALSE(owner.empty());
    auto left = office.engine->change({org::PersonLeft{owner}}, "boss");
    ASSERT_TRUE(left) << left.error().text();
    office.reopen();  // it is durable with the leaving itself
    const auto state = office.state("c-1");
    EXPECT_EQ(state.owner, "");
    EXPECT_EQ(state.clock("unowned")->status, core::ClockStatus::running);
    EXPECT_NE(state.tasks.front().person, owner);
    office.expect_clean();
}

TEST(Migrate, RunningCasesStayPinnedUntilTheyAreMoved) {
    Office office;
    office.ask(Office::start("c-1"));
    office.deploy("permit", replaced(permit, "48 hours", "72 hours"), "");
    EXPECT_EQ(office.state("c-1").version, 1);
    const auto due = *office.engine->read()->find_case("c-1")->due;
    auto dry = office.engine->migrate({.definition = "permit", .reason = "longer"}, "boss");
    ASSERT_TRUE(dry) << dry.error().text();
    ASSERT_EQ(dry->size(), 1u);
    EXPECT_FALSE((*dry)[0].changes.empty());
    EXPECT_EQ(office.state("c-1").version, 1);
    auto done =
        office.engine->migrate({.definition = "permit", .reason = "longer", .dry_run = false}, "boss");
    ASSERT_TRUE(done);
    EXPECT_FALSE((*done)[0].refused) << (*done)[0].refused->text();
    EXPECT_EQ(office.state("c-1").version, 2);
    EXPECT_EQ(*office.engine->read()->find_case("c-1")->due - due, 24 * hour);
    office.reopen();
    EXPECT_EQ(office.state("c-1").version, 2);
    office.expect_clean();
}

// What happened to the clocks of a case, in the words of a preview.
std::vector<std::string> clock_changes(const core::CaseState& before, const core::CaseState& after) {
    std::vector<std::string> changes;
    const auto shown = [](Instant at) {
        return time::to_string(at, *time::elapsed_calendar("Asia/Shanghai"));
    };
    for (const auto& clock : after.clocks) {
        const auto was = std::ranges::find(before.clocks, clock.id, &core::ClockState::id);
        if (was == before.clocks.end())
            changes.push_back(fmt::format("clock {} starts, due {}", clock.name, shown(clock.due)));
        else if (was->due != clock.due)
            changes.push_back(
                fmt::format("clock {} was due {}, is due {}", clock.name, shown(was->due), shown(clock.due)));
    }
    return changes;
}

TEST(Migrate, TheDryRunDoesNotTakeTheOwnerForOneWhoHasLeft) {
    Office office;
    office.ask(Office::start("c-1"));
    office.deploy("permit", replaced(permit, "48 hours", "72 hours"), "");
    const auto before = office.state("c-1");
    auto dry = office.engine->migrate({.definition = "permit"}, "boss");  // only what is done takes a reason
    ASSERT_TRUE(dry) << dry.error().text();
    EXPECT_THAT(dry->at(0).changes, ElementsAre("version 1 becomes 2",
                                                "clock review was due 2026-03-04T09:00:00+08:00, is due "
                                                "2026-03-05T09:00:00+08:00"));
    auto done =
        office.engine->migrate({.definition = "permit", .reason = "longer", .dry_run = false}, "boss");
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_EQ(done->at(0).changes, dry->at(0).changes);
    auto said = dry->at(0).changes;
    said.erase(said.begin());
    EXPECT_EQ(clock_changes(before, office.state("c-1")), said);
    office.expect_clean();
}

TEST(Migrate, TheDryRunIsRefusedToWhomItWouldBeRefused) {
    Office office;
    office.ask(Office::start("c-1"));
    office.deploy("permit", replaced(permit, "48 hours", "72 hours"), "");
    auto dry = office.engine->migrate({.definition = "permit", .reason = "longer"}, "cyn");
    auto done = office.engine->migrate({.definition = "permit", .reason = "longer", .dry_run = false}, "cyn");
    ASSERT_TRUE(dry && done);
    ASSERT_TRUE(dry->at(0).refused && done->at(0).refused);
    EXPECT_EQ(dry->at(0).refused->text(), done->at(0).refused->text());
}

std::string with_holiday() {
    return replaced(office_calendar, "\"covers\"", "\"holidays\": [{\"date\": \"2026-03-03\"}], \"covers\"");
}

ChangeCalendar the_holiday(bool dry_run = false) {
    return {
        .name = "office", .calendar = with_holiday(), .reason = "a holiday was declared", .dry_run = dry_run};
}

TEST(Calendar, AChangeIsPreviewedThenAppliedToOpenCases) {
    Office office;
    const auto counted = replaced(permit, "48 hours", "2 working days");
    office.deploy("permit", counted, "");
    office.ask(Office::start("c-1"));
    const auto due = *office.engine->read()->find_case("c-1")->due;
    auto change = the_holiday(true);
    auto preview = office.engine->change_calendar(change, "boss");
    ASSERT_TRUE(preview) << preview.error().front().text();
    ASSERT_EQ(preview->size(), 1u);
    EXPECT_THAT((*preview)[0].changes, ElementsAre("version 2 becomes 3",
                                                   "clock review was due 2026-03-04T17:00:00+08:00, is due "
                                                   "2026-03-05T17:00:00+08:00"));
    EXPECT_EQ(*office.engine->read()->find_case("c-1")->due, due);
    change.dry_run = false;
    auto applied = office.engine->change_calendar(change, "boss");
    ASSERT_TRUE(applied) << applied.error().front().text();
    EXPECT_FALSE((*applied)[0].refused) << (*applied)[0].refused->text();
    EXPECT_EQ((*applied)[0].changes, (*preview)[0].changes);
    EXPECT_EQ(*office.engine->read()->find_case("c-1")->due - due, day);
    EXPECT_EQ(office.state("c-1").clocks.size(), 1u);
    EXPECT_EQ(office.engine->catalog().deployed("permit")->text, counted);
    office.expect_clean();
}

TEST(Calendar, OneThatHasEndedIsNotPutInForce) {
    Office office;
    office.deploy("permit", replaced(permit, "48 hours", "2 working days"), "");
    office.ask(Office::start("c-1"));
    auto change = the_holiday();
    change.calendar = replaced(change.calendar, "2030-12-31", "2026-03-01");
    const auto refused = office.engine->change_calendar(change, "boss");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().front().code, "calendar-too-short");
    EXPECT_THAT(refused.error().front().message, HasSubstr("2026-03-01"));
    EXPECT_EQ(office.engine->catalog().newest("permit"), 2) << "nothing was done";
    change.calendar = replaced(the_holiday().calendar, "2030-12-31", "2026-03-04");
    EXPECT_TRUE(office.engine->change_calendar(change, "boss"))
        << "with a day to go it is a matter of warning";
    office.time->advance(7 * day);
    const auto again = office.engine->change_calendar(change, "boss");
    ASSERT_TRUE(again) << "it is in force already: " << again.error().front().text();
    EXPECT_TRUE(again->empty());
}

// Leaves off at the look behind so many.
LeaveOff after(int looks) {
    return [looks, seen = 0]() mutable { return seen++ >= looks; };
}

TEST(Calendar, AChangeThatWasLeftOffIsDoneWhenItIsAskedAgain) {
    Office office;
    const auto first = replaced(permit, "48 hours", "2 working days");
    const auto second = replaced(permit, "48 hours", "4 working days");
    office.deploy("permit", first, "");
    office.ask(Office::start("c-1"));
    office.deploy("permit", second, "");
    office.ask(Office::start("c-2"));
    const auto change = the_holiday();
    const auto due = [&](const char* id) { return *office.engine->read()->find_case(id)->due; };
    const auto before = due("c-1");
    EXPECT_EQ(office.engine->change_calendar(change, "boss", [] { return true; }).error().front().code,
              "stopping");
    auto blank = change;
    blank.reason = " ";
    EXPECT_EQ(office.engine->change_calendar(blank, "boss").error().front().code, "missing-reason");
    EXPECT_EQ(office.engine->catalog().newest("permit"), 3) << "nothing was done";
    const auto left = office.engine->change_calendar(change, "boss", after(1));
    ASSERT_TRUE(left) << left.error().front().text();
    ASSERT_EQ(left->size(), 2u);
    for (const auto& one : *left) {
        ASSERT_TRUE(one.refused);
        EXPECT_EQ(one.refused->code, "stopping");
    }
    // It is in force: the versions that cases run by were followed together, the newest text by the newest.
    const auto& catalog = office.engine->catalog();
    EXPECT_EQ(catalog.newest("permit"), 5);
    EXPECT_EQ(catalog.deployed("permit", 4)->text, first);
    EXPECT_EQ(catalog.deployed("permit")->text, second);
    EXPECT_EQ(due("c-1"), before);
    office.reopen();
    const auto done = office.engine->change_calendar(change, "boss");
    ASSERT_TRUE(done) << done.error().front().text();
    ASSERT_EQ(done->size(), 2u);
    for (const auto& one : *done) EXPECT_FALSE(one.refused) << one.refused->text();
    EXPECT_EQ(office.engine->catalog().newest("permit"), 5) << "what was there already serves";
    EXPECT_EQ(office.state("c-1").version, 4);
    EXPECT_EQ(office.state("c-2").version, 5);
    EXPECT_EQ(due("c-1") - before, day);
    EXPECT_TRUE(office.engine->change_calendar(change, "boss")->empty());
    office.expect_clean();
}

TEST(Calendar, AnOlderTextThatGetsTheCalendarDoesNotBecomeTheNewest) {
    Office office;
    const auto first = replaced(permit, "48 hours", "2 working days");
    office.deploy("permit", first, "");
    office.ask(Office::start("c-1"));
    const auto holiday = with_holiday();
    const auto second = replaced(permit, "48 hours", "4 working days");
    office.deploy("permit", second, holiday);
    const auto done = office.engine->change_calendar(
        {.name = "office", .calendar = holiday, .reason = "for those that run as well", .dry_run = false},
        "boss");
    ASSERT_TRUE(done) << done.error().front().text();
    ASSERT_EQ(done->size(), 1u);
    EXPECT_EQ(office.engine->catalog().deployed("permit")->text, second);
    EXPECT_EQ(office.engine->catalog().deployed("permit", office.state("c-1").version)->text, first);
    office.expect_clean();
}

TEST(Calendar, AChangeIsInForceForAllOrForNone) {
    Office office;
    const auto first = replaced(permit, "48 hours", "2 working days");
    office.deploy("permit", first, "");
    office.ask(Office::start("c-1"));
    office.deploy("permit", replaced(permit, "48 hours", "4 working days"), "");
    const auto change = the_holiday();
    const auto before = office.engine->catalog().revision();
    office.faults->before_next([] { throw std::runtime_error("the disk fails"); });
    EXPECT_FALSE(office.engine->change_calendar(change, "boss"));
    EXPECT_EQ(office.engine->catalog().revision(), before);
    // It was written after all, and its answer lost: then all of it is there, and asked again the cases move.
    office.faults->after_next([] { throw std::runtime_error("the answer is lost"); });
    EXPECT_FALSE(office.engine->change_calendar(change, "boss"));
    const auto written = office.engine->catalog().revision();
    EXPECT_EQ(office.engine->catalog().newest("permit"), 5);
    EXPECT_EQ(office.state("c-1").version, 2);
    const auto done = office.engine->change_calendar(change, "boss");
    ASSERT_TRUE(done) << done.error().front().text();
    EXPECT_EQ(office.engine->catalog().revision(), written);
    EXPECT_EQ(office.state("c-1").version, 4);
    office.expect_clean();
}

TEST(Calendar, AChangeIsLeftOffBetweenCasesAndKeepsAwayFromThoseThatMovedElsewhere) {
    Office office;
    office.deploy("permit", replaced(permit, "48 hours", "2 working days"), "");
    constexpr int many = 1100;
    for (int n = 0; n < many; ++n) office.engine->post(Office::start(fmt::format("c-{:04}", n)), [](auto) {});
    office.ask(Office::start("d"));
    const auto change = the_holiday();
    // Before the second lot somebody moves a case of it to a newer text.
    const auto newer = replaced(permit, "48 hours", "9 working days");
    const auto done = office.engine->change_calendar(change, "boss", [&, looks = 0]() mutable {
        if (++looks == 3) {
            office.deploy("permit", newer, "");
            EXPECT_TRUE(office.engine->migrate(
                {.definition = "permit", .reason = "longer", .case_id = "d", .dry_run = false}, "boss"));
        }
        return false;
    });
    ASSERT_TRUE(done) << done.error().front().text();
    ASSERT_EQ(done->size(), many + 1u);
    EXPECT_EQ(office.state("c-1099").version, 3);
    EXPECT_EQ(office.state("d").version, 4);
    ASSERT_TRUE(done->back().refused);
    EXPECT_EQ(done->back().refused->code, "changed-meanwhile");
    // Back again, and left off behind the first lot.
    auto back = change;
    back.calendar = office_calendar;
    const auto left = office.engine->change_calendar(back, "boss", after(2));
    ASSERT_TRUE(left) << left.error().front().text();
    EXPECT_EQ(std::ranges::count_if(*left, [](const auto& one) { return one.refused.has_value(); }), 101);
    EXPECT_FALSE(left->front().refused);
    EXPECT_EQ(left->back().refused->code, "stopping");
    EXPECT_EQ(office.engine->change_calendar(back, "boss")->size(), 101u);
    office.expect_clean();
}

TEST(Calendar, OneThatAnotherDefinitionGoesByIsLeftAsItIs) {
    Office office;
    const auto other = [](std::string text) {
        return replaced(std::move(text), "\"calendar\": \"office\"", "\"calendar\": \"other\"");
    };
    office.deploy("permit", replaced(permit, "48 hours", "2 working days"), "");
    office.ask(Office::start("c-1"));
    office.deploy("permit", other(permit), office_calendar);
    office.deploy("screening", other(screening), with_holiday());
    const auto others = office.engine->catalog().calendar("other");
    ASSERT_NE(others, office.engine->catalog().deployed("permit")->calendar);
    ASSERT_TRUE(office.engine->run_until(monday + hour));
    const auto done = office.engine->change_calendar(the_holiday(), "boss");
    ASSERT_TRUE(done) << done.error().front().text();
    EXPECT_EQ(office.engine->catalog().deployed("permit")->version, 5);
    EXPECT_EQ(office.engine->catalog().deployed("permit")->text, other(permit));
    EXPECT_EQ(office.engine->catalog().calendar("other"), others);
    office.reopen();
    EXPECT_EQ(office.engine->catalog().calendar("other"), others);
    office.expect_clean();
}

TEST(Reassign, EverythingAPersonHasGoesToAnother) {
    Office office;
    for (int n = 0; n < 4; ++n) office.ask(Office::start(""));
    EXPECT_EQ(office.engine->reassign({.from = "ada", .to = "ghost", .reason = "ill"}, "boss").error().code,
              "unknown-person");
    EXPECT_EQ(office.engine->reassign({.from = "ada", .to = "ben"}, "boss").error().code, "missing-reason");
    auto moved =
        office.engine->reassign({.from = "ada", .to = "ben", .unit = "county", .reason = "ill"}, "boss");
    ASSERT_TRUE(moved) << moved.error().text();
    EXPECT_FALSE(moved->empty());
    auto reader = office.engine->read();
    EXPECT_TRUE(reader->cases({.owner = "ada"}).empty());
    EXPECT_TRUE(reader->tasks({.person = "ada"}).empty());
    EXPECT_EQ(reader->cases({.owner = "ben"}).size(), 4u);
    office.expect_clean();
}

TEST(Change, AnOrganisationThatWouldNotHoldIsRefusedWhole) {
    Office office;
    auto refused = office.engine->change({org::PersonSet{{.id = "dan", .name = "dan"}},
                                          org::UnitSet{{.id = "x", .title_en = "X", .parent = "nowhere"}}},
                                         "boss");
    ASSERT_FALSE(refused);
    EXPECT_FALSE(office.engine->directory()->person("dan"));
    office.reopen();
    EXPECT_FALSE(office.engine->directory()->person("dan"));
    EXPECT_TRUE(office.engine->directory()->person("ada"));
}

}  // namespace
}  // namespace reeve::runtime
