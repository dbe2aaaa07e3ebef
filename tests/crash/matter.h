// Matter: the work of the process that is killed. A matter is due after a fraction of a second of real time,
// climbs three steps and lapses by itself, so that at every moment some clock falls due. What is done with
// matter N follows from N alone, keys and all: a process that comes after a killed one repeats it.
#pragma once

#include "engine/runtime/engine.h"

namespace reeve::crash {

using time::Instant;
using time::Millis;

// When its steps and its end are planned, counted from its start.
inline constexpr Millis steps_after[] = {Millis{100}, Millis{200}, Millis{400}};
inline constexpr Millis lapses_after{700};

Result<void> furnish(runtime::Engine&);  // people and the definition, in a new folder

std::string case_of(std::uint64_t number);
core::Command start(std::uint64_t number);
// What follows once it has started: settled, noted or left alone.
std::optional<core::Command> follow_up(std::uint64_t number);

}  // namespace reeve::crash
