#include "engine/time/recurrence.h"

namespace reeve::time {

using namespace std::chrono;

namespace {

constexpr std::int64_t most_idle = 2'000'000;
constexpr int last_year = static_cast<int>(year_month_day{last_series_day}.year());

bool has(const std::vector<int>& list, int value) { return std::ranges::find(list, value) != list.end(); }
bool allows(const std::vector<int>& list, int value) { return list.empty() || has(list, value); }

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0); }

std::int64_t step_seconds(const RecurrenceRule& rule) {
    std::int64_t unit = rule.frequency == Frequency::hourly     ? 3600
                        : rule.frequency == Frequency::minutely ? 60
                                                                : 1;
    return unit * rule.interval;
}

Day week_of(Day day, unsigned week_start) {
    unsigned into = (weekday{day}.c_encoding() + 7 - week_start) % 7;
    return day - days(into);
}

// The week's number in its year (the one that has most of its days), and counted from that year's end.
std::pair<int, int> week_number(Day day, unsigned week_start) {
    Day middle = week_of(day, week_start) + days(3);
    auto of = [](Day mid) {
        Day first{year_month_day{mid}.year() / January / 1};
        return static_cast<int>((mid - first).count() / 7 + 1);
    };
    Day last_week{year_month_day{middle}.year() / December / 28};
    int number = of(middle), weeks = of(week_of(last_week, week_start) + days(3));
    return {number, number - weeks - 1};
}

}  // namespace

Series::Series(RecurrenceRule rule, Local start, Day end)
    : rule_(std::move(rule)), start_(floor<seconds>(start)), end_(std::min(end, last_series_day)) {
    RecurrenceRule& r = rule_;
    year_month_day date{floor<days>(start_)};
    if (r.weeks.empty() && r.year_days.empty() && r.month_days.empty() && r.weekdays.empty()) {
        auto dom = static_cast<int>(static_cast<unsigned>(date.day()));
        if (r.frequency == Frequency::yearly) {
            if (r.months.empty()) r.months = {static_cast<int>(static_cast<unsigned>(date.month()))};
            r.month_days = {dom};
        } else if (r.frequency == Frequency::monthly) {
            r.month_days = {dom};
        } else if (r.frequency == Frequency::weekly) {
            r.weekdays = {{weekday{floor<days>(start_)}.c_encoding(), 0}};
        }
    }
    hh_mm_ss<Millis> time{start_ - floor<days>(start_)};
    auto pick = [](const std::vector<int>& by, auto value) {
        return by.empty() ? std::vector<int>{static_cast<int>(value.count())} : by;
    };
    hours_ = pick(r.hours, time.hours());
    minutes_ = pick(r.minutes, time.minutes());
    seconds_ = pick(r.seconds, time.seconds());
}

bool Series::has_day(Day day) const {
    const RecurrenceRule& r = rule_;
    year_month_day date{day};
    int month = static_cast<int>(static_cast<unsigned>(date.month()));
    if (!allows(r.months, month)) return false;
    int dom = static_cast<int>(static_cast<unsigned>(date.day()));
    int month_length = static_cast<int>(static_cast<unsigned>((date.year() / date.month() / last).day()));
    if (!r.month_days.empty() && !has(r.month_days, dom) && !has(r.month_days, dom - month_length - 1))
        return false;
    int yday = static_cast<int>((day - Day{date.year() / January / 1}).count()) + 1;
    int year_length = date.year().is_leap() ? 366 : 365;
    if (!r.year_days.empty() && !has(r.year_days, yday) && !has(r.year_days, yday - year_length - 1))
        return false;
    if (!r.weekdays.empty()) {
        bool in_year = r.frequency == Frequency::yearly && r.months.empty();
        int at = in_year ? yday : dom, length = in_year ? year_length : month_length;
        int nth = (at - 1) / 7 + 1, from_end = -((length - at) / 7 + 1);
        unsigned wday = weekday{day}.c_encoding();
        if (std::ranges::none_of(r.weekdays, [&](const auto& w) {
                return w.first == wday && (w.second == 0 || w.second == nth || w.second == from_end);
            })) {
            return false;
        }
    }
    if (r.weeks.empty()) return true;
    auto [week, from_end] = week_number(day, r.week_start);
    return has(r.weeks, week) || has(r.weeks, from_end);
}

bool Series::fill_days() {
    days_.clear();
    year_month_day date{floor<days>(start_)};
    Day first, end;
    if (rule_.frequency == Frequency::yearly) {
        std::int64_t y = static_cast<int>(date.year()) + period_ * rule_.interval;
        if (y > last_year) return false;
        first = Day{year{static_cast<int>(y)} / January / 1};
        end = Day{year{static_cast<int>(y + 1)} / January / 1};
    } else if (rule_.frequency == Frequency::monthly) {
        std::int64_t m = static_cast<int>(date.year()) * 12LL + static_cast<unsigned>(date.month()) - 1 +
                         period_ * rule_.interval;
        if (m / 12 > last_year) return false;
        first = Day{year{static_cast<int>(m / 12)} / month{static_cast<unsigned>(m % 12 + 1)} / 1};
        end = Day{(year_month_day{first}.year() / year_month_day{first}.month() / last)} + days(1);
    } else {
        bool weekly = rule_.frequency == Frequency::weekly;
        Day from = weekly ? week_of(Day{date}, rule_.week_start) : Day{date};
        first = from + days(period_ * rule_.interval * (weekly ? 7 : 1));
        end = first + days(weekly ? 7 : 1);
    }
    if (first > end_) return false;
    ++period_;
    looked_ += (end - first).count();
    for (Day day = first; day < end; day += days(1)) {
        if (has_day(day)) days_.push_back(day);
    }
    idle_ += 1 + (end - first).count() / 7;
    return true;
}

// Frequencies within a day: goes on to the next hour, minute or second that the rule allows, by whole days,
// hours and minutes where these are ruled out.
bool Series::fill_times() {
    std::int64_t step = step_seconds(rule_);
    std::int64_t unit = step / rule_.interval;
    Local base = Local(floor<seconds>(start_)) - seconds(start_.time_since_epoch() / seconds(1) % unit);
    for (;; ++idle_) {
        if (idle_ > most_idle) return false;
        ++looked_;
        Local t = base + seconds(period_);
        Day day = floor<days>(t);
        if (day > end_) return false;
        auto skip_before = [&](Local to) {
            period_ += (floor_div((to - t) / seconds(1) - 1, step) + 1) * step;
        };
        hh_mm_ss<Millis> time{t - day};
        if (!has_day(day)) {
            skip_before(day + days(1));
        } else if (!allows(rule_.hours, static_cast<int>(time.hours().count()))) {
            skip_before(day + time.hours() + hours(1));
        } else if (unit < 3600 && !allows(rule_.minutes, static_cast<int>(time.minutes().count()))) {
            skip_before(day + time.hours() + time.minutes() + minutes(1));
        } else if (unit < 60 && !allows(rule_.seconds, static_cast<int>(time.seconds().count()))) {
            period_ += step;
        } else {
            days_ = {day};
            hours_ = {static_cast<int>(time.hours().count())};
            if (unit < 3600) minutes_ = {static_cast<int>(time.minutes().count())};
            if (unit < 60) seconds_ = {static_cast<int>(time.seconds().count())};
            period_ += step;
            return true;
        }
    }
}

void Series::find_positions() {
    std::int64_t all = size_;
    positions_.clear();
    for (int p : rule_.positions) {
        std::int64_t i = p > 0 ? p - 1 : all + p;
        if (i >= 0 && i < all) positions_.push_back(i);
    }
    std::ranges::sort(positions_);
    positions_.erase(std::unique(positions_.begin(), positions_.end()), positions_.end());
    size_ = static_cast<std::int64_t>(positions_.size());
}

bool Series::fill() {
    bool within_day = rule_.frequency >= Frequency::hourly;
    if (++idle_ > most_idle || !(within_day ? fill_times() : fill_days())) return false;
    auto n = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
    size_ = n(days_) * n(hours_) * n(minutes_) * n(seconds_);
    if (!rule_.positions.empty()) find_positions();
    at_ = 0;
    return true;
}

Local Series::moment(std::int64_t index) const {
    auto take = [&](const std::vector<int>& list) {
        auto n = static_cast<std::int64_t>(list.size());
        int value = list[static_cast<std::size_t>(index % n)];
        index /= n;
        return value;
    };
    seconds time(take(seconds_));
    time += minutes(take(minutes_));
    time += hours(take(hours_));
    return days_[static_cast<std::size_t>(index)] + time;
}

std::optional<Local> Series::next() {
    while (!ended_) {
        if (rule_.count && returned_ >= *rule_.count) break;
        if (at_ >= size_) {
            if (!fill()) break;
            continue;
        }
        Local t = moment(rule_.positions.empty() ? at_ : positions_[static_cast<std::size_t>(at_)]);
        ++at_;
        if (t < start_) {
            ++looked_;
            if (++idle_ > most_idle) break;
            continue;
        }
        if (rule_.until && t > *rule_.until) break;
        ++returned_;
        idle_ = 0;
        return t;
    }
    ended_ = true;
    return std::nullopt;
}

void Series::skip_to(Local t) {
    if (rule_.count || t <= start_ || returned_ > 1 || t > Local(Day{year{last_year} / January / 1})) return;
    year_month_day from{floor<days>(start_)}, to{floor<days>(t)};
    std::int64_t years = (to.year() - from.year()).count();
    std::int64_t months = years * 12 + static_cast<unsigned>(to.month()) -
                          static_cast<int>(static_cast<unsigned>(from.month()));
    std::int64_t whole_days = (floor<days>(t) - floor<days>(start_)).count();
    std::int64_t passed = rule_.frequency == Frequency::yearly    ? years
                          : rule_.frequency == Frequency::monthly ? months
                          : rule_.frequency == Frequency::weekly  ? whole_days / 7
                          : rule_.frequency == Frequency::daily   ? whole_days
                                                                  : 0;
    at_ = size_ = 0;
    if (rule_.frequency < Frequency::hourly) {
        period_ = std::max<std::int64_t>(0, passed / rule_.interval - 1);
    } else {
        std::int64_t step = step_seconds(rule_);
        period_ = std::max<std::int64_t>(0, (t - start_) / seconds(1) / step - 1) * step;
    }
}

std::optional<Local> Recurrence::next() {
    for (std::int64_t idle = 0; idle < most_idle; ++idle) {
        std::optional<Local> first;
        for (Source& s : included_) {
            while (s.head && last_ && *s.head <= *last_) s.head = s.series.next();
            if (s.head && (!first || *s.head < *first)) first = s.head;
        }
        while (!dates_.empty() && last_ && dates_.front() <= *last_) dates_.pop_front();
        if (!dates_.empty() && (!first || dates_.front() < *first)) first = dates_.front();
        if (!first) return std::nullopt;
        last_ = first;
        bool excluded = std::ranges::binary_search(excluded_dates_, *first);
        for (Source& s : excluded_) {
            while (s.head && *s.head < *first) s.head = s.series.next();
            excluded = excluded || (s.head && *s.head == *first);
        }
        if (!excluded) return first;
    }
    return std::nullopt;
}

std::int64_t Recurrence::looked() const {
    std::int64_t sum = 0;
    for (const auto* sources : {&included_, &excluded_})
        for (const Source& s : *sources) sum += s.series.looked();
    return sum;
}

void Recurrence::skip_to(Local t) {
    for (auto* sources : {&included_, &excluded_}) {
        for (Source& s : *sources) {
            if (s.head && *s.head < t) s.series.skip_to(t);
        }
    }
}

}  // namespace reeve::time
