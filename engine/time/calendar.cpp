#include "engine/time/calendar.h"

namespace reeve::time {

using namespace std::chrono;

namespace {

const Hours closed;

// The spans of `hours` on `day`, none beginning before `from`.
void add_spans(const Zone& zone, Day day, const Hours& hours, Instant from, std::vector<Span>& spans) {
    for (const Interval& interval : hours) {
        Span span{std::max(from, zone.to_instant(day + interval.from)), zone.to_instant(day + interval.to)};
        if (span.from >= span.to) continue;
        from = span.to;
        spans.push_back(span);
    }
}

}  // namespace

Calendar::Calendar(Rules rules, Zone zone) : rules_(std::move(rules)), zone_(std::move(zone)) {
    std::size_t n = index(last_day);
    office_.reserve(n + 1);
    working_.reserve(n + 1);
    std::int64_t office = 0;
    std::int32_t working = 0;
    Instant end = Instant::min();  // of the office time so far: what follows begins after it
    std::vector<Span> spans;
    for (std::size_t i = 0; i < n; ++i) {
        office_.push_back(office);
        working_.push_back(working);
        const Hours& hours = hours_of(day_at(i));
        if (hours.empty()) continue;
        ++working;
        spans.clear();
        add_spans(zone_, day_at(i), hours, end, spans);
        for (const Span& span : spans) office += (span.to - span.from).count();
        if (!spans.empty()) end = spans.back().to;
    }
    office_.push_back(office);
    working_.push_back(working);
}

const Hours& Calendar::hours_of(Day day) const {
    if (!rules_.days.empty()) {
        if (auto it = rules_.days.find(day); it != rules_.days.end()) return it->second.hours;
    }
    if (!rules_.holidays.empty() && rules_.holidays.contains(day)) return closed;
    if (!rules_.yearly.empty()) {
        year_month_day date{day};
        if (rules_.yearly.contains(date.month() / date.day())) return closed;
    }
    return rules_.week[weekday{day}.c_encoding()];
}

std::string Calendar::note_of(Day day) const {
    static const char* const names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};
    std::string weekday_name = names[weekday{day}.c_encoding()];
    auto holiday = [](const std::string& name) { return name.empty() ? "holiday" : "holiday: " + name; };
    if (auto it = rules_.days.find(day); it != rules_.days.end()) {
        std::string kind = it->second.hours.empty() ? "closed" : "special hours";
        return it->second.name.empty() ? kind : kind + ": " + it->second.name;
    }
    if (auto it = rules_.holidays.find(day); it != rules_.holidays.end()) return holiday(it->second);
    year_month_day date{day};
    if (auto it = rules_.yearly.find(date.month() / date.day()); it != rules_.yearly.end())
        return holiday(it->second);
    return hours_of(day).empty() ? "closed (" + weekday_name + ")" : "";
}

std::vector<Span> Calendar::spans_of(Day day) const {
    std::vector<Span> before, spans;
    // The table knows of no night before its first.
    if (const Hours& hours = hours_of(day - days(1));
        day > first_day && !hours.empty() && hours.back().to > std::chrono::hours(20)) {
        add_spans(zone_, day - days(1), hours, Instant::min(), before);
    }
    add_spans(zone_, day, hours_of(day), before.empty() ? Instant::min() : before.back().to, spans);
    return spans;
}

Instant Calendar::closing(Day day) const {
    const Hours& hours = hours_of(day);
    if (hours.empty()) return midnight(day + days(1));
    Instant end = zone_.to_instant(day + hours.back().to);
    const Hours& before = hours_of(day - days(1));
    return before.empty() ? end : std::max(end, zone_.to_instant(day - days(1) + before.back().to));
}

std::int64_t Calendar::rank(Day day) const { return working_[index(std::clamp(day, first_day, last_day))]; }

std::optional<Day> Calendar::working_day(std::int64_t rank) const {
    if (rank < 0 || rank >= working_.back()) return std::nullopt;
    // The last day with `rank` working days before it is that working day.
    auto after = std::upper_bound(working_.begin(), working_.end(), static_cast<std::int32_t>(rank));
    return day_at(static_cast<std::size_t>(after - working_.begin()) - 1);
}

Millis Calendar::office_before(Instant t) const {
    if (t < midnight(first_day)) return Millis(0);
    if (t >= midnight(last_day + days(2))) return Millis(office_.back());
    // Intervals reach into the next day at most, and a shift of the zone's offset moves a day by hours.
    Day day = std::max(zone_.day_of(t) - days(2), first_day), end = std::min(day + days(4), last_day);
    Millis sum(office_[index(day)]);
    for (; day < end; day += days(1)) {
        for (const Span& span : spans_of(day)) {
            if (span.from < t) sum += std::min(span.to, t) - span.from;
        }
    }
    return sum;
}

// The day in whose office time the sum falls, and how much of it lies there.
std::optional<std::pair<std::size_t, Millis>> Calendar::day_of_sum(Millis sum, bool last) const {
    auto after = last ? std::upper_bound(office_.begin(), office_.end(), sum.count())
                      : std::lower_bound(office_.begin(), office_.end(), sum.count());
    if (after == office_.begin() || after == office_.end()) return std::nullopt;
    auto i = static_cast<std::size_t>(after - office_.begin()) - 1;
    return std::pair{i, sum - Millis(office_[i])};
}

Instant Calendar::first_at(Millis sum) const {
    auto found = day_of_sum(sum, false);
    if (!found) return sum.count() <= 0 ? Instant::min() : Instant::max();
    auto [i, rest] = *found;
    for (const Span& span : spans_of(day_at(i))) {
        if (rest <= span.to - span.from) return span.from + rest;
        rest -= span.to - span.from;
    }
    return Instant::max();
}

Instant Calendar::last_at(Millis sum) const {
    auto found = day_of_sum(sum, true);
    if (!found) return sum.count() < 0 ? Instant::min() : Instant::max();
    auto [i, rest] = *found;
    for (const Span& span : spans_of(day_at(i))) {
        if (rest < span.to - span.from) return span.from + rest;
        rest -= span.to - span.from;
    }
    return Instant::max();
}

CalendarPtr elapsed_calendar(const std::string& zone_name) {
    Rules rules;
    rules.id = "elapsed";
    rules.zone = zone_name;
    for (Hours& hours : rules.week) hours = {{seconds(0), hours_of_day}};
    auto zone = Zone::find(zone_name);
    if (!zone) throw std::invalid_argument(zone.error().message);
    return std::make_shared<Calendar>(std::move(rules), *std::move(zone));
}

bool is_open(const Calendar& calendar, Instant t) {
    Day day = calendar.zone().day_of(t);
    for (int i = -1; i <= 1; ++i) {
        for (const Span& span : calendar.spans_of(day + days(i))) {
            if (span.from <= t && t < span.to) return true;
        }
    }
    return false;
}

Instant next_open(const Calendar& calendar, Instant t) {
    if (is_open(calendar, t)) return t;
    return calendar.last_at(calendar.office_before(t));
}

std::vector<Span> open_spans(const Calendar& calendar, Instant from, Instant to) {
    std::vector<Span> spans;
    from = std::max(from, calendar.midnight(first_day));
    to = std::min(to, calendar.midnight(last_day));
    if (from >= to) return spans;
    Day end = calendar.zone().day_of(to) + days(1);
    for (Day day = calendar.zone().day_of(from) - days(1); day <= end; day += days(1)) {
        for (Span span : calendar.spans_of(day)) {
            span = {std::max(span.from, from), std::min(span.to, to)};
            if (span.from >= span.to) continue;
            if (!spans.empty() && spans.back().to == span.from) {
                spans.back().to = span.to;
            } else {
                spans.push_back(span);
            }
        }
    }
    return spans;
}

}  // namespace reeve::time
