#include "engine/cli/calendar_answer.h"

#include <fmt/format.h>

#include "engine/spelling.h"

namespace reeve::cli {

using nlohmann::ordered_json;

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
