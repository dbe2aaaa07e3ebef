// One event changes the state: what is common to all of them here, the rest by family.
#include <boost/mp11.hpp>

#include "engine/core/decision.h"
#include "engine/core/fit.h"

namespace reeve::core {

namespace {

// What counts as progress: someone of the office did something about the matter itself. Passing the case on,
// acknowledging, pausing or extending is none, nor is what timers, the person who asked and bystanders do.
// Who was a bystander is known when it is decided and stands in the event: people come and go, history stays.
using Progress = std::variant<TaskCompleted, ActionTaken, DataGiven, DataCorrected, DocumentAdded, NoteAdded,
                              AnswerGiven, CaseReopened>;

bool is_progress(const Recorded& recorded) {
    if (recorded.actor == system_actor || recorded.actor == petitioner_actor) return false;
    return std::visit(
        []<class E>(const E& event) {
            if constexpr (requires { event.bystander; })
                if (event.bystander) return false;
            return boost::mp11::mp_contains<Progress, E>::value;
        },
        recorded.event);
}

}  // namespace

void apply(CaseState& state, const Recorded& recorded, const model::Program& program) {
    require_fit(state, recorded, program);
    state.revision = recorded.revision;
    state.last = std::max(state.last, recorded.at);
    apply_flow(state, recorded, program);
    apply_clock(state, recorded, program);
    if (is_progress(recorded)) {
        state.last_progress = std::max(state.last_progress, recorded.occurred.value_or(recorded.at));
        apply_progress(state, program);
    }
}

}  // namespace reeve::core
