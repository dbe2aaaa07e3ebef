// The calendars of the public deadline vectors, in the form of our calendar files.
#pragma once

#include "tests/unit/time/data.h"

namespace reeve::time {

// Their calendar in our form: a date's "shifts" replace its hours, its "breaks" are cut out of them.
inline nlohmann::ordered_json translate(const std::string& name, const nlohmann::ordered_json& theirs) {
    using nlohmann::ordered_json;
    ordered_json ours{{"id", name}, {"zone", theirs["tz"]}, {"hours", ordered_json::object()}};
    auto intervals = [](const ordered_json& pairs) {
        ordered_json list = ordered_json::array();
        for (const auto& pair : pairs)
            list.push_back(pair[0].get<std::string>() + "-" + pair[1].get<std::string>());
        return list;
    };
    for (const auto& [day, pairs] : theirs["hours"].items()) ours["hours"][day] = intervals(pairs);
    std::map<std::string, ordered_json> days;
    ordered_json shifts = theirs.value("shifts", ordered_json::object());
    ordered_json holidays = theirs.value("holidays", ordered_json::array());
    for (const auto& [date, pairs] : shifts.items()) days[date] = pairs;
    ordered_json breaks = theirs.value("breaks", ordered_json::object());
    for (const auto& [date, pairs] : breaks.items()) {
        static const char* const names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
        std::string weekday = names[std::chrono::weekday{*parse_day(date)}.c_encoding()];
        ordered_json left =
            shifts.contains(date) ? shifts[date] : theirs["hours"].value(weekday, ordered_json::array());
        for (const auto& cut : pairs) {
            ordered_json kept = ordered_json::array();
            for (const auto& p : left) {
                std::string from = p[0], to = p[1], a = cut[0], b = cut[1];
                if (from < std::min(to, a)) kept.push_back({from, std::min(to, a)});
                if (std::max(from, b) < to) kept.push_back({std::max(from, b), to});
            }
            left = kept;
        }
        days[date] = left;
    }
    ours["holidays"] = ordered_json::array();
    ours["days"] = ordered_json::array();
    for (const auto& date : holidays) {
        ours["holidays"].push_back({{"date", date}});
        days.erase(date.get<std::string>());  // a holiday beats shifts there
    }
    for (const auto& [date, pairs] : days)
        ours["days"].push_back({{"date", date}, {"hours", intervals(pairs)}});
    return ours;
}

}  // namespace reeve::time
