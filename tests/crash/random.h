// Seeds of the tests here: fresh ones, printed when a test fails, or the one that is to be repeated.
//   REEVE_SEED=S    the seed to repeat
//   REEVE_KILLS=N   how often something is killed
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>

namespace reeve::crash {

inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Said at once: a test that hangs could not be repeated else.
inline std::uint64_t chosen_seed() {
    const auto seed = from_environment("REEVE_SEED", std::random_device{}());
    fmt::print("seed {}\n", seed);
    std::fflush(stdout);
    return seed;
}

// The command that repeats the test that runs.
inline std::string repeat_with(std::uint64_t seed) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    return fmt::format("repeat with: REEVE_SEED={} {}/crash_test --gtest_filter={}.{}", seed, REEVE_BIN,
                       test->test_suite_name(), test->name());
}

}  // namespace reeve::crash
