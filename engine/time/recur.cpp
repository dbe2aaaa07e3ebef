// Reading recurrence rules, and recurrences in a calendar's zone.
#include <charconv>

#include "engine/time/calendar.h"
#include "engine/time/recurrence.h"

namespace reeve::time {

using namespace std::chrono;

namespace {

constexpr std::size_t most_dates = 100'000;

std::unexpected<Error> bad_rule(std::string_view rule, const std::string& why) {
    return refuse("bad-rule", fmt::format("the rule \"{}\" is not understood: {}", rule.substr(0, 80), why));
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts(1);
    for (char c : text) {
        if (c == at)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

std::optional<std::int64_t> number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// 19970902, 19970902T090000 or 19970902T090000Z; `day_end` takes a date alone as the end of that day.
std::optional<Local> moment(const std::string& text, const Zone* zone, bool day_end) {
    if (text.size() != 8 && text.size() != 15 && text.size() != 16) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (i == 8 ? text[i] != 'T' : i == 15 ? text[i] != 'Z' : !digit) return std::nullopt;
    }
    auto at = [&](std::size_t i, std::size_t n) { return static_cast<int>(*number(text.substr(i, n))); };
    year_month_day date{year{at(0, 4)}, month{static_cast<unsigned>(at(4, 2))},
                        day{static_cast<unsigned>(at(6, 2))}};
    if (!date.ok()) return std::nullopt;
    Local local = Day{date};
    if (text.size() == 8) return day_end ? local + days(1) - Millis(1) : local;
    if (at(9, 2) > 23 || at(11, 2) > 59 || at(13, 2) > 60) return std::nullopt;
    local += hours(at(9, 2)) + minutes(at(11, 2)) + seconds(at(13, 2));
    if (text.size() == 16 && zone) local = zone->to_local(Instant{local.time_since_epoch()});
    return local;
}

// A list of numbers between -most and most (0 left out), or 0 and most when `from_zero`.
std::string read_list(const std::string& key, const std::string& value, int most, bool from_zero,
                      std::vector<int>& into) {
    for (const std::string& part : split(value, ',')) {
        auto n = number(part);
        bool fits = n && *n <= most && (from_zero ? *n >= 0 : *n >= -most && *n != 0);
        if (!fits)
            return fmt::format("{} takes numbers from {} to {}", key,
                               from_zero ? "0" : fmt::format("-{} to -1 and 1", most), most);
        into.push_back(static_cast<int>(*n));
    }
    std::ranges::sort(into);
    into.erase(std::unique(into.begin(), into.end()), into.end());
    return "";
}

std::optional<unsigned> weekday_number(std::string_view name) {
    static const std::array<std::string_view, 7> names{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
    auto it = std::ranges::find(names, name);
    return it == names.end() ? std::nullopt : std::optional(static_cast<unsigned>(it - names.begin()));
}

std::string read_weekdays(const std::string& value, RecurrenceRule& rule) {
    for (const std::string& part : split(value, ',')) {
        auto name =
            part.size() >= 2 ? weekday_number(std::string_view(part).substr(part.size() - 2)) : std::nullopt;
        std::string ordinal = part.substr(0, part.size() < 2 ? 0 : part.size() - 2);
        auto n = ordinal.empty() ? std::optional<std::int64_t>(0) : number(ordinal);
        if (!name || !n || *n < -53 || *n > 53 || (*n == 0 && !ordinal.empty())) {
            return "BYDAY takes weekdays, as in MO,WE or 2TU or -1FR";
        }
        rule.weekdays.emplace_back(*name, static_cast<int>(*n));
    }
    return "";
}

std::string read_part(const std::string& key, const std::string& value, const Zone* zone,
                      RecurrenceRule& rule, bool& has_freq) {
    static const std::array<std::string, 7> frequencies{"YEARLY", "MONTHLY",  "WEEKLY",  "DAILY",
                                                        "HOURLY", "MINUTELY", "SECONDLY"};
    if (key == "FREQ") {
        auto it = std::ranges::find(frequencies, value);
        if (it == frequencies.end()) return fmt::format("FREQ is one of {}", fmt::join(frequencies, ", "));
        rule.frequency = static_cast<Frequency>(it - frequencies.begin());
        has_freq = true;
    } else if (key == "INTERVAL" || key == "COUNT") {
        auto n = number(value);
        if (!n || *n < 1 || *n > 1'000'000'000) return key + " is a number from 1 on";
        if (key == "COUNT")
            rule.count = *n;
        else
            rule.interval = *n;
    } else if (key == "UNTIL") {
        rule.until = moment(value, zone, true);
        if (!rule.until) return "UNTIL is a date or time like 20261231 or 20261231T160000Z";
    } else if (key == "WKST") {
        auto day = weekday_number(value);
        if (!day) return "WKST is a weekday, as in MO";
        rule.week_start = *day;
    } else if (key == "BYDAY" || key == "BYWEEKDAY") {  // the older name, still met
        return read_weekdays(value, rule);
    } else if (key == "BYSECOND") {
        return read_list(key, value, 59, true, rule.seconds);
    } else if (key == "BYMINUTE") {
        return read_list(key, value, 59, true, rule.minutes);
    } else if (key == "BYHOUR") {
        return read_list(key, value, 23, true, rule.hours);
    } else if (key == "BYMONTHDAY") {
        return read_list(key, value, 31, false, rule.month_days);
    } else if (key == "BYYEARDAY") {
        return read_list(key, value, 366, false, rule.year_days);
    } else if (key == "BYWEEKNO") {
        return read_list(key, value, 53, false, rule.weeks);
    } else if (key == "BYMONTH") {
        std::string wrong = read_list(key, value, 12, false, rule.months);
        if (wrong.empty() && rule.months.front() > 0) return "";
        return "BYMONTH takes months from 1 to 12";
    } else if (key == "BYSETPOS") {
        return read_list(key, value, 366, false, rule.positions);
    } else {
        return fmt::format("there is no part {}", key.substr(0, 40));
    }
    return "";
}

Result<RecurrenceRule> parse_rule(const std::string& text, const Zone* zone) {
    RecurrenceRule rule;
    bool has_freq = false;
    std::set<std::string> seen;
    for (const std::string& part : split(text, ';')) {
        if (part.empty() && !seen.empty()) continue;  // a last semicolon
        auto equals = part.find('=');
        if (equals == std::string::npos)
            return bad_rule(text, "it is made of KEY=VALUE parts, as in FREQ=WEEKLY;BYDAY=MO");
        std::string key = part.substr(0, equals);
        if (!seen.insert(key).second) return bad_rule(text, key.substr(0, 40) + " is given twice");
        std::string wrong = read_part(key, part.substr(equals + 1), zone, rule, has_freq);
        if (!wrong.empty()) return bad_rule(text, wrong);
    }
    if (!has_freq) return bad_rule(text, "it has no FREQ, as in FREQ=WEEKLY");
    if (rule.count && rule.until) return bad_rule(text, "COUNT and UNTIL exclude each other; keep one");
    if (rule.frequency > Frequency::monthly &&
        std::ranges::any_of(rule.weekdays, [](const auto& w) { return w.second != 0; })) {
        return bad_rule(text, "a weekday with a number, such as 2MO, needs FREQ=MONTHLY or FREQ=YEARLY");
    }
    return rule;
}

}  // namespace

Result<Recurrence> Recurrence::parse(std::string_view text, Local start, const Zone* zone, Day end) {
    if (text.size() > 20'000) return bad_rule(text, "it is too long");
    Recurrence recurrence;
    std::vector<std::pair<RecurrenceRule, bool>> rules;
    std::string upper(text);
    std::ranges::transform(upper, upper.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? c - 32 : c == '\r' ? ' ' : c;
    });
    for (std::string line : split(upper, '\n')) {
        while (line.ends_with(' ')) line.pop_back();
        line.erase(0, line.find_first_not_of(' '));
        if (line.empty()) continue;
        auto colon = line.find(':');
        std::string kind = colon == std::string::npos ? "RRULE" : line.substr(0, line.find_first_of(":;"));
        std::string value = colon == std::string::npos ? line : line.substr(colon + 1);
        if (kind == "RRULE" || kind == "EXRULE") {
            auto rule = parse_rule(value, zone);
            if (!rule) return std::unexpected(rule.error());
            rules.emplace_back(std::move(*rule), kind == "RRULE");
        } else if (kind == "RDATE" || kind == "EXDATE" || kind == "DTSTART") {
            for (const std::string& part : split(value, ',')) {
                auto at = moment(part, zone, false);
                if (!at) return bad_rule(line, "it takes dates or times like 20261231 or 20261231T160000Z");
                if (kind == "DTSTART")
                    start = *at;
                else if (kind == "RDATE")
                    recurrence.dates_.push_back(*at);
                else
                    recurrence.excluded_dates_.push_back(*at);
            }
        } else {
            return bad_rule(line, "its lines begin with RRULE:, RDATE:, EXRULE: or EXDATE:");
        }
    }
    if (rules.empty() && recurrence.dates_.empty())
        return bad_rule(text, "it is empty; write one like FREQ=WEEKLY;BYDAY=MO");
    std::ranges::sort(recurrence.dates_);
    std::ranges::sort(recurrence.excluded_dates_);
    for (auto& [rule, included] : rules) {
        Source source{Series(std::move(rule), start, end), start - days(1)};
        (included ? recurrence.included_ : recurrence.excluded_).push_back(std::move(source));
    }
    for (auto* sources : {&recurrence.included_, &recurrence.excluded_}) {
        for (Source& s : *sources) s.head = s.series.next();
    }
    return recurrence;
}

Result<std::vector<Instant>> recur(const Calendar& calendar, std::string_view rule, Instant start,
                                   std::size_t count) {
    if (count > most_dates) return refuse("too-large", "at most 100000 dates can be asked for at once");
    auto series = Recurrence::parse(rule, calendar.zone().to_local(start), &calendar.zone());
    if (!series) return std::unexpected(series.error());
    std::vector<Instant> found;
    while (found.size() < count) {
        auto at = series->next();
        if (!at) break;
        Instant t = calendar.zone().to_instant(*at);
        if (found.empty() || t > found.back()) found.push_back(t);  // two may meet behind a gap
    }
    return found;
}

Result<std::optional<Instant>> next_occurrence(const Calendar& calendar, std::string_view rule, Instant start,
                                               Instant after) {
    auto series = Recurrence::parse(rule, calendar.zone().to_local(start), &calendar.zone());
    if (!series) return std::unexpected(series.error());
    series->skip_to(calendar.zone().to_local(after) - days(2));
    while (auto at = series->next()) {
        Instant t = calendar.zone().to_instant(*at);
        if (t > after) return std::optional(t);
    }
    return std::optional<Instant>();
}

}  // namespace reeve::time
