// What the events of the flow do to the state.
#include <algorithm>
#include <charconv>

#include "engine/core/decision.h"

namespace reeve::core {

namespace {

struct Flow {
    CaseState& state;
    const Recorded& recorded;
    const model::Program& program;

    Instant happened() const { return recorded.occurred.value_or(recorded.at); }

    void use_entry(int entry) { state.next_entry = std::max(state.next_entry, entry + 1); }
    void use_id(std::string_view id) {
        id = id.substr(std::min(id.size(), id.find_first_of("0123456789")));
        int number = 0;
        std::from_chars(id.data(), id.data() + id.size(), number);
        state.next_id = std::max(state.next_id, number + 1);
    }

    void end(CaseStatus status, const std::string& outcome) {
        state.status = status;
        state.outcome = outcome;
        state.ended = happened();
        state.stages.clear();
        state.parallels.clear();
    }

    void end_task(const std::string& id, TaskStatus status) {
        if (auto* task = state.task(id)) {
            task->status = status;
            task->ended = happened();
        }
    }

    // A wait's end follows from when it began and the pinned calendar.
    void derive_wake(StageState& stage) const {
        stage.wake.reset();
        const int index = program.stage(stage.stage);
        if (index == model::none) return;
        const auto& rules = program.stages[index];
        if (rules.kind == model::StageKind::wait && rules.wait && rules.then != model::none)
            stage.wake = time::due(*program.calendar, stage.since, *rules.wait).at;
    }

    template <class E>
    void operator()(const E&) {}  // an event of the clocks, or one that changes nothing but the history

    void operator()(const CaseStarted& e) {
        state.id = recorded.case_id;
        state.definition = e.definition;
        state.version = e.version;
        state.unit = e.unit;
        state.data = e.data;
        state.title = e.title;
        state.parent = e.parent;
        state.cause = e.cause;
        state.occurred = e.occurred;
        state.started = state.last_progress = recorded.at;
        for (const auto& other : e.related) state.links.push_back({other, "related"});
    }
    void operator()(const OwnerNamed& e) {
        state.owner = e.person;
        state.owner_stands_for = e.stands_for;
    }
    void operator()(const OwnerLost&) {
        state.owner.clear();
        state.owner_stands_for.clear();
    }
    void operator()(const StageEntered& e) {
        use_entry(e.entry);
        StageState stage{.entry = e.entry,
                         .stage = e.stage,
                         .since = e.since.value_or(happened()),
                         .parallel = e.parallel};
        derive_wake(stage);
        state.stages.push_back(std::move(stage));
    }
    void operator()(const StageLeft& e) {
        std::erase_if(state.stages, [&](const auto& s) { return s.entry == e.entry; });
        // A parallel stage is left only by an expiry that cuts off all of its branches.
        if (std::ranges::count(state.parallels, e.entry, &ParallelState::entry)) close_group(e.entry);
    }
    void operator()(const ParallelOpened& e) {
        use_entry(e.entry);
        state.parallels.push_back(
            {.entry = e.entry, .stage = e.stage, .join = e.join, .outer = e.outer, .branches = e.branches});
    }
    // The join is met by the event that brings the last branch it waits for: the group closes, and every
    // group inside it.
    void operator()(const BranchArrived& e) {
        auto group = std::ranges::find(state.parallels, e.parallel, &ParallelState::entry);
        if (group == state.parallels.end()) return;
        ++group->arrived;
        const int index = program.stage(e.join);
        int needed = group->branches;
        if (index != model::none) {
            const auto& join = program.stages[index];
            if (join.join_need == model::Stage::Need::any) needed = 1;
            if (join.join_need == model::Stage::Need::n) needed = std::min(needed, join.join_n);
        }
        if (group->arrived < needed) return;
        close_group(e.parallel);
    }
    void close_group(int entry) {
        std::vector<int> closed{entry};
        for (bool more = true; more;) {
            more = false;
            std::erase_if(state.parallels, [&](const auto& p) {
                if (!std::ranges::count(closed, p.entry) && !std::ranges::count(closed, p.outer))
                    return false;
                closed.push_back(p.entry);
                return more = true;
            });
        }
    }
    void operator()(const TaskCreated& e) {
        use_id(e.task);
        const auto* stage = state.stage(e.entry);
        state.tasks.push_back({.id = e.task,
                               .name = e.name,
                               .title = e.title,
                               .entry = e.entry,
                               .item = e.item,
                               .follow_up = e.follow_up,
                               .since = stage ? stage->since : happened()});
    }
    void operator()(const TaskAssigned& e) {
        auto* task = state.task(e.task);
        if (!task) return;
        task->from = e.how == "delegated" ? task->person : "";
        task->person = e.person;
        task->stands_for = e.stands_for;
    }
    void operator()(const TaskReturned& e) { release(e.task); }
    void operator()(const TaskUnassigned& e) { release(e.task); }
    void release(const std::string& id) {
        auto* task = state.task(id);
        if (!task) return;
        task->person.clear();
        task->stands_for.clear();
        task->from.clear();
    }
    void operator()(const TaskCompleted& e) { end_task(e.task, TaskStatus::done); }
    void operator()(const TaskCancelled& e) { end_task(e.task, TaskStatus::cancelled); }
    void operator()(const DataGiven& e) { state.data.merge_patch(e.patch); }
    void operator()(const DataCorrected& e) { state.data.merge_patch(e.patch); }
    void operator()(const DocumentAdded& e) { state.documents.push_back(e.document); }
    void operator()(const CaseTransferred& e) {
        state.unit = e.to;
        // A move that the definition planned is no hand-over: coming back from it is not ping-pong.
        if (e.hand_over) state.hand_overs.push_back({e.from, e.to, happened()});
    }
    void operator()(const ApprovalAsked& e) {
        // Asked anew, of others: since when it waits and what for stay as they were.
        if (auto* request = state.request(e.request)) {
            request->of = e.of;
            return;
        }
        use_id(e.request);
        state.requests.push_back({.id = e.request,
                                  .what = e.what,
                                  .by = e.by,
                                  .of = e.of,
                                  .wish = e.wish,
                                  .asked = happened(),
                                  .entry = e.entry});
    }
    void operator()(const ApprovalGiven& e) { close_request(e.request); }
    void operator()(const ApprovalRefused& e) { close_request(e.request); }
    void close_request(const std::string& id) {
        if (auto* request = state.request(id)) request->open = false;
    }
    void operator()(const CaseRequested& e) {
        ++state.next_id;
        auto* stage = state.stage(e.entry);
        if (stage) {
            stage->child = e.other;
            stage->fault.clear();
        }
        state.links.push_back({e.other, stage ? "child" : "opened"});
    }
    // Nothing points to a case that does not exist.
    void operator()(const CaseNotOpened& e) {
        std::erase_if(state.links, [&](const auto& link) { return link.other == e.other; });
        for (auto& stage : state.stages) {
            if (stage.child != e.other) continue;
            stage.child.clear();
            stage.fault = e.definition + " was not opened: " + e.error;
        }
    }
    void operator()(const CaseLinked& e) { state.links.push_back({e.other, e.relation}); }
    void operator()(const JobRequested& e) {
        use_id(e.job);
        if (auto* stage = state.stage(e.entry)) {
            stage->job = e.job;
            stage->attempt = e.attempt;
            stage->job_times_out = e.times_out;
            stage->job_retry_at.reset();
            stage->job_failed = false;
            end_lease(*stage);
        }
    }
    StageState* of_job(const std::string& job) {
        const auto at = std::ranges::find(state.stages, job, &StageState::job);
        return at == state.stages.end() ? nullptr : &*at;
    }
    static void end_lease(StageState& stage) {
        stage.worker.clear();
        stage.leased_by.clear();
        stage.lease = 0;
        stage.lease_until.reset();
    }
    void operator()(const JobLeased& e) {
        if (auto* stage = of_job(e.job)) {
            stage->worker = e.worker;
            stage->leased_by = recorded.actor;
            stage->lease = e.lease;
            stage->lease_until = e.until;
            stage->job_times_out = e.times_out;
        }
    }
    void operator()(const JobLeaseExtended& e) {
        if (auto* stage = of_job(e.job)) stage->lease_until = e.until;
    }
    void operator()(const JobReleased& e) {
        if (auto* stage = of_job(e.job)) {
            stage->job_times_out.reset();
            end_lease(*stage);
        }
    }
    void operator()(const JobFailed& e) {
        if (auto* stage = of_job(e.job)) {
            stage->job_times_out.reset();
            stage->job_retry_at = e.retry_at;
            stage->job_failed = !e.retry_at;
            end_lease(*stage);
        }
    }
    void operator()(const JobCompleted& e) {
        if (auto* stage = of_job(e.job)) {
            stage->job_times_out.reset();
            stage->job_retry_at.reset();
            end_lease(*stage);
        }
    }
    void operator()(const CaseClosed& e) { end(CaseStatus::closed, e.outcome); }
    void operator()(const CaseCancelled&) {
        end(CaseStatus::cancelled, "cancelled");
        state.ended = recorded.at;  // whenever it is said to have happened: until now it could be worked on
    }
    void operator()(const CaseReopened& e) {
        state.status = CaseStatus::open;
        state.outcome.clear();
        state.ended.reset();
        state.cycle = e.cycle;
        // An explanation was owed until the case ended.
        state.escalations.edit_where(
            [](const EscalationState& one) {
                return one.answer_by && one.answer.empty() && !one.answer_missed;
            },
            [](EscalationState& one) { one.answer_by.reset(); });
    }
    void operator()(const CaseMigrated& e) {
        state.version = e.to;
        auto renamed = [&](std::string& stage) {
            auto it = e.stages.find(stage);
            if (it != e.stages.end()) stage = it->second;
        };
        for (auto& task : state.tasks) {
            const auto* stage = state.stage(task.entry);
            if (stage && task.name == stage->stage) renamed(task.name);  // a plain stage's own task
        }
        for (auto& stage : state.stages) {
            renamed(stage.stage);
            derive_wake(stage);
        }
        for (auto& parallel : state.parallels) {
            renamed(parallel.stage);
            renamed(parallel.join);
        }
        for (auto& request : state.requests)
            if (request.open && request.wish.contains("stage") && request.wish["stage"].is_string())
                renamed(request.wish["stage"].get_ref<std::string&>());
    }
};

}  // namespace

void apply_flow(CaseState& state, const Recorded& recorded, const model::Program& program) {
    std::visit(Flow{state, recorded, program}, recorded.event);
}

}  // namespace reeve::core
