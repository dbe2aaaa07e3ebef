// Entering a stage, and going on through those that need nobody.
#include <fmt/format.h>

#include "engine/core/flow.h"

namespace reeve::core {

using model::StageKind;

namespace {

constexpr int most_steps = 1000;  // stages entered by one command; more is a loop without a person in it

bool is_group_open(const Decision& d, int entry) {
    return std::ranges::count(d.state.parallels, entry, &ParallelState::entry) > 0;
}

Outcome open_branches(Decision& d, const model::Stage& stage, int outer) {
    const int entry = d.state.next_entry;
    d.emit(ParallelOpened{.entry = entry,
                          .stage = stage.name,
                          .join = stage.join == model::none ? "" : d.program().stages[stage.join].name,
                          .branches = static_cast<int>(stage.branches.size()),
                          .outer = outer});
    clocks_on_enter(d,
                    StageState{.entry = entry, .stage = stage.name, .since = d.effective, .parallel = outer});
    for (const auto& branch : stage.branches) {
        // A branch that arrived at once may have met the join, or ended the case.
        if (!is_group_open(d, entry)) break;
        if (auto no = enter(d, branch.to, entry)) return no;
    }
    return {};
}

Outcome arrive(Decision& d, int index, int parallel) {
    const auto& join = d.program().stages[index];
    int outer = parallel;
    const auto groups = d.state.parallels;
    for (int at = parallel; at;) {
        auto group = std::ranges::find(groups, at, &ParallelState::entry);
        if (group == groups.end()) break;
        at = group->outer;
        if (group->join != join.name) continue;
        std::vector<StageState> others;
        for (const auto& s : d.state.stages)
            if (inside(groups, s.parallel, group->entry)) others.push_back(s);
        d.emit(BranchArrived{group->entry, join.name});
        if (is_group_open(d, group->entry)) return {};
        for (const auto& other : others) leave(d, other.entry, "joined", false);
        for (const auto& inner : groups)
            if (inner.entry != group->entry && inside(groups, inner.entry, group->entry))
                clocks_on_leave(d, as_stage(inner), false);
        clocks_on_leave(d, as_stage(*group));
        outer = group->outer;
        break;
    }
    const int entry = d.state.next_entry;
    d.emit(StageEntered{.entry = entry, .stage = join.name, .parallel = outer});
    clocks_on_enter(d, StageState(*d.state.stage(entry)));
    return go(d, entry, join.then, "then");
}

// The first branch whose condition holds. A condition that fails refuses the act of a person, who can mend
// the data; when the case moves by itself it counts as not holding, and the history says so.
Result<int> choose_branch(Decision& d, const model::Stage& stage) {
    for (const auto& branch : stage.branches) {
        auto yes = holds(d, branch.when, d.state.data, stage.name);
        if (yes && *yes) return branch.to;
        if (yes) continue;
        if (!d.by_itself)
            return refuse(
                yes.error().code,
                fmt::format("the choice \"{}\" cannot be made: {}", stage.name, yes.error().message),
                yes.error().place);
        d.emit(NoteAdded{
            fmt::format("The condition {} of the choice \"{}\" failed ({}) and counts as not met.",
                        d.program().conditions[branch.when].text, stage.name, yes.error().message)});
    }
    if (d.by_itself && !stage.branches.empty()) return stage.branches.back().to;
    return refuse("no-branch",
                  fmt::format("no branch of the choice \"{}\" fits: correct the data", stage.name));
}

// An end anywhere, inside a branch too, ends the whole case.
void finish(Decision& d, const StageState& at, const model::Stage& stage) {
    for (const auto& other : std::vector<StageState>(d.state.stages))
        if (other.entry != at.entry) leave(d, other.entry, "cancelled", false);
    for (const auto& task : std::vector<TaskState>(d.state.tasks))
        if (task.status == TaskStatus::open && !task.follow_up) cancel_task(d, task.id);
    close_requests(d, nullptr, "the case has ended");
    d.emit(CaseClosed{stage.outcome});
    clocks_on_end(d);
    if (!stage.follow_up) return;
    const auto& follow_up = *stage.follow_up;
    if (!follow_up.start.empty()) {
        d.emit(CaseRequested{.definition = follow_up.start,
                             .unit = d.state.unit,
                             .data = data_given(d, stage.child_data),
                             .cause = "follow-up",
                             .title = d.state.title});
        return;
    }
    const model::TaskRule rule{.name = follow_up.task,
                               .title = follow_up.title,
                               .assign = follow_up.assign,
                               .clock = follow_up.clock};
    create_task(d, {.name = rule.name, .title = rule.title.en, .follow_up = true}, rule.assign, &rule,
                nullptr);
}

// A loop of choices while the case moves by itself: it comes to rest where people work, and says why.
Outcome come_to_rest(Decision& d, int parallel) {
    const auto& stages = d.program().stages;
    auto people = std::ranges::find(stages, StageKind::tasks, &model::Stage::kind);
    d.emit(NoteAdded{fmt::format(
        "The case went through {} stages without coming to one where people work; it was stopped there.",
        most_steps)});
    if (people == stages.end())
        return reject("endless-loop", "no stage of this definition is worked by people");
    d.steps = 0;
    return enter(d, static_cast<int>(people - stages.begin()), parallel);
}

}  // namespace

Json data_given(const Decision& d, const Json& mapping) {
    Json data = Json::object();
    for (const auto& [field, value] : mapping.items()) {
        if (value.is_string() && value.get_ref<const std::string&>().starts_with("data.")) {
            if (const Json* from =
                    model::at_path(d.state.data, value.get_ref<const std::string&>().substr(5)))
                data[field] = *from;
        } else {
            data[field] = value;
        }
    }
    return data;
}

void request_child(Decision& d, int entry) {
    const auto& stage = rules_of(d, *d.state.stage(entry));
    d.emit(CaseRequested{.definition = stage.child,
                         .unit = d.state.unit,
                         .data = data_given(d, stage.child_data),
                         .cause = "child:" + stage.name,
                         .entry = entry,
                         .title = d.state.title});
}

StageState as_stage(const ParallelState& group) {
    return {.entry = group.entry, .stage = group.stage, .parallel = group.outer};
}

// Whether `parallel` is the group or lies inside it.
bool inside(const std::vector<ParallelState>& groups, int parallel, int group) {
    while (parallel && parallel != group) {
        auto it = std::ranges::find(groups, parallel, &ParallelState::entry);
        parallel = it == groups.end() ? 0 : it->outer;
    }
    return parallel == group;
}

// What leads on at once is followed in a loop, not in a call: a thousand of them are no matter of the stack.
Outcome enter(Decision& d, int index, int parallel) {
    while (true) {
        if (index == model::none)
            return reject("no-stage", "the definition says no stage to go to from here");
        const auto& stage = d.program().stages[index];
        if (++d.steps > most_steps) {
            if (d.by_itself) return come_to_rest(d, parallel);
            return reject(
                "endless-loop",
                fmt::format("this would lead through more than {} stages without one where people work; the "
                            "last was \"{}\": correct the data, or the definition",
                            most_steps, stage.name));
        }
        if (stage.kind == StageKind::parallel) return open_branches(d, stage, parallel);
        if (stage.kind == StageKind::join) return arrive(d, index, parallel);

        const int entry = d.state.next_entry;
        d.emit(StageEntered{.entry = entry, .stage = stage.name, .parallel = parallel});
        const StageState entered = *d.state.stage(entry);
        clocks_on_enter(d, entered);
        int to = model::none;
        switch (stage.kind) {
            case StageKind::tasks:
                create_tasks(d, entered);
                // A list without items needs nobody.
                if (stage.each.empty() || stage.then == model::none || !tasks_done(d, entered)) return {};
                to = stage.then;
                break;
            case StageKind::job: request_job(d, entry); return {};
            case StageKind::choice: {
                auto branch = choose_branch(d, stage);
                if (!branch) return branch.error();
                to = *branch;
                break;
            }
            case StageKind::child: request_child(d, entry); return {};
            case StageKind::end: finish(d, entered, stage); return {};
            default: return {};  // a wait wakes by its time
        }
        if (to == model::none) return reject("no-stage", "the definition says no stage to go to from here");
        leave(d, entry, "then");
        index = to;
    }
}

}  // namespace reeve::core
