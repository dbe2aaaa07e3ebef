// Whether an idempotency key is used again for what it was first used for, as far as the journal can tell: of
// the same case, and an event that such a command gives is among those it gave.
#pragma once

#include "engine/runtime/engine.h"

namespace reeve::runtime {

// `first` with its events.
bool same_use(const core::Command&, const Receipt& first);
// The refusal "key-used".
Error key_used(const core::Command&, const Receipt& first);

}  // namespace reeve::runtime
