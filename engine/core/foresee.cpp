#include "engine/core/foresee.h"

namespace reeve::core {

Result<Foreseen> foresee(const CaseState& state, const Command& command, const Context& context) {
    auto events = decide(&state, command, context);
    if (!events) return std::unexpected(events.error());
    Foreseen foreseen{.state = state, .events = std::move(*events)};
    const auto* program = &context.program;
    for (const auto& event : foreseen.events) {
        if (std::holds_alternative<CaseMigrated>(event)) program = context.target;
        apply(foreseen.state,
              {.case_id = state.id,
               .revision = foreseen.state.revision + 1,
               .at = command.at,
               .occurred = command.occurred,
               .actor = command.actor,
               .event = event},
              *program);
    }
    return foreseen;
}

std::vector<MovedClock> moved_clocks(const CaseState& before, const CaseState& after) {
    const auto due = [](const ClockState& clock) {
        const bool counts = clock.status == ClockStatus::running && clock.due != Instant::max();
        return counts ? std::optional(clock.due) : std::nullopt;
    };
    std::vector<MovedClock> moved;
    for (const auto& clock : after.clocks) {
        const auto was = std::ranges::find(before.clocks, clock.id, &ClockState::id);
        const auto old = was == before.clocks.end() ? std::nullopt : due(*was);
        if (old != due(clock)) moved.push_back({clock.id, clock.name, old, due(clock)});
    }
    return moved;
}

}  // namespace reeve::core
