// What the views of cases and tasks say beside the state itself: what is offered, what is missing, how long
// there is. Pure.
#pragma once

#include "engine/views/views.h"

namespace reeve::views {

// What a person may choose next in the case's active stages: {"stage", "action", "title", "to", …}.
Json offered(const store::CaseFile&);
std::string title_of(const model::Text&);
// How long the clock has still got; while it is paused, what remains. Empty when it has ended.
std::string clock_left(const core::ClockState&, const model::Program&, time::Instant now);
// What is still missing of these: "stalls", "document permit".
Json missing_of(const store::CaseFile&, const std::vector<std::string>& fields,
                const std::vector<std::string>& documents);
// What a task still needs to be done; of a stage's last task also what leaving the stage needs.
Json needs_of(const store::CaseFile&, const core::TaskState&);
// Time until `due`, in office time when the running clock of the case that is due then counts so.
std::string left_of(const Sight&, const std::string& case_id, time::Instant due);
// A definition as {"nodes", "edges"}: see diagram().
Json drawn(const model::Program&);
// The light a ladder's step set, as the case's own version of the definition has it.
std::string light_of(const model::Program&, const std::string& clock, int step);

}  // namespace reeve::views
