// How clocks end: met by an act, judged by when the act happened, or cancelled with the reason.
#include "engine/core/clock.h"

namespace reeve::core {

namespace {

template <class F>
std::vector<std::string> counting(const CaseState& state, F which) {
    std::vector<std::string> ids;
    for (const auto& clock : state.clocks)
        if (counts(clock) && which(clock)) ids.push_back(clock.id);
    return ids;
}

}  // namespace

// An extension that was asked for comes too late once its clock has ended.
void end_requests(Decision& d, const std::string& clock_id) {
    std::vector<std::string> over;
    for (const auto& request : d.state.requests) {
        if (!request.open || request.what != "extension") continue;
        const auto* clock = d.state.clock(request.wish.value("clock", ""));
        if (clock && clock->id == clock_id) over.push_back(request.id);
    }
    for (const auto& id : over) d.emit(ApprovalRefused{id, "the clock has ended"});
}

void meet(Decision& d, const std::string& clock_id) {
    const ClockState clock = *d.state.clock(clock_id);
    end_requests(d, clock_id);
    const Instant at = std::max(d.effective, clock.from);
    const auto late = at - due_judged(clock, d.program(), at).at;  // at the due instant is in time
    d.emit(ClockMet{clock_id, at, std::max<std::int64_t>(0, late.count())});
    std::vector<std::string> overtaken;
    for (const auto& escalation : d.state.escalations)
        if (escalation.clock == clock_id && !escalation.superseded && !escalation.overtaken &&
            escalation.planned > at)
            overtaken.push_back(escalation.id);
    for (const auto& id : overtaken) d.emit(EscalationOvertaken{id, at});
}

void cancel(Decision& d, const std::string& clock_id, std::string why) {
    end_requests(d, clock_id);
    d.emit(ClockCancelled{clock_id, std::move(why)});
}

void clocks_on_leave(Decision& d, const StageState& left, bool done) {
    const int entry = left.entry, index = d.program().stage(left.stage);
    const std::string name = left.stage;
    const auto own = counting(d.state, [&](const ClockState& clock) {
        return clock.entry == entry && clock.task.empty() &&
               (clock.rule != model::none || is_unattended(clock));
    });
    for (const auto& id : own) {
        if (done) {
            meet(d, id);
        } else {
            cancel(d, id, "the stage " + name + " was left behind");
        }
    }
    if (!done) return;
    const auto spanning = counting(d.state, [&](const ClockState& clock) {
        const auto* rule = rule_of(clock, d.program());
        return rule && clock.cycle == d.state.cycle && clock.entry == 0 && index != model::none &&
               rule->to_stage == index;
    });
    for (const auto& id : spanning) meet(d, id);
}

void clocks_on_cut(Decision& d, const StageState& left) {
    clocks_on_leave(d, left, false);
    const int index = d.program().stage(left.stage);
    const auto spanning = counting(d.state, [&](const ClockState& clock) {
        const auto* rule = rule_of(clock, d.program());
        return rule && clock.cycle == d.state.cycle && clock.entry == 0 && index != model::none &&
               rule->to_stage == index;
    });
    for (const auto& id : spanning) cancel(d, id, "the stage " + left.stage + " was left behind");
}

void clocks_on_task_end(Decision& d, const TaskState& task, bool done) {
    const std::string task_id = task.id;
    for (const auto& id : counting(d.state, [&](const ClockState& clock) { return clock.task == task_id; })) {
        if (done) {
            meet(d, id);
        } else {
            cancel(d, id, "its task was cancelled");
        }
    }
}

void clocks_on_received(Decision& d) {
    const int rule = d.program().hand_over.clock;
    if (rule == model::none) return;
    for (const auto& id : counting(d.state, [&](const ClockState& clock) { return clock.rule == rule; }))
        meet(d, id);
}

void clocks_on_end(Decision& d) {
    const bool cancelled =
        d.state.status == CaseStatus::cancelled || std::holds_alternative<Cancel>(d.command.wish);
    // What is still to be done after the end keeps its clock, unless the case was cancelled.
    auto follows_up = [&](const ClockState& clock) {
        const auto* task = clock.task.empty() ? nullptr : d.state.task(clock.task);
        return task && task->follow_up && task->status == TaskStatus::open && !cancelled;
    };
    for (const auto& id : counting(d.state, [&](const ClockState& clock) { return !follows_up(clock); })) {
        const auto& clock = *d.state.clock(id);
        if (cancelled) {
            cancel(d, id, "the case was cancelled");
        } else if (!clock.task.empty()) {
            cancel(d, id, "the case was closed");
        } else {
            meet(d, id);  // late if it had run out: closing a case hides nothing
        }
    }
}

}  // namespace reeve::core
