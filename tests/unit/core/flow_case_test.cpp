#include "tests/unit/core/flow_bench.h"

namespace reeve::core::flow_testing {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string case_stages =
    R"("work": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"},
    "check": {"to": "checked"}}},
    "checked": {"assign": "head", "due": "3 days", "actions": {"done": {"to": "closed"}}},
    "closed": {"end": "closed"})";
const std::string case_more =
    R"("data": {"type": "object", "required": ["place"], "properties": {"place": {"type": "string"}}},
       "clocks": {"answer": {"limit": "60 days", "basis": "article 1"}}, "reopen": {"within": "30 days", "to": "checked"},)";

struct Case : testing::Test {
    Office office{definition(case_stages, case_more)};
    void SetUp() override {
        office.open("east", {{"place", "dam"}});
        ASSERT_FALSE(office.refused) << office.refused->text();
    }
};

TEST_F(Case, StartsWithDataThatFitsInAUnitThatExists) {
    Office other(definition(case_stages, case_more));
    other.open("east");
    EXPECT_EQ(other.code(), "bad-data");
    other.open("moon", {{"place", "dam"}});
    EXPECT_EQ(other.code(), "unknown-unit");
    other.submit("ren", AddNote{"x"});
    EXPECT_EQ(other.code(), "unknown-case");
    office.open("east", {{"place", "dam"}});
    EXPECT_EQ(office.code(), "case-exists");
}

TEST_F(Case, TimeGoesForward) {
    office.now -= std::chrono::minutes(1);
    office.submit("ann", AddNote{"x"});
    EXPECT_EQ(office.code(), "time-before-last");
    office.at("2026-03-04T09:00");
    office.submit("ann", AddNote{"x"}, Office::when("2026-03-05T09:00:00+08:00"));
    EXPECT_EQ(office.code(), "occurred-in-future");
    office.submit("ann", AddNote{"x"}, Office::when("2026-03-01T09:00:00+08:00"));
    EXPECT_EQ(office.code(), "occurred-before-case");
}

const std::string two_stages =
    R"("first": {"assign": "clerk", "due": "5 days", "actions": {"accept": {"to": "second"}}},
    "second": {"assign": "clerk", "due": "5 days", "actions": {"settle": {"to": "closed"}}}, "closed": {"end": "closed"})";

TEST(Occurred, AnActDidNotHappenBeforeItsStageBegan) {
    Office office(definition(two_stages));
    office.open();
    office.at("2026-03-04T09:00");
    office.act("ann", "accept");
    office.at("2026-03-05T09:00");
    office.submit("ann", Act{.action = "settle"}, Office::when("2026-03-04T08:59:59+08:00"));
    EXPECT_EQ(office.code(), "occurred-before-stage");
    office.submit("ann", Act{.action = "settle"}, Office::when("2026-03-04T09:00:00+08:00"));
    EXPECT_EQ(office.code(), "");
}

TEST(Occurred, WhatWasRegisteredLateWasWorkedOnBefore) {
    Office office(definition(two_stages));
    const auto found = Office::when("2026-02-27T10:00:00+08:00");
    office.submit("ren", StartCase{.definition = "test", .unit = "east"}, found);
    office.submit("ann", Act{.action = "accept"}, found + std::chrono::hours(2));
    EXPECT_EQ(office.code(), "") << "accepted on Friday, before it was entered on Monday";
    office.submit("ann", Act{.action = "settle"}, found + std::chrono::hours(1));
    EXPECT_EQ(office.code(), "occurred-before-stage");
    office.submit("ann", Act{.action = "settle"}, found + std::chrono::hours(3));
    EXPECT_EQ(office.code(), "");
}

TEST_F(Case, AnActIsJudgedByWhenItHappened) {
    office.at("2026-03-20T09:00");
    office.submit("ann", Act{.action = "check"}, Office::when("2026-03-05T09:00:00+08:00"));
    const auto met = office.all<ClockMet>().at(0);
    EXPECT_EQ(met.at, Office::when("2026-03-05T09:00:00+08:00"));
    EXPECT_EQ(met.late_ms, 0);
    EXPECT_EQ(office.state.clock("checked")->from, Office::when("2026-03-05T09:00:00+08:00"));
}

TEST_F(Case, ARevisionThatWasSeenMustStillBeTheLast) {
    const Command command{
        .actor = "ann", .case_id = "K1", .at = office.now, .occurred = {}, .expect = 1, .wish = AddNote{"x"}};
    auto events = decide(&office.state, command, Context{*office.program, office.directory, office.loads});
    ASSERT_FALSE(events);
    EXPECT_EQ(events.error().code, "changed-meanwhile");
}

TEST_F(Case, ACorrectionIsANewEventAndTheOldOneStays) {
    office.submit("ann", CorrectData{.patch = {{"place", "weir"}}, .reason = "misheard"});
    EXPECT_EQ(office.code(), "not-permitted");  // neither owner nor head
    office.submit("eva", CorrectData{.patch = {{"place", nullptr}}, .reason = "misheard"});
    EXPECT_EQ(office.code(), "bad-data");
    office.submit("eva", CorrectData{.patch = {{"place", "weir"}}});
    EXPECT_EQ(office.code(), "missing-reason");
    office.submit("eva", CorrectData{.patch = {{"place", "weir"}}, .reason = "misheard"});
    EXPECT_EQ(office.state.data["place"], "weir");
    EXPECT_EQ(office.all<CaseStarted>().at(0).data["place"], "dam");
}

TEST_F(Case, IsCancelledByAHeadWithAReason) {
    office.submit("ann", Cancel{.reason = "duplicate"});
    EXPECT_EQ(office.code(), "not-permitted");
    office.submit("eva", Cancel{});
    EXPECT_EQ(office.code(), "missing-reason");
    office.submit("eva", Cancel{.reason = "duplicate"});
    EXPECT_EQ(office.state.status, CaseStatus::cancelled);
    EXPECT_THAT(office.stages(), IsEmpty());
    EXPECT_EQ(office.task("work").status, TaskStatus::cancelled);
    EXPECT_FALSE(next_moment(office.state));
    for (const auto& clock : office.state.clocks)
        EXPECT_EQ(clock.status, ClockStatus::cancelled) << clock.name;
    office.act("ann", "done");
    EXPECT_EQ(office.code(), "case-closed");
}

TEST_F(Case, IsReopenedWithItsPast) {
    office.submit("eva", Reopen{.reason = "new facts"});
    EXPECT_EQ(office.code(), "case-open");
    office.act("ann", "done");
    office.at("2026-03-12T09:00");
    office.submit("eva", Reopen{});
    EXPECT_EQ(office.code(), "missing-reason");
    office.submit("eva", Reopen{.reason = "new facts", .to = "closed"});
    EXPECT_EQ(office.code(), "unknown-stage");
    office.submit("eva", Reopen{.reason = "new facts"});
    EXPECT_EQ(office.state.status, CaseStatus::open);
    EXPECT_EQ(office.state.cycle, 2);
    EXPECT_THAT(office.stages(), ElementsAre("checked"));
    EXPECT_EQ(office.state.owner, "eva");
    std::vector<int> cycles;
    for (const auto& clock : office.state.clocks)
        if (clock.name == "answer") cycles.push_back(clock.cycle);
    EXPECT_THAT(cycles, ElementsAre(1, 2));
    office.act("hu", "done");
    office.at("2026-06-12T09:00");
    office.submit("eva", Reopen{.reason = "new facts"});
    EXPECT_EQ(office.code(), "too-late-to-reopen");
    EXPECT_THAT(office.refused->message, HasSubstr("2026-04-"));
}

TEST_F(Case, CancelledByADateInThePastCanStillBeReopened) {
    office.at("2026-06-20T09:00");
    office.submit("eva", Cancel{.reason = "tidy"}, Office::when("2026-03-03T10:00:00+08:00"));
    ASSERT_EQ(office.state.status, CaseStatus::cancelled);
    office.submit("eva", Reopen{.reason = "by mistake"});
    EXPECT_EQ(office.code(), "");
    EXPECT_EQ(office.state.status, CaseStatus::open);
}

TEST_F(Case, NotesAndDocumentsMayBeAddedByAnyoneOfTheOffice) {
    office.submit("wim", AddNote{"seen at the weir"});
    EXPECT_EQ(office.code(), "");
    office.submit("wim", AddNote{" \u3000"});
    EXPECT_EQ(office.code(), "missing-field");
    office.submit("wim", AddDocument{{.kind = "photo", .name = "a.jpg"}});
    EXPECT_EQ(office.code(), "bad-document");
    for (const auto& [kind, name] : {std::pair<std::string, std::string>("photo", "a\n[31m.jpg"),
                                     {"pho\tto", "a.jpg"},
                                     {" ", "a.jpg"},
                                     {"\u3000\u200B", "a.jpg"},
                                     {"photo", ".."},
                                     {"photo", "gpj.\u202Eexe"},
                                     {"photo", "\u2066a.jpg"},
                                     {"photo", "a\u2028b"},
                                     {"photo", "a\u0085b"},
                                     {"photo", std::string(256, 'a')}}) {
        office.submit("wim", AddDocument{{.kind = kind, .name = name, .sha256 = "00"}});
        EXPECT_EQ(office.code(), "bad-document") << name;
    }
    for (const char* name : {"现场 照片.jpg", "caf\u00e9 – \u201Cweir\u201D.jpg", ""}) {
        office.submit("wim", AddDocument{{.kind = "照片", .name = name, .sha256 = "00"}});
        EXPECT_EQ(office.code(), "") << name;
    }
    office.submit("ghost", AddNote{"boo"});
    EXPECT_EQ(office.code(), "unknown-person");
    office.directory.apply(org::PersonLeft{"wim"});
    office.submit("wim", AddNote{"bye"});
    EXPECT_EQ(office.code(), "person-left");
}

const std::string renamed =
    R"("working": {"assign": "clerk", "due": "8 days", "actions": {"done": {"to": "closed"}}},
    "checked": {"assign": "head", "due": "3 days", "actions": {"done": {"to": "closed"}}},
    "closed": {"end": "closed"})";

TEST_F(Case, MovesToANewerVersionAsItsDryRunSaid) {
    const auto next = compiled(definition(renamed, case_more), 2);
    office.target = next;
    const Migrate plain{.version = 2, .stages = {}, .reason = "new rules"};
    const Context context{*office.program, office.directory, office.loads, next.get()};
    const auto previewed = [&](const Migrate& wish) {
        return preview_migration(office.state,
                                 {.actor = "eva", .case_id = "K1", .at = office.now, .wish = wish}, context);
    };
    auto refused = previewed(plain);
    ASSERT_TRUE(refused.refused);
    EXPECT_EQ(refused.refused->code, "no-counterpart");
    office.submit("eva", plain);
    EXPECT_EQ(office.code(), "no-counterpart");
    EXPECT_THAT(office.refused->message, HasSubstr("work"));

    const Migrate mapped{.version = 2, .stages = {{"work", "working"}}, .reason = "new rules"};
    const auto preview = previewed(mapped);
    EXPECT_FALSE(preview.refused) << preview.refused->text();
    // Nobody has left: the dry run may not take the owner for one who has, and start the clock for that.
    EXPECT_THAT(
        preview.changes,
        ElementsAre("version 1 becomes 2", "stage work becomes working", "clock work becomes working",
                    "clock working was due 2026-03-08T00:00:00+08:00, is due 2026-03-11T00:00:00+08:00"));
    office.submit("eva", mapped);
    ASSERT_FALSE(office.refused) << office.refused->text();
    EXPECT_EQ(office.state.version, 2);
    EXPECT_THAT(office.stages(), ElementsAre("working"));
    EXPECT_EQ(office.state.clock("working")->limit.days, 8);
    EXPECT_EQ(office.state.clock("working")->due, Office::when("2026-03-11T00:00:00+08:00"));
    EXPECT_EQ(office.state.owner, "eva");
    EXPECT_FALSE(office.state.clock("unowned"));
    office.submit("eva", mapped);
    EXPECT_EQ(office.code(), "same-version");
    office.act("ann", "done");
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

TEST_F(Case, ToAVersionThatIsNotThereItDoesNotMove) {
    office.submit("eva", Migrate{.version = 7, .stages = {}, .reason = "new rules"});
    EXPECT_EQ(office.code(), "unknown-version");
}

TEST_F(Case, IsShownWithItsLightAndStatus) {
    const Json json = to_json(office.state);
    EXPECT_EQ(json["status"], "open");
    EXPECT_EQ(json["light"], "green");
    EXPECT_EQ(json["owner"], "eva");
    EXPECT_EQ(json["clocks"][0]["status"], "running");
    EXPECT_EQ(json["tasks"][0]["status"], "open");
}

TEST(Wishes, ReadBackAsTheyWereWritten) {
    const Wish wishes[] = {
        Act{.action = "accept",
            .data = {{"a", 1}},
            .documents = {{.kind = "notice", .sha256 = "00", .bytes = 5}}},
        ExtendClock{.clock = "answer", .by = *time::parse_duration("30 days"), .reason = "large"},
        PauseClock{.clock = "c1", .reason = "hearing", .until = Office::when("2026-03-02T09:00:00Z")},
        FailJob{.job = "j1", .error = "no", .retry = false},
        ReleaseJob{.job = "j1", .lease = 7},
        Tick{},
        Migrate{.version = 2, .stages = {{"a", "b"}}}};
    for (const auto& wish : wishes)
        for (auto times : {Times::millis, Times::text}) {
            auto read = wish_from_json(to_json(wish, times));
            ASSERT_TRUE(read) << read.error().text();
            EXPECT_EQ(to_json(*read), to_json(wish));
        }
}

TEST(Wishes, AreRefusedWithWhatWouldBeRight) {
    EXPECT_EQ(wish_from_json({{"command", "Dance"}}).error().code, "unknown-name");
    EXPECT_EQ(wish_from_json(Json::array()).error().code, "bad-shape");
    auto fault = wish_from_json({{"command", "ClaimTask"}, {"tsk", "t1"}}).error();
    EXPECT_EQ(fault.code, "unknown-field");
    EXPECT_THAT(fault.message, HasSubstr("known are: task"));
}

// Law 3: whatever happens, an open case has an owner or the clock that climbs for want of one, and a clock.
TEST(Law3, ACaseThatWouldHaveNoClockIsNotOpened) {
    auto broken = std::make_shared<model::Program>(*compiled(definition(case_stages, case_more)));
    broken->clocks.clear();
    for (auto& stage : broken->stages) stage.clock = model::none;
    broken->unowned_clock = broken->inactivity_clock = broken->hand_over.clock = model::none;
    Office office(definition(case_stages, case_more));
    office.program = broken;
    office.open("east", {{"place", "dam"}});
    EXPECT_EQ(office.code(), "no-clock");
}

}  // namespace
}  // namespace reeve::core::flow_testing
