// Deadlines against a slow, obvious reference that walks the minutes and the dates one by one, over random
// calendars (night shifts, half days, holidays, zones with every kind of clock change), starts and stops.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "engine/time/count.h"

namespace reeve::time {

using std::chrono::days, std::chrono::hours, std::chrono::minutes;

namespace {

// What a random case is made of. All times are whole minutes.
struct World {
    CalendarPtr calendar;
    Instant start;  // of the minutes below
    std::vector<char> open;
    std::vector<Span> stops;
};

const std::vector<std::string> zones{"Asia/Shanghai",     "Europe/London",       "America/New_York",
                                     "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Auckland",
                                     "Etc/UTC",           "Asia/Kathmandu"};
constexpr int world_days = 60;

Instant minute_of(const World& w, std::size_t i) { return w.start + minutes(i); }

// A wall-clock time found by looking at every minute around it: the first that shows it; in a gap, as long
// after the gap as it lies in it.
Instant look_for(const Zone& zone, Local wall) {
    Instant from = Instant(wall.time_since_epoch()) - hours(16);
    Instant t = from;
    while (zone.to_local(t) < wall) t += minutes(1);
    if (zone.to_local(t) == wall) return t;
    return t + (wall - (zone.to_local(t - minutes(1)) + minutes(1)));
}

World make_world() {
    Rules rules;
    rules.id = "random";
    rules.zone = *rc::gen::elementOf(zones);
    auto random_hours = [] {
        Hours list;
        int at = 0;
        for (int n = *rc::gen::inRange(0, 4); n > 0 && at < 24 * 60; --n) {
            int from = at + 30 * *rc::gen::inRange(0, 16), length = 30 * *rc::gen::inRange(1, 24);
            if (from >= 24 * 60) break;
            length = std::min(length, 24 * 60);
            list.push_back({minutes(from), minutes(from + length)});
            at = from + length + 30;
        }
        return list;
    };
    for (Hours& list : rules.week) list = random_hours();
    if (std::ranges::all_of(rules.week, &Hours::empty)) rules.week[1] = {{hours(9), hours(17)}};
    // Around the clock changes of 2026 and 2018 (Sao Paulo's skip midnight).
    Day first = *rc::gen::elementOf(
        std::vector<Day>{Day{std::chrono::year{2026} / 3 / 1}, Day{std::chrono::year{2026} / 10 / 1},
                         Day{std::chrono::year{2018} / 10 / 20}, Day{std::chrono::year{2018} / 2 / 1},
                         Day{std::chrono::year{2026} / 3 / 20}});
    for (int n = *rc::gen::inRange(0, 10); n > 0; --n) {
        rules.holidays[first + days(*rc::gen::inRange(0, world_days))] = "day off";
    }
    for (int n = *rc::gen::inRange(0, 6); n > 0; --n) {
        rules.days[first + days(*rc::gen::inRange(0, world_days))] = {random_hours(), "special"};
    }
    World w;
    Zone zone = *Zone::find(rules.zone);
    w.calendar = std::make_shared<Calendar>(rules, zone);
    w.start = zone.to_instant(first);
    w.open.assign(world_days * 24 * 60, 0);
    for (int d = -2; d <= world_days + 1; ++d) {
        for (const Interval& interval : w.calendar->hours_of(first + days(d))) {
            auto i = (look_for(zone, first + days(d) + interval.from) - w.start) / minutes(1);
            auto end = (look_for(zone, first + days(d) + interval.to) - w.start) / minutes(1);
            for (; i < end; ++i) {
                if (i >= 0 && i < std::ssize(w.open)) w.open[static_cast<std::size_t>(i)] = 1;
            }
        }
    }
    for (int n = *rc::gen::inRange(0, 5); n > 0; --n) {
        Instant from = w.start + minutes(*rc::gen::inRange(0, 20 * 24 * 60));
        w.stops.push_back({from, from + minutes(*rc::gen::inRange(0, 4 * 24 * 60))});
    }
    return w;
}

Instant start_in(const World& w) { return w.start + minutes(*rc::gen::inRange(2 * 24 * 60, 15 * 24 * 60)); }

bool stopped(const World& w, Instant t) {
    return std::ranges::any_of(w.stops, [&](const Span& s) { return s.from <= t && t < s.to; });
}

// Minutes of office time from `from` on until `amount` have passed; none when the world ends first.
std::optional<Instant> walk(const World& w, Instant from, int amount, bool working) {
    for (auto i = static_cast<std::size_t>((from - w.start) / minutes(1)); i < w.open.size(); ++i) {
        if (amount == 0) return minute_of(w, i);
        bool counts = !stopped(w, minute_of(w, i)) && (!working || w.open[i]);
        if (counts && --amount == 0) return minute_of(w, i + 1);
    }
    return std::nullopt;
}

std::optional<Instant> walk_back(const World& w, Instant from, int amount) {
    auto i = static_cast<std::size_t>((from - w.start) / minutes(1));
    // The last instant with that much between: go on back over the minutes that do not count only when
    // something is still to be counted.
    for (; i > 0 && amount > 0; --i) {
        if (w.open[i - 1] && !stopped(w, minute_of(w, i - 1))) --amount;
    }
    return amount == 0 ? std::optional(minute_of(w, i)) : std::nullopt;
}

Duration working_minutes(int n) { return {.working = minutes(n)}; }

}  // namespace

RC_GTEST_PROP(TimeProperty, BetweenCountsTheOpenMinutes, ()) {
    World w = make_world();
    Instant a = start_in(w), b = start_in(w);
    std::int64_t count = 0;
    for (Instant t = a; t < b; t += minutes(1)) {
        count += w.open[static_cast<std::size_t>((t - w.start) / minutes(1))] && !stopped(w, t);
    }
    RC_ASSERT(working_between(*w.calendar, a, b, w.stops) == minutes(count));
    RC_ASSERT(is_open(*w.calendar, a) == (w.open[static_cast<std::size_t>((a - w.start) / minutes(1))] == 1));
}

RC_GTEST_PROP(TimeProperty, DueIsWhereTheWalkEnds, ()) {
    World w = make_world();
    Instant from = start_in(w);
    int n = *rc::gen::inRange(1, 6000);
    for (bool working : {true, false}) {
        auto expected = walk(w, from, n, working);
        if (!expected) continue;
        Duration in = working ? working_minutes(n) : Duration{.elapsed = minutes(n)};
        RC_ASSERT(due(*w.calendar, from, in, {}, w.stops).at == *expected);
    }
}

RC_GTEST_PROP(TimeProperty, BackwardIsTheWalkBack, ()) {
    World w = make_world();
    Instant from = start_in(w);
    int n = *rc::gen::inRange(1, 2000);
    auto expected = walk_back(w, from, n);
    RC_PRE(expected.has_value());
    RC_ASSERT(due(*w.calendar, from, working_minutes(-n), {}, w.stops).at == *expected);
}

RC_GTEST_PROP(TimeProperty, BetweenUndoesDue, ()) {
    World w = make_world();
    Instant from = start_in(w);
    int n = *rc::gen::inRange(1, 100'000);
    Instant at = due(*w.calendar, from, working_minutes(n), {}, w.stops).at;
    RC_ASSERT(working_between(*w.calendar, from, at, w.stops) == minutes(n));
    RC_ASSERT(working_between(*w.calendar, from, at - Millis(1), w.stops) < minutes(n));
    Instant back = due(*w.calendar, from, working_minutes(-n), {}, w.stops).at;
    RC_ASSERT(working_between(*w.calendar, back, from, w.stops) == minutes(n));
    RC_ASSERT(working_between(*w.calendar, back + Millis(1), from, w.stops) < minutes(n));
}

Duration random_duration() {
    int n = *rc::gen::inRange(0, 40);
    switch (*rc::gen::inRange(0, 5)) {
        case 0: return {.days = n, .dated = n == 0};
        case 1: return {.working_days = n, .working_unit = n == 0, .dated = n == 0};
        case 2: return {.working = minutes(17 * n), .working_unit = n == 0};
        case 3: return {.months = n / 10 + 1};
        default: return {.elapsed = minutes(97 * n)};
    }
}

DueRule random_rule() {
    return {.until = *rc::gen::element(Until::automatic, Until::moment, Until::close, Until::day_end),
            .count_first_day = *rc::gen::arbitrary<bool>(),
            .roll = *rc::gen::arbitrary<bool>()};
}

RC_GTEST_PROP(TimeProperty, LaterOrLongerIsNeverEarlier, ()) {
    World w = make_world();
    Instant from = start_in(w), later = from + minutes(*rc::gen::inRange(0, 3 * 24 * 60));
    int n = *rc::gen::inRange(1, 5000), more = n + *rc::gen::inRange(0, 500);
    auto at = [&](Instant start, const Duration& in, DueRule rule = {}) {
        return due(*w.calendar, start, in, rule, w.stops).at;
    };
    RC_ASSERT(at(from, working_minutes(n)) <= at(from, working_minutes(more)));
    RC_ASSERT(at(from, working_minutes(n)) <= at(later, working_minutes(n)));
    Duration few{.working_days = n % 30}, many{.working_days = more % 30};
    if (few.working_days > many.working_days) std::swap(few, many);
    if (few.working_days > 0) {
        RC_ASSERT(at(from, few) <= at(from, many));
        RC_ASSERT(at(from, few) <= at(later, few));
    }
}

RC_GTEST_PROP(TimeProperty, PausingNeverShortensWhatRemains, ()) {
    World w = make_world();
    Instant from = start_in(w);
    Duration in = random_duration();
    DueRule rule = random_rule();
    std::vector<Span> fewer = w.stops;
    if (!fewer.empty()) fewer.pop_back();
    Instant with = due(*w.calendar, from, in, rule, w.stops).at;
    RC_ASSERT(due(*w.calendar, from, in, rule, fewer).at <= with);
    RC_ASSERT(due(*w.calendar, from, in, rule).at <= with);
}

RC_GTEST_PROP(TimeProperty, NoLimitEndsInAStop, ()) {
    World w = make_world();
    Duration in = random_duration();
    RC_PRE(!in.is_zero() || in.dated || in.working_unit);  // no time at all ends where it starts
    Instant at = due(*w.calendar, start_in(w), in, random_rule(), w.stops).at;
    // The very begin of a stop is reached before it holds.
    Stops merged(w.stops);
    for (const Span& stop : merged.spans()) RC_ASSERT(!(stop.from < at && at < stop.to));
}

RC_GTEST_PROP(TimeProperty, DaysAreCountedAsOnPaper, ()) {
    World w = make_world();
    const Calendar& c = *w.calendar;
    Instant from = start_in(w);
    bool working = *rc::gen::arbitrary<bool>();
    int n = *rc::gen::inRange(1, 25), step = *rc::gen::element(1, -1);
    DueRule rule{.until = *rc::gen::element(Until::moment, Until::close, Until::day_end),
                 .count_first_day = *rc::gen::arbitrary<bool>(),
                 .roll = *rc::gen::arbitrary<bool>()};
    Day start = c.zone().day_of(from);
    auto end_of = [&](Day day) {
        if (rule.until == Until::moment) return look_for(c.zone(), day + (c.zone().to_local(from) - start));
        if (rule.until == Until::day_end || c.hours_of(day).empty()) return look_for(c.zone(), day + days(1));
        Instant end = look_for(c.zone(), day + c.hours_of(day).back().to);
        const Hours& before = c.hours_of(day - days(1));
        return before.empty() ? end : std::max(end, look_for(c.zone(), day - days(1) + before.back().to));
    };
    Stops merged(w.stops);
    auto runs = [&](Day day) {
        return std::ranges::none_of(
            merged.spans(), [&](const Span& s) { return s.from < end_of(day) && end_of(day) <= s.to; });
    };
    auto open = [&](Day day) { return !c.hours_of(day).empty(); };
    Day day = start;
    for (int left = n, i = rule.count_first_day ? 0 : 1;; ++i) {
        RC_PRE(i < 200);
        day = start + days(i * step);
        if (runs(day) && (!working || open(day)) && --left == 0) break;
    }
    if (rule.roll) {
        for (int i = 0; !open(day) || !runs(day); ++i) {
            RC_PRE(i < 100);
            day += days(step);
        }
    }
    // What would be over before it began ends with the next day that may be the last.
    if (step > 0 && end_of(day) < from) {
        int i = 0;
        do {
            RC_PRE(++i < 100);
            day += days(1);
        } while (((working || rule.roll) && !open(day)) || !runs(day));
    }
    Duration in = working ? Duration{.working_days = n * step} : Duration{.days = n * step};
    RC_ASSERT(due(c, from, in, rule, w.stops).at == end_of(day));
}

RC_GTEST_PROP(TimeProperty, AFractionLiesOnTheWay, ()) {
    World w = make_world();
    Instant from = start_in(w);
    bool working = *rc::gen::arbitrary<bool>();
    Instant end =
        due(*w.calendar, from, working ? working_minutes(3000) : Duration{.days = 9}, {}, w.stops).at;
    int a = *rc::gen::inRange(0, 101), b = *rc::gen::inRange(0, 101);
    Instant at = fraction(*w.calendar, from, end, std::min(a, b), working, w.stops);
    RC_ASSERT(from <= at);
    RC_ASSERT(at <= fraction(*w.calendar, from, end, std::max(a, b), working, w.stops));
    RC_ASSERT(at <= end);
}

RC_GTEST_PROP(TimeProperty, ACalendarIsReadBackAsItIsWritten, ()) {
    World w = make_world();
    auto back = parse_calendar(canonical_text(*w.calendar), "canonical", ".");
    RC_ASSERT(back.has_value());
    Rules rules = (*back)->rules();
    if (!w.calendar->rules().covers) rules.covers.reset();  // a file's own dates say what it covers
    RC_ASSERT(rules == w.calendar->rules());
}

}  // namespace reeve::time
