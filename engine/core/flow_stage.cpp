// Leaving stages, and what makes a stage go on without a person: its time, its job, an expiry.
#include <fmt/format.h>

#include "engine/core/flow.h"

namespace reeve::core {

namespace {

Duration doubled(Duration d, int times) {
    const std::int64_t factor = std::int64_t{1} << std::min(times, 16);
    return {.months = d.months * factor,
            .days = d.days * factor,
            .elapsed = d.elapsed * factor,
            .working_days = d.working_days * factor,
            .working = d.working * factor,
            .working_unit = d.working_unit};
}

Instant after(const Decision& d, const Duration& in) {
    return time::due(*d.program().calendar, d.now, in, {.until = time::Until::moment}).at;
}

// A timer moves the case where the definition says; what a person would be refused was settled in enter().
// If it still cannot go there, the stage stays as it is: its clocks go on and climb.
void go_by_itself(Decision& d, int entry, int to, const std::string& how) {
    if (auto no = go(d, entry, to, how))
        d.emit(NoteAdded{"The case could not go on by itself: " + no->message});
}

}  // namespace

const model::Stage& rules_of(const Decision& d, const StageState& stage) {
    return d.program().stages.at(static_cast<std::size_t>(d.program().stage(stage.stage)));
}

void cancel_task(Decision& d, const std::string& task) {
    d.emit(TaskCancelled{task});
    clocks_on_task_end(d, TaskState(*d.state.task(task)), false);
}

void close_requests(Decision& d, const std::string& stage, const std::string& why) {
    for (const auto& request : std::vector<RequestState>(d.state.requests))
        if (request.open &&
            (stage.empty() || (request.what == "action" && request.wish.value("stage", "") == stage)))
            d.emit(ApprovalRefused{request.id, why, true});
}

void leave(Decision& d, int entry, const std::string& how, bool done) {
    const StageState left = *d.state.stage(entry);
    const bool by_action = d.program().action(d.program().stage(left.stage), how) != nullptr;
    for (const auto& task : std::vector<TaskState>(d.state.tasks)) {
        if (task.entry != entry || task.status != TaskStatus::open) continue;
        if (by_action && task.name == left.stage) {  // the one task of the stage was to choose
            d.emit(TaskCompleted{.task = task.id});
            clocks_on_task_end(d, TaskState(*d.state.task(task.id)), true);
        } else {
            cancel_task(d, task.id);
        }
    }
    close_requests(d, left.stage, "the stage was left before");
    d.emit(StageLeft{.entry = entry, .stage = left.stage, .how = how});
    clocks_on_leave(d, left, done);
}

Outcome go(Decision& d, int entry, int to, const std::string& how) {
    if (to == model::none) return reject("no-stage", "the definition says no stage to go to from here");
    const int parallel = d.state.stage(entry)->parallel;
    leave(d, entry, how);
    return enter(d, to, parallel);
}

void request_job(Decision& d, int entry) {
    const StageState stage = *d.state.stage(entry);
    const auto& rules = rules_of(d, stage);
    JobRequested request{.job = stage.attempt ? stage.job : d.new_id('j'),
                         .handler = rules.job,
                         .entry = entry,
                         .attempt = stage.attempt + 1};
    if (rules.timeout) request.times_out = after(d, *rules.timeout);
    d.emit(request);
}

Outcome job_failed(Decision& d, int entry, const std::string& error, bool retry) {
    const StageState stage = *d.state.stage(entry);
    const auto& rules = rules_of(d, stage);
    JobFailed failed{.job = stage.job, .error = error};
    const bool again = retry && stage.attempt < rules.attempts;
    if (again) failed.retry_at = after(d, doubled(rules.backoff.value_or(Duration{}), stage.attempt - 1));
    d.emit(failed);
    // Without a way out for failures the stage stays: its clock climbs, and a person may act on it.
    if (again || rules.on_failure == model::none) return {};
    return go(d, entry, rules.on_failure, "failed");
}

void wake_stage(Decision& d, int entry) {
    const auto* found = d.state.stage(entry);
    if (!found) return;
    const StageState stage = *found;
    const auto& rules = rules_of(d, stage);
    if (stage.wake && *stage.wake <= d.now) {
        ByItself moment(d, stage.wake);
        go_by_itself(d, entry, rules.then, "then");
    } else if (stage.job_times_out && *stage.job_times_out <= d.now) {
        ByItself moment(d, stage.job_times_out);
        if (auto no = job_failed(d, entry, "it took longer than it may", true))
            d.emit(NoteAdded{"The case could not go on by itself: " + no->message});
    } else if (stage.job_retry_at && *stage.job_retry_at <= d.now) {
        request_job(d, entry);
    }
}

void expire(Decision& d, const ClockState& clock) {
    if (clock.rule == model::none) return;
    const auto rule = d.program().clocks.at(static_cast<std::size_t>(clock.rule));
    ByItself moment(d, clock.due);
    // The stage whose clock it is; for a clock of the case, the stage that offers the action, or all of them.
    std::vector<StageState> from;
    for (const auto& stage : d.state.stages)
        if (clock.entry ? stage.entry == clock.entry
                        : rule.on_expiry_action.empty() ||
                              d.program().action(d.program().stage(stage.stage), rule.on_expiry_action))
            from.push_back(stage);
    if (from.empty()) return;
    if (!rule.on_expiry_action.empty()) {
        const auto stage = from.front();
        const auto* action = d.program().action(d.program().stage(stage.stage), rule.on_expiry_action);
        if (!action) return;
        const Act act{.action = action->name, .reason = fmt::format("the clock {} has expired", clock.name)};
        if (auto no = take_action(d, stage.entry, *action, act, d.effective, "expired"))
            d.emit(NoteAdded{"The case could not go on by itself: " + no->message});
        return;
    }
    const int parallel = clock.entry ? from.front().parallel : 0;
    for (const auto& stage : from)
        if (d.state.stage(stage.entry)) leave(d, stage.entry, "expired", clock.entry != 0);
    if (auto no = enter(d, rule.on_expiry_to, parallel))
        d.emit(NoteAdded{"The case could not go on by itself: " + no->message});
}

}  // namespace reeve::core
