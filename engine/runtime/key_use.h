// Whether an idempotency key is used again for what it was first used for, as far as the journal can tell: of
// the same case, and an event that such a command gives is among those it gave.
#pragma once

#include "engine/runtime/engine.h"

namespace reeve::runtime {

// "bad-key": the engine makes what follows from an event once, under a key made from that; nobody else's use
// of such a key may stand in its way.
std::optional<Error> engines_key(const core::Command&);
// `first` with its events.
bool same_use(const core::Command&, const Receipt& first);
// The refusal "key-used".
Error key_used(const core::Command&, const Receipt& first);

}  // namespace reeve::runtime
