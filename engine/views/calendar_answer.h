// Questions to a calendar and their answers, apart from how they are asked: `reeve calendar` and HTTP ask the
// same. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/time/time.h"

namespace reeve::views {

struct CalendarQuestion {
    std::string calendar, zone;  // which one, as the command line names it: a file, or a zone
    std::string from, to, in, at;
    std::string until = "automatic", first_day = "excluded", roll = "on";
    std::vector<std::string> pause, exclude;
    bool explain = false;
};

// The same facts for people and for programs.
struct CalendarAnswer {
    nlohmann::ordered_json json;
    std::string text;
    std::vector<std::string> warnings;
};

Result<CalendarAnswer> answer_due(const CalendarQuestion&, const time::Calendar&);
Result<CalendarAnswer> answer_between(const CalendarQuestion&, const time::Calendar&);
// Whether the office is open. `periods`: how many of the next stretches of office time to tell as well.
Result<CalendarAnswer> answer_check(const CalendarQuestion&, const time::Calendar&, std::size_t periods);

}  // namespace reeve::views
