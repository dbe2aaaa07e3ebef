// Recurrence rules of RFC 5545, in wall-clock time. Internal to engine/time.
//
// Own code because the libical of Debian 12 leaves out or invents dates for many rules (BYSETPOS, BYWEEKNO,
// BYMONTHDAY with BYDAY; tests/unit/time/recur_test.cpp has them). Rules the RFC leaves open are read as
// filters on the days of the period, as dateutil does. Nothing is unrolled: a step looks at one period, and
// a rule that finds nothing for two million steps has ended.
#pragma once

#include <deque>

#include "engine/time/zone.h"

namespace reeve::time {

enum class Frequency { yearly, monthly, weekly, daily, hourly, minutely, secondly };

struct RecurrenceRule {
    Frequency frequency = Frequency::daily;
    std::int64_t interval = 1;
    std::optional<std::int64_t> count;
    std::optional<Local> until;  // the last moment that may be one
    std::vector<int> seconds, minutes, hours, month_days, year_days, weeks, months, positions;
    std::vector<std::pair<unsigned, int>> weekdays;  // from Sunday 0; the n-th, 0 for each
    unsigned week_start = 1;
};

inline constexpr Day last_series_day = Day{std::chrono::year{9998} / 12 / 20};

// The moments of one rule from `start` on, in order; no period that begins after `end` is looked at.
class Series {
  public:
    Series(RecurrenceRule, Local start, Day end = last_series_day);
    std::optional<Local> next();
    // Leaves out periods that end before `t`; only where no count has to be kept.
    void skip_to(Local t);
    std::int64_t looked() const { return looked_; }  // days and times looked at so far: what it has cost

  private:
    bool has_day(Day) const;
    bool fill();  // takes the next period; false at the end
    bool fill_days();
    bool fill_times();
    void find_positions();
    Local moment(std::int64_t index) const;

    RecurrenceRule rule_;
    Local start_;
    Day end_;
    std::int64_t period_ = 0;  // periods since the one of `start`; within a day, seconds since its begin
    std::int64_t returned_ = 0, idle_ = 0, looked_ = 0;
    std::vector<Day> days_;
    std::vector<int> hours_, minutes_, seconds_;
    std::vector<std::int64_t> positions_;
    std::int64_t at_ = 0, size_ = 0;
    bool ended_ = false;
};

class Recurrence {
  public:
    // One rule, or lines RRULE:, RDATE:, EXRULE:, EXDATE: (DTSTART: lines replace `start`). Times in UTC are
    // taken to `zone`'s clock, where one is given.
    static Result<Recurrence> parse(std::string_view text, Local start, const Zone* zone,
                                    Day end = last_series_day);
    std::optional<Local> next();
    void skip_to(Local t);
    std::int64_t looked() const;

  private:
    struct Source {
        Series series;
        std::optional<Local> head;
    };
    std::vector<Source> included_, excluded_;
    std::deque<Local> dates_;
    std::vector<Local> excluded_dates_;
    std::optional<Local> last_;
};

}  // namespace reeve::time
