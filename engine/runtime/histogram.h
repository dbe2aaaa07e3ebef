// How often a measure fell into each of fixed ranges. A value: copied to be read.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "engine/time/time.h"

namespace reeve::runtime {

using time::Millis;

// `Value`: a number or a duration; `Bounds`: the upper bounds of the ranges, in its unit, ascending. What is
// more than the last falls into one range more.
template <class Value, const auto& Bounds>
class Histogram {
  public:
    static constexpr auto& bounds = Bounds;

    void add(Value value) {
        value = std::max(value, Value{0});
        const auto range =
            std::ranges::lower_bound(bounds, value, {}, [](auto bound) { return Value(bound); });
        ++counts_[static_cast<std::size_t>(range - bounds.begin())];
        ++count_;
        sum_ += value;
        greatest_ = std::max(greatest_, value);
    }
    std::uint64_t count() const { return count_; }
    Value sum() const { return sum_; }
    Value greatest() const { return greatest_; }
    // The bound below or at which this share of them lies: at(0.99). Zero when there are none.
    Value at(double share) const {
        const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < bounds.size(); ++i)
            if ((below += counts_[i]) >= wanted && below > 0) return std::min(Value(bounds[i]), greatest_);
        return greatest_;
    }
    // One for each bound, and one for what is more than the last.
    const auto& counts() const { return counts_; }

  private:
    std::array<std::uint64_t, Bounds.size() + 1> counts_{};
    std::uint64_t count_ = 0;
    Value sum_{0}, greatest_{0};
};

// From the due moment of a timer until what it did was durable.
inline constexpr std::array<std::int64_t, 22> lateness_bounds{
    1,         2,         5,          10,         20,          50,           100,    200,
    500,       1'000,     2'000,      5'000,      10'000,      30'000,       60'000, 300'000,
    1'800'000, 3'600'000, 21'600'000, 86'400'000, 604'800'000, 2'592'000'000};
using Lateness = Histogram<Millis, lateness_bounds>;

// Of one commit, its sync included.
inline constexpr std::array<std::int64_t, 15> commit_bounds{50,      100,     200,     500,       1'000,
                                                            2'000,   5'000,   10'000,  20'000,    50'000,
                                                            100'000, 200'000, 500'000, 1'000'000, 5'000'000};
using CommitTime = Histogram<std::chrono::microseconds, commit_bounds>;

// Events that were made durable together.
inline constexpr std::array<std::int64_t, 12> batch_bounds{1,   2,   5,   10,    20,    50,
                                                           100, 200, 500, 1'000, 2'000, 5'000};
using BatchSize = Histogram<std::int64_t, batch_bounds>;

}  // namespace reeve::runtime
