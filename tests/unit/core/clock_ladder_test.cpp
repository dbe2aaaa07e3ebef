#include "tests/unit/core/clock_bench.h"

namespace reeve::core::clock_testing {

namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> planned(const Bench& bench, const std::vector<EscalationFired>& fired) {
    std::vector<std::string> times;
    for (const auto& one : fired) times.push_back(bench.local(one.planned));
    return times;
}

}  // namespace

TEST(Ladder, ClimbsStepByStepAndTheLightsFollow) {
    Bench bench;
    bench.open();
    EXPECT_EQ(bench.clock().light, Light::green);
    EXPECT_THAT(bench.tick("2026-03-09T14:29"), IsEmpty());
    const auto first = only<EscalationFired>(bench.tick("2026-03-09T14:30"));
    ASSERT_EQ(first.size(), 1u);
    EXPECT_THAT(first[0].told, ElementsAre("chen"));
    EXPECT_EQ(bench.clock().light, Light::blue);
    EXPECT_THAT(bench.tick("2026-03-09T14:30"), IsEmpty());
    bench.tick("2026-03-12T16:36");
    EXPECT_EQ(bench.clock().light, Light::yellow);
    EXPECT_THAT(bench.fired().back().told, ElementsAre("chen", "tan"));
    bench.tick("2026-03-16T18:00");
    EXPECT_EQ(bench.clock().light, Light::orange);
    bench.tick("2026-03-18T18:00");
    EXPECT_EQ(bench.clock().light, Light::red);
    EXPECT_THAT(bench.fired().back().told, ElementsAre("hu"));
    EXPECT_EQ(bench.replayed(), bench.state);
}

TEST(Ladder, AStepAtOrAfterTheDueDateIsAtLeastOrange) {
    Bench bench;
    bench.ladder() = {at("80%"), at("due", {"owner"}, Light::yellow), at("due + 1 working day")};
    bench.open();
    bench.tick("2026-03-12T16:36");
    EXPECT_EQ(bench.clock().light, Light::green);  // it says none, before the due date
    bench.tick("2026-03-16T18:00");
    EXPECT_EQ(bench.clock().light, Light::orange);
    bench.tick("2026-03-17T18:00");
    EXPECT_EQ(bench.clock().light, Light::red);
}

TEST(Ladder, TheLastStepIsRepeatedUntilTheClockIsMet) {
    Bench bench;
    bench.open();
    for (int day = 16; day <= 20; ++day) bench.tick("2026-03-" + std::to_string(day) + "T18:00");
    EXPECT_THAT(planned(bench, bench.fired()),
                ElementsAre("2026-03-09T14:30", "2026-03-12T16:36", "2026-03-16T18:00", "2026-03-18T18:00",
                            "2026-03-19T18:00", "2026-03-20T18:00"));
    EXPECT_EQ(bench.fired().back().repeat, 2);
    EXPECT_EQ(bench.local(*next_moment(bench.state)), "2026-03-23T18:00");  // over the weekend
    bench.act("2026-03-21T10:00", "finish");
    EXPECT_EQ(next_moment(bench.state), std::nullopt);
}

TEST(Ladder, AWorkingDayIsTheRepeatOfALastStepThatSaysNone) {
    Bench bench;
    bench.ladder() = {at("due")};
    bench.open();
    bench.tick("2026-03-16T18:00");
    EXPECT_EQ(bench.local(*next_moment(bench.state)), "2026-03-17T18:00");
}

TEST(Ladder, SomeoneAbsentIsSubstitutedWhenTheStepFires) {
    Bench bench;
    bench.open();
    bench.directory.apply(org::AbsenceRecorded{
        {"chen", {bench.when("2026-03-09T00:00"), bench.when("2026-03-20T00:00")}, "cai", "leave"}});
    bench.tick("2026-03-09T14:30");
    EXPECT_THAT(bench.fired().back().told, ElementsAre("cai"));
    EXPECT_FALSE(bench.fired().back().notes.empty());
}

TEST(Ladder, OfAStagesOwnClockTellsWhoeverHasTheWorkBesideTheOwner) {
    Bench bench;
    ClockRule own;
    own.name = "work";
    own.in = duration("2 working days");
    own.from = ClockRule::From::stage;
    own.from_stage = 0;
    own.ladder = 0;
    bench.program.stages[0].clock = bench.add_clock(own);
    bench.program.stages[0].assign.who = who("person:cai");
    bench.open();
    bench.tick("2026-03-04T18:00");
    ASSERT_FALSE(bench.fired("work").empty());
    EXPECT_THAT(bench.fired("work")[0].told, ElementsAre("cai", "chen"));
    bench.tick("2026-03-09T14:30");  // the clock of the case is the owner's
    EXPECT_THAT(bench.fired()[0].told, ElementsAre("chen"));
}

TEST(Ladder, AStepMayGiveTheCaseToAnother) {
    Bench bench;
    bench.ladder()[2].reassign = who("head");
    bench.open();
    EXPECT_EQ(bench.state.owner, "chen");
    bench.tick("2026-03-16T18:00");
    EXPECT_EQ(bench.state.owner, "tan");
    bench.tick("2026-03-19T18:00");  // a repeat gives it to nobody again
    EXPECT_EQ(bench.all<OwnerNamed>().size(), 2u);
}

TEST(Ladder, AStepMayOpenACaseOnceNotWithEachRepeat) {
    Bench bench;
    bench.ladder()[3].start = "rectification";
    bench.open();
    bench.tick("2026-03-24T18:00");
    const auto requested = bench.all<CaseRequested>();
    ASSERT_EQ(requested.size(), 1u);
    EXPECT_EQ(requested[0].definition, "rectification");
    EXPECT_EQ(requested[0].cause, "ladder:answer#4");
    EXPECT_EQ(requested[0].unit, "township");
}

TEST(Ladder, AnAnswerThatDoesNotComeIsToldOneLevelUp) {
    Bench bench;
    bench.ladder()[2].ask = "explanation";
    bench.ladder()[2].answer_in = duration("2 working days");
    bench.ladder()[2].tell = {who("head")};
    bench.ladder().pop_back();
    bench.ladder().back().repeat = duration("30 days");
    bench.open();
    bench.tick("2026-03-16T18:00");
    EXPECT_EQ(bench.local(*bench.fired().back().answer_by), "2026-03-18T18:00");
    const auto missed = only<AnswerMissed>(bench.tick("2026-03-18T18:00"));
    ASSERT_EQ(missed.size(), 1u);
    EXPECT_THAT(missed[0].told, ElementsAre("hu"));
    EXPECT_THAT(bench.tick("2026-03-19T18:00"), IsEmpty());
    // It may still come late.
    bench.submit("2026-03-20T09:00", "tan", Answer{bench.fired().back().escalation, "the file was mislaid"});
    EXPECT_EQ(bench.code(), "");
    bench.submit("2026-03-20T09:01", "tan", Answer{bench.fired().back().escalation, "again"});
    EXPECT_EQ(bench.code(), "already-answered");
}

TEST(Ladder, AnAnswerInTimeIsNotMissed) {
    Bench bench;
    bench.ladder()[2].ask = "explanation";
    bench.ladder()[2].answer_in = duration("2 working days");
    bench.open();
    bench.tick("2026-03-16T18:00");
    const auto id = bench.fired().back().escalation;
    bench.submit("2026-03-17T09:00", "hu", Answer{id, ""});
    EXPECT_EQ(bench.code(), "missing-answer");
    bench.submit("2026-03-18T18:00", "tan", Answer{id, "two of three are ill"});
    EXPECT_EQ(bench.code(), "");
    EXPECT_THAT(only<AnswerMissed>(bench.tick("2026-03-30T18:00")), IsEmpty());
}

TEST(Answer, IsNotOwedAnyMoreOnceTheCaseHadEnded) {
    Bench bench;
    bench.ladder()[2].ask = "explanation";
    bench.ladder()[2].answer_in = duration("2 working days");
    bench.open();
    bench.tick("2026-03-16T18:00");
    bench.act("2026-03-17T09:00", "finish");
    ASSERT_EQ(bench.state.status, CaseStatus::closed);
    bench.submit("2026-03-17T10:00", "chen", Reopen{"new facts", ""});
    ASSERT_EQ(bench.code(), "");
    bench.tick("2026-03-18T18:00");
    EXPECT_THAT(bench.all<AnswerMissed>(), IsEmpty());
}

TEST(Acknowledgement, TakesANameAndAReason) {
    Bench bench;
    bench.open();
    bench.tick("2026-03-18T18:00");
    const auto id = bench.fired().back().escalation;
    bench.submit("2026-03-18T19:00", "hu", Acknowledge{id, "\u3000 "});
    EXPECT_EQ(bench.code(), "missing-reason");
    bench.submit("2026-03-18T19:00", system_actor, Acknowledge{id, "noted"});
    EXPECT_EQ(bench.code(), "missing-name");
    bench.submit("2026-03-18T19:00", "cai", Acknowledge{id, "noted"});
    EXPECT_EQ(bench.code(), "not-permitted");
    bench.submit("2026-03-18T19:00", "hu", Acknowledge{"e99", "noted"});
    EXPECT_EQ(bench.code(), "unknown-escalation");
    bench.submit("2026-03-18T19:00", "hu", Acknowledge{id, "I call them tomorrow"});
    EXPECT_EQ(bench.code(), "");
    bench.submit("2026-03-18T19:01", "hu", Acknowledge{id, "again"});
    EXPECT_EQ(bench.code(), "already-acknowledged");
}

TEST(Acknowledgement, IsNotForTheLateWhenTheirSuperiorWasTold) {
    Bench bench;
    bench.open();
    bench.tick("2026-03-18T18:00");
    const auto fired = bench.fired().back();
    ASSERT_THAT(fired.told, ElementsAre("hu"));
    bench.submit("2026-03-18T19:00", "chen", Acknowledge{fired.escalation, "seen"});
    EXPECT_EQ(bench.code(), "not-permitted") << "chen owns the case";
    EXPECT_THAT(bench.refused->message, HasSubstr("hu"));
    bench.submit("2026-03-18T19:00", "tan", Acknowledge{fired.escalation, "I see to it"});
    EXPECT_EQ(bench.code(), "") << "tan heads the unit and has no part in the case";
}

// A fuzzer's: a moment that no year holds became one before all years.
TEST(Ladder, AStepBeyondAllYearsNeverFires) {
    Bench bench;
    bench.ladder()[3] = at("due + 200 years");
    bench.open();
    EXPECT_EQ(bench.clock().steps[3], Instant::max());
    bench.tick("2026-06-01T09:00");
    EXPECT_EQ(bench.fired().size(), 3u);
    EXPECT_EQ(next_moment(bench.state), std::nullopt);
}

TEST(Ladder, ARepeatBeyondAllYearsNeverComes) {
    Bench bench;
    bench.ladder()[3].repeat = duration("900 years");
    bench.open();
    bench.tick("2026-06-01T09:00");
    EXPECT_EQ(bench.fired().size(), 4u);
    EXPECT_EQ(next_moment(bench.state), std::nullopt);
}

// Two million and more of them are passed over at once, be the folder opened years later.
TEST(Ladder, TheLatestOfManyMissedRepeatsStandsForAll) {
    Bench bench;
    bench.ladder().back().repeat = duration("1 min");
    bench.open();
    const auto fired = only<EscalationFired>(bench.tick("2036-03-18T18:00"));
    ASSERT_EQ(fired.size(), 5u);
    EXPECT_EQ(bench.local(fired.back().planned), "2036-03-18T18:00");
    EXPECT_EQ(bench.local(*next_moment(bench.state)), "2036-03-18T18:01");
}

TEST(Acknowledgement, QuietensTheRepeatsUntilItLapses) {
    Bench bench;
    bench.ladder()[3].acknowledged_for = duration("2 working days");
    bench.open();
    bench.tick("2026-03-18T18:00");
    const auto id = bench.fired().back().escalation;
    bench.submit("2026-03-18T19:00", "hu", Acknowledge{id, "I call them tomorrow"});
    EXPECT_THAT(bench.tick("2026-03-19T18:00"), IsEmpty());
    // Friday's closing time is two working days on; the repeat of that very moment is told again.
    const auto lapsed = bench.tick("2026-03-20T18:00");
    ASSERT_EQ(only<AcknowledgementLapsed>(lapsed).size(), 1u);
    ASSERT_EQ(only<EscalationFired>(lapsed).size(), 1u);
    EXPECT_EQ(only<EscalationFired>(lapsed)[0].repeat, 2);
    EXPECT_THAT(only<EscalationFired>(lapsed)[0].notes,
                IsEmpty());  // those in between were kept quiet, not missed
}

TEST(Acknowledgement, HoldsAsLongAsThereIsProgress) {
    Bench bench;
    bench.ladder()[3].acknowledged_for = duration("2 working days");
    bench.open();
    bench.tick("2026-03-18T18:00");
    bench.submit("2026-03-18T19:00", "hu", Acknowledge{bench.fired().back().escalation, "I call them"});
    bench.submit("2026-03-20T10:00", "chen", AddNote{"They were called."});
    EXPECT_EQ(bench.local(*next_moment(bench.state)), "2026-03-24T18:00");
    EXPECT_THAT(bench.tick("2026-03-24T17:59"), IsEmpty());
    EXPECT_EQ(only<AcknowledgementLapsed>(bench.tick("2026-03-24T18:00")).size(), 1u);
}

TEST(Acknowledgement, LapsesByItselfWhenTheStepDoesNotSayWhen) {
    Bench bench;
    bench.open();
    bench.tick("2026-03-18T18:00");
    bench.submit("2026-03-18T19:00", "hu", Acknowledge{bench.fired().back().escalation, "I call them"});
    EXPECT_EQ(bench.local(*next_moment(bench.state)), "2026-03-23T18:00");
}

TEST(Acknowledgement, CanBeTakenBack) {
    Bench bench;
    bench.open();
    bench.tick("2026-03-18T18:00");
    const auto id = bench.fired().back().escalation;
    bench.submit("2026-03-18T19:00", "hu", Unacknowledge{id, "not mine"});
    EXPECT_EQ(bench.code(), "not-acknowledged");
    bench.submit("2026-03-18T19:00", "hu", Acknowledge{id, "I call them"});
    bench.submit("2026-03-19T19:00", "hu", Unacknowledge{id, "I am away"});
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.local(*next_moment(bench.state)), "2026-03-20T18:00");
}

TEST(Acknowledgement, ThatDoesNotComeIsToldOneLevelUp) {
    Bench bench;
    bench.ladder()[1].acknowledge_in = duration("1 working day");
    bench.open();
    bench.tick("2026-03-12T16:36");
    EXPECT_EQ(bench.local(*bench.fired().back().acknowledge_by), "2026-03-13T18:00");
    const auto missed = only<AcknowledgementMissed>(bench.tick("2026-03-13T18:00"));
    ASSERT_EQ(missed.size(), 1u);
    EXPECT_THAT(missed[0].told, ElementsAre("hu"));  // owner and head of the township had been told
    EXPECT_THAT(bench.tick("2026-03-14T18:00"), IsEmpty());
}

TEST(Acknowledgement, InTimeIsNotMissedAndIsNoProgress) {
    Bench bench;
    bench.ladder()[1].acknowledge_in = duration("1 working day");
    bench.open();
    const auto progress = bench.state.last_progress;
    bench.tick("2026-03-12T16:36");
    bench.submit("2026-03-13T18:00", "tan", Acknowledge{bench.fired().back().escalation, "I see to it"});
    EXPECT_EQ(bench.code(), "");
    EXPECT_THAT(only<AcknowledgementMissed>(bench.tick("2026-03-16T10:00")), IsEmpty());
    EXPECT_EQ(bench.state.last_progress, progress);
    EXPECT_EQ(bench.clock().status, ClockStatus::running);
}

TEST(Law6, LadderNeverEndsInSilence) {
    Bench bench;
    bench.ladder()[0].tell = {who("head")};
    bench.open();
    for (const char* head : {"hu", "tan"}) bench.directory.apply(org::PersonLeft{head});
    bench.tick("2026-03-09T14:30");
    ASSERT_EQ(bench.fired().size(), 1u);
    EXPECT_THAT(bench.fired()[0].told, ElementsAre("chen"));  // the owner, whom the next step tells, at once
    EXPECT_THAT(bench.fired()[0].notes, Contains(HasSubstr("no one to tell (head): those of step 2")));

    for (const char* person : {"chen", "cai"}) bench.directory.apply(org::PersonLeft{person});
    bench.tick("2026-03-18T18:00");
    ASSERT_EQ(bench.fired().size(), 4u);
    EXPECT_THAT(bench.fired().back().told, IsEmpty());
    EXPECT_THAT(bench.fired().back().notes, Contains(HasSubstr("overdue board")));
    EXPECT_EQ(bench.clock().light, Light::red);
    for (int day = 19; day <= 20; ++day) {  // and it goes on, beside the clock of a case that nobody owns
        const auto fired = only<EscalationFired>(bench.tick("2026-03-" + std::to_string(day) + "T18:00"));
        EXPECT_EQ(std::ranges::count(fired, bench.clock().id, &EscalationFired::clock), 1);
    }
}

TEST(Law6, AVacantPostClimbsAndSaysSo) {
    Bench bench;
    bench.ladder()[0].tell = {who("head@unit:post")};
    bench.open();
    bench.tick("2026-03-09T14:30");
    EXPECT_THAT(bench.fired()[0].told, ElementsAre("tan"));
    EXPECT_FALSE(bench.fired()[0].notes.empty());
}

TEST(Law6, ThePersonWhoAskedIsNotTheOffice) {
    Bench bench;
    bench.ladder()[0].tell = {who("petitioner"), who("head")};
    bench.open();
    for (const char* head : {"hu", "tan"}) bench.directory.apply(org::PersonLeft{head});
    bench.tick("2026-03-09T14:30");
    EXPECT_THAT(bench.fired()[0].told, ElementsAre("petitioner", "chen"));
}

TEST(Ladder, TellsThroughAlertsWithAStableIdAndTheDueDate) {
    Bench bench;
    bench.ladder()[2].ask = "explanation";
    bench.ladder()[2].answer_in = duration("2 working days");
    bench.open();
    bench.tick("2026-03-16T18:00");
    const auto& last = bench.history.back();
    const auto sent = alerts(bench.state, last, bench.program);
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(sent[0].id, "K1/" + std::to_string(last.revision) + "/chen");
    EXPECT_EQ(sent[1].to, "tan");
    EXPECT_EQ(sent[0].clock, "answer");
    EXPECT_EQ(sent[0].basis, "Regulation, article 33");
    EXPECT_EQ(sent[0].expected, "explanation");
    EXPECT_EQ(bench.local(*sent[0].by), "2026-03-18T18:00");
    EXPECT_EQ(bench.local(*sent[0].due), "2026-03-16T18:00");
    EXPECT_EQ(sent[0].late_ms, 0);
}

}  // namespace reeve::core::clock_testing
