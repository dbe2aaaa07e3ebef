// What a long-running engine says of itself: one line an event on standard error, for systemd's journal or a
// file. No line holds what a case holds: names of events, channels, routes and persons' ids, numbers and
// causes. Every function may be called from any thread; a line is written whole.
#pragma once

#include "engine/describe.h"

namespace reeve::log {

enum class Level { error, warning, info, debug };
BOOST_DESCRIBE_ENUM(Level, error, warning, info, debug)
// text: `2026-03-02T09:00:00.000Z warning plugin-fault plugin=mail error="it hung"`; json: an object a line,
// with "time", "level" and "event" first.
enum class Form { text, json };
BOOST_DESCRIBE_ENUM(Form, text, json)

// Before others write; until then nothing is written. What is less grave than `least` is left out.
void begin(Level least, Form);
bool writes(Level);
// `event`: a word of its own, such as "plugin-fault", that does not change; `fields`: an object, with the
// cause as "error".
void write(Level, std::string_view event, Json fields = Json::object());
// The line alone, at a moment in milliseconds since 1970.
std::string line(Form, std::int64_t at, Level, std::string_view event, const Json& fields);

}  // namespace reeve::log
