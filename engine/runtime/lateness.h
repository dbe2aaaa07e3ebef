// How late timers took effect: a count for each range of times, from the due moment until what the timer did
// was durable. A value.
#pragma once

#include <array>
#include <cstdint>

#include "engine/time/time.h"

namespace reeve::runtime {

using time::Millis;

class Lateness {
  public:
    // The upper bounds of the ranges, in milliseconds; what is later than the last falls into one more.
    static constexpr std::array<std::int64_t, 22> bounds{
        1,         2,         5,          10,         20,          50,           100,    200,
        500,       1'000,     2'000,      5'000,      10'000,      30'000,       60'000, 300'000,
        1'800'000, 3'600'000, 21'600'000, 86'400'000, 604'800'000, 2'592'000'000};

    void add(Millis late);
    std::uint64_t count() const { return count_; }
    Millis greatest() const { return greatest_; }
    // The bound below or at which this share of them lies: at(0.99). Zero when there are none.
    Millis at(double share) const;
    // One for each bound, and one for what is later than the last.
    const std::array<std::uint64_t, bounds.size() + 1>& counts() const { return counts_; }

  private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    std::uint64_t count_ = 0;
    Millis greatest_{0};
};

}  // namespace reeve::runtime
