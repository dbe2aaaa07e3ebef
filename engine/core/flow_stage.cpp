// Leaving stages, and what makes a stage go on without a person: its time, its job, an expiry.
#include <fmt/format.h>

#include "engine/core/flow.h"

namespace reeve::core {

namespace {

// A wait that is over moves the case; what a person would be refused was settled in enter(). If it still
// cannot go there, the wait begins anew, lest its end be due for ever, and people are told.
void end_wait(Decision& d, const StageState& stage, int to) {
    const auto no = all_or_nothing(d, [&] { return go(d, stage.entry, to, "then"); });
    if (!no) return;
    const int again = d.state.next_entry;
    if (!all_or_nothing(d, [&] { return go(d, stage.entry, d.program().stage(stage.stage), "then"); }))
        leave_to_people(d, again, "The case could not go on by itself: " + no->message);
}

// Every stage of a group is left, and the group with what lies inside it.
void cut_off(Decision& d, const std::vector<StageState>& stages, int group) {
    for (const auto& stage : stages) {
        if (!d.state.stage(stage.entry)) continue;
        leave(d, stage.entry, expired_how, false);
        clocks_on_cut(d, stage);
    }
    const auto groups = d.state.parallels;
    for (const auto& one : groups) {
        if (group && !inside(groups, one.entry, group)) continue;
        clocks_on_cut(d, as_stage(one));
        d.emit(StageLeft{.entry = one.entry, .stage = one.stage, .how = expired_how});
    }
}

// Takes the action, or enters the stage, that the expiry names.
Outcome move_expired(Decision& d, const ClockState& clock, const model::ClockRule& rule) {
    const auto group = std::ranges::find(d.state.parallels, clock.entry, &ParallelState::entry);
    const bool of_group = clock.entry && group != d.state.parallels.end();
    const int outer = of_group ? group->outer : 0;
    // The stage whose clock it is (all of a parallel stage's branches); for a clock of the case, the stage
    // that offers the action, or all of them.
    std::vector<StageState> from;
    for (const auto& stage : d.state.stages) {
        const bool its = of_group      ? inside(d.state.parallels, stage.parallel, clock.entry)
                         : clock.entry ? stage.entry == clock.entry
                                       : true;
        if (its && (rule.on_expiry_action.empty() ||
                    d.program().action(d.program().stage(stage.stage), rule.on_expiry_action)))
            from.push_back(stage);
    }
    if (from.empty())
        return reject("unknown-action",
                      fmt::format("no active stage offers the action \"{}\"", rule.on_expiry_action));
    if (!rule.on_expiry_action.empty()) {
        const auto stage = from.front();
        const auto* action = d.program().action(d.program().stage(stage.stage), rule.on_expiry_action);
        if (action->to == model::none)
            return reject("no-stage", fmt::format("the action \"{}\" leads nowhere", action->name));
        const Act act{.action = action->name, .reason = fmt::format("the clock {} has expired", clock.name)};
        return take_action(d, stage.entry, *action, act, d.effective, expired_how);
    }
    if (clock.entry && !of_group) return go(d, clock.entry, rule.on_expiry_to, expired_how);
    cut_off(d, from, of_group ? clock.entry : 0);
    return enter(d, rule.on_expiry_to, outer);
}

}  // namespace

const model::Stage& rules_of(const Decision& d, const StageState& stage) {
    return d.program().stages.at(static_cast<std::size_t>(d.program().stage(stage.stage)));
}

void cancel_task(Decision& d, const std::string& task) {
    d.emit(TaskCancelled{task});
    clocks_on_task_end(d, TaskState(*d.state.task(task)), false);
}

void close_requests(Decision& d, const StageState* stage, const std::string& why) {
    auto of_stage = [&](const RequestState& request) {
        if (request.what != "action") return false;
        // Requests of old did not say of which entry they are.
        return request.entry ? request.entry == stage->entry
                             : request.wish.value("stage", "") == stage->stage;
    };
    for (const auto& request : std::vector<RequestState>(d.state.requests))
        if (request.open && (!stage || of_stage(request))) d.emit(ApprovalRefused{request.id, why, true});
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
    close_requests(d, &left, "the stage was left before");
    d.emit(StageLeft{.entry = entry, .stage = left.stage, .how = how});
    clocks_on_leave(d, left, done);
}

Outcome go(Decision& d, int entry, int to, const std::string& how) {
    if (to == model::none) return reject("no-stage", "the definition says no stage to go to from here");
    const int parallel = d.state.stage(entry)->parallel;
    leave(d, entry, how);
    return enter(d, to, parallel);
}

void wake_stage(Decision& d, int entry) {
    const auto* found = d.state.stage(entry);
    if (!found) return;
    const StageState stage = *found;
    const auto& rules = rules_of(d, stage);
    if (stage.wake && *stage.wake <= d.now) {
        ByItself moment(d, stage.wake);
        end_wait(d, stage, rules.then);
    } else if (stage.lease_until && *stage.lease_until <= d.now && stage.lease_until != stage.job_times_out) {
        ByItself moment(d, stage.lease_until);  // before the attempt would have timed out
        lease_ran_out(d, entry);
    } else if (stage.job_times_out && *stage.job_times_out <= d.now) {
        ByItself moment(d, stage.job_times_out);
        job_failed(d, entry, "it took longer than it may", true);
    } else if (stage.job_retry_at && *stage.job_retry_at <= d.now) {
        request_job(d, entry);
    }
}

void expire(Decision& d, const ClockState& clock) {
    if (clock.rule == model::none) return;
    const auto rule = d.program().clocks.at(static_cast<std::size_t>(clock.rule));
    ByItself moment(d, clock.due);
    if (auto no = all_or_nothing(d, [&] { return move_expired(d, clock, rule); })) {
        const bool here = clock.entry && d.state.stage(clock.entry);
        const int entry = here || d.state.stages.empty() ? clock.entry : d.state.stages.front().entry;
        leave_to_people(d, entry,
                        fmt::format("The clock {} expired, and the case could not move by itself: {}",
                                    clock.name, no->message));
    }
}

}  // namespace reeve::core
