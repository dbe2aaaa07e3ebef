// Who may do what, who may judge it, and what is said of it afterwards.
#include "tests/unit/core/flow_bench.h"

namespace reeve::core::flow_testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string desk = definition(
    R"("desk": {"assign": "clerk", "clock": {"due": "9 days", "restart": true, "extend": {"by": "3 days", "times": 2, "approve": "head"}},
         "actions": {"finish": {"to": "closed", "second": "head"}, "rest": {"to": "rest"}, "again": {"to": "desk"}}},
       "rest": {"wait": "5 days", "on": {"word": "desk"}, "then": "closed", "assign": "clerk",
         "clock": {"due": "9 days", "extend": {"by": "3 days", "times": 1}}},
       "closed": {"end": "done"})",
    R"("owner": "clerk", "inactivity": {"due": "3 days"},)");

const Duration two_days = *time::parse_duration("2 days");

TEST(Request, OfSomeoneWhoHasLeftIsJudgedByTheHeadAbove) {
    Office office(desk);
    office.open();
    office.act("ann", "finish");
    const auto request = office.state.requests.at(0);
    ASSERT_THAT(request.of, ElementsAre("eva"));
    office.submit("hu", Approve{.request = request.id});
    EXPECT_EQ(office.code(), "not-permitted");
    office.directory.apply(org::PersonLeft{"eva"});
    office.submit("hu", Approve{.request = request.id});
    EXPECT_EQ(office.code(), "");
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

TEST(Request, OfSomeoneWhoHasLeftIsRefusedByTheHeadAboveAndAskedAnew) {
    Office office(desk);
    office.open();
    office.submit("ann", ExtendClock{.clock = "desk", .by = two_days, .reason = "ill"});
    ASSERT_EQ(office.state.requests.size(), 1u);
    office.directory.apply(org::PersonLeft{"eva"});
    office.submit("ann", ExtendClock{.clock = "desk", .by = two_days, .reason = "ill"});
    EXPECT_EQ(office.code(), "approval-pending");
    office.submit("hu", Refuse{.request = office.state.requests[0].id, .reason = "ask me"});
    EXPECT_EQ(office.code(), "");
    office.submit("ann", ExtendClock{.clock = "desk", .by = two_days, .reason = "ill"});
    ASSERT_EQ(office.state.requests.size(), 2u);
    EXPECT_THAT(office.state.requests[1].of, ElementsAre("hu"));
}

TEST(Request, OfAnEntryOfAStageEndsWithThatEntry) {
    Office office(definition(
        R"("split": {"parallel": ["left", "right"], "join": "met"},
           "left": {"assign": "clerk", "due": "9 days", "then": "met", "actions": {"on": {"to": "met", "second": "head"}, "again": {"to": "left"}}},
           "right": {"assign": "clerk", "due": "9 days", "then": "met"},
           "met": {"join": "all", "then": "closed"}, "closed": {"end": "done"})"));
    office.open();
    office.act("ann", "on");
    ASSERT_EQ(office.state.requests.size(), 1u);
    EXPECT_EQ(office.state.requests[0].entry, office.state.stages[0].entry);
    office.act("ann", "again");
    EXPECT_FALSE(office.state.requests[0].open);
    office.act("ann", "on");
    EXPECT_TRUE(office.state.requests[1].open);
}

TEST(Request, ForAnExtensionEndsWithItsClock) {
    Office office(desk);
    office.open();
    office.submit("ann", ExtendClock{.clock = "desk", .by = two_days, .reason = "ill"});
    ASSERT_TRUE(office.state.requests.at(0).open);
    office.act("ann", "rest");
    EXPECT_FALSE(office.state.requests[0].open);
    EXPECT_EQ(office.all<ApprovalRefused>().at(0).reason, "the clock has ended");
}

TEST(Message, IsSentByTheOfficeInChargeThePersonWhoAskedOrTheEngine) {
    Office office(desk);
    office.open();
    office.act("ann", "rest");
    office.submit("wim", SendMessage{.message = "word"});
    EXPECT_EQ(office.code(), "not-permitted");
    EXPECT_THAT(office.stages(), ElementsAre("rest"));
    office.submit(petitioner_actor, SendMessage{.message = "word"});
    EXPECT_EQ(office.code(), "");
    office.act("ann", "rest");
    office.submit(system_actor, SendMessage{.message = "word"});
    EXPECT_EQ(office.code(), "");
    office.act("ann", "rest");
    office.submit("eva", SendMessage{.message = "word"});
    EXPECT_EQ(office.code(), "");
}

TEST(Job, IsNotReportedByWhomeverComesAlong) {
    Office office(definition(
        R"("mail": {"job": "mail", "assign": "clerk", "due": "3 days", "then": "closed", "on_failure": "closed"},
           "closed": {"end": "done"})",
        R"("owner": "clerk",)"));
    office.open();
    const auto job = office.state.stages.at(0).job;
    office.submit("wim", CompleteJob{.job = job});
    EXPECT_EQ(office.code(), "not-permitted");
    office.submit("wim", FailJob{.job = job, .error = "no", .retry = false});
    EXPECT_EQ(office.code(), "not-permitted");
    office.submit("ann", CompleteJob{.job = job});
    EXPECT_EQ(office.code(), "");
}

TEST(Progress, IsNotMadeByBystanders) {
    Office office(desk);
    office.open();
    const auto opened = office.state.last_progress;
    office.now += std::chrono::days(1);
    office.submit("wim", AddNote{"I pass by"});
    EXPECT_EQ(office.code(), "");
    office.submit("wim", AddDocument{{.kind = "letter", .name = "a", .sha256 = "00"}});
    EXPECT_EQ(office.state.last_progress, opened);
    office.submit("ann", AddNote{"I rang them"});
    EXPECT_EQ(office.state.last_progress, office.now);
    office.now += std::chrono::hours(1);
    office.submit("hu", AddNote{"see to it"});  // a head above
    EXPECT_EQ(office.state.last_progress, office.now);
    // Stored before anybody was called a bystander, it means what it meant.
    const auto read = event_from_json(Json::parse(R"({"event": "NoteAdded", "text": "x"})"));
    ASSERT_TRUE(read);
    EXPECT_FALSE(std::get<NoteAdded>(*read).bystander);
}

TEST(Explain, SaysByWhomAndWhyAClockBeganAnew) {
    Office office(desk);
    office.open();
    office.now += std::chrono::days(1);
    office.submit("ann", RestartClock{.clock = "desk", .reason = "a corrected application"});
    EXPECT_EQ(office.code(), "");
    EXPECT_THAT(explain(office.state, *office.state.clock("desk"), *office.program).notes,
                Contains("started anew on 2026-03-03T09:00:00+08:00: a corrected application, by ann"));
}

TEST(Explain, CallsNobodyAnApproverWhereNoneIsNeeded) {
    Office office(desk);
    office.open();
    office.act("ann", "rest");
    office.submit("ann", ExtendClock{.clock = "rest", .by = two_days, .reason = "ill"});
    EXPECT_EQ(office.code(), "");
    EXPECT_THAT(explain(office.state, *office.state.clock("rest"), *office.program).notes,
                Contains("2 days more: ill, extended by ann"));
}

TEST(Task, OfAColleagueIsTakenOnlyWithAReason) {
    Office office(desk);
    office.open();
    ASSERT_EQ(office.task("desk").person, "ann");
    office.submit("ben", ClaimTask{.task = office.task("desk").id});
    EXPECT_EQ(office.code(), "missing-reason");
    office.submit("ben", ClaimTask{.task = office.task("desk").id, .reason = "ann asked me to"});
    EXPECT_EQ(office.code(), "");
    EXPECT_EQ(office.all<TaskAssigned>().back().reason, "ann asked me to");
    office.submit("ann", ReturnTask{.task = office.task("desk").id, .reason = "x"});
}

TEST(Ladder, GivesTheCaseThatItOpensItsData) {
    Office office(R"({"id": "test", "title": "Test", "calendar": "always", "owner": "clerk",
        "data": {"type": "object", "properties": {"place": {"type": "string"}}},
        "stages": {"desk": {"assign": "clerk", "due": "2 days", "actions": {"finish": {"to": "closed"}}}, "closed": {"end": "done"}},
        "ladders": {"climb": [{"at": "due", "tell": ["owner"], "start": "rectification",
            "data": {"where": "data.place", "kind": "late"}, "repeat": "1 day"}]}})");
    office.open("east", {{"place", "dam"}});
    office.now += std::chrono::days(4);
    office.tick();
    ASSERT_FALSE(office.all<CaseRequested>().empty());
    EXPECT_EQ(office.all<CaseRequested>().front().data, Json({{"where", "dam"}, {"kind", "late"}}));
}

TEST(LateEntry, AcrossAnExpirySaysWhatMovedTheCaseOn) {
    Office office(definition(
        R"("first": {"assign": "clerk", "clock": {"expiry": "2 days", "then": "lapsed"}, "actions": {"go": {"to": "closed"}}},
           "lapsed": {"assign": "clerk", "due": "3 days", "actions": {"x": {"to": "closed"}}},
           "closed": {"end": "done"})"));
    office.open();
    const auto happened = office.now + std::chrono::days(1);
    office.now += std::chrono::days(4);
    office.tick();
    ASSERT_THAT(office.stages(), ElementsAre("lapsed"));
    office.submit("ann", Act{.action = "go"}, happened);
    EXPECT_EQ(office.code(), "moved-on");
    EXPECT_THAT(office.refused->message, HasSubstr("the clock first expired on 2026-03-0"));
    EXPECT_THAT(office.refused->message, HasSubstr("it is in lapsed now"));
    office.submit("ann", Act{.action = "nonsense"}, happened);
    EXPECT_EQ(office.code(), "unknown-action");
}

TEST(LateEntry, AcrossTheEndOfAWaitSaysThatTheCaseHasEnded) {
    Office office(desk);
    office.open();
    office.act("ann", "rest");
    const auto happened = office.now + std::chrono::days(1);
    office.now += std::chrono::days(9);
    office.tick();
    ASSERT_EQ(office.state.status, CaseStatus::closed);
    office.submit(petitioner_actor, SendMessage{.message = "word"}, happened);
    EXPECT_EQ(office.code(), "moved-on");
    EXPECT_THAT(office.refused->message, HasSubstr("reopen the case"));
    office.submit(petitioner_actor, SendMessage{.message = "word"});
    EXPECT_EQ(office.code(), "case-closed");
}

}  // namespace
}  // namespace reeve::core::flow_testing
