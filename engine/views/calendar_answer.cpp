#include "engine/views/calendar_answer.h"

#include <fmt/format.h>

#include "engine/spelling.h"

namespace reeve::views {

using nlohmann::ordered_json;
using time::Instant;

namespace {

// "T1/T2"; without T2, a stop that has not ended.
Result<time::Span> parse_stop(const std::string& text, const time::Calendar& calendar) {
    auto slash = text.find('/');
    if (slash == std::string::npos) {
        return refuse("bad-time",
                      fmt::format("\"{}\" is no stretch of time; write it FROM/TO, or FROM/ when it lasts",
                                  text.substr(0, 80)));
    }
    auto from = time::parse_instant(text.substr(0, slash), calendar);
    if (!from) return std::unexpected(from.error());
    if (slash + 1 == text.size()) return time::Span{*from, Instant::max()};
    auto to = time::parse_instant(text.substr(slash + 1), calendar);
    if (!to) return std::unexpected(to.error());
    if (*to < *from) return refuse("bad-time", fmt::format("\"{}\" ends before it begins", text));
    return time::Span{*from, *to};
}

Result<std::vector<time::Span>> stops_of(const CalendarQuestion& q, const time::Calendar& calendar) {
    std::vector<time::Span> stops;
    for (const auto* list : {&q.pause, &q.exclude}) {
        for (const std::string& text : *list) {
            auto stop = parse_stop(text, calendar);
            if (!stop) return std::unexpected(stop.error());
            stops.push_back(*stop);
        }
    }
    return stops;
}

// One of the words; what else it may be is said.
Result<std::size_t> word(const std::string& name, const std::string& value,
                         const std::vector<std::string>& words) {
    auto it = std::ranges::find(words, value);
    if (it != words.end()) return static_cast<std::size_t>(it - words.begin());
    return refuse("bad-option", fmt::format("\"{}\" is {}, not \"{}\"{}", name, fmt::join(words, ", "),
                                            value.substr(0, 40), did_you_mean(value, words)));
}

Result<time::DueRule> rule_of(const CalendarQuestion& q) {
    auto until = word("until", q.until, {"automatic", "moment", "close", "day-end"});
    if (!until) return std::unexpected(until.error());
    auto first_day = word("first-day", q.first_day, {"excluded", "counted"});
    if (!first_day) return std::unexpected(first_day.error());
    auto roll = word("roll", q.roll, {"on", "none"});
    if (!roll) return std::unexpected(roll.error());
    return time::DueRule{
        .until = static_cast<time::Until>(*until), .count_first_day = *first_day == 1, .roll = *roll == 0};
}

ordered_json seconds_json(time::Millis t) {
    if (t.count() % 1000 == 0) return t.count() / 1000;
    return static_cast<double>(t.count()) / 1000;
}

ordered_json periods_json(const time::Calendar& calendar, Instant at, std::size_t count) {
    ordered_json periods = ordered_json::array();
    // Twice the days at each try: offices that open seldom are found, and those that do often cost little.
    std::vector<time::Span> spans;
    for (int days = 16; spans.size() <= count && days < 40'000; days *= 2) {
        spans = time::open_spans(calendar, at, at + std::chrono::days(days));
    }
    for (std::size_t i = 0; i < std::min(count, spans.size()); ++i) {
        periods.push_back({time::to_string(spans[i].from, calendar), time::to_string(spans[i].to, calendar)});
    }
    return periods;
}

}  // namespace

Result<CalendarAnswer> answer_due(const CalendarQuestion& q, const time::Calendar& calendar) {
    auto from = time::parse_instant(q.from, calendar);
    if (!from) return std::unexpected(from.error());
    auto in = time::parse_duration(q.in);
    if (!in) return std::unexpected(in.error());
    auto rule = rule_of(q);
    if (!rule) return std::unexpected(rule.error());
    auto stops = stops_of(q, calendar);
    if (!stops) return std::unexpected(stops.error());
    time::Due due = time::due(calendar, *from, *in, *rule, *stops);
    const bool lasts =
        std::ranges::any_of(*stops, [](const auto& stop) { return stop.to == Instant::max(); });
    bool never = lasts && due.at == Instant::max();
    if (!time::countable(*from))
        return refuse("bad-time", "this lies outside the years 1900 to 2199, for which calendars are known",
                      "from");
    if (!never && !time::countable(due.at))
        return refuse("bad-duration",
                      "this ends outside the years 1900 to 2199, for which calendars are known", "in");
    CalendarAnswer answer;
    std::string at = time::to_string(due.at, calendar);
    answer.json["due"] = never ? ordered_json(nullptr) : ordered_json(at);
    if (q.explain) {
        answer.json["explain"] = ordered_json::array();
        for (const time::DayLine& line : time::explain(calendar, *from, *in, *rule, *stops)) {
            answer.json["explain"].push_back(
                {{"date", line.date}, {"note", line.note}, {"counted_seconds", seconds_json(line.counted)}});
            answer.text += line.date + "  " + line.note + "\n";
        }
    }
    answer.json["warnings"] = due.warnings;
    answer.text += at;
    answer.warnings = std::move(due.warnings);
    return answer;
}

Result<CalendarAnswer> answer_between(const CalendarQuestion& q, const time::Calendar& calendar) {
    auto from = time::parse_instant(q.from, calendar);
    if (!from) return std::unexpected(from.error());
    auto to = time::parse_instant(q.to, calendar);
    if (!to) return std::unexpected(to.error());
    auto stops = stops_of(q, calendar);
    if (!stops) return std::unexpected(stops.error());
    if (*to < *from)
        return refuse("bad-time",
                      fmt::format("{} comes before {}: write the earlier one first", q.to, q.from));
    time::Millis open = time::working_between(calendar, *from, *to, *stops);
    time::Duration duration;
    duration.working = open;
    duration.working_unit = open.count() == 0;
    CalendarAnswer answer;
    answer.text = time::to_string(duration);
    answer.json = {{"seconds", seconds_json(open)}, {"duration", answer.text}};
    return answer;
}

Result<CalendarAnswer> answer_check(const CalendarQuestion& q, const time::Calendar& calendar,
                                    std::size_t periods) {
    auto at = time::parse_instant(q.at, calendar);
    if (!at) return std::unexpected(at.error());
    bool open = time::is_open(calendar, *at);
    CalendarAnswer answer;
    ordered_json next = periods_json(calendar, *at, std::max<std::size_t>(periods, 1));
    answer.json = {{"open", open}, {"at", time::to_string(*at, calendar)}};
    if (!next.empty()) answer.json[open ? "closes" : "opens"] = next[0][open ? 1 : 0];
    answer.text = open ? "open" : "closed";
    if (periods > 0) {
        answer.json["periods"] = next;
        for (const auto& period : next) {
            answer.text += fmt::format("\n{}/{}", period[0].get<std::string>(), period[1].get<std::string>());
        }
    }
    return answer;
}

}  // namespace reeve::views
