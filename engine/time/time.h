// The front door of engine/time: durations, working calendars, deadlines and their explanation.
//
// Everything here is a pure function of its arguments: nothing reads a clock. Instants are UTC with
// millisecond resolution; wall-clock times belong to a calendar's zone. All types are values; a built
// Calendar is immutable and may be shared between threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"

namespace reeve::time {

using Millis = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Millis>;

// A half-open stretch of time [from, to).
struct Span {
    Instant from, to;
    bool operator==(const Span&) const = default;
};

// A parsed duration: "60 days", "15 working days", "4 working hours", "30 min", "P1M", "PT2H". Its parts are
// kept apart because they count differently: months and days on the local date, time on the physical clock,
// working time in the calendar's office hours. Working parts are never mixed with the others.
struct Duration {
    std::int64_t months = 0;        // years count twelve
    std::int64_t days = 0;          // weeks count seven
    Millis elapsed{0};              // hours, minutes, seconds: real time
    std::int64_t working_days = 0;  // days on which the office opens at all
    Millis working{0};              // working hours, minutes, seconds: office time

    bool is_working() const { return working_days != 0 || working.count() != 0 || working_unit; }
    // Hours and finer only.
    bool is_moment() const { return !dated && months == 0 && days == 0 && working_days == 0; }
    bool is_zero() const {
        return months == 0 && days == 0 && elapsed.count() == 0 && working_days == 0 && working.count() == 0;
    }
    Duration operator-() const;
    bool operator==(const Duration&) const = default;

    // What a zero still says; all false in any other duration.
    bool working_unit = false;  // "0 working hours" is still a working duration
    bool dated = false;         // "0 days", "0 working days": ends like a number of days
    bool backward = false;      // "-0 working hours": the last open instant, not the next
};

Result<Duration> parse_duration(std::string_view text);  // code "bad-duration", with a did-you-mean
std::string to_string(const Duration&);                  // the canonical English form: "15 working days"

enum class Until {
    automatic,
    moment,
    close,
    day_end
};  // automatic: moment for hours and finer, close for working days, day_end for dates

// How a clock turns a duration into an instant.
struct DueRule {
    Until until = Until::automatic;
    bool count_first_day = false;  // Whether the day of the start is day one.
    bool roll = true;              // A last day that is no working day moves on (back, counting backward).
    bool operator==(const DueRule&) const = default;
};

class Calendar;  // immutable, compiled; defined in engine/time/calendar.h
using CalendarPtr = std::shared_ptr<const Calendar>;

// One line of an explanation: a day (or part of one) and what it added.
struct DayLine {
    std::string date;   // local date, 2026-02-17
    std::string note;   // "working day 3", "holiday: 春节", "closed (Saturday)", "paused", "day 12", …
    Millis counted{0};  // office time counted on that day, for working hours and finer
};

struct Due {
    Instant at;
    std::vector<std::string>
        warnings;  // e.g. "2027 lies beyond the data of calendar cn-office (covers 2020-01-01/2026-12-31)"
};

// Reads a calendar file (JSON with comments, as docs/definition-language.md describes) with its imports,
// which are taken relative to the file. Error.place is FILE:LINE:COL.
Result<CalendarPtr> load_calendar(const std::string& path);
// The same from text; `base_dir` is where imports are looked up, `name` is what places are reported against.
Result<CalendarPtr> parse_calendar(std::string_view text, const std::string& name,
                                   const std::string& base_dir);
// The calendar as one self-contained JSON text, imports resolved: what is pinned to a case. parse_calendar
// reads it back equal.
std::string canonical_text(const Calendar&);
CalendarPtr elapsed_calendar(
    const std::string& zone);  // open at all hours, no holidays: for those who define none

// The instant `in` after `from` (before it, when `in` is negative). `stopped` are pauses and exclusions, in
// any order, possibly overlapping or open-ended (to = Instant::max()); time in them does not count. A day
// counts if the clock runs at its end, the moment of that day at which the limit would end (closing time,
// midnight, the same wall clock): so a stop takes as many days as it holds day ends, and the due instant
// never lies in a stop. O(log n) in the length of the calendar, linear in `stopped`. An end in an open-ended
// stop, or beyond the year 2199, is Instant::max(). A day of a night shift is the date on which it began.
Due due(const Calendar&, Instant from, const Duration& in, const DueRule& = {},
        std::span<const Span> stopped = {});
// What a calendar lacks for counting from an instant on. Refused with "calendar-too-short": its data do not
// cover the next day. The sentences that come back warn: they do not cover the next year.
Result<std::vector<std::string>> check_coverage(const Calendar&, Instant from);
// Day by day how due() came to its answer.
std::vector<DayLine> explain(const Calendar&, Instant from, const Duration& in, const DueRule& = {},
                             std::span<const Span> stopped = {});

// Office time between two instants, stops not counted; zero when reversed.
Millis working_between(const Calendar&, Instant from, Instant to, std::span<const Span> stopped = {});
// The moment when `percent` of the way from `from` to `due` has run: in office time when `working`, else in
// real time; stops not counted in either.
Instant fraction(const Calendar&, Instant from, Instant due, double percent, bool working,
                 std::span<const Span> stopped = {});

// The stretches of office time between two instants, those that touch made one.
std::vector<Span> open_spans(const Calendar&, Instant from, Instant to);

bool is_open(const Calendar&, Instant);
Instant next_open(const Calendar&, Instant);  // the instant itself when open

// Recurrences: RFC 5545, local to the calendar's zone. `rrule` is one rule ("FREQ=WEEKLY;BYDAY=MO") or lines
// RRULE:, RDATE:, EXRULE:, EXDATE:. Those that fall in a non-existent wall-clock time move on by the gap.
// Code "bad-rule". The dates are fewer than `count` where the rule ends, or finds nothing more for long.
Result<std::vector<Instant>> recur(const Calendar&, std::string_view rrule, Instant start, std::size_t count);
// The first occurrence strictly after `after`, if any.
Result<std::optional<Instant>> next_occurrence(const Calendar&, std::string_view rrule, Instant start,
                                               Instant after);

// Whether clocks can be counted there: in the years 1900 to 2199, which the tables of zones and calendars
// reach.
bool countable(Instant);

// RFC 3339. A time without an offset is taken in the calendar's zone: a wall-clock time that does not exist
// moves on by the gap, an ambiguous one is the first. A date alone is its midnight.
Result<Instant> parse_instant(std::string_view text, const Calendar&);
Result<Instant> parse_instant(std::string_view text);  // offset or Z required
std::string to_string(Instant,
                      const Calendar&);  // 2026-02-25T18:00:00+08:00; milliseconds only when there are any
std::string to_utc_string(Instant);      // 2026-02-25T10:00:00Z
// For people, an instant at which something ends, as to_string() has it: the midnight after a day is
// "end of 2026-05-01", for 2026-05-02T00:00:00 reads as if the 2nd could still be used.
std::string deadline_words(const std::string& rfc3339);
std::string deadline_words(Instant, const Calendar&);

}  // namespace reeve::time
