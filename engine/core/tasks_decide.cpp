// What people do with their tasks.
#include <fmt/ranges.h>

#include "engine/core/flow.h"

namespace reeve::core {

namespace {

constexpr std::string_view assigner_role = "assigner";

Result<TaskState> open_task(Decision& d, const std::string& id) {
    const auto* task = d.state.task(id);
    if (!task) return refuse("unknown-task", fmt::format("there is no task \"{}\" in this case", id), "task");
    if (task->status != TaskStatus::open)
        return refuse(
            "task-over",
            fmt::format("{} is {} already", id, task->status == TaskStatus::done ? "done" : "cancelled"),
            "task");
    return *task;
}

// Someone to whom the task could have been given as well.
bool is_mate(const Decision& d, const TaskState& task) {
    const auto assign = assign_of(d, task);
    return assign.who.kind != org::Who::Kind::petitioner && !may(d, assign.who);
}

// Whoever has the post of an assigner, here or above, gives tasks to those to whom the definition's own rule
// could have given them, and to nobody else.
bool chooses_for(const Decision& d, const TaskState& task, const std::string& person) {
    if (!is_person(d)) return false;
    const auto& directory = d.context.directory;
    const auto is_assigner = [&](const std::string& unit) {
        const auto roles = directory.roles_of(d.command.actor, unit);
        return std::ranges::find(roles, assigner_role) != roles.end();
    };
    auto unit = d.state.unit;
    while (!unit.empty() && !is_assigner(unit)) unit = directory.parent(unit);
    if (unit.empty()) return false;
    const auto among = directory.resolve(assign_of(d, task).who, d.asking()).people;
    return std::ranges::find(among, person, &org::Found::person) != among.end();
}

// To this person, or to the substitute of one who is absent.
Outcome give_task(Decision& d, const std::string& task, const std::string& person, const std::string& how,
                  const std::string& reason) {
    if (auto no = demand_person(d, person, "person")) return no;
    std::vector<std::string> notes;
    auto found = d.context.directory.choose({.kind = org::Who::Kind::person, .name = person},
                                            org::Pick::first, d.asking(), d.context.loads, &notes);
    if (!found)
        return reject("person-absent", fmt::format("{} is absent and nobody stands in", person), "person");
    d.emit(TaskAssigned{.task = task,
                        .person = found->person,
                        .stands_for = found->stands_for,
                        .how = how,
                        .reason = reason,
                        .notes = std::move(notes)});
    return {};
}

// Tasks done: as many as the stage needs lead on, and the rest is not needed any more.
Outcome after_task(Decision& d, const StageState& at) {
    const auto& stage = rules_of(d, at);
    if (stage.then == model::none || !tasks_done(d, at)) return {};
    if (auto no = check_required(d, stage.require, stage.documents, d.state.data, {})) return no;
    return go(d, at.entry, stage.then, "then");
}

}  // namespace

Outcome decide_flow(Decision& d, const CompleteTask& wish) {
    auto task = open_task(d, wish.task);
    if (!task) return task.error();
    if (auto no = may(d, {}, task->person)) return no;
    if (auto no = check_begun(d, "the task " + task->id, task->since)) return no;
    if (auto no = check_given(d, wish.data, wish.documents)) return no;
    if (const auto* rule = rule_of(d, *task))
        if (auto no = check_required(d, rule->require, rule->documents, merged(d, wish.data), wish.documents))
            return no;
    const auto* found = d.state.stage(task->entry);
    const auto at = found ? std::optional(*found) : std::nullopt;
    if (at && task->name == at->stage && rules_of(d, *at).then == model::none) {
        std::vector<std::string> names;
        for (const auto& action : rules_of(d, *at).actions) names.push_back(action.name);
        if (!names.empty())
            return reject(
                "choose-action",
                fmt::format("this task is done by choosing what comes next: {}", fmt::join(names, ", ")),
                "task");
    }
    if (task->name == name_owner_task)
        return reject("choose-owner", "this task is done by naming an owner for the case", "task");
    record_given(d, wish.data, wish.documents);
    d.emit(TaskCompleted{wish.task, wish.reason});
    clocks_on_task_end(d, TaskState(*d.state.task(wish.task)), true);
    if (is_person(d)) clocks_on_received(d);
    return at ? after_task(d, *at) : Outcome{};
}

Outcome decide_flow(Decision& d, const ClaimTask& wish) {
    auto task = open_task(d, wish.task);
    if (!task) return task.error();
    if (!is_person(d)) return reject("missing-name", "a task is claimed by a person", "actor");
    if (task->person == d.command.actor)
        return reject("same-person", fmt::format("{} has the task already", task->person), "task");
    if (!is_mate(d, *task))
        if (auto no = may(d, {}, task->person)) return no;
    // What a colleague has in hand is not taken from them without a word.
    if (!task->person.empty())
        if (auto no = demand_reason(d, wish.reason)) return no;
    d.emit(
        TaskAssigned{.task = wish.task, .person = d.command.actor, .how = "claimed", .reason = wish.reason});
    clocks_on_received(d);
    return {};
}

Outcome decide_flow(Decision& d, const AssignTask& wish) {
    auto task = open_task(d, wish.task);
    if (!task) return task.error();
    // The owner or a head; who has the task delegates it.
    if (auto no = may(d, {}); no && !chooses_for(d, *task, wish.person)) return no;
    if (task->person == wish.person)
        return reject("same-person", fmt::format("{} has the task already", wish.person), "person");
    return give_task(d, wish.task, wish.person, "assigned", wish.reason);
}

Outcome decide_flow(Decision& d, const DelegateTask& wish) {
    auto task = open_task(d, wish.task);
    if (!task) return task.error();
    if (auto no = demand_reason(d, wish.reason)) return no;
    if (auto no = may(d, {}, task->person)) return no;
    if (task->person == wish.person)
        return reject("same-person", fmt::format("{} has the task already", wish.person), "person");
    return give_task(d, wish.task, wish.person, "delegated", wish.reason);
}

Outcome decide_flow(Decision& d, const ReturnTask& wish) {
    auto task = open_task(d, wish.task);
    if (!task) return task.error();
    if (auto no = demand_reason(d, wish.reason)) return no;
    if (task->person.empty())
        return reject("task-unassigned", "nobody has this task, so nobody can return it", "task");
    if (auto no = may(d, {}, task->person)) return no;
    d.emit(TaskReturned{wish.task, task->person, wish.reason});
    if (!task->from.empty() && !demand_person(d, task->from, ""))
        return give_task(d, wish.task, task->from, "assigned", wish.reason);
    assign_task(d, wish.task, assign_of(d, *task), "assigned", wish.reason, task->person);
    return {};
}

Outcome decide_flow(Decision& d, const AddFollowUp& wish) {
    if (auto no = may(d, {})) return no;
    if (wish.title.empty()) return reject("missing-field", "say what is to be done", "title");
    auto who = org::parse_who(wish.who.empty() ? "owner" : wish.who);
    if (!who) return reject(who.error().code, who.error().message, "who");
    if (who->kind == org::Who::Kind::petitioner)
        return reject("bad-who", "the person who asked is told, never given work", "who");
    const auto by = time::due(*d.program().calendar, d.now, wish.due).at;
    if (!time::countable(by) && by > d.now)
        return reject("bad-duration", "this never runs out; say a time before the year 2200", "due");
    if (by <= d.now)
        return reject("bad-duration", "say by when, such as \"30 days\": a task has a clock", "due");
    create_task(d, {.name = "follow-up", .title = wish.title, .follow_up = true}, {.who = *who}, nullptr,
                &wish.due);
    return {};
}

}  // namespace reeve::core
