// Stops and the counting of days.
#include "engine/time/count.h"

namespace reeve::time {

using namespace std::chrono;

Stops::Stops(std::span<const Span> stopped) {
    for (Span s : stopped) {
        s = {clamp(s.from), clamp(s.to)};
        if (s.from < s.to) spans_.push_back(s);
    }
    std::ranges::sort(spans_, {}, &Span::from);
    std::size_t n = 0;
    for (const Span& s : spans_) {
        if (n > 0 && s.from <= spans_[n - 1].to) {
            spans_[n - 1].to = std::max(spans_[n - 1].to, s.to);
        } else {
            spans_[n++] = s;
        }
    }
    spans_.resize(n);
}

const Span* Stops::holding(Instant t, bool begin) const {
    auto after = std::ranges::upper_bound(spans_, t, {}, &Span::from);
    if (after == spans_.begin()) return nullptr;
    const Span& stop = *std::prev(after);
    if (begin) return t < stop.to ? &stop : nullptr;
    if (stop.from < t && t < stop.to) return &stop;
    return nullptr;
}

DayCount::DayCount(const Calendar& calendar, const Stops& stops, bool working, Until end, Millis time_of_day)
    : calendar_(calendar), working_(working), end_(end), time_of_day_(time_of_day) {
    for (const Span& stop : stops.spans()) {
        Day first = first_ending_after(stop.from), last = first_ending_after(stop.to);
        if (first < last) stopped_.emplace_back(first, last);
    }
}

// An end at the very begin of a stop is not stopped, one at its very end is: the whole day may lie in it.
Day DayCount::first_ending_after(Instant t) const {
    if (t < calendar_.midnight(first_day + days(3))) return first_day;
    if (t >= calendar_.midnight(last_day - days(3))) return last_day;
    Day day = calendar_.zone().day_of(t) - days(2);
    while (end_of(day) <= t) day += days(1);
    return day;
}

Instant DayCount::end_of(Day day) const {
    if (end_ == Until::close) return calendar_.closing(day);
    if (end_ == Until::day_end) return calendar_.midnight(day + days(1));
    return calendar_.zone().to_instant(day + time_of_day_);
}

bool DayCount::stopped(Day day) const {
    auto after = std::ranges::upper_bound(stopped_, day, {}, &std::pair<Day, Day>::first);
    return after != stopped_.begin() && day < std::prev(after)->second;
}

bool DayCount::counts(Day day) const { return (!working_ || calendar_.is_working_day(day)) && !stopped(day); }

std::int64_t DayCount::rank(Day day) const {
    return working_ ? calendar_.rank(day) : (day - first_day).count();
}

std::optional<Day> DayCount::select(std::int64_t rank) const {
    if (working_) return calendar_.working_day(rank);
    if (rank < 0 || rank >= (last_day - first_day).count()) return std::nullopt;
    return first_day + days(rank);
}

std::optional<Day> DayCount::nth(Day from, std::int64_t n, bool backward) const {
    if (!backward) {
        for (const auto& [first, last] : stopped_) {
            if (last <= from) continue;
            if (first > from) {
                std::int64_t free = rank(first) - rank(from);
                if (free >= n) break;
                n -= free;
            }
            from = last;
        }
        return from >= last_day ? std::nullopt : select(rank(from) + n - 1);
    }
    Day to = from + days(1);  // the days before `to` may count
    for (auto stop = stopped_.rbegin(); stop != stopped_.rend(); ++stop) {
        if (stop->first >= to) continue;
        if (stop->second < to) {
            std::int64_t free = rank(to) - rank(stop->second);
            if (free >= n) break;
            n -= free;
        }
        to = stop->first;
    }
    return select(rank(to) - n);
}

}  // namespace reeve::time
