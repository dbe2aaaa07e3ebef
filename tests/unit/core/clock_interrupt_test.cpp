#include "engine/core/clock.h"
#include "tests/unit/core/clock_bench.h"

namespace reeve::core::clock_testing {

namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Interrupted : Bench {
    Interrupted() {
        rule().pause = {"hearing"};
        rule().exclude = {"appraisal"};
        rule().restart = true;
        rule().extend =
            model::Extension{duration("5 working days"), 1, who("head@parent"), {who("petitioner")}};
    }
    std::vector<Event> pause(std::string_view at, std::string_view until = {},
                             std::string_view occurred = {}) {
        PauseClock wish;
        wish.clock = "answer";
        wish.reason = "hearing";
        if (!until.empty()) wish.until = when(until);
        return submit(at, "chen", wish, occurred);
    }
    std::vector<Event> resume(std::string_view at) { return submit(at, "chen", ResumeClock{"answer", ""}); }
    std::vector<Event> extend(std::string_view at, const std::string& by = "5 working days",
                              const std::string& actor = "hu") {
        return submit(at, actor, ExtendClock{"answer", duration(by), "experts are slow"});
    }
    std::vector<Event> exclude(std::string_view at, std::string_view from, std::string_view to) {
        return submit(at, "chen", ExcludeTime{"answer", when(from), when(to), "appraisal", ""});
    }
};

}  // namespace

TEST(Pause, AClockThatAllowsNoneRefusesAll) {
    Bench bench;
    bench.open();
    PauseClock pause;
    pause.clock = "answer";
    pause.reason = "hearing";
    bench.submit("2026-03-03T09:00", "chen", pause);
    EXPECT_EQ(bench.code(), "pause-not-allowed");
    bench.submit("2026-03-03T09:00", "chen", ExtendClock{"answer", duration("1 day"), "please"});
    EXPECT_EQ(bench.code(), "extend-not-allowed");
    bench.submit("2026-03-03T09:00", "chen", RestartClock{"answer", "corrected"});
    EXPECT_EQ(bench.code(), "restart-not-allowed");
    bench.submit(
        "2026-03-03T09:00", "chen",
        ExcludeTime{"answer", bench.when("2026-03-02T10:00"), bench.when("2026-03-02T11:00"), "x", ""});
    EXPECT_EQ(bench.code(), "exclude-not-allowed");
}

TEST(Pause, TakesOnlyTheReasonsOfTheDefinitionAndNamesThem) {
    Interrupted bench;
    bench.open();
    PauseClock pause;
    pause.clock = "answer";
    bench.submit("2026-03-03T09:00", "chen", pause);
    EXPECT_EQ(bench.code(), "missing-reason");
    pause.reason = "holiday mood";
    bench.submit("2026-03-03T09:00", "chen", pause);
    EXPECT_EQ(bench.code(), "pause-not-allowed");
    EXPECT_THAT(bench.refused->message, HasSubstr("\"hearing\""));
    pause.clock = "nothing";
    bench.submit("2026-03-03T09:00", "chen", pause);
    EXPECT_EQ(bench.code(), "unknown-clock");
    EXPECT_THAT(bench.refused->message, HasSubstr("answer"));
}

TEST(Pause, StopsTheLadderAndShowsWhatRemains) {
    Interrupted bench;
    bench.open();
    bench.pause("2026-03-10T09:00");
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.clock().status, ClockStatus::paused);
    EXPECT_EQ(bench.clock().due, Instant::max());
    EXPECT_EQ(next_moment(bench.state), std::nullopt);
    EXPECT_THAT(bench.tick("2026-04-10T09:00"), IsEmpty());
    // Tuesday to Monday: five days of seven office hours.
    EXPECT_EQ(remaining(bench.clock(), bench.program, bench.when("2026-03-10T09:00")),
              std::chrono::hours(35));
    EXPECT_THAT(explain(bench.state, bench.clock(), bench.program).notes,
                Contains(HasSubstr("remains: 5 working days")));
    bench.pause("2026-04-10T10:00");
    EXPECT_EQ(bench.code(), "already-paused");
}

TEST(Pause, ResumedTheClockHasWhatRemained) {
    Interrupted bench;
    bench.open();
    bench.tick("2026-03-09T14:30");
    bench.pause("2026-03-10T09:00");
    bench.resume("2026-03-17T09:00");  // a week of office time later
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-23T18:00");
    EXPECT_EQ(bench.clock().fired, 1);  // the step that fired before stays fired
    bench.resume("2026-03-17T10:00");
    EXPECT_EQ(bench.code(), "not-paused");
    bench.tick("2026-03-23T18:00");
    EXPECT_EQ(bench.fired().size(), 3u);
    EXPECT_EQ(bench.replayed(), bench.state);
}

TEST(Pause, EndsByItselfWhenItSaysUntilWhen) {
    Interrupted bench;
    bench.open();
    bench.pause("2026-03-10T09:00", "2026-03-10T08:00");
    EXPECT_EQ(bench.code(), "bad-time");
    bench.pause("2026-03-10T09:00", "2026-03-17T09:00");
    EXPECT_EQ(bench.local(*next_moment(bench.state)), "2026-03-17T09:00");
    const auto events = bench.tick("2026-03-18T12:00");  // the engine looked late
    ASSERT_EQ(only<ClockResumed>(events).size(), 1u);
    EXPECT_EQ(bench.local(only<ClockResumed>(events)[0].at), "2026-03-17T09:00");
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-23T18:00");
}

TEST(Pause, CannotHideAClockThatRanOut) {
    Interrupted bench;
    bench.open();
    bench.pause("2026-03-16T18:01");
    EXPECT_EQ(bench.code(), "clock-overdue");
    bench.submit("2026-03-16T18:01", "chen", RestartClock{"answer", "corrected"});
    EXPECT_EQ(bench.code(), "clock-overdue");
    // At the due instant is in time; entered later, it is for somebody else to say.
    bench.pause("2026-03-16T18:01", {}, "2026-03-16T18:00");
    EXPECT_EQ(bench.code(), "clock-overdue");
    bench.submit("2026-03-16T18:01", "tan", PauseClock{"answer", "hearing", "", {}}, "2026-03-16T18:00");
    EXPECT_EQ(bench.code(), "");
}

TEST(Pause, EnteredLateOvertakesTheStepsThatFiredMeanwhile) {
    Interrupted bench;
    bench.open();
    bench.tick("2026-03-16T18:00");
    bench.submit("2026-03-17T09:00", "tan", PauseClock{"answer", "hearing", "", {}}, "2026-03-11T09:00");
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.all<EscalationOvertaken>().size(), 2u);  // 80% and due; 50% stands
    bench.resume("2026-03-18T09:00");
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-23T18:00");
    EXPECT_EQ(bench.clock().fired, 1);
    EXPECT_EQ(bench.clock().light, Light::blue);
}

TEST(Pause, EnteredAfterTheClockRanOutTakesAHeadWithoutAPartInTheCase) {
    Interrupted bench;
    bench.open();
    bench.pause("2026-03-20T09:00", {}, "2026-03-10T09:00");
    EXPECT_EQ(bench.code(), "clock-overdue") << "chen owns the case, which ran out on the 16th";
    bench.submit("2026-03-20T09:00", "tan", PauseClock{"answer", "hearing", "", {}}, "2026-03-10T09:00");
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.clock().status, ClockStatus::paused);
}

TEST(Pause, TellsThoseWhomTheDefinitionNames) {
    Interrupted bench;
    bench.rule().pause_tell = {who("petitioner")};
    bench.open();
    bench.pause("2026-03-10T09:00");
    EXPECT_THAT(bench.all<ClockPaused>()[0].told, ElementsAre("petitioner"));
    const auto sent = alerts(bench.state, bench.history.back(), bench.program);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].to, "petitioner");
    bench.resume("2026-03-11T09:00");
    EXPECT_THAT(bench.all<ClockResumed>()[0].told, ElementsAre("petitioner"));
}

TEST(Exclude, TimeThatByLawDoesNotCountMovesTheDueDate) {
    Interrupted bench;
    bench.open();
    bench.exclude("2026-03-10T09:00", "2026-03-03T09:00", "2026-03-05T09:00");
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-18T18:00");
    EXPECT_EQ(bench.clock().status, ClockStatus::running);
    EXPECT_THAT(explain(bench.state, bench.clock(), bench.program).notes,
                Contains(HasSubstr("excluded: appraisal")));
}

TEST(Exclude, OnlyTimeThatHasPassedSinceTheStart) {
    Interrupted bench;
    bench.open();
    bench.exclude("2026-03-10T09:00", "2026-03-09T09:00", "2026-03-12T09:00");
    EXPECT_EQ(bench.code(), "bad-time");
    bench.exclude("2026-03-10T09:00", "2026-03-01T09:00", "2026-03-03T09:00");
    EXPECT_EQ(bench.code(), "bad-time");
    bench.exclude("2026-03-10T09:00", "2026-03-05T09:00", "2026-03-04T09:00");
    EXPECT_EQ(bench.code(), "bad-time");
}

TEST(Exclude, RepeatsThatLieAheadAgainAreToldAnew) {
    Interrupted bench;
    bench.open();
    for (const auto* day : {"16", "18", "19", "20", "23", "24", "25", "26"})
        bench.tick(std::string("2026-03-") + day + "T18:00");
    EXPECT_EQ(bench.clock().repeats, 6);
    bench.exclude("2026-03-27T09:00", "2026-03-03T09:00", "2026-03-05T09:00");
    EXPECT_EQ(bench.local(*next_moment(bench.state)), "2026-03-27T18:00");  // not two working days of silence
    bench.tick("2026-03-27T18:00");
    EXPECT_EQ(bench.fired().back().repeat, 5);
    EXPECT_EQ(bench.replayed(), bench.state);
    // Of the two tellings of the fifth repeat only the latter counts.
    std::vector<bool> superseded;
    for (const auto& one : bench.state.escalations)
        if (one.step == 3 && one.repeat == 5) superseded.push_back(one.superseded);
    EXPECT_THAT(superseded, ElementsAre(true, false));
}

TEST(Exclude, ARepeatThatWasAcknowledgedStands) {
    Interrupted bench;
    bench.open();
    for (const auto* day : {"16", "18", "19", "20", "23", "24", "25", "26"})
        bench.tick(std::string("2026-03-") + day + "T18:00");
    bench.submit("2026-03-26T19:00", "hu", Acknowledge{bench.fired().back().escalation, "I see to it"});
    ASSERT_EQ(bench.code(), "");
    bench.exclude("2026-03-27T09:00", "2026-03-03T09:00", "2026-03-05T09:00");
    EXPECT_EQ(bench.clock().repeats, 6);
    EXPECT_THAT(bench.tick("2026-03-27T18:00"), IsEmpty());  // it is still seen to
}

TEST(Exclude, AClockThatRanOutMayTurnOutNotToHave) {
    Interrupted bench;
    bench.open();
    bench.tick("2026-03-16T18:00");
    EXPECT_EQ(bench.clock().light, Light::orange);
    bench.exclude("2026-03-17T09:00", "2026-03-03T09:00", "2026-03-05T09:00");
    EXPECT_EQ(bench.clock().light, Light::yellow);  // four fifths are now 2026-03-16T16:36
    EXPECT_EQ(bench.local(*next_moment(bench.state)), "2026-03-18T18:00");
    bench.tick("2026-03-18T18:00");
    EXPECT_EQ(bench.fired().back().step, 2);  // fires again, for the new due date
}

TEST(Restart, StartsAnewWithoutStopsAndExtensions) {
    Interrupted bench;
    bench.open();
    bench.exclude("2026-03-10T09:00", "2026-03-03T09:00", "2026-03-05T09:00");
    bench.tick("2026-03-11T14:30");
    EXPECT_EQ(bench.clock().light, Light::blue);
    bench.submit("2026-03-12T09:00", "chen", RestartClock{"answer", ""});
    EXPECT_EQ(bench.code(), "missing-reason");
    bench.submit("2026-03-12T09:00", "chen", RestartClock{"answer", "the application was corrected"});
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-26T18:00");
    EXPECT_EQ(bench.clock().light, Light::green);
    EXPECT_EQ(bench.clock().fired, 0);
    EXPECT_TRUE(bench.state.escalations[0].superseded);
}

TEST(Restart, NotWhilePaused) {
    Interrupted bench;
    bench.open();
    bench.pause("2026-03-10T09:00");
    bench.submit("2026-03-12T09:00", "chen", RestartClock{"answer", "the application was corrected"});
    EXPECT_EQ(bench.code(), "clock-paused");
}

TEST(Extend, ByOneWhoMayApproveTakesEffectAndThePartyIsTold) {
    Interrupted bench;
    bench.open();
    const auto events = bench.extend("2026-03-10T09:00");
    const auto extended = only<ClockExtended>(events);
    ASSERT_EQ(extended.size(), 1u);
    EXPECT_EQ(extended[0].approver, "hu");
    EXPECT_EQ(extended[0].reason, "experts are slow");
    EXPECT_THAT(extended[0].told, ElementsAre("petitioner"));
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-23T18:00");
    const auto sent = alerts(bench.state, bench.history.back(), bench.program);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].to, "petitioner");
    EXPECT_THAT(sent[0].subject, HasSubstr("2026-03-23"));
}

TEST(Extend, ByAnotherWaitsForApproval) {
    Interrupted bench;
    bench.open();
    const auto asked = only<ApprovalAsked>(bench.extend("2026-03-10T09:00", "5 working days", "chen"));
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].what, "extension");
    EXPECT_THAT(asked[0].of, ElementsAre("hu"));
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-16T18:00");
    bench.extend("2026-03-10T10:00", "3 working days", "chen");
    EXPECT_EQ(bench.code(), "approval-pending");
    bench.submit("2026-03-11T09:00", "tan", Approve{asked[0].request, "fine"});
    EXPECT_EQ(bench.code(), "not-permitted");
    bench.submit("2026-03-11T09:00", "hu", Approve{asked[0].request, "fine"});
    EXPECT_EQ(bench.code(), "");
    ASSERT_EQ(bench.all<ClockExtended>().size(), 1u);
    EXPECT_EQ(bench.all<ClockExtended>()[0].approver, "hu");
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-23T18:00");
}

TEST(Extend, ApprovedAfterTheDueDateComesTooLateForThoseToBeTold) {
    Interrupted bench;
    bench.open();
    const auto asked = only<ApprovalAsked>(bench.extend("2026-03-16T17:00", "5 working days", "chen"));
    bench.submit("2026-03-16T18:01", "hu", Approve{asked.at(0).request, "fine"});
    EXPECT_EQ(bench.code(), "too-late-to-extend");

    Interrupted untold;
    untold.rule().extend->tell.clear();
    untold.open();
    const auto again = only<ApprovalAsked>(untold.extend("2026-03-16T17:00", "5 working days", "chen"));
    untold.submit("2026-03-17T09:00", "hu", Approve{again.at(0).request, "fine"});
    EXPECT_EQ(untold.code(), "");  // it was asked in time, and there is nobody who had to know by then
    EXPECT_EQ(untold.local(untold.clock().due), "2026-03-23T18:00");
}

TEST(Extend, IsNotAskedWhenThoseToBeToldCouldNotBeToldInTime) {
    Interrupted bench;
    bench.open();
    bench.submit("2026-03-20T09:00", "chen", ExtendClock{"answer", duration("5 working days"), "late"},
                 "2026-03-10T09:00");
    EXPECT_EQ(bench.code(), "too-late-to-extend");
    EXPECT_THAT(bench.all<ApprovalAsked>(), IsEmpty()) << "nobody could ever grant it";
}

TEST(Extend, HasACapInTimeAndInNumber) {
    Interrupted bench;
    bench.open();
    bench.extend("2026-03-10T09:00", "6 working days");
    EXPECT_EQ(bench.code(), "extension-too-long");
    EXPECT_THAT(bench.refused->message, HasSubstr("5 working days"));
    bench.extend("2026-03-10T09:00", "8 days");  // the end of the 24th is past the 23rd's closing time
    EXPECT_EQ(bench.code(), "extension-too-long");
    bench.extend("2026-03-10T09:00", "0 working days");
    EXPECT_EQ(bench.code(), "bad-extension");
    bench.extend("2026-03-10T09:00", "3 working days");
    EXPECT_EQ(bench.code(), "");
    bench.extend("2026-03-10T09:00", "1 working day");
    EXPECT_EQ(bench.code(), "extensions-used-up");
}

TEST(Extend, MustBeAskedBeforeTheDueInstant) {
    Interrupted bench;
    bench.open();
    bench.extend("2026-03-16T18:01");
    EXPECT_EQ(bench.code(), "too-late-to-extend");
    bench.submit("2026-03-16T18:01", "hu", ExtendClock{"answer", duration("5 working days"), ""});
    EXPECT_EQ(bench.code(), "missing-reason");
    bench.submit("2026-03-16T18:00", "hu", ExtendClock{"answer", duration("5 working days"), "slow"});
    EXPECT_EQ(bench.code(), "");
}

TEST(Extend, AnExtendedClockIsNotOverdueAndItsLadderClimbsAgain) {
    Interrupted bench;
    bench.open();
    bench.tick("2026-03-13T10:00");
    EXPECT_EQ(bench.clock().light, Light::yellow);
    bench.extend("2026-03-13T11:00");
    // Four fifths of the longer time are still to come; half of it has passed.
    EXPECT_EQ(bench.clock().light, Light::blue);
    EXPECT_EQ(bench.clock().fired, 1);
    bench.tick("2026-03-23T18:00");
    std::vector<int> steps;
    for (const auto& one : bench.fired()) steps.push_back(one.step);
    EXPECT_THAT(steps, ElementsAre(0, 1, 1, 2));
    EXPECT_TRUE(bench.state.escalations[1].superseded);
    EXPECT_EQ(bench.replayed(), bench.state);
}

TEST(Extend, NothingIsExpectedOfWhatFiredForTheFormerDueDate) {
    Interrupted bench;
    bench.ladder()[1].acknowledge_in = duration("2 working days");
    bench.open();
    bench.tick("2026-03-13T10:00");
    bench.extend("2026-03-13T11:00");
    EXPECT_THAT(only<AcknowledgementMissed>(bench.tick("2026-03-18T10:00")), IsEmpty());
}

TEST(Interruption, AnEndedClockTakesNone) {
    Interrupted bench;
    bench.open();
    bench.act("2026-03-10T09:00", "finish");
    bench.pause("2026-03-10T10:00");
    EXPECT_EQ(bench.code(), "clock-ended");
}

TEST(Interruption, TakesSomeoneWhoMay) {
    Interrupted bench;
    bench.open();
    PauseClock pause;
    pause.clock = "answer";
    pause.reason = "hearing";
    bench.submit("2026-03-03T09:00", "cai", pause);
    EXPECT_EQ(bench.code(), "not-permitted");
}

}  // namespace reeve::core::clock_testing
