// What a long-running engine says of itself: one line an event on standard error, for systemd's journal or a
// file. No line holds what a case holds: names of events, channels, routes and persons' ids, numbers and
// causes. Every function may be called from any thread; a line is written whole, by a thread of the log's
// own: nobody waits for whoever reads it. Where that falls far behind, lines are lost, and how many is said.
#pragma once

#include <chrono>
#include <functional>

#include "engine/describe.h"

namespace reeve::log {

enum class Level { error, warning, info, debug };
BOOST_DESCRIBE_ENUM(Level, error, warning, info, debug)
// text: `2026-03-02T09:00:00.000Z warning plugin-fault plugin=mail error="it hung"`; json: an object a line,
// with "time", "level" and "event" first.
enum class Form { text, json };
BOOST_DESCRIBE_ENUM(Form, text, json)

// Before others write; until then nothing is written. What is less grave than `least` is left out; `now`
// tells the time, on whatever thread.
void begin(Level least, Form, std::function<time::Instant()> now);
bool writes(Level);
// `event`: a word of its own, such as "plugin-fault", that does not change; `fields`: an object, with the
// cause as "error".
void write(Level, std::string_view event, Json fields = Json::object());
// Before the process ends: waits until everything is written, but no longer than this.
void flush(std::chrono::milliseconds within);
// The line alone.
std::string line(Form, time::Instant at, Level, std::string_view event, const Json& fields);

}  // namespace reeve::log
