// Intervals and whole calendars as text.
#include "engine/time/calendar_file.h"

namespace reeve::time {

using namespace std::chrono;
using Json = nlohmann::ordered_json;

namespace {

std::string clock(seconds t) {
    auto m = duration_cast<minutes>(t);
    std::string text = fmt::format("{:02}:{:02}", m / hours(1), m.count() % 60);
    if (t.count() % 60 != 0) text += fmt::format(":{:02}", t.count() % 60);
    return text;
}

Json hours_json(const Hours& hours) {
    Json list = Json::array();
    for (const Interval& interval : hours) list.push_back(to_string(interval));
    return list;
}

}  // namespace

std::string to_string(const Interval& i) {
    seconds to = i.to > hours_of_day ? i.to - hours_of_day : i.to;
    return clock(i.from) + "-" + clock(to);
}

Result<Interval> parse_interval(std::string_view text) {
    auto wrong = [&] {
        return refuse("bad-hours",
                      fmt::format("\"{}\" is no interval of a day; write it like \"09:00-12:00\", "
                                  "\"22:00-06:00\" past midnight, or \"00:00-24:00\" all day",
                                  text.substr(0, 40)));
    };
    auto read = [](std::string_view t) -> std::optional<seconds> {
        auto digit = [&](std::size_t i) { return t[i] >= '0' && t[i] <= '9'; };
        if (t.size() != 5 && t.size() != 8) return std::nullopt;
        for (std::size_t i = 0; i < t.size(); ++i) {
            if (i % 3 == 2 ? t[i] != ':' : !digit(i)) return std::nullopt;
        }
        auto number = [&](std::size_t i) { return (t[i] - '0') * 10 + (t[i + 1] - '0'); };
        int s = t.size() == 8 ? number(6) : 0;
        if (number(3) > 59 || s > 59) return std::nullopt;
        seconds time = std::chrono::hours(number(0)) + minutes(number(3)) + seconds(s);
        return time <= hours_of_day ? std::optional(time) : std::nullopt;
    };
    auto dash = text.find('-');
    if (dash == std::string_view::npos) return wrong();
    auto from = read(text.substr(0, dash)), to = read(text.substr(dash + 1));
    if (!from || !to || *from == hours_of_day || *from == *to) return wrong();
    return Interval{*from, *to > *from ? *to : *to + hours_of_day};
}

std::string canonical_text(const Calendar& calendar) {
    const Rules& rules = calendar.rules();
    Json json{{"id", rules.id}, {"zone", rules.zone}};
    json["hours"] = Json::object();
    for (std::size_t i : {1, 2, 3, 4, 5, 6, 0}) json["hours"][weekday_names[i]] = hours_json(rules.week[i]);
    json["holidays"] = Json::array();
    for (const auto& [day, name] : rules.holidays) {
        json["holidays"].push_back(Json{{"date", to_string(day)}, {"name", name}});
    }
    for (const auto& [day, name] : rules.yearly) {
        std::string text =
            fmt::format("{:02}-{:02}", static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
        json["holidays"].push_back(Json{{"yearly", text}, {"name", name}});
    }
    json["days"] = Json::array();
    for (const auto& [day, special] : rules.days) {
        json["days"].push_back(
            Json{{"date", to_string(day)}, {"hours", hours_json(special.hours)}, {"name", special.name}});
    }
    if (rules.covers) json["covers"] = to_string(rules.covers->first) + "/" + to_string(rules.covers->second);
    return json.dump();
}

}  // namespace reeve::time
