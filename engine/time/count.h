// How a duration is counted: the parts that due() and explain() share. Internal to engine/time.
#pragma once

#include <algorithm>

#include "engine/time/calendar.h"

namespace reeve::time {

// Sorted stops that do not touch, their times held far enough from the ends of time that sums are safe.
class Stops {
  public:
    explicit Stops(std::span<const Span> stopped);
    const std::vector<Span>& spans() const { return spans_; }
    // The stop in which `t` lies: after its begin (or at it, when `begin` says so) and before its end.
    const Span* holding(Instant t, bool begin) const;

  private:
    std::vector<Span> spans_;
};

inline constexpr Instant never = Instant(Millis(std::int64_t{1} << 61));  // at or after: Instant::max()
inline constexpr Instant past = Instant(-never.time_since_epoch());
inline Instant clamp(Instant t) { return std::clamp(t, past, never); }  // far enough from the ends of time

// Counts days of one kind, each judged at its end.
class DayCount {
  public:
    DayCount(const Calendar&, const Stops&, bool working, Until end, Millis time_of_day);

    // The n-th counted day from `from` on (included), or back from it; none beyond the table or a stop
    // without end.
    std::optional<Day> nth(Day from, std::int64_t n, bool backward) const;
    bool stopped(Day) const;
    bool counts(Day) const;     // whether the day adds to the count
    Instant end_of(Day) const;  // the moment of the day at which a limit would end

  private:
    std::int64_t rank(Day) const;
    std::optional<Day> select(std::int64_t rank) const;
    Day first_ending_after(Instant) const;

    const Calendar& calendar_;
    bool working_;
    Until end_;
    Millis time_of_day_;
    std::vector<std::pair<Day, Day>> stopped_;  // [first, last) days whose end lies in a stop, in order
};

// The whole count, as due() makes it and explain() tells it.
struct Count {
    bool backward = false;
    bool dated = false;    // months, days or working days are counted
    bool fine = false;     // hours or finer are counted
    bool working = false;  // in office time or working days
    Until until = Until::moment;
    Until day_end = Until::moment;  // how a counted day ends: `until`, unless hours follow
    Millis time_of_day{0};
    bool roll = false;
    Day start{};                            // the local date of `from`
    Day first{};                            // the first day that may count
    std::int64_t days = 0;                  // how many are to be counted
    std::optional<Day> last_counted, last;  // before and after rolling; none: beyond the table, or never
    Instant at{};
    bool beyond = false;  // the answer lies outside the years of the table
};
Count count(const Calendar&, Instant from, const Duration& in, const DueRule&, const Stops&);

// `amount` (not negative) of real or office time from `from` on, or back from it.
Instant advance(const Calendar&, Instant from, Millis amount, bool working, bool backward, const Stops&);

}  // namespace reeve::time
