// What a command would make of a case, for those who show it before it is done: beside core.h. Pure.
#pragma once

#include "engine/core/core.h"

namespace reeve::core {

struct Foreseen {
    CaseState state;            // after it
    std::vector<Event> events;  // that it would give
};
// Decided as the command itself would be.
Result<Foreseen> foresee(const CaseState&, const Command&, const Context&);

// A clock whose due date is another than before. Nothing before: it starts; nothing after: it has ended, or
// stands still.
struct MovedClock {
    std::string id, name;
    std::optional<Instant> before, after;
};
std::vector<MovedClock> moved_clocks(const CaseState& before, const CaseState& after);

// What a Migrate changed: versions, stages, clocks and dates, one sentence each. `to`: what it moved to.
std::vector<std::string> migration_in_words(const CaseState& before, const CaseState& after,
                                            const model::Program& to);

}  // namespace reeve::core
