// A pause that has a longest time: nobody has to remember that a clock stands still.
#include "engine/core/clock.h"
#include "tests/unit/core/clock_bench.h"

namespace reeve::core::clock_testing {

namespace {

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
    EXPECT_THAT(bench.refused->message, HasSubstr("5 working days at most, so this one ends by 2026-03-17"));
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
    // A head enters on the 16th that the clock stood still from the 4th on: it would have ended on the 11th.
    bench.submit("2026-03-16T10:00", "tan", PauseClock{"answer", "hearing", "", {}}, "2026-03-04T09:00");
    ASSERT_EQ(bench.code(), "pause-too-long");
    EXPECT_EQ(bench.refused->place, "occurred");
    bench.submit("2026-03-16T10:00", "tan", PauseClock{"answer", "hearing", "", {}}, "2026-03-12T09:00");
    EXPECT_EQ(bench.code(), "");
    EXPECT_EQ(bench.local(*bench.clock().paused_until), "2026-03-19T18:00");
}

TEST(LongestPause, OfAClockWithoutOneIsAsLongAsNobodyEndsIt) {
    Bounded bench;
    bench.rule().pause_at_most.reset();
    bench.pause("2026-03-10T09:00");
    EXPECT_EQ(bench.clock().paused_until, std::nullopt);
    EXPECT_EQ(next_moment(bench.state), std::nullopt);
}

}  // namespace reeve::core::clock_testing
