// Inside engine/core: whether an event can have happened in this state. What decide() gives always fits; what
// a damaged journal holds need not.
#pragma once

#include "engine/core/state.h"

namespace reeve::core {

// Throws std::runtime_error that names what is wrong, before anything of the event was applied.
void require_fit(const CaseState&, const Recorded&, const model::Program&);

// The first of its moments, durations and numbers that cannot be counted with, by its stored name; null when
// all can. (json.cpp, where the members of events are listed: none is forgotten.)
const char* uncountable_member(const Event&);
bool countable_moment(Instant);  // of the years that can be written, or never

}  // namespace reeve::core
