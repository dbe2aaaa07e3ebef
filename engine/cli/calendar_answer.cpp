#include "engine/cli/calendar_answer.h"

#include <fmt/format.h>

#include "engine/spelling.h"

namespace reeve::cli {

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

Result<std::vector<time::Span>> stops_of(const Question& q, const time::Calendar& calendar) {
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

Result<time::DueRule> rule_of(const Question& q) {
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

Result<time::CalendarPtr> Calendars::find(const Question& q) {
    std::string key = q.calendar.empty() ? "zone:" + q.zone : q.calendar;
    if (auto it = known_.find(key); it != known_.end()) return it->second;
    Result<time::CalendarPtr> read;
    if (!q.calendar.empty()) {
        read = time::load_calendar(q.calendar);
        // Definitions name a calendar by its id; here it is a file.
        if (!read && read.error().code == "no-file" && !q.calendar.ends_with(".json"))
            read = refuse(
                "no-file",
                fmt::format("--calendar takes the calendar's file; write the path of {0}.json, such as "
                            "workflows/calendars/{0}.json",
                            q.calendar),
                q.calendar);
    } else {
        try {
            read = time::elapsed_calendar(q.zone);
        } catch (const std::invalid_argument& e) {
            read = refuse("unknown-zone", e.what(), "--zone");
        }
    }
    return known_.emplace(key, std::move(read)).first->second;
}

Result<Answer> answer_due(const Question& q, const time::Calendar& calendar) {
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
    Answer answer;
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

Result<Answer> answer_between(const Question& q, const time::Calendar& calendar) {
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
    Answer answer;
    answer.text = time::to_string(duration);
    answer.json = {{"seconds", seconds_json(open)}, {"duration", answer.text}};
    return answer;
}

Result<Answer> answer_check(const Question& q, const time::Calendar& calendar, std::size_t periods) {
    auto at = time::parse_instant(q.at, calendar);
    if (!at) return std::unexpected(at.error());
    bool open = time::is_open(calendar, *at);
    Answer answer;
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

std::optional<Error> take_line(const Document& line, Question& q) {
    std::map<std::string, std::string*> texts{{"calendar", &q.calendar},
                                              {"zone", &q.zone},
                                              {"from", &q.from},
                                              {"to", &q.to},
                                              {"in", &q.in},
                                              {"at", &q.at},
                                              {"until", &q.until},
                                              {"first-day", &q.first_day},
                                              {"roll", &q.roll}};
    std::map<std::string, std::vector<std::string>*> lists{{"pause", &q.pause}, {"exclude", &q.exclude}};
    if (!line.value.is_object())
        return Error{"bad-line", "a line is an object, as in {\"from\": …, \"in\": …}", line.place()};
    for (const auto& [key, value] : line.value.items()) {
        auto at = Document::Pointer() / key;
        if (key == "explain" && value.is_boolean()) {
            q.explain = value.get<bool>();
        } else if (texts.contains(key)) {
            if (!value.is_string())
                return Error{"bad-line", fmt::format("\"{}\" is a text", key), line.place(at)};
            *texts[key] = value.get<std::string>();
        } else if (lists.contains(key)) {
            lists[key]->clear();
            for (const auto& stop : value.is_array() ? value : ordered_json::array({value})) {
                if (!stop.is_string())
                    return Error{"bad-line", fmt::format("\"{}\" is a list of FROM/TO texts", key),
                                 line.place(at)};
                lists[key]->push_back(stop.get<std::string>());
            }
        } else {
            std::vector<std::string> known{"explain", "pause", "exclude"};
            for (const auto& [name, text] : texts) known.push_back(name);
            return Error{"unknown-key",
                         fmt::format("unknown name \"{}\"{}", key.substr(0, 40), did_you_mean(key, known)),
                         line.key_place(at)};
        }
    }
    return std::nullopt;
}

}  // namespace reeve::cli
