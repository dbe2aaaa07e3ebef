// How clocks start, are met, expire and begin again.
#include "tests/unit/core/clock_bench.h"

namespace reeve::core::clock_testing {

namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ClockRule stage_clock(const Bench& bench, const char* stage, const char* in) {
    ClockRule rule;
    rule.name = stage;
    rule.in = duration(in);
    rule.from = ClockRule::From::stage;
    rule.from_stage = bench.program.stage(stage);
    rule.ladder = 0;
    return rule;
}

}  // namespace

TEST(ClockMeeting, AnActAtTheDueInstantIsInTime) {
    Bench bench;
    bench.open();
    const auto met = only<ClockMet>(bench.act("2026-03-16T18:00", "finish"));
    ASSERT_EQ(met.size(), 1u);
    EXPECT_EQ(met[0].late_ms, 0);
    EXPECT_EQ(bench.clock().status, ClockStatus::met);
    EXPECT_EQ(bench.fired().size(), 2u);  // the step of that very instant did not fire: people go first
    EXPECT_EQ(next_moment(bench.state), std::nullopt);
}

TEST(ClockMeeting, LaterIsLateByRealTime) {
    Bench bench;
    bench.open();
    const auto met = only<ClockMet>(bench.act("2026-03-17T09:00", "finish"));
    ASSERT_EQ(met.size(), 1u);
    EXPECT_EQ(met[0].late_ms, 15 * 3600 * 1000);
    EXPECT_EQ(bench.fired().size(), 3u);  // the steps before the act fired, though nobody had looked
}

TEST(ClockMeeting, IsJudgedByWhenTheActHappened) {
    Bench bench;
    bench.open();
    bench.tick("2026-03-19T18:00");
    ASSERT_EQ(bench.fired().size(), 5u);
    const auto events = bench.act("2026-03-20T09:00", "finish", "2026-03-13T17:00");
    const auto met = only<ClockMet>(events);
    ASSERT_EQ(met.size(), 1u);
    EXPECT_EQ(met[0].late_ms, 0);
    EXPECT_EQ(bench.local(met[0].at), "2026-03-13T17:00");
    EXPECT_EQ(only<EscalationOvertaken>(events).size(), 3u);  // due, due + 2, its repeat
    EXPECT_FALSE(bench.state.escalations[1].overtaken);
    EXPECT_TRUE(bench.state.escalations[2].overtaken);
}

TEST(ClockStart, TheClockOfAnIncidentRunsFromDiscoveryAndLatenessIsRecordedAtOnce) {
    Bench bench;
    bench.rule().from = ClockRule::From::occurred;
    bench.rule().in = duration("1 hour");
    bench.ladder() = {at("50%"), at("due", {"owner", "head"}), at("due + 2 hours", {"head@parent"})};
    const auto events = bench.open("2026-03-02T12:00", "2026-03-02T08:00");
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-02T09:00");
    const auto fired = only<EscalationFired>(events);  // by the same command, with their planned times
    ASSERT_EQ(fired.size(), 3u);
    EXPECT_EQ(bench.local(fired[0].planned), "2026-03-02T08:30");
    EXPECT_EQ(bench.local(fired[1].planned), "2026-03-02T09:00");
    EXPECT_EQ(bench.local(fired[2].planned), "2026-03-02T11:00");
    EXPECT_THAT(fired[1].told, ElementsAre("chen", "tan"));
    EXPECT_EQ(bench.clock().light, Light::red);
    EXPECT_EQ(bench.replayed(), bench.state);
}

TEST(ClockStart, RegistrationIsWhenItWasEntered) {
    Bench bench;
    bench.open("2026-03-02T12:00", "2026-02-27T08:00");
    EXPECT_EQ(bench.local(bench.clock().from), "2026-03-02T12:00");
}

TEST(ClockStart, AStagesOwnClockRunsFromEnteringToLeavingIt) {
    Bench bench;
    bench.program.stages[1].clock = bench.add_clock(stage_clock(bench, "rest", "2 working days"));
    bench.open();
    EXPECT_EQ(bench.state.clock("rest"), nullptr);
    bench.act("2026-03-03T09:00", "on");
    EXPECT_EQ(bench.local(bench.clock("rest").due), "2026-03-05T18:00");
    EXPECT_NE(bench.clock("rest").entry, 0);
    bench.act("2026-03-06T09:00", "back");
    EXPECT_EQ(bench.clock("rest").status, ClockStatus::met);
    EXPECT_GT(bench.clock("rest").late_ms, 0);
    bench.act("2026-03-09T09:00", "on");  // another entry, another clock
    EXPECT_EQ(bench.clock("rest").status, ClockStatus::running);
    EXPECT_EQ(bench.local(bench.clock("rest").from), "2026-03-09T09:00");
}

TEST(ClockStart, AStageEnteredAgainDoesNotStartAnewAClockThatSpansIt) {
    Bench bench;
    auto rule = stage_clock(bench, "rest", "20 working days");
    rule.name = "review";
    bench.add_clock(rule);
    bench.open();
    bench.act("2026-03-03T09:00", "on");
    bench.act("2026-03-04T09:00", "back");
    bench.act("2026-03-05T09:00", "on");
    EXPECT_EQ(bench.local(bench.clock("review").from), "2026-03-03T09:00");
    EXPECT_EQ(bench.all<ClockStarted>().size(), 2u);  // answer, review
}

TEST(ClockMeeting, ByLeavingAStageOrByEnteringOne) {
    Bench bench;
    ClockRule left, entered;
    left.name = "left";
    left.in = entered.in = duration("20 working days");
    left.to_stage = 0;
    entered.name = "entered";
    entered.done_on = {1};
    bench.add_clock(left);
    bench.add_clock(entered);
    bench.open();
    const auto events = bench.act("2026-03-03T09:00", "on");
    EXPECT_EQ(only<ClockMet>(events).size(), 2u);
    EXPECT_EQ(bench.clock("left").status, ClockStatus::met);
    EXPECT_EQ(bench.clock("entered").status, ClockStatus::met);
    EXPECT_EQ(bench.clock().status, ClockStatus::running);
}

TEST(ClockEnd, ClosingACaseHidesNothing) {
    Bench bench;
    bench.open();
    bench.act("2026-03-18T09:00", "finish");
    EXPECT_EQ(bench.clock().status, ClockStatus::met);
    EXPECT_GT(bench.clock().late_ms, 0);
}

TEST(ClockEnd, CancellingACaseCancelsItsClocksWithTheReason) {
    Bench bench;
    bench.open();
    bench.submit("2026-03-03T09:00", "tan", Cancel{"entered twice"});
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.clock().status, ClockStatus::cancelled);
    EXPECT_THAT(bench.all<ClockCancelled>()[0].why, HasSubstr("cancelled"));
    EXPECT_EQ(next_moment(bench.state), std::nullopt);
}

TEST(ClockUnowned, RunsWhileNobodyOwnsTheCase) {
    Bench bench;
    bench.program.owner.who = who("head");
    for (const char* head : {"hu", "tan"}) bench.directory.apply(org::PersonLeft{head});
    bench.open();
    ASSERT_TRUE(bench.state.owner.empty());
    ASSERT_EQ(bench.clock("unowned").status, ClockStatus::running);
    EXPECT_EQ(bench.local(bench.clock("unowned").due), "2026-03-02T15:00");
    org::Person tan;
    tan.id = "tan";
    bench.directory.apply(org::PersonSet{tan});
    bench.directory.apply(org::PostSet{{"township", "head", 1, {"tan"}}});
    bench.tick("2026-03-02T15:00");
    EXPECT_THAT(bench.fired("unowned").back().told, Contains("tan"));
    bench.submit("2026-03-02T16:00", "tan", NameOwner{"cai", "she knows the family"});
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.clock("unowned").status, ClockStatus::met);
}

TEST(ClockInactivity, StartsAnewWithEveryActButNotWithAnAcknowledgement) {
    Bench bench;
    ClockRule idle;
    idle.name = "inactivity";
    idle.from = ClockRule::From::inactivity;
    idle.in = duration("3 working days");
    bench.program.inactivity_clock = bench.add_clock(idle, {at("due", {"owner"})});
    bench.open();
    EXPECT_EQ(bench.local(bench.clock("inactivity").due), "2026-03-05T18:00");
    bench.tick("2026-03-05T18:00");
    ASSERT_EQ(bench.fired("inactivity").size(), 1u);
    bench.submit("2026-03-05T19:00", "chen", Acknowledge{bench.fired("inactivity")[0].escalation, "I know"});
    EXPECT_EQ(bench.clock("inactivity").light, Light::red);
    bench.submit("2026-03-06T10:00", "chen", AddNote{"Called the family."});
    EXPECT_EQ(bench.clock("inactivity").light, Light::green);
    EXPECT_EQ(bench.local(bench.clock("inactivity").due), "2026-03-11T18:00");
    EXPECT_EQ(bench.clock("inactivity").fired, 0);
    EXPECT_EQ(bench.replayed(), bench.state);
}

TEST(ClockHandOver, KeepsTheCasesClockAndOpensOneForTheReceiver) {
    Bench bench;
    ClockRule receive;
    receive.name = "hand_over";
    receive.from = ClockRule::From::hand_over;
    receive.in = duration("1 working day");
    bench.program.hand_over.clock = bench.add_clock(receive, {at("due", {"head"})});
    bench.open();
    const auto due = bench.clock().due;
    bench.submit("2026-03-03T09:00", "chen", Transfer{"post", "it lies in their street"});
    ASSERT_EQ(bench.code(), "");
    EXPECT_EQ(bench.clock().due, due);
    EXPECT_EQ(bench.local(bench.clock("hand_over").due), "2026-03-04T18:00");
}

TEST(ClockTask, OfAFollowUpRunsAfterTheEndOfTheCase) {
    Bench bench;
    bench.open();
    bench.submit("2026-03-03T09:00", "chen", AddFollowUp{"Visit the family", "owner", duration("10 days")});
    ASSERT_EQ(bench.code(), "");
    const auto task = bench.state.tasks.back().id;
    bench.act("2026-03-04T09:00", "finish");
    EXPECT_EQ(bench.state.status, CaseStatus::closed);
    const auto& clock = bench.state.clocks.back();
    EXPECT_EQ(clock.task, task);
    EXPECT_EQ(clock.status, ClockStatus::running);
    EXPECT_EQ(bench.local(clock.due), "2026-03-14T00:00");
    EXPECT_FALSE(clock.steps.empty());  // it climbs the definition's first ladder
    bench.tick("2026-03-14T00:00");
    EXPECT_EQ(bench.state.clocks.back().light, Light::orange);
    bench.submit("2026-03-16T09:00", bench.state.tasks.back().person,
                 CompleteTask{task, Json::object(), {}, ""});
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.state.clocks.back().status, ClockStatus::met);
}

TEST(ClockExpiry, MovesTheCaseByItself) {
    Bench bench;
    auto rule = stage_clock(bench, "rest", "2 working days");
    rule.kind = LimitKind::expiry;
    rule.ladder = model::none;
    rule.on_expiry_to = bench.program.stage("work");
    bench.program.stages[1].clock = bench.add_clock(rule, {at("50%"), at("due")});
    bench.open();
    bench.act("2026-03-03T09:00", "on");
    EXPECT_THAT(only<ClockExpired>(bench.tick("2026-03-05T17:59")), IsEmpty());
    const auto events = bench.tick("2026-03-06T10:00");  // the engine looked late
    ASSERT_EQ(only<ClockExpired>(events).size(), 1u);
    EXPECT_EQ(bench.local(only<ClockExpired>(events)[0].at), "2026-03-05T18:00");
    EXPECT_EQ(only<EscalationFired>(events).size(), 1u);  // its own step at the due instant told before it
    ASSERT_EQ(bench.state.stages.size(), 1u);
    EXPECT_EQ(bench.state.stages[0].stage, "work");
    EXPECT_EQ(bench.local(bench.state.stages[0].since), "2026-03-05T18:00");
    EXPECT_EQ(bench.clock("rest").status, ClockStatus::expired);
}

TEST(ClockExpiry, AnActAtItsInstantGoesFirst) {
    Bench bench;
    auto rule = stage_clock(bench, "rest", "2 working days");
    rule.kind = LimitKind::expiry;
    rule.ladder = model::none;
    rule.on_expiry_to = bench.program.stage("work");
    bench.program.stages[1].clock = bench.add_clock(rule);
    bench.open();
    bench.act("2026-03-03T09:00", "on");
    bench.act("2026-03-05T18:00", "finish");
    EXPECT_EQ(bench.state.outcome, "answered");
    EXPECT_EQ(bench.clock("rest").status, ClockStatus::met);
}

TEST(ClockReopen, StartsANewCycleAndKeepsTheOld) {
    Bench bench;
    bench.open();
    bench.act("2026-03-17T09:00", "finish");
    const auto old = bench.clock();
    bench.submit("2026-03-20T09:00", "tan", Reopen{"the answer was wrong", ""});
    ASSERT_EQ(bench.code(), "");
    EXPECT_EQ(bench.state.cycle, 2);
    EXPECT_NE(bench.clock().id, old.id);
    EXPECT_EQ(bench.clock().cycle, 2);
    EXPECT_EQ(bench.local(bench.clock().from), "2026-03-20T09:00");
    EXPECT_EQ(*bench.state.clock(old.id), old);
}

TEST(ClockMigrate, KeepsWhenItStartedAndTakesTheNewLimit) {
    Bench bench;
    bench.open();
    bench.tick("2026-03-09T14:30");
    model::Program next = bench.program;
    next.version = 2;
    next.clocks[0].in = duration("20 working days");
    ClockRule added;
    added.name = "added";
    added.in = duration("30 working days");
    added.ladder = 0;
    next.clocks.push_back(added);
    Command command;
    command.actor = "tan";
    command.case_id = "K1";
    command.at = bench.when("2026-03-10T09:00");
    command.wish = Migrate{2, {}, "the new regulation"};
    const auto events =
        decide(&bench.state, command, Context{bench.program, bench.directory, bench.loads, &next});
    ASSERT_TRUE(events) << events.error().text();
    auto state = bench.state;
    for (const auto& event : *events) {
        Recorded recorded;
        recorded.case_id = "K1";
        recorded.revision = state.revision + 1;
        recorded.at = command.at;
        recorded.actor = "tan";
        recorded.event = event;
        apply(state, recorded, next);
    }
    EXPECT_EQ(bench.local(state.clock("answer")->from), "2026-03-02T09:00");
    EXPECT_EQ(bench.local(state.clock("answer")->due), "2026-03-30T18:00");
    EXPECT_EQ(state.clock("answer")->fired, 0);  // half of the new time is still to come
    ASSERT_NE(state.clock("added"), nullptr);
    EXPECT_EQ(bench.local(state.clock("added")->from), "2026-03-02T09:00");
}

TEST(ClockMigrate, AnAcknowledgementHoldsThoughItsStepIsGone) {
    Bench bench;
    bench.ladder()[3].acknowledged_for = duration("20 working days");
    bench.open();
    bench.tick("2026-03-18T18:00");
    const auto id = bench.fired().back().escalation;
    bench.submit("2026-03-18T19:00", "hu", Acknowledge{id, "I call them"});
    model::Program next = bench.program;
    next.version = 2;
    // What was the fourth step lies behind the list now: whoever looks there finds its 20 working days.
    next.ladders[0].steps.erase(next.ladders[0].steps.begin() + 1, next.ladders[0].steps.end());
    auto state = bench.state;
    const auto take = [&](const std::string& at, const std::string& actor, Event event) {
        Recorded recorded;
        recorded.case_id = "K1";
        recorded.revision = state.revision + 1;
        recorded.at = bench.when(at);
        recorded.actor = actor;
        recorded.event = std::move(event);
        apply(state, recorded, next);
    };
    take("2026-03-19T09:00", "tan", CaseMigrated{.from = 1, .to = 2, .stages = {}, .reason = "shorter"});
    take("2026-03-19T10:00", "chen", NoteAdded{.text = "They were called."});
    const auto lapses = [&] {
        const auto it = std::ranges::find(state.escalations, id, &EscalationState::id);
        return bench.local((*it).lapses.value_or(Instant{}));
    };
    EXPECT_EQ(lapses(), "2026-03-24T18:00") << "the standard time, from the progress on";
    take("2026-03-20T09:00", "hu", AcknowledgementWithdrawn{id, "not yet"});
    take("2026-03-20T10:00", "hu", EscalationAcknowledged{id, "now"});
    EXPECT_EQ(lapses(), "2026-03-25T18:00");
}

TEST(ClockMigrate, AClockThatTheNewVersionDoesNotHaveIsCancelledWithTheReason) {
    Bench bench;
    ClockRule extra;
    extra.name = "extra";
    extra.in = duration("30 working days");
    extra.ladder = 0;
    bench.add_clock(extra);
    bench.open();
    model::Program next = bench.program;
    next.version = 2;
    next.clocks.pop_back();
    Command command;
    command.actor = "tan";
    command.case_id = "K1";
    command.at = bench.when("2026-03-10T09:00");
    command.wish = Migrate{2, {}, "the new regulation"};
    const auto events =
        decide(&bench.state, command, Context{bench.program, bench.directory, bench.loads, &next});
    ASSERT_TRUE(events) << events.error().text();
    const auto cancelled = only<ClockCancelled>(*events);
    ASSERT_EQ(cancelled.size(), 1u);
    EXPECT_THAT(cancelled[0].why, HasSubstr("version 2 has no clock extra"));
}

TEST(ClockExplain, SaysTheRuleTheCountAndTheLadder) {
    Bench bench;
    bench.open();
    bench.tick("2026-03-12T16:36");
    const auto why = explain(bench.state, bench.clock(), bench.program);
    EXPECT_EQ(why.basis, "Regulation, article 33");
    EXPECT_EQ(why.calendar, "office");
    EXPECT_THAT(why.rule, HasSubstr("10 working days"));
    EXPECT_THAT(why.rule, HasSubstr("closing time"));
    EXPECT_EQ(bench.local(why.due), "2026-03-16T18:00");
    EXPECT_GE(why.days.size(), 11u);
    ASSERT_EQ(why.steps.size(), 4u);
    EXPECT_TRUE(why.steps[1].fired);
    EXPECT_THAT(why.steps[1].told, ElementsAre("chen", "tan"));
    EXPECT_FALSE(why.steps[2].fired);
    EXPECT_EQ(why.steps[3].at, "due + 2 working days");
    EXPECT_EQ(bench.local(why.steps[3].planned), "2026-03-18T18:00");
}

}  // namespace reeve::core::clock_testing
