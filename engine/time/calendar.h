// A working calendar: what people wrote (Rules), and its compiled form (Calendar).
//
// Dates are local to the calendar's zone. A day owns its office intervals, also the part of a night shift
// after midnight; time that two days' intervals share belongs to the earlier. The compiled form holds sums of
// office time and working days before each day of 1900 to 2199, so that every question is a binary search:
// the days that no data describes follow the week's hours and the yearly holidays. About 1.3 MB a calendar.
#pragma once

#include <array>
#include <map>

#include "engine/time/zone.h"

namespace reeve::time {

struct Interval {  // of a day, since its midnight; `to` lies beyond 24 hours in a night shift
    std::chrono::seconds from, to;
    bool operator==(const Interval&) const = default;
};
using Hours = std::vector<Interval>;  // in order, apart from each other
inline constexpr std::chrono::seconds hours_of_day = std::chrono::hours(24);

struct SpecialDay {
    Hours hours;
    std::string name;
    bool operator==(const SpecialDay&) const = default;
};

struct Rules {
    std::string id;
    std::string zone;
    std::array<Hours, 7> week;            // from Sunday on
    std::map<Day, SpecialDay> days;       // beat holidays
    std::map<Day, std::string> holidays;  // the name of each; beat the week
    std::map<std::chrono::month_day, std::string> yearly;
    // First and last date the data describes; none: every date is as the rules say.
    std::optional<std::pair<Day, Day>> covers;
    bool operator==(const Rules&) const = default;
};

class Calendar {
  public:
    Calendar(Rules, Zone);

    const Rules& rules() const { return rules_; }
    const Zone& zone() const { return zone_; }
    bool operator==(const Calendar& other) const { return rules_ == other.rules_; }

    const Hours& hours_of(Day) const;
    std::string note_of(Day) const;  // why the day is what it is: "holiday: 春节", "closed (Saturday)", or ""
    bool is_working_day(Day day) const { return !hours_of(day).empty(); }
    // The day's own office time in order, without what the day before shares with it.
    std::vector<Span> spans_of(Day) const;
    Instant midnight(Day day) const { return zone_.to_instant(day); }
    // Closing time, of the day before's shift where that outlasts the day's own; the midnight after a day
    // without hours.
    Instant closing(Day) const;

    // Working days before `day` in the table, and the day that has `rank` before it; none beyond the table.
    std::int64_t rank(Day) const;
    std::optional<Day> working_day(std::int64_t rank) const;

    // Office time before `t`; the first instant before which `sum` has passed; the last such instant, which
    // is open. Beyond the table they stay at its ends: Instant::min() or max().
    Millis office_before(Instant t) const;
    Instant first_at(Millis sum) const;
    Instant last_at(Millis sum) const;

  private:
    static std::size_t index(Day day) { return static_cast<std::size_t>((day - first_day).count()); }
    static Day day_at(std::size_t index) { return first_day + std::chrono::days(index); }
    std::optional<std::pair<std::size_t, Millis>> day_of_sum(Millis sum, bool last) const;

    Rules rules_;
    Zone zone_;
    std::vector<std::int64_t> office_;   // milliseconds before each day, and after the last
    std::vector<std::int32_t> working_;  // working days before each day, and after the last
};

std::string to_string(Day);                           // 2026-02-17
std::optional<Day> parse_day(std::string_view text);  // the same, back
std::string to_string(const Hours::value_type&);      // 09:00-12:00
// "09:00-12:00" or, past midnight, "22:00-06:00"; code "bad-hours".
Result<Interval> parse_interval(std::string_view text);

}  // namespace reeve::time
