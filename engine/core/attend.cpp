// Law 3 at run time. Definitions are checked to keep it, but a case may be older than a check, an expiry may
// have nowhere to go, a date may be missing: then a clock of the engine's own climbs until people have moved
// the case on.
#include <fmt/format.h>

#include "engine/core/clock.h"

namespace reeve::core {

namespace {

bool is_follow_up(const CaseState& state, const ClockState& clock) {
    const auto task = std::ranges::find(state.tasks, clock.task, &TaskState::id);
    return !clock.task.empty() && task != state.tasks.end() && task->follow_up;
}

void start_unattended(Decision& d, int entry) {
    // As much time as the office has for a case that nobody owns; it climbs the definition's first ladder.
    const int unowned = d.program().unowned_clock;
    static const Duration standard = *time::parse_duration("4 working hours");
    start(d, model::none, d.effective, {}, entry,
          unowned == model::none ? standard : d.program().clocks[unowned].in, unattended_clock);
}

}  // namespace

bool is_unattended(const ClockState& clock) {
    return clock.rule == model::none && clock.task.empty() && clock.name == unattended_clock;
}

bool is_attended(const CaseState& state, const model::Program& program) {
    // The office's clocks for want of an owner or for a receiver end before the case has moved at all.
    auto passing = [&](const ClockState& clock) {
        return clock.rule != model::none &&
               (clock.rule == program.unowned_clock || clock.rule == program.hand_over.clock);
    };
    return std::ranges::any_of(state.clocks, [&](const ClockState& clock) {
        return counts(clock) && !is_unattended(clock) && !is_follow_up(state, clock) && !passing(clock);
    });
}

void leave_to_people(Decision& d, int entry, const std::string& why) {
    d.emit(NoteAdded{why});
    const bool runs = std::ranges::any_of(d.state.clocks, [&](const ClockState& clock) {
        return counts(clock) && is_unattended(clock) && clock.entry == entry;
    });
    if (!runs) start_unattended(d, entry);
}

void attend(Decision& d) {
    if (d.state.status != CaseStatus::open || d.state.id.empty()) return;
    if (d.state.owner.empty()) clocks_on_owner(d);
    const bool driven =
        is_attended(d.state, d.program()) || std::ranges::any_of(d.state.clocks, [](const ClockState& c) {
            return counts(c) && is_unattended(c);
        });
    if (driven) return;
    const bool anywhere = !d.state.stages.empty();
    leave_to_people(d, anywhere ? d.state.stages.front().entry : 0,
                    fmt::format("Nothing drives the case{}: the definition gives it no clock there.",
                                anywhere ? " in " + d.state.stages.front().stage : std::string()));
}

}  // namespace reeve::core
