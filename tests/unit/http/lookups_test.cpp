// How often receipt codes may be looked up, in time that is given.
#include "engine/http/lookups.h"

#include <gtest/gtest.h>

#include <string>

namespace reeve::http {
namespace {

using Ticks = Lookups::Ticks;
constexpr Ticks second{1000}, minute{60'000};

TEST(Lookups, LetsABurstInAndThenSoManyAMinute) {
    Lookups lookups({.asks = {3, 6}});
    const Ticks begin = minute;
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(lookups.ask("a", begin));
    EXPECT_EQ(lookups.ask("a", begin), 10 * second) << "six a minute";
    EXPECT_EQ(lookups.ask("a", begin + 4 * second), 6 * second) << "asking does not lengthen the wait";
    EXPECT_FALSE(lookups.ask("b", begin)) << "another address";
    EXPECT_FALSE(lookups.ask("a", begin + 10 * second));
    EXPECT_TRUE(lookups.ask("a", begin + 10 * second));
    // Who was away for an hour has a burst again, and no more than that.
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(lookups.ask("a", begin + 60 * minute));
    EXPECT_TRUE(lookups.ask("a", begin + 60 * minute));
}

TEST(Lookups, TimeThatRunsBackGivesNothing) {
    Lookups lookups({.asks = {1, 60}});
    EXPECT_FALSE(lookups.ask("a", minute));
    EXPECT_TRUE(lookups.ask("a", Ticks{0}));
    EXPECT_TRUE(lookups.ask("a", minute));
    EXPECT_FALSE(lookups.ask("a", minute + second));
}

TEST(Lookups, CodesThatNobodyHasRunOutSooner) {
    Lookups lookups({.asks = {100, 100}, .misses = {2, 1}});
    for (int i = 0; i < 50; ++i) EXPECT_FALSE(lookups.ask("honest", minute));
    for (int i = 0; i < 2; ++i) {
        EXPECT_FALSE(lookups.ask("guesser", minute));
        lookups.missed("guesser", minute);
    }
    EXPECT_EQ(lookups.ask("guesser", minute), minute);
    EXPECT_FALSE(lookups.ask("guesser", 2 * minute));
}

TEST(Lookups, GuessingFromManyAddressesShutsOutThoseThatGuessed) {
    Lookups lookups({.misses = {10, 1}, .all_misses = {5, 1}});
    for (int i = 0; i < 5; ++i) {
        const auto address = "robot " + std::to_string(i);
        EXPECT_FALSE(lookups.ask(address, minute));
        lookups.missed(address, minute);
    }
    EXPECT_EQ(lookups.ask("robot 0", minute), minute) << "all of them have guessed too much";
    EXPECT_FALSE(lookups.ask("honest", minute)) << "who has not guessed is let in all the same";
    EXPECT_FALSE(lookups.ask("robot 0", 2 * minute));
}

TEST(Lookups, WhatIsOwedIsBounded) {
    Lookups lookups({.asks = {1000, 1000}, .misses = {2, 1}, .all_misses = {4, 1}});
    for (int i = 0; i < 500; ++i) lookups.missed("a", minute);  // let in before any was judged
    EXPECT_LE(*lookups.ask("a", minute), 5 * minute);
    EXPECT_FALSE(lookups.ask("a", 8 * minute));
}

TEST(Lookups, RemembersNoMoreThanSoManyAddresses) {
    Lookups lookups({.asks = {1, 1}, .addresses = 100});
    EXPECT_FALSE(lookups.ask("kept", minute));
    for (int i = 0; i < 10'000; ++i) {
        (void)lookups.ask(std::to_string(i), minute);
        if (i % 50 == 0) {
            EXPECT_TRUE(lookups.ask("kept", minute)) << "who comes back is not forgotten";
        }
    }
    EXPECT_EQ(lookups.remembered(), 100u);
}

}  // namespace
}  // namespace reeve::http
