#include <cmath>

#include "engine/time/count.h"

namespace reeve::time {

using namespace std::chrono;

namespace {

Until until_of(const Duration& in, Until until, bool fine) {
    if (until != Until::automatic) return until;
    if (fine) return Until::moment;
    return in.working_days != 0 || in.working_unit ? Until::close : Until::day_end;
}

// The date `months` later, the last of its month where that is shorter.
Day add_months(Day day, std::int64_t count) {
    year_month_day date{day};
    std::int64_t month =
        static_cast<int>(date.year()) * 12LL + static_cast<unsigned>(date.month()) - 1 + count;
    month = std::clamp<std::int64_t>(month, 0, 30'000LL * 12);
    year_month ym =
        year{static_cast<int>(month / 12)} / std::chrono::month{static_cast<unsigned>(month % 12 + 1)};
    auto last = (ym / std::chrono::last).day();
    return Day{ym / std::min(date.day(), last)};
}

bool in_table(const Calendar& c, Instant t) {
    return t >= c.midnight(first_day + days(3)) && t < c.midnight(last_day - days(3));
}

// The day to which an instant belongs: the day before while its night shift lasts.
Day owner(const Calendar& c, Instant t) {
    Day day = c.zone().day_of(t), before = day - days(1);
    return c.is_working_day(before) && t <= c.closing(before) ? before : day;
}

Instant advance_real(Instant from, Millis amount, bool backward, const Stops& stops) {
    if (amount.count() == 0) return from;
    if (!backward) {
        for (const Span& stop : stops.spans()) {
            if (stop.to <= from) continue;
            if (stop.from > from) {
                if (stop.from - from >= amount) break;
                amount -= stop.from - from;
            }
            from = stop.to;
        }
        return from >= never ? Instant::max() : from + amount;
    }
    for (auto stop = stops.spans().rbegin(); stop != stops.spans().rend(); ++stop) {
        if (stop->from >= from) continue;
        if (stop->to < from) {
            if (from - stop->to >= amount) break;
            amount -= from - stop->to;
        }
        from = stop->from;
    }
    return from - amount;
}

// Zero office time: the next instant that is open and not stopped, or the last.
Instant nearest_open(const Calendar& c, Instant t, bool backward, const Stops& stops) {
    for (;;) {
        if (!is_open(c, t)) {
            Millis sum = c.office_before(t);
            t = backward ? c.first_at(sum) : c.last_at(sum);
        }
        if (t == Instant::max() || t == Instant::min()) return t;
        const Span* stop = stops.holding(t, !backward);
        if (!stop) return t;
        t = backward ? stop->from : stop->to;
        if (t >= never) return Instant::max();
        if (t <= past) return Instant::min();
        if (backward && !stops.holding(t, false) && c.first_at(c.office_before(t)) == t) return t;
    }
}

Instant advance_office(const Calendar& c, Instant from, Millis amount, bool backward, const Stops& stops) {
    if (amount.count() == 0) return nearest_open(c, from, backward, stops);
    if (!backward) {
        for (const Span& stop : stops.spans()) {
            if (stop.to <= from) continue;
            if (stop.from > from) {
                Millis open = c.office_before(stop.from) - c.office_before(from);
                if (open >= amount) break;
                amount -= open;
            }
            from = stop.to;
        }
        return from >= never ? Instant::max() : c.first_at(c.office_before(from) + amount);
    }
    for (auto stop = stops.spans().rbegin(); stop != stops.spans().rend(); ++stop) {
        if (stop->from >= from) continue;
        if (stop->to < from) {
            Millis open = c.office_before(from) - c.office_before(stop->to);
            if (open >= amount) break;
            amount -= open;
        }
        from = stop->from;
    }
    return c.last_at(c.office_before(from) - amount);
}

// The day on which a limit that reached `day` ends: not one whose end is stopped, and with `roll` a working
// day; on from it, or back.
std::optional<Day> settle(const Calendar& c, const Stops& stops, const Count& k, Until end, Day day) {
    DayCount days(c, stops, k.roll, end, k.time_of_day);
    return days.counts(day) ? std::optional(day) : days.nth(day, 1, k.backward);
}

std::string years_beyond(const Calendar& c, Day from, Day to) {
    const auto& covers = c.rules().covers;
    if (!covers) return "";
    int first = 0, last = 0;
    auto add = [&](Day a, Day b) {
        if (a > b) return;
        int y1 = static_cast<int>(year_month_day{a}.year()), y2 = static_cast<int>(year_month_day{b}.year());
        first = first == 0 ? y1 : std::min(first, y1);
        last = std::max(last, y2);
    };
    add(from, std::min(to, covers->first - days(1)));
    add(std::max(from, covers->second + days(1)), to);
    if (first == 0) return "";
    std::string years =
        first == last ? fmt::format("{} lies", first) : fmt::format("{} to {} lie", first, last);
    return fmt::format("{} beyond the data of calendar {} (covers {}/{})", years, c.rules().id,
                       to_string(covers->first), to_string(covers->second));
}

}  // namespace

Instant advance(const Calendar& calendar, Instant from, Millis amount, bool working, bool backward,
                const Stops& stops) {
    return working ? advance_office(calendar, from, amount, backward, stops)
                   : advance_real(from, amount, backward, stops);
}

Count count(const Calendar& c, Instant from, const Duration& in, const DueRule& rule, const Stops& stops) {
    Count k;
    from = clamp(from);
    k.backward = in.backward || in.months < 0 || in.days < 0 || in.elapsed.count() < 0 ||
                 in.working_days < 0 || in.working.count() < 0;
    k.dated = !in.is_moment();
    k.fine = in.elapsed.count() != 0 || in.working.count() != 0 || !k.dated;
    k.working = in.is_working();
    k.until = until_of(in, rule.until, k.fine);
    k.roll = rule.roll && (!k.fine || rule.until == Until::close || rule.until == Until::day_end);
    k.at = from;
    // Office time is known to the table's ends; what looks at days keeps away from them.
    bool uses_days = k.dated || k.until != Until::moment;
    bool outside = uses_days ? !in_table(c, from)
                             : k.working && (from < c.midnight(first_day) || from >= c.midnight(last_day));
    if (outside) {
        k.beyond = true;
        k.at = k.backward ? Instant::min() : Instant::max();
        return k;
    }
    k.start = k.first = c.zone().day_of(from);
    if (k.dated) {
        k.day_end = k.fine ? Until::moment : k.until;
        k.time_of_day = c.zone().to_local(from) - k.start;
        bool working = in.working_days != 0 || in.working_unit;
        DayCount counter(c, stops, working, k.day_end, k.time_of_day);
        k.days = std::abs(working ? in.working_days
                                  : (add_months(k.start, in.months) - k.start).count() + in.days);
        if (!rule.count_first_day) k.first += days(k.backward ? -1 : 1);
        k.last_counted = k.days == 0 ? std::optional(k.start) : counter.nth(k.first, k.days, k.backward);
        k.last = k.last_counted;
        // No limit is over before it begins: when the office has closed for today, the next day takes its
        // place, whatever stopped today.
        if (k.last && !k.backward && counter.end_of(*k.last) < from)
            k.last = counter.nth(*k.last + days(1), 1, false);
        if (k.last) k.last = settle(c, stops, k, k.day_end, *k.last);
        k.at = k.last ? counter.end_of(*k.last) : k.backward ? Instant::min() : Instant::max();
        k.beyond = !k.last && (stops.spans().empty() || stops.spans().back().to < never);
        if (!k.last) return k;
    }
    if (k.fine) {
        Millis amount = k.working ? in.working : in.elapsed;
        k.at = advance(c, k.at, amount < Millis(0) ? -amount : amount, k.working, k.backward, stops);
        bool finite = k.at > past && k.at < never;
        bool endless = !stops.spans().empty() && stops.spans().back().to >= never;
        if (!finite || (k.until != Until::moment && !in_table(c, k.at))) {
            k.beyond = !endless;
            k.at = k.backward ? Instant::min() : Instant::max();
            return k;
        }
        if (k.until != Until::moment) {
            DayCount working(c, stops, true, k.until, Millis(0));
            k.last = k.last_counted = owner(c, k.at);
            const Instant least = k.roll ? k.at : from;
            if (!k.backward && working.end_of(*k.last) < least) k.last = *k.last + days(1);
            k.last = settle(c, stops, k, k.until, *k.last);
            k.at = k.last ? working.end_of(*k.last) : k.backward ? Instant::min() : Instant::max();
        }
    }
    return k;
}

Due due(const Calendar& calendar, Instant from, const Duration& in, const DueRule& rule,
        std::span<const Span> stopped) {
    Count k = count(calendar, from, in, rule, Stops(stopped));
    Due due{k.at, {}};
    if (k.beyond) {
        due.warnings.emplace_back(
            "the answer lies outside the years 1900 to 2199, for which calendars are kept");
        return due;
    }
    if (k.at == Instant::max() || k.at == Instant::min()) return due;
    bool only_last_day = !k.working && k.last.has_value();
    if (!k.working && !k.roll && k.until != Until::close) return due;
    Day a = only_last_day ? *k.last_counted : k.start, b = k.last ? *k.last : calendar.zone().day_of(k.at);
    if (auto warning = years_beyond(calendar, std::min(a, b), std::max(a, b)); !warning.empty()) {
        due.warnings.push_back(std::move(warning));
    }
    return due;
}

Millis working_between(const Calendar& calendar, Instant from, Instant to, std::span<const Span> stopped) {
    if (from >= to) return Millis(0);
    Millis sum = calendar.office_before(to) - calendar.office_before(from);
    Stops stops(stopped);
    for (const Span& stop : stops.spans()) {
        Instant a = std::max(from, stop.from), b = std::min(to, stop.to);
        if (a < b) sum -= calendar.office_before(b) - calendar.office_before(a);
    }
    return sum;
}

Result<std::vector<std::string>> check_coverage(const Calendar& calendar, Instant from) {
    if (const auto at_once = due(calendar, from, {.days = 1}).warnings; !at_once.empty())
        return refuse("calendar-too-short", at_once.front() + "; add the year to the calendar", "calendar");
    auto warnings = due(calendar, from, {.months = 12}).warnings;
    for (auto& warning : warnings) warning += "; add the year to the calendar in time";
    return warnings;
}

Instant fraction(const Calendar& calendar, Instant from, Instant due, double percent, bool working,
                 std::span<const Span> stopped) {
    if (due >= never) return Instant::max();
    from = clamp(from), due = clamp(due);
    if (from >= due || std::isnan(percent)) return due;
    if (percent == 100) return due;
    Stops stops(stopped);
    Millis total(0);
    if (working) {
        total = working_between(calendar, from, due, stopped);
    } else {
        total = due - from;
        for (const Span& stop : stops.spans()) {
            total -= std::max(Millis(0), std::min(due, stop.to) - std::max(from, stop.from));
        }
    }
    double wanted = std::ceil(static_cast<double>(total.count()) * std::clamp(percent, 0.0, 100'000.0) / 100);
    if (wanted <= 0) return percent >= 100 ? due : from;
    Millis amount(static_cast<std::int64_t>(std::min(wanted, 1e17)));
    Instant at = advance(calendar, from, amount, working, false, stops);
    return percent < 100 ? std::min(at, due) : at;
}

}  // namespace reeve::time
