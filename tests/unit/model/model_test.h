// What the tests of engine/model share: compiling a text with a plain calendar, and telling its faults.
#pragma once

#include "engine/model/model.h"

namespace reeve::model {

inline Surroundings plain_surroundings() {
    return {.calendar = [](const std::string&) -> Result<time::CalendarPtr> {
        return time::elapsed_calendar("UTC");
    }};
}

inline std::string told(const Errors& errors) {
    std::string out;
    for (const auto& e : errors) out += e.text() + "\n";
    return out;
}

inline ProgramPtr compiled(std::string_view text, const Surroundings& around = plain_surroundings()) {
    auto result = compile(text, "test.json", around);
    if (!result) throw std::runtime_error(told(result.error()));
    return result->program;
}

// A definition with one stage of people and one end; `data`, `when` and `more` are put in where they belong.
inline std::string small(
    const std::string& data = R"({"type": "object", "properties": {"n": {"type": "integer"}}})",
    const std::string& when = "true", const std::string& more = "") {
    return R"({"id": "small", "title": "Small", "calendar": "any", "data": )" + data +
           R"(, "owner": "head", )" + more + R"(
      "stages": {"open": {"due": "3 days", "actions": {"go": {"to": "closed", "when": ")" +
           when + R"("}, "leave": {"to": "closed"}}},
                 "closed": {"end": "done"}},
      "ladders": {"climb": [{"at": "due", "tell": ["owner"], "repeat": "1 day"}]}})";
}

}  // namespace reeve::model
