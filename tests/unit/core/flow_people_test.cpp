#include "tests/unit/core/flow_bench.h"

namespace reeve::core::flow_testing {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string simple =
    R"("work": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"},
    "drop": {"to": "closed", "second": "head"}, "seal": {"to": "closed", "by": "registrar"},
    "withdraw": {"to": "closed", "petitioner": true}, "note": {}}},
    "closed": {"end": "closed", "follow_up": {"task": "visit", "due": "30 days", "assign": "clerk"}})";

TEST(People, AVacantPostClimbsAndSaysSo) {
    Office office(definition(simple));
    office.open("post");
    EXPECT_EQ(office.state.owner, "eva");
    EXPECT_THAT(office.all<OwnerNamed>().at(0).reason, HasSubstr("post"));
}

TEST(People, WhoeverIsAbsentIsSubstitutedAndTheHistorySaysForWhom) {
    Office office(definition(simple));
    office.absent("eva", "ben");
    office.open();
    EXPECT_EQ(office.state.owner, "ben");
    EXPECT_EQ(office.state.owner_stands_for, "eva");
}

TEST(People, ACaseThatNobodyCanOwnRunsTheUnownedClock) {
    Office office(definition(simple));
    for (const char* id : {"hu", "eva", "wu", "ann", "ben"}) office.directory.apply(org::PersonLeft{id});
    office.open();
    ASSERT_FALSE(office.refused) << office.refused->text();
    EXPECT_EQ(office.state.owner, "");
    EXPECT_THAT(office.all<OwnerLost>(), SizeIs(1));
    EXPECT_THAT(office.all<TaskUnassigned>(), SizeIs(1));
    EXPECT_EQ(office.state.clock("unowned")->status, ClockStatus::running);
    office.directory.apply(
        org::PostSet{{.unit = "county", .role = "head", .authorised = 1, .holders = {"wim"}}});
    office.submit("wim", NameOwner{.person = "wim"});
    EXPECT_EQ(office.code(), "missing-reason");
    office.submit("wim", NameOwner{.person = "wim", .reason = "newly appointed"});
    EXPECT_EQ(office.state.owner, "wim");
    EXPECT_EQ(office.state.clock("unowned")->status, ClockStatus::met);
}

TEST(People, WhoeverLeavesOwnsNothingAndHasNoTasks) {
    Office office(definition(simple));
    office.open();
    office.directory.apply(org::PersonLeft{"eva"});
    office.directory.apply(org::PersonLeft{"ann"});
    office.tick();
    EXPECT_EQ(office.state.owner, "");
    EXPECT_EQ(office.state.clock("unowned")->status, ClockStatus::running);
    EXPECT_THAT(office.holders("work"), ElementsAre("ben"));
    EXPECT_EQ(office.all<TaskAssigned>().back().reason, "ann has left");
    EXPECT_THAT(office.tick(), IsEmpty());  // once
}

TEST(People, OnlyThoseWhoseWorkItIsMayAct) {
    Office office(definition(simple));
    office.open();
    office.act("wim", "done");
    EXPECT_EQ(office.code(), "not-permitted");
    EXPECT_THAT(office.refused->message, HasSubstr("ann"));
    office.act("nobody", "done");
    EXPECT_EQ(office.code(), "unknown-person");
    office.act("wu", "note");  // a head, but of another unit
    EXPECT_EQ(office.code(), "not-permitted");
    office.act("hu", "note");  // a head above
    EXPECT_EQ(office.code(), "");
    office.absent("ann", "wim");
    office.act("wim", "done");  // the substitute, while ann is absent
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

TEST(People, AnActionKeptForARoleIsNotForTheAssignee) {
    Office office(definition(simple));
    office.open();
    office.act("ann", "seal");
    EXPECT_EQ(office.code(), "not-permitted");
    EXPECT_THAT(office.refused->message, HasSubstr("registrar"));
    office.act("ren", "seal");
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

TEST(People, ThePersonWhoAskedMayDoWhatIsOfferedToThemAndNothingElse) {
    Office office(definition(simple));
    office.open();
    office.act(petitioner_actor, "done");
    EXPECT_EQ(office.code(), "not-permitted");
    office.submit(petitioner_actor, AddNote{"hello"});
    EXPECT_EQ(office.code(), "not-permitted");
    office.submit(petitioner_actor, ClaimTask{office.task("work").id});
    EXPECT_EQ(office.code(), "not-permitted");
    office.act(petitioner_actor, "withdraw");
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

TEST(People, ASecondPairOfEyesIsNeverTheFirst) {
    Office office(definition(simple));
    office.open();
    auto events = office.act("ann", "drop");
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_THAT(only<ApprovalAsked>(events).at(0).of, ElementsAre("eva"));
    EXPECT_THAT(office.told(), ElementsAre("eva"));
    EXPECT_THAT(office.stages(), ElementsAre("work"));  // nothing else happened
    const auto request = office.state.requests.at(0).id;
    office.act("ann", "drop");
    EXPECT_EQ(office.code(), "approval-pending");
    office.submit("ann", Approve{.request = request});
    EXPECT_EQ(office.code(), "own-request");
    office.submit("wu", Approve{.request = request});
    EXPECT_EQ(office.code(), "not-permitted");
    office.submit("eva", Approve{.request = request});
    EXPECT_EQ(office.state.status, CaseStatus::closed);
    office.submit("eva", Approve{.request = request});
    EXPECT_EQ(office.code(), "request-over");

    Office head(definition(simple));
    head.open();
    head.act("eva", "drop");  // the head asks: the next head up looks
    EXPECT_THAT(head.state.requests.at(0).of, ElementsAre("hu"));
    head.submit("hu", Refuse{.request = head.state.requests.at(0).id});
    EXPECT_EQ(head.code(), "missing-reason");
    head.submit("hu", Refuse{.request = head.state.requests.at(0).id, .reason = "look again"});
    EXPECT_THAT(head.stages(), ElementsAre("work"));
    EXPECT_THAT(head.told(), ElementsAre("eva"));
}

TEST(People, TheSubstituteOfAnAbsentApproverApproves) {
    Office office(definition(simple));
    office.open();
    office.act("ann", "drop");
    office.absent("eva", "ben");
    office.submit("ben", Approve{.request = office.state.requests.at(0).id});
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

TEST(People, AnApprovedActIsJudgedByWhenItWasAsked) {
    Office office(definition(simple));
    office.open();
    office.at("2026-03-06T09:00");
    office.act("ann", "drop");
    office.at("2026-03-20T09:00");  // the head took two weeks; the stage was due on the seventh
    office.submit("eva", Approve{.request = office.state.requests.at(0).id});
    const auto met = office.all<ClockMet>().at(0);
    EXPECT_EQ(met.at, Office::when("2026-03-06T09:00:00+08:00"));
    EXPECT_EQ(met.late_ms, 0);
}

TEST(People, ARequestFallsWithItsStage) {
    Office office(definition(simple));
    office.open();
    office.act("ann", "drop");
    office.act("ann", "done");
    EXPECT_FALSE(office.state.requests.at(0).open);
}

TEST(People, ATaskIsClaimedDelegatedReturnedAndDone) {
    Office office(definition(simple));
    office.open();
    const auto id = office.task("work").id;
    office.submit("wim", ClaimTask{id});
    EXPECT_EQ(office.code(), "not-permitted");
    office.submit("ben", ClaimTask{id, "ann is ill"});  // a mate in the same role
    EXPECT_EQ(office.task("work").person, "ben");
    office.submit("ben", DelegateTask{.task = id, .person = "ren"});
    EXPECT_EQ(office.code(), "missing-reason");
    office.submit("ben", DelegateTask{.task = id, .person = "ren", .reason = "knows the place"});
    EXPECT_EQ(office.task("work").person, "ren");
    EXPECT_EQ(office.task("work").from, "ben");
    office.submit("ren", ReturnTask{.task = id, .reason = "does not"});
    EXPECT_EQ(office.task("work").person, "ben");  // back to who delegated it
    office.submit("ben", ReturnTask{.task = id, .reason = "ill"});
    EXPECT_EQ(office.task("work").person, "ann");  // to another who fits
    office.directory.apply(org::PersonLeft{"ben"});
    office.submit("ann", ReturnTask{.task = id, .reason = "ill too"});
    EXPECT_EQ(office.task("work").person, "");
    EXPECT_THAT(office.told(), Contains("eva"));  // the owner hears that nobody has it
    office.submit("eva", AssignTask{.task = id, .person = "ghost"});
    EXPECT_EQ(office.code(), "unknown-person");
    office.submit("eva", AssignTask{.task = id, .person = "wim"});
    EXPECT_EQ(office.task("work").person, "wim");
    office.submit("wim", CompleteTask{.task = id});
    EXPECT_EQ(office.code(), "choose-action");
    EXPECT_THAT(office.refused->message, HasSubstr("done, drop"));
    office.act("wim", "done");
    office.submit("wim", ReturnTask{.task = id, .reason = "late"});
    EXPECT_EQ(office.code(), "task-over");
    office.submit("wim", ClaimTask{"t99"});
    EXPECT_EQ(office.code(), "unknown-task");
}

TEST(People, FollowUpTasksGoOnAfterTheEndWithTheirOwnClock) {
    Office office(definition(simple));
    office.open();
    office.act("ann", "done");
    EXPECT_EQ(office.state.status, CaseStatus::closed);
    const auto visit = office.task("visit").id;
    EXPECT_TRUE(office.task("visit").follow_up);
    EXPECT_TRUE(next_moment(office.state).has_value());
    office.submit("eva", AddFollowUp{.title = "Call them", .who = "owner", .due = {}});
    EXPECT_EQ(office.code(), "bad-duration");
    office.submit("eva",
                  AddFollowUp{.title = "Call them", .who = "owner", .due = *time::parse_duration("7 days")});
    EXPECT_EQ(office.task("follow-up").person, "eva");
    office.at("2026-05-02T09:00");
    office.tick();  // both are overdue, on a closed case
    EXPECT_THAT(office.all<EscalationFired>(), testing::SizeIs(testing::Ge(2u)));
    office.submit("eva", CompleteTask{.task = visit});
    office.submit("eva", CompleteTask{.task = office.task("follow-up").id});
    ASSERT_FALSE(office.refused) << office.refused->text();
    EXPECT_FALSE(next_moment(office.state).has_value());
    EXPECT_THAT(office.holders("visit"), IsEmpty());
}

// A fuzzer's: a limit of no days was taken for none, and its clock for one of the definition.
TEST(People, AFollowUpMayBeDueBeforeTheOfficeCloses) {
    for (const char* due : {"0 working days", "0 days"}) {
        Office office(definition(simple));
        office.open();
        office.submit("eva", AddFollowUp{.title = "Call", .who = "owner", .due = *time::parse_duration(due)});
        ASSERT_FALSE(office.refused) << office.refused->text();
        const auto* clock = office.state.clock("follow-up");
        ASSERT_TRUE(clock);
        EXPECT_EQ(clock->due, Office::when("2026-03-03T00:00:00+08:00"));
        EXPECT_EQ(time::to_string(clock->limit), due);
    }
}

// --- moving between units

const std::string passed =
    R"("work": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"},
    "refer": {"to": "work", "unit": "data.unit", "hand_over": true}, "consult": {"to": "asked", "unit": "parent"}}},
    "asked": {"assign": "head", "due": "5 days", "actions": {"back": {"to": "work", "unit": "data.unit"}}},
    "closed": {"end": "closed"})";
const std::string unit_field =
    R"("data": {"type": "object", "properties": {"unit": {"type": "string"}}}, "clocks": {"answer": {"due": "60 days"}},)";

TEST(HandOver, KeepsTheCasesClocksAndOpensOneForTheReceiver) {
    Office office(definition(passed, unit_field));
    office.open();
    const auto due = office.state.clock("answer")->due;
    const auto stage_clock = *office.state.clock("work");
    office.submit("eva", Transfer{.unit = "west"});
    EXPECT_EQ(office.code(), "missing-reason");
    office.submit("eva", Transfer{.unit = "moon", .reason = "theirs"});
    EXPECT_EQ(office.code(), "unknown-unit");
    office.submit("eva", Transfer{.unit = "east", .reason = "ours"});
    EXPECT_EQ(office.code(), "same-unit");
    office.submit("eva", Transfer{.unit = "west", .reason = "their street"});
    EXPECT_EQ(office.state.unit, "west");
    EXPECT_EQ(office.state.owner, "wu");
    EXPECT_THAT(office.holders("work"), ElementsAre("wim"));
    EXPECT_EQ(office.state.clock("answer")->due, due);
    EXPECT_EQ(*office.state.clock("work"), stage_clock);
    EXPECT_EQ(office.state.clock("hand_over")->status, ClockStatus::running);
    office.act("wim", "done");
    EXPECT_EQ(office.state.clock("hand_over")->status, ClockStatus::met);
}

TEST(HandOver, AnActionThatPassesTheCaseOnBuysNoTime) {
    Office office(definition(passed, unit_field));
    office.open();
    const auto stage_clock = *office.state.clock("work");
    office.at("2026-03-03T09:00");
    office.act("ann", "refer", {{"unit", "west"}}, "their street");
    EXPECT_EQ(office.state.unit, "west");
    EXPECT_EQ(office.state.clock("work")->due, stage_clock.due);
    EXPECT_EQ(office.state.hand_overs.size(), 1u);
}

TEST(HandOver, AReturnToAUnitThatHadTheCaseGoesToTheCommonSuperiorWhoMustNameAnOwner) {
    Office office(definition(passed, unit_field));
    office.open();
    office.submit("eva", Transfer{.unit = "west", .reason = "their street"});
    office.submit("wu", Transfer{.unit = "east", .reason = "no, theirs"});
    const auto moved = office.all<CaseTransferred>().back();
    EXPECT_EQ(moved.to, "county");
    EXPECT_EQ(moved.asked, "east");
    EXPECT_EQ(office.state.unit, "county");
    EXPECT_EQ(office.state.owner, "");
    EXPECT_EQ(office.state.clock("unowned")->status, ClockStatus::running);
    EXPECT_THAT(office.holders("name-owner"), ElementsAre("hu"));
    EXPECT_THAT(office.told(), Contains("hu"));
    office.submit("hu", CompleteTask{.task = office.task("name-owner").id});
    EXPECT_EQ(office.code(), "choose-owner");
    office.submit("hu", Transfer{.unit = "west", .reason = "let them look"});
    EXPECT_EQ(office.code(), "choose-owner") << "another unit is no answer";
    office.submit("eva", NameOwner{.person = "wu", .reason = "theirs"});
    EXPECT_EQ(office.code(), "not-permitted");
    office.submit("hu", NameOwner{.person = "eva", .reason = "the street is hers"});
    EXPECT_EQ(office.state.owner, "eva");
    EXPECT_EQ(office.task("name-owner").status, TaskStatus::done);
    // A superior that hands down has decided: that is no passing on.
    office.submit("hu", Transfer{.unit = "east", .reason = "the street is hers"});
    EXPECT_EQ(office.state.unit, "east");
}

TEST(HandOver, WhoeverWasNamedKeepsTheCaseWhereTheyWork) {
    Office office(definition(passed, unit_field));
    office.open();
    office.submit("eva", Transfer{.unit = "west", .reason = "their street"});
    office.submit("wu", Transfer{.unit = "east", .reason = "no, theirs"});
    office.submit("hu", NameOwner{.person = "ann", .reason = "she knows the street"});
    office.submit("hu", Transfer{.unit = "east", .reason = "there she works"});
    EXPECT_EQ(office.state.unit, "east");
    EXPECT_EQ(office.state.owner, "ann") << "the definition would name eva";
}

TEST(HandOver, TheNthGoesToTheSuperior) {
    Office office(definition(passed, unit_field + R"("hand_over": {"limit": 1},)"));
    office.open();
    office.submit("eva", Transfer{.unit = "west", .reason = "their street"});
    EXPECT_EQ(office.state.unit, "county");
    EXPECT_EQ(office.all<CaseTransferred>().back().hand_over, 1);
}

TEST(HandOver, AnOwnerWhomTheDefinitionWouldNameThereTooStaysTheOwner) {
    Office office(definition(passed, unit_field + R"("owner": {"role": "head", "unit": "level:county"},)"));
    office.open();
    EXPECT_EQ(office.state.owner, "hu");
    const auto named = office.all<OwnerNamed>().size();
    office.submit("eva", Transfer{.unit = "west", .reason = "their street"});
    EXPECT_EQ(office.state.owner, "hu");
    EXPECT_EQ(office.all<OwnerNamed>().size(), named);
}

TEST(HandOver, AWayThatTheDefinitionPlansIsNone) {
    Office office(definition(passed, unit_field));
    office.open();
    office.act("ann", "consult");
    EXPECT_EQ(office.state.unit, "county");
    EXPECT_THAT(office.holders("asked"), ElementsAre("hu"));
    office.act("hu", "back", {{"unit", "east"}});
    EXPECT_EQ(office.state.unit, "east");
    EXPECT_THAT(office.state.hand_overs, IsEmpty());
}

TEST(Approval, MovesWithTheCase) {
    Office office(definition(simple));
    office.open();
    office.act("ann", "drop");
    ASSERT_THAT(office.all<ApprovalAsked>().at(0).of, ElementsAre("eva"));
    const auto request = office.all<ApprovalAsked>()[0].request;
    office.submit("eva", Transfer{.unit = "west", .reason = "theirs"});
    EXPECT_THAT(office.state.request(request)->of, ElementsAre("wu"));
    EXPECT_THAT(office.told(), Contains("wu"));
    office.submit("eva", Approve{request, "fine"});
    EXPECT_EQ(office.code(), "not-permitted") << "the case is no longer hers";
    office.submit("wu", Approve{request, "fine"});
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

TEST(Approval, OfWhoeverHasLeftIsAskedOfTheNext) {
    Office office(definition(simple));
    office.open();
    office.act("ann", "drop");
    const auto request = office.all<ApprovalAsked>().at(0).request;
    office.directory.apply(org::PersonLeft{"eva"});
    office.tick();
    EXPECT_THAT(office.state.request(request)->of, ElementsAre("hu"));
    EXPECT_EQ(office.state.requests.size(), 1u);
    EXPECT_THAT(office.told(), Contains("hu"));
}

TEST(Extend, WhoeverHasTheWorkOfTheStageMayAsk) {
    Office office(definition(
        R"("work": {"assign": "clerk", "clock": {"due": "5 days", "ladder": "climb",
           "extend": {"by": "3 days", "times": 1, "approve": "head"}}, "actions": {"done": {"to": "closed"}}},
        "closed": {"end": "closed"})"));
    office.open();
    const auto clerk = office.holders("work").at(0);
    ASSERT_NE(clerk, office.state.owner);
    office.submit(clerk, ExtendClock{"work", *time::parse_duration("2 days"), "experts are slow"});
    EXPECT_EQ(office.code(), "");
    EXPECT_THAT(office.all<ApprovalAsked>(), SizeIs(1));
}

const std::string extended =
    R"("clocks": {"answer": {"due": "60 days", "extend": {"by": "30 days", "times": 1, "approve": "head"}}},)";

TEST(Extend, AnApproversOwnCaseTakesAnother) {
    Office office(definition(simple, extended));
    office.open();
    ASSERT_EQ(office.state.owner, "eva");
    const ExtendClock wish{"answer", *time::parse_duration("10 days"), "experts are slow"};
    office.submit("eva", wish);
    EXPECT_THAT(office.all<ClockExtended>(), IsEmpty()) << "she heads the unit and owns the case";
    ASSERT_THAT(office.all<ApprovalAsked>(), SizeIs(1));
    EXPECT_THAT(office.all<ApprovalAsked>()[0].of, ElementsAre("hu"));
    office.submit("hu", Approve{office.all<ApprovalAsked>()[0].request, "seen"});
    EXPECT_EQ(office.all<ClockExtended>().at(0).approver, "hu");
}

TEST(Extend, AnApproverGivesMoreTimeToAColleagueAtOnce) {
    Office office(definition(simple, extended));
    office.open();
    office.submit("eva", NameOwner{.person = "ann", .reason = "her street"});
    office.submit("eva", ExtendClock{"answer", *time::parse_duration("10 days"), "experts are slow"});
    EXPECT_EQ(office.all<ClockExtended>().at(0).approver, "eva");
}

}  // namespace
}  // namespace reeve::core::flow_testing
