// What follows from events: children, patterns, duties.
#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
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

// A key of somebody else's in the place of the engine's own had it believe that the child was opened.
TEST(Follow, NobodyTakesTheKeyOfWhatFollows) {
    Office office;
    office.ask(Office::start("c-1"));
    const auto next = office.state("c-1").revision + 1;
    for (auto revision = next; revision < next + 6; ++revision) {
        auto note = Office::note("c-1", "seen");
        note.key = fmt::format("open:c-1/{}", revision);
        const auto refused = office.engine->ask(note);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "bad-key");
    }
    // As a person of that name sends it over HTTP.
    EXPECT_TRUE(office.engine->ask(Office::note("c-1", "seen", "duty:7")));
    office.ask(Office::act("c-1", "inspect"));
    EXPECT_EQ(office.ids("inspection").size(), 1u);
}

// As a journal of before may have it: what did not follow is in the history of its cause all the same.
TEST(Follow, AChildWhoseKeyIsTakenIsNotMissingInSilence) {
    Office office;
    office.ask(Office::start("c-1"));
    office.ask(Office::start("c-2"));
    const auto next = office.state("c-1").revision + 1;
    std::string rows;
    for (auto revision = next; revision < next + 20; ++revision)
        rows += fmt::format("UPDATE journal SET \"key\" = 'open:c-1/{}' WHERE seq = {};", revision,
                            office.ask(Office::note("c-2", "seen")).last_seq);
    office.engine.reset();
    SQLite::Database((office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE)
        .exec("DROP TRIGGER journal_stands;" + rows);
    office.open();
    office.ask(Office::act("c-1", "inspect"));
    EXPECT_THAT(office.ids("inspection"), IsEmpty());
    const auto notes = office.events<core::NoteAdded>("c-1");
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_THAT(notes[0].second.text, HasSubstr("the case asked for was not opened: "));
}

// One damaged case holds up no other, not even its own child: the child ends, and says who was not told.
TEST(Follow, AChildOfADamagedParentEndsAndSaysSo) {
    Office office;
    office.ask(Office::start("c-1"));
    office.ask(Office::act("c-1", "inspect"));
    office.engine.reset();
    SQLite::Database((office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE)
        .exec("DROP TRIGGER journal_stands; UPDATE journal SET actor = 'ben' WHERE stream = 'c-1'");
    office.open();
    const auto child = office.ids("inspection").at(0);
    const auto ended = office.engine->ask(Office::act(child, "done"));
    EXPECT_TRUE(ended) << ended.error().text();
    EXPECT_EQ(office.state(child).status, core::CaseStatus::closed);
    const auto notes = office.events<core::NoteAdded>(child);
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_THAT(notes[0].second.text, HasSubstr("the parent case was not told of this end: what happened in "
                                                "case c-1 cannot be read"));
    EXPECT_EQ(office.engine->ask(Office::note("c-1", "seen")).error().code, "damaged");
    EXPECT_EQ(office.engine->ask(Office::start("c-1")).error().code, "damaged");
    EXPECT_EQ(office.engine->health().failed_commits, 0u);
}

// A permit whose inspection is of a definition that is not deployed.
std::string with_child(const std::string& child) {
    auto other = permit;
    const std::string old = "\"child\": \"inspection\"";
    return other.replace(other.find(old), old.size(), "\"child\": \"" + child + "\"");
}

std::vector<std::string> told(Office& office, const std::string& kind) {
    std::vector<std::string> people;
    for (const auto& row : office.engine->read()->outbox({}))
        if (Json::parse(row.body)["kind"] == kind) people.push_back(row.person);
    return people;
}

TEST(Follow, AParentWhoseChildCannotBeOpenedDoesNotWaitInSilence) {
    Office office;
    office.deploy("permit", with_child("audit"));
    office.ask(Office::start("c-1"));
    office.ask(Office::act("c-1", "inspect"));
    const auto waits = office.state("c-1");
    EXPECT_THAT(waits.links, IsEmpty());
    EXPECT_THAT(office.engine->read()->links("c-1"), IsEmpty());
    ASSERT_EQ(waits.stages.size(), 1u);
    EXPECT_EQ(waits.stages[0].child, "");
    EXPECT_THAT(waits.stages[0].fault, HasSubstr("audit was not opened: "));
    EXPECT_THAT(waits.stages[0].fault, HasSubstr("there is no definition"));
    EXPECT_THAT(told(office, "CaseNotOpened"), UnorderedElementsAre(waits.owner, "chief"));
    // Its clock goes on and climbs.
    EXPECT_EQ(waits.clock("inspection")->status, core::ClockStatus::running);
    office.reopen();
    EXPECT_EQ(office.state("c-1"), waits);
    // A version that has it right opens it.
    office.deploy("permit", permit);
    ASSERT_TRUE(office.engine->migrate(
        {.definition = "permit", .reason = "the name was wrong", .dry_run = false}, "boss"));
    ASSERT_EQ(office.ids("inspection").size(), 1u);
    EXPECT_EQ(office.state("c-1").stages[0].fault, "");
    office.ask(Office::act(office.ids("inspection")[0], "done"));
    EXPECT_EQ(office.state("c-1").outcome, "approved");
    office.expect_clean();
}

TEST(Follow, NothingPointsToTheCaseThatALadderCouldNotOpen) {
    Office office;
    auto starts = permit;
    const std::string step = R"({"at": "50%", "light": "yellow", "tell": ["owner"]})";
    starts.replace(starts.find(step), step.size(),
                   R"({"at": "50%", "light": "yellow", "tell": ["owner"], "start": "audit"})");
    office.deploy("permit", starts);
    office.ask(Office::start("c-1"));
    ASSERT_TRUE(office.engine->run_until(monday + 25 * hour));
    EXPECT_THAT(office.state("c-1").links, IsEmpty());
    EXPECT_THAT(told(office, "CaseNotOpened"), UnorderedElementsAre(office.state("c-1").owner, "chief"));
    office.expect_clean();
}

TEST(Follow, AParentKnowsWhatCameOfItsChild) {
    Office office;
    office.deploy("inspection", R"({
      "id": "inspection", "title": {"en": "Inspection"}, "calendar": "office", "owner": {"role": "clerk"},
      "data": {"type": "object", "properties": {"finding": {"type": "string"}}},
      "stages": {"look": {"assign": "owner", "due": "3 days", "actions": {"done": {"to": "unsound"}}},
                 "unsound": {"end": "unsound"}},)" +
                                    std::string(ladders) + "}");
    office.deploy("permit", R"({
      "id": "permit", "title": {"en": "Permit"}, "calendar": "office", "owner": {"role": "clerk"},
      "data": {"type": "object", "properties": {"outcome": {"type": "string"}, "finding": {"type": "string", "maxLength": 20}}},
      "stages": {
        "review": {"assign": "owner", "due": "48 hours", "actions": {"inspect": {"to": "inspection"}}},
        "inspection": {"child": "inspection", "due": "5 days", "then": "sound",
                       "result": {"outcome": "outcome", "finding": "data.finding"}},
        "sound": {"choice": [{"when": "data.outcome == 'unsound'", "to": "refused"}, {"else": "approved"}]},
        "approved": {"end": "approved"}, "refused": {"end": "refused"}},)" +
                                std::string(ladders) + "}");
    office.ask(Office::start("c-1"));
    office.ask(Office::act("c-1", "inspect"));
    auto done = Office::act(office.ids("inspection").at(0), "done");
    std::get<core::Act>(done.wish).data = {{"finding", "cracks"}};
    office.ask(done);
    EXPECT_EQ(office.state("c-1").outcome, "refused");
    EXPECT_EQ(office.state("c-1").data["outcome"], "unsound");
    EXPECT_EQ(office.state("c-1").data["finding"], "cracks");
    // What does not fit is said and left out; the parent goes on.
    office.ask(Office::start("c-2"));
    office.ask(Office::act("c-2", "inspect"));
    done.case_id = office.ids("inspection").at(1);
    std::get<core::Act>(done.wish).data = {{"finding", std::string(30, 'x')}};
    office.ask(done);
    EXPECT_EQ(office.state("c-2").status, core::CaseStatus::closed);
    EXPECT_THAT(office.events<core::NoteAdded>("c-2").at(0).second.text, HasSubstr("was not taken"));
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

std::string without_duties(std::string text) {
    const auto from = text.find("\"duties\"");
    return text.erase(from, text.find("\"stages\"") - from);
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
    const auto without = without_duties(patrol);
    EXPECT_EQ(office.deploy("patrol", without), 2);
    ASSERT_TRUE(office.engine->run_until(monday + 3 * day));
    EXPECT_TRUE(office.ids("patrol").empty());
    office.expect_clean();
}

TEST(Follow, ADutyThatComesBackOpensNoneOfTheDatesInWhichItDidNotExist) {
    Office office;
    office.deploy("patrol", patrol);
    ASSERT_TRUE(office.engine->run_until(monday + day));
    EXPECT_EQ(office.ids("patrol").size(), 2u);
    const auto without = without_duties(patrol);
    office.deploy("patrol", without);
    ASSERT_TRUE(office.engine->run_until(monday + 5 * day));
    office.deploy("patrol", patrol);
    ASSERT_TRUE(office.engine->run_until(monday + 5 * day + hour));
    EXPECT_EQ(office.ids("patrol").size(), 2u);
    // A version that keeps it does not begin it anew.
    auto other = patrol;
    other.replace(other.find("10 days"), 7, "11 days");
    office.deploy("patrol", other);
    office.engine.reset();
    EXPECT_FALSE(store::rebuild(office.folder.path())->changed);
    office.open();
    ASSERT_TRUE(office.engine->run_until(monday + 6 * day));
    EXPECT_EQ(office.ids("patrol").size(), 4u);
    office.expect_clean();
}

TEST(Follow, AChangedCalendarLetsADutyGoOnThoughCasesRunByATextWithoutIt) {
    Office office;
    office.deploy("patrol", without_duties(patrol));
    office.ask(core::Command{.actor = "boss",
                             .case_id = "by-hand",
                             .wish = core::StartCase{.definition = "patrol", .unit = "north"}});
    office.deploy("patrol", patrol);
    ASSERT_TRUE(office.engine->run_until(monday + day));
    EXPECT_EQ(office.ids("patrol").size(), 3u);
    auto holiday = std::string(office_calendar);
    holiday.insert(holiday.rfind("\"covers\""), R"("holidays": [{"date": "2026-03-03"}], )");
    const auto changed = office.engine->change_calendar(
        {.name = "office", .calendar = holiday, .reason = "a holiday was declared", .dry_run = false},
        "boss");
    ASSERT_TRUE(changed) << changed.error().front().text();
    EXPECT_EQ(office.state("by-hand").version, 3);
    EXPECT_EQ(office.engine->catalog().newest("patrol"), 4);
    office.engine.reset();
    EXPECT_FALSE(store::rebuild(office.folder.path())->changed);
    office.open();
    ASSERT_TRUE(office.engine->run_until(monday + 2 * day));
    EXPECT_EQ(office.ids("patrol").size(), 5u) << "Tuesday evening's, once for each township";
    office.expect_clean();
}

TEST(Follow, ADutyIsAsOldAsTheVersionsThatEverWereInForceWithIt) {
    store::Catalog catalog;
    const auto add = [&](int version, const std::string& text, int hours) {
        store::DefinitionDeployed event{.id = "patrol",
                                        .version = version,
                                        .name = "patrol.json",
                                        .text = text,
                                        .calendar_name = "office"};
        event.calendar = time::canonical_text(**time::parse_calendar(office_calendar, "o.json", ""));
        catalog.add({std::move(event)}, monday + hours * hour, "boss");
    };
    add(1, without_duties(patrol), 0);
    add(2, patrol, 1);
    EXPECT_EQ(catalog.duty_since("patrol", "evening"), monday + hour);
    // An older text that another followed at once was never in force.
    add(3, without_duties(patrol), 2);
    EXPECT_EQ(catalog.duty_since("patrol", "evening", monday + 2 * hour), monday + hour);
    EXPECT_EQ(catalog.duty_since("patrol", "evening", monday + 3 * hour), std::nullopt);
    add(4, patrol, 2);
    EXPECT_EQ(catalog.duty_since("patrol", "evening"), monday + hour);
    // One that was in force ends it.
    add(5, without_duties(patrol), 3);
    EXPECT_EQ(catalog.duty_since("patrol", "evening"), std::nullopt);
    add(6, patrol, 4);
    EXPECT_EQ(catalog.duty_since("patrol", "evening"), monday + 4 * hour);
}

}  // namespace
}  // namespace reeve::runtime
