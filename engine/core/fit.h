// Inside engine/core: whether an event can have happened in this state. What decide() gives always fits; what
// a damaged journal holds need not.
#pragma once

#include "engine/core/state.h"

namespace reeve::core {

// Throws std::runtime_error that names what is wrong, before anything of the event was applied.
void require_fit(const CaseState&, const Event&, const model::Program&);

}  // namespace reeve::core
