// A pause that has a longest time: nobody has to remember that a clock stands still.
#include "engine/core/clock.h"
#include "engine/core/foresee.h"
#include "tests/unit/core/clock_bench.h"

namespace reeve::core::clock_testing {

namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The clock of 10 working days from Monday 2 March; chen owns the case.
struct Bounded : Bench {
    Bounded() {
        rule().pause = {"hearing"};
        rule().pause_at_most = duration("5 working days");
        open();
    }
    std::vector<Event> pause(std::string_view at, std::string_view until = {}) {
        PauseClock wish{"answer", "hearing", "", {}};
        if (!until.empty()) wish.until = when(until);
        return submit(at, "chen", wish);
    }
};

}  // namespace

TEST(LongestPause, EndsAPauseThatSaysNoEndAndTellsWhoHasTheWork) {
    Bounded bench;
    bench.pause("2026-03-10T09:00");
    ASSERT_EQ(bench.code(), "");
    EXPECT_EQ(bench.local(*bench.clock().paused_until), "2026-03-17T18:00") << "the fifth working day after";
    bench.tick("2026-03-17T17:59");
    EXPECT_EQ(bench.clock().status, ClockStatus::paused);
    const auto events = bench.tick("2026-03-17T18:00");
    ASSERT_EQ(only<ClockResumed>(events).size(), 1u);
    EXPECT_THAT(only<ClockResumed>(events)[0].told, ElementsAre("chen"));
    EXPECT_EQ(bench.clock().status, ClockStatus::running);
    EXPECT_EQ(bench.replayed(), bench.state);
}

TEST(LongestPause, IsNotPassedByAnEndThatLiesLaterAndMayBeHadAgain) {
    Bounded bench;
    bench.pause("2026-03-10T09:00", "2026-03-17T18:01");
    ASSERT_EQ(bench.code(), "pause-too-long");
    EXPECT_THAT(bench.refused->message,
                HasSubstr("5 working days at most: from 2026-03-10T09:00:00+08:00 until 2026-03-17T18:00"));
    bench.pause("2026-03-10T09:00", "2026-03-12T09:00");
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.local(*bench.clock().paused_until), "2026-03-12T09:00");
    bench.tick("2026-03-12T09:00");
    bench.pause("2026-03-12T10:00");
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.local(*bench.clock().paused_until), "2026-03-19T18:00");
}

TEST(LongestPause, CountsFromWhenThePauseReallyBegan) {
    Bounded bench;
    // A head enters it: on the 16th, what began on the 4th was over on the 11th, and nothing is entered.
    bench.submit("2026-03-16T10:00", "tan", PauseClock{"answer", "hearing", "", {}}, "2026-03-04T09:00");
    ASSERT_EQ(bench.code(), "pause-too-long");
    EXPECT_EQ(bench.refused->place, "occurred");
    EXPECT_THAT(bench.refused->message, HasSubstr("it was over by 2026-03-11T18:00"));
    bench.submit("2026-03-16T10:00", "tan", PauseClock{"answer", "hearing", "", {}}, "2026-03-12T09:00");
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.local(*bench.clock().paused_until), "2026-03-19T18:00");
}

TEST(LongestPause, IsNotMadeLongerByAWeekendAtItsEnd) {
    Bounded bench;
    bench.rule().pause_at_most = duration("4 days");
    bench.pause("2026-03-10T09:00");
    EXPECT_EQ(bench.local(*bench.clock().paused_until), "2026-03-15T00:00") << "the end of Saturday the 14th";
}

TEST(LongestPause, TellsTheSubstituteOfWhoIsAway) {
    Bounded bench;
    bench.pause("2026-03-10T09:00");
    bench.directory.apply(org::AbsenceRecorded{
        {"chen", {bench.when("2026-03-11T00:00"), bench.when("2026-04-01T00:00")}, "cai", "leave"}});
    bench.tick("2026-03-17T18:00");
    EXPECT_THAT(bench.all<ClockResumed>()[0].told, ElementsAre("cai"));
}

TEST(LongestPause, OfATaskTellsWhoHasThatTaskAndNotTheNext) {
    Bounded bench;
    bench.state.tasks = {{.id = "t1", .person = "cai"}, {.id = "t2", .person = "tan"}};
    bench.state.clock("answer")->task = "t1";
    bench.pause("2026-03-10T09:00");
    EXPECT_THAT(only<ClockResumed>(bench.tick("2026-03-17T18:00"))[0].told, ElementsAre("chen", "cai"));
}

TEST(LongestPause, IsWhatAnEndLeavesThatExclusionsDoNotHide) {
    Bounded bench;
    bench.rule().exclude = {"appraisal"};
    bench.pause("2026-03-10T09:00");
    bench.submit("2026-03-13T09:00", "chen",
                 ExcludeTime{"answer", bench.when("2026-03-12T09:00"), bench.when("2026-03-12T12:00"),
                             "appraisal", ""});
    bench.submit("2026-03-13T10:00", "chen", ResumeClock{"answer", ""}, "2026-03-10T15:00");
    ASSERT_EQ(bench.code(), "");
    EXPECT_EQ(bench.local(bench.all<ClockResumed>()[0].at), "2026-03-10T15:00");
}

TEST(LongestPause, DoesNotEndBeforeItsClockBegins) {
    Bounded bench;
    bench.state.clock("answer")->from = bench.when("2026-03-20T09:00");
    bench.pause("2026-03-10T09:00", "2026-03-12T09:00");
    EXPECT_EQ(bench.code(), "bad-time");
    EXPECT_THAT(bench.refused->message, HasSubstr("begins on 2026-03-20"));
}

TEST(LongestPause, OfANewVersionEndsAPauseThatRuns) {
    Bounded bench;
    bench.rule().pause_at_most.reset();
    bench.pause("2026-03-10T09:00");
    model::Program next = bench.program;
    next.version = 2;
    next.clocks[0].pause_at_most = duration("5 working days");
    next.clocks[0].in = duration("8 working days");
    const Context context{bench.program, bench.directory, bench.loads, &next};
    const auto migrated = [&](std::string_view migrated_at) {
        const Command command{.actor = "tan",
                              .case_id = "K1",
                              .at = bench.when(migrated_at),
                              .wish = Migrate{2, {}, "no pause without an end"}};
        const auto changes = preview_migration(bench.state, command, context).changes;
        EXPECT_THAT(changes, Contains(HasSubstr("the pause of clock answer ends by 2026-03-")));
        EXPECT_THAT(changes, Contains("clock answer counts 8 working days, not 10 working days"));
        return foresee(bench.state, command, context)->state;
    };
    EXPECT_EQ(bench.local(*migrated("2026-03-20T09:00").clock("answer")->paused_until), "2026-03-20T09:00")
        << "it lasted too long already";
    bench.state = migrated("2026-03-12T09:00");
    bench.program = next;
    EXPECT_EQ(bench.local(*bench.clock().paused_until), "2026-03-17T18:00");
    EXPECT_EQ(only<ClockResumed>(bench.tick("2026-03-17T18:00")).size(), 1u);
    EXPECT_EQ(bench.clock().status, ClockStatus::running);
}

TEST(LongestPause, OfAClockWithoutOneIsAsLongAsNobodyEndsIt) {
    Bounded bench;
    bench.rule().pause_at_most.reset();
    bench.pause("2026-03-10T09:00");
    EXPECT_EQ(bench.clock().paused_until, std::nullopt);
    EXPECT_EQ(next_moment(bench.state), std::nullopt);
}

}  // namespace reeve::core::clock_testing
