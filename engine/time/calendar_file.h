// Reading and writing calendar files. Internal to engine/time.
#pragma once

#include "engine/json.h"
#include "engine/time/calendar.h"

namespace reeve::time {

// The keys of "hours", from Sunday on.
inline const std::array<std::string, 7> weekday_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

// Dates of one imported file: days off with their names, and worked ones. Refusals give the place in that
// file where there is one.
struct Imported {
    std::map<Day, std::string> off;
    std::map<Day, std::string> worked;
};
// An .ics file (by libical). Entries whose summary holds one of `worked_marks` are worked, all others off.
// Only entries of whole days count; recurring ones are followed to the end of the table.
Result<Imported> import_ics(const std::string& path, const std::vector<std::string>& worked_marks);
// A days-off JSON: {"days": [{"date", "name", "isOffDay"}]}, {"dates": […]}, {"events": [{"date", "title"}]}
// or a list of such dates.
Result<Imported> import_json(const std::string& path);

}  // namespace reeve::time
