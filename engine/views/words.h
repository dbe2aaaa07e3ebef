// Events, times and spans of time in the words that people read. Pure.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "engine/core/event.h"

namespace reeve::views {

struct Wording {
    std::function<std::string(const std::string& person)> person;  // id -> what to call them; absent: the id
    time::CalendarPtr calendar;                                    // whose zone times are shown in
    std::map<std::string, std::string> names;  // of the case's clocks and tasks: "c1" -> "registered"
};

// Control characters, which could take over a terminal, as \u escapes; line ends and tabs are kept.
std::string visible(const std::string& text);
// A value as people read it: text without quotes, lists joined by ", ", nothing for null.
std::string plain(const Json& value);

// One sentence: "task t2 (investigate) assigned to Li Na, standing in for Wang Wei: absent".
std::string words(const core::Event&, const Wording&);

// RFC 3339 in the calendar's zone; UTC without a calendar. Empty for "never" (Instant::max()).
std::string when(time::Instant, const time::CalendarPtr&);
// The same where it may be missing: null.
Json when_json(const std::optional<time::Instant>&, const time::CalendarPtr&);

// Real time from `now` to `due`, to the precision that matters: "3 d 4 h", "25 min", "2 h late".
std::string time_left(time::Instant now, time::Instant due);
// The same for a clock of this limit: one that counts office time has "3 working days", and on its last day
// "4 working hours". Working days are those after today, as a limit counts them.
std::string time_left(time::Instant now, time::Instant due, const time::Duration& limit,
                      const time::CalendarPtr&);
// "1 case", "2 cases".
std::string counted(std::size_t n, const char* one, const char* many);
std::string span_words(std::int64_t ms);  // "3 d 4 h"

}  // namespace reeve::views
