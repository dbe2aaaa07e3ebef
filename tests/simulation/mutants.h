// Mutants: the engine broken in one place, to prove that the checkers bite. What is pure is broken at its
// front door: the linker leads calls of core::decide and core::apply through here (--wrap). The rest is
// broken by a store around the store. The engine itself has no line for it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/store/store.h"

namespace reeve::simulation {

struct Mutant {
    const char* name;
    const char* law;  // which checker must find it
    enum class Kind {
        none,
        acknowledges_what_failed,
        rewrites_history,
        starts_no_clock,
        applies_by_chance,
        fires_early,
        loses_timers,
        fires_twice,
        tells_nobody,
        repeats_never,
        drops_alerts,
        keeps_what_left
    } kind = Kind::none;
};
const std::vector<Mutant>& mutants();

// From here on the engine is that mutant.
void become(Mutant::Kind);
// The mutant's store around the engine's.
std::unique_ptr<store::Store> mutant_store(std::unique_ptr<store::Store>);

}  // namespace reeve::simulation
