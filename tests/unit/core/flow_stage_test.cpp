#include "tests/unit/core/flow_bench.h"

namespace reeve::core::flow_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string ended = R"("closed": {"end": "closed"})";

TEST(Flow, ACaseHasAnOwnerAClockAndATaskFromTheFirstSecond) {
    Office office(definition(
        R"("work": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"}}},)" + ended));
    auto events = office.open();
    ASSERT_FALSE(office.refused) << office.refused->text();
    EXPECT_EQ(name(events[0]), "CaseStarted");
    EXPECT_EQ(name(events[1]), "OwnerNamed");
    EXPECT_EQ(office.state.owner, "eva");
    EXPECT_THAT(office.holders("work"), ElementsAre("ann"));
    EXPECT_EQ(office.state.clock("work")->status, ClockStatus::running);
    EXPECT_THAT(office.told(), UnorderedElementsAre("eva", "ann"));

    office.act("ann", "done");
    EXPECT_EQ(office.state.status, CaseStatus::closed);
    EXPECT_EQ(office.state.outcome, "closed");
    EXPECT_EQ(office.task("work").status, TaskStatus::done);
    EXPECT_EQ(office.state.clock("work")->status, ClockStatus::met);
    EXPECT_THAT(office.stages(), IsEmpty());
}

TEST(Flow, AnActionIsOfferedOnlyByAnActiveStageWhenItsConditionHolds) {
    Office office(definition(
        R"("work": {"assign": "clerk", "due": "5 days", "actions": {
        "close": {"to": "closed", "when": "data.persons >= 5"}}},)" +
            ended,
        R"("data": {"type": "object", "required": ["persons"], "properties": {"persons": {"type": "integer"}}},)"));
    office.open("east", {{"persons", 3}});
    office.act("ann", "dance");
    EXPECT_EQ(office.code(), "unknown-action");
    EXPECT_THAT(office.refused->message, testing::HasSubstr("\"close\" in work"));
    office.act("ann", "close");
    EXPECT_EQ(office.code(), "action-not-offered");
    office.act("ann", "close", {{"persons", 7}});  // judged with what is given
    EXPECT_EQ(office.state.status, CaseStatus::closed);
    EXPECT_EQ(office.state.data["persons"], 7);
}

TEST(Flow, RequiredFieldsAndDocumentsAreNamedWhenTheyAreMissing) {
    Office office(
        definition(R"("work": {"assign": "clerk", "due": "5 days", "require": ["place"], "actions": {
        "close": {"to": "closed", "document": "notice", "require": ["reason"]}}},)" +
                       ended,
                   R"("data": {"type": "object", "properties": {"place": {"type": "string"}}},)"));
    office.open();
    office.act("ann", "close");
    EXPECT_EQ(office.code(), "missing-reason");
    office.act("ann", "close", Json::object(), "agreed");
    EXPECT_EQ(office.code(), "missing-document");
    EXPECT_EQ(office.refused->place, "documents.notice");
    office.submit("ben", AddDocument{{.kind = "notice", .name = "a.pdf", .sha256 = "00"}});
    office.act("ann", "close", Json::object(), "agreed");
    EXPECT_EQ(office.code(), "missing-field");
    EXPECT_EQ(office.refused->place, "data.place");
    office.act("ann", "close", {{"place", 5}}, "agreed");
    EXPECT_EQ(office.code(), "bad-data");
    office.act("ann", "close", {{"place", "dam"}}, "agreed");
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

const std::string tasks =
    R"("work": {"assign": "clerk", "due": "5 days", "need": NEED, "then": "closed", "tasks": [
    {"name": "look"}, {"name": "ask"}, {"name": "measure"}, {"name": "photograph", "optional": true}]},)" +
    ended;

std::string need(const std::string& how) {
    auto text = tasks;
    return text.replace(text.find("NEED"), 4, how);
}

TEST(Flow, AllTasksAnyTaskOrSoManyLeadOn) {
    for (auto [how, done] : {std::pair("\"all\"", 3), {"\"any\"", 1}, {"2", 2}}) {
        Office office(definition(need(how)));
        office.open();
        EXPECT_THAT(office.state.tasks, SizeIs(4));
        const char* names[] = {"look", "ask", "measure"};
        for (int i = 0; i < done; ++i) {
            EXPECT_EQ(office.state.status, CaseStatus::open) << how << " after " << i;
            office.submit("eva", CompleteTask{.task = office.task(names[i]).id});
            ASSERT_FALSE(office.refused) << office.refused->text();
        }
        EXPECT_EQ(office.state.status, CaseStatus::closed) << how;
        EXPECT_EQ(office.task("photograph").status, TaskStatus::cancelled);
    }
}

TEST(Flow, TasksMadeAtOnceAreSpreadOverThoseWhoCanDoThem) {
    Office office(definition(need("\"all\"")));
    office.loads["ann"].open = 1;
    office.open();
    std::vector<std::string> people;
    for (const auto& task : office.state.tasks) people.push_back(task.person);
    EXPECT_THAT(people, UnorderedElementsAre("ann", "ann", "ben", "ben"));
}

TEST(Flow, OneTaskForEachItemOfAList) {
    const auto text = definition(
        R"("work": {"assign": "clerk", "due": "5 days", "each": "homes", "then": "closed"},)" + ended,
        R"("data": {"type": "object", "properties": {"homes": {"type": "array", "items": {"type": "string"}}}},)");
    Office office(text);
    office.open("east", {{"homes", {"first", "second"}}});
    ASSERT_THAT(office.state.tasks, SizeIs(2));
    EXPECT_EQ(office.state.tasks[1].item, "second");
    office.submit("eva", CompleteTask{.task = office.state.tasks[0].id});
    office.submit("eva", CompleteTask{.task = office.state.tasks[1].id});
    EXPECT_EQ(office.state.status, CaseStatus::closed);

    Office none(text);
    none.open("east", {{"homes", Json::array()}});
    EXPECT_EQ(none.state.status, CaseStatus::closed);  // a list without items needs nobody
}

const std::string counted = R"("data": {"type": "object", "properties": {"persons": {"type": "integer"}}},)";

TEST(Flow, AChoiceTakesTheFirstBranchThatHolds) {
    const auto text = definition(R"(
        "size": {"choice": [{"when": "(data.persons or 0) >= 5", "to": "many"}, {"else": "few"}]},
        "many": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"}}},
        "few": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"}}},)" +
                                     ended,
                                 counted);
    Office many(text), few(text);
    many.open("east", {{"persons", 9}});
    few.open("east", {{"persons", 1}});
    EXPECT_THAT(many.stages(), ElementsAre("many"));
    EXPECT_THAT(few.stages(), ElementsAre("few"));
}

TEST(Flow, AConditionThatFailsIsRefusedToAPersonAndCountsAsNotMetForATimer) {
    const auto text = definition(R"(
        "wait": {"assign": "head", "wait": "2 days", "then": "size", "actions": {"now": {"to": "size"}}},
        "size": {"choice": [{"when": "data.persons >= 5", "to": "closed"}, {"else": "few"}]},
        "few": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"}}},)" +
                                     ended,
                                 counted);
    Office office(text);
    office.open();
    office.act("eva", "now");
    EXPECT_EQ(office.code(), "condition-failed");
    EXPECT_THAT(office.stages(), ElementsAre("wait"));
    office.at("2026-03-06T09:00");
    office.tick();
    EXPECT_THAT(office.stages(), ElementsAre("few"));
    EXPECT_THAT(office.all<NoteAdded>(), SizeIs(1));
}

TEST(Flow, ALoopOfChoicesIsRefusedToAPersonAndStopsWherePeopleWorkForATimer) {
    auto program = std::make_shared<model::Program>(*compiled(definition(R"(
        "wait": {"assign": "head", "wait": "2 days", "then": "size", "actions": {"now": {"to": "size"}}},
        "size": {"choice": [{"when": "false", "to": "closed"}, {"else": "work"}]},
        "work": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"}}},)" +
                                                                         ended)));
    program->stages[1].branches[1].to = 1;  // no definition that compiles says so
    Office office(definition(
        R"("w": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"}}},)" + ended));
    office.program = program;
    office.open();
    office.act("eva", "now");
    EXPECT_EQ(office.code(), "endless-loop");
    office.at("2026-03-06T09:00");
    office.tick();
    EXPECT_THAT(office.stages(), ElementsAre("work"));
}

std::string branches(const std::string& join) {
    return R"("split": {"parallel": ["left", "middle", "right"], "join": "meet"},
        "left": {"assign": "clerk", "due": "5 days", "actions": {"l": {"to": "meet"}, "stop": {"to": "stopped"}}},
        "middle": {"assign": "clerk", "due": "5 days", "actions": {"m": {"to": "meet"}}},
        "right": {"assign": "clerk", "due": "5 days", "actions": {"r": {"to": "meet"}}},
        "meet": {"join": )" +
           join + R"(, "then": "sum"},
        "sum": {"assign": "head", "due": "5 days", "actions": {"done": {"to": "closed"}}},
        "stopped": {"end": "stopped"},)" +
           ended;
}

TEST(Flow, AJoinWaitsForAllItsBranches) {
    Office office(definition(branches("\"all\"")));
    office.open();
    EXPECT_THAT(office.stages(), ElementsAre("left", "middle", "right"));
    office.act("eva", "l");
    office.act("eva", "r");
    EXPECT_THAT(office.stages(), ElementsAre("middle"));
    office.act("eva", "m");
    EXPECT_THAT(office.stages(), ElementsAre("sum"));
    EXPECT_THAT(office.state.parallels, IsEmpty());
    EXPECT_EQ(office.state.stages[0].parallel, 0);
}

TEST(Flow, AJoinThatHasEnoughLeavesTheOthersBehind) {
    for (auto [join, arrivals] : {std::pair("\"any\"", 1), {"2", 2}}) {
        Office office(definition(branches(join)));
        office.open();
        office.act("eva", "l");
        if (arrivals == 2) office.act("eva", "m");
        EXPECT_THAT(office.stages(), ElementsAre("sum")) << join;
        EXPECT_EQ(office.task("right").status, TaskStatus::cancelled);
        EXPECT_EQ(office.state.clock("right")->status, ClockStatus::cancelled);
        EXPECT_EQ(office.state.clock("left")->status, ClockStatus::met);
        office.act("eva", "r");
        EXPECT_EQ(office.code(), "unknown-action");
    }
}

TEST(Flow, AnEndInsideABranchEndsTheCase) {
    Office office(definition(branches("\"all\"")));
    office.open();
    office.act("eva", "stop");
    EXPECT_EQ(office.state.status, CaseStatus::closed);
    EXPECT_EQ(office.state.outcome, "stopped");
    EXPECT_EQ(office.task("middle").status, TaskStatus::cancelled);
    EXPECT_EQ(next_moment(office.state), std::nullopt);
}

TEST(Flow, ParallelsInsideParallelsCloseFromOutside) {
    Office office(definition(R"(
        "outer": {"parallel": ["inner", "b"], "join": "outer-meet"},
        "inner": {"parallel": ["c", "d"], "join": "inner-meet"},
        "b": {"assign": "clerk", "due": "5 days", "actions": {"b": {"to": "outer-meet"}}},
        "c": {"assign": "clerk", "due": "5 days", "actions": {"c": {"to": "inner-meet"}}},
        "d": {"assign": "clerk", "due": "5 days", "actions": {"d": {"to": "inner-meet"}}},
        "inner-meet": {"join": "all", "then": "e"},
        "e": {"assign": "clerk", "due": "5 days", "actions": {"e": {"to": "outer-meet"}}},
        "outer-meet": {"join": "any", "then": "closed"},)" +
                             ended));
    office.open();
    EXPECT_THAT(office.stages(), UnorderedElementsAre("b", "c", "d"));
    office.act("eva", "c");
    office.act("eva", "d");
    EXPECT_THAT(office.stages(), UnorderedElementsAre("b", "e"));
    EXPECT_THAT(office.state.parallels, SizeIs(1));
    office.act("eva", "b");
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

const std::string waiting =
    R"("answered": {"wait": "30 days", "on": {"review-requested": "review"}, "then": "closed"},
    "review": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"}}},)" +
    ended;

TEST(Flow, AWaitEndsByItsTimeAndWhatFollowsBeginsAtThatMoment) {
    Office office(definition(R"("answered": {"wait": "10 hours", "then": "work"},
        "work": {"assign": "clerk", "due": "2 hours", "actions": {"done": {"to": "closed"}}},)" +
                             ended));
    office.open();
    EXPECT_EQ(next_moment(office.state), Office::when("2026-03-02T19:00:00+08:00"));
    office.at("2026-03-05T09:00");  // nobody looked for three days
    office.tick();
    EXPECT_THAT(office.stages(), ElementsAre("work"));
    EXPECT_EQ(office.state.stages[0].since, Office::when("2026-03-02T19:00:00+08:00"));
    EXPECT_EQ(office.state.clock("work")->due, Office::when("2026-03-02T21:00:00+08:00"));
    EXPECT_THAT(office.all<EscalationFired>(), testing::Not(IsEmpty()));  // and its ladder has climbed
}

TEST(Flow, AMessageOfThePersonWhoAskedEndsAWait) {
    Office office(definition(waiting));
    office.open();
    office.submit(petitioner_actor, SendMessage{.message = "thanks"});
    EXPECT_EQ(office.code(), "message-not-expected");
    EXPECT_THAT(office.refused->message, testing::HasSubstr("review-requested"));
    office.submit(petitioner_actor, SendMessage{.message = "review-requested"});
    EXPECT_THAT(office.stages(), ElementsAre("review"));
    EXPECT_EQ(office.all<StageLeft>().back().how, "message:review-requested");
}

TEST(Flow, AMessageThatWasPostedInTimeIsInTimeThoughItWasEnteredLater) {
    Office office(definition(waiting));
    office.open();
    office.at("2026-04-02T09:00");  // the wait ended with the first of April; nobody ticked yet
    office.submit("eva", SendMessage{.message = "review-requested"},
                  Office::when("2026-03-31T15:00:00+08:00"));
    EXPECT_THAT(office.stages(), ElementsAre("review"));
}

TEST(Flow, AChildCaseIsAskedForOnceUnderAnIdOfItsOwn) {
    Office office(definition(
        R"("inspect": {"child": "inspection", "due": "9 days", "data": {"where": "data.place", "kind": "full"}, "then": "closed"},)" +
            ended,
        R"("data": {"type": "object", "properties": {"place": {"type": "string"}}},)"));
    office.open("east", {{"place", "dam"}});
    auto requested = office.all<CaseRequested>().at(0);
    EXPECT_EQ(requested.definition, "inspection");
    EXPECT_EQ(requested.cause, "child:inspect");
    EXPECT_EQ(requested.data, (Json{{"where", "dam"}, {"kind", "full"}}));
    EXPECT_TRUE(requested.other.starts_with("K1."));
    EXPECT_EQ(office.state.stages[0].child, requested.other);
    office.submit(system_actor, EndChild{.child = "K9"});
    EXPECT_EQ(office.code(), "unknown-child");
    office.submit("eva", EndChild{.child = requested.other});
    EXPECT_EQ(office.code(), "not-permitted");
    office.submit(system_actor, EndChild{.child = requested.other, .outcome = "sound"});
    EXPECT_EQ(office.state.status, CaseStatus::closed);
    office.submit(system_actor, EndChild{.child = requested.other, .outcome = "sound"});
    EXPECT_FALSE(office.refused);  // told twice: recorded, and moves nothing
}

TEST(Flow, AnExpiryMovesTheCaseByItself) {
    Office office(definition(R"("work": {"assign": "clerk", "clock": {"expiry": "3 days", "then": "lapsed"},
        "actions": {"done": {"to": "closed"}}}, "lapsed": {"end": "lapsed"},)" +
                                 ended,
                             R"("clocks": {"whole": {"due": "30 days"}},)"));
    office.open();
    office.at("2026-03-09T09:00");
    office.tick();
    EXPECT_EQ(office.state.status, CaseStatus::closed);
    EXPECT_EQ(office.state.outcome, "lapsed");
    EXPECT_EQ(office.all<StageLeft>()[0].how, "expired");
}

}  // namespace
}  // namespace reeve::core::flow_testing
