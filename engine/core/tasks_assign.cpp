// Who owns the case and who gets its tasks.
#include <fmt/ranges.h>

#include "engine/core/flow.h"

namespace reeve::core {

namespace {

// The loads as they stand with what this very command has given out: five tasks made at once do not all go to
// the one who had least.
org::Loads loads_now(const Decision& d) {
    org::Loads loads = d.context.loads;
    std::uint64_t last = 0;
    for (const auto& [person, load] : loads) last = std::max(last, load.last_given);
    for (const auto& event : d.events)
        if (const auto* given = std::get_if<TaskAssigned>(&event)) {
            auto& load = loads[given->person];
            ++load.open;
            load.last_given = ++last;
        }
    return loads;
}

std::optional<org::Found> pick(const Decision& d, const model::Assign& assign, const org::Asking& asking,
                               std::vector<std::string>& notes, const std::string& not_to = {}) {
    if (assign.who.kind == org::Who::Kind::petitioner) return {};  // is told, never given work
    const auto& directory = d.context.directory;
    const bool given =
        std::ranges::any_of(d.events, [](const Event& e) { return std::holds_alternative<TaskAssigned>(e); });
    if (!given && not_to.empty())
        return directory.choose(assign.who, assign.pick, asking, d.context.loads, &notes);
    auto loads = loads_now(d);
    if (!not_to.empty()) {  // last in every order
        constexpr int busiest = 1'000'000'000;
        loads[not_to] = {.open = busiest, .last_given = std::numeric_limits<std::uint64_t>::max()};
    }
    auto found = directory.choose(assign.who, assign.pick, asking, loads, &notes);
    if (found && found->person == not_to) {
        notes.push_back(fmt::format("nobody but {} was found", not_to));
        return {};
    }
    return found;
}

std::string title_of(const model::Text& text) { return text.en.empty() ? text.zh : text.en; }

}  // namespace

void own(Decision& d, const org::Found& found, const std::string& reason) {
    d.emit(OwnerNamed{.person = found.person, .stands_for = found.stands_for, .reason = reason});
    for (const auto& task : std::vector<TaskState>(d.state.tasks))
        if (task.status == TaskStatus::open && task.name == name_owner_task) {
            d.emit(TaskCompleted{.task = task.id});
            clocks_on_task_end(d, TaskState(*d.state.task(task.id)), true);
        }
    clocks_on_owner(d);
}

void lose_owner(Decision& d, const std::string& note) {
    d.emit(OwnerLost{note});
    clocks_on_owner(d);
}

void own_by_rule(Decision& d) {
    auto asking = d.asking();
    asking.owner.clear();  // the one before is not who is looked for
    std::vector<std::string> notes;
    auto found = pick(d, d.program().owner, asking, notes);
    if (found)
        own(d, *found, fmt::format("{}", fmt::join(notes, "; ")));
    else
        lose_owner(
            d, notes.empty() ? "nobody was found up to the top" : fmt::format("{}", fmt::join(notes, "; ")));
}

void reassign(Decision& d, const org::Found& found, const std::string& reason) {
    const std::string before = d.state.owner;
    if (found.person == before) return;
    own(d, found, reason);
    // What the one before had in hand, and what nobody had, goes along.
    for (const auto& task : std::vector<TaskState>(d.state.tasks))
        if (task.status == TaskStatus::open && !task.follow_up && task.name != name_owner_task &&
            (task.person.empty() || task.person == before))
            d.emit(TaskAssigned{.task = task.id,
                                .person = found.person,
                                .stands_for = found.stands_for,
                                .how = "reassigned",
                                .reason = reason});
}

const model::TaskRule* rule_of(const Decision& d, const TaskState& task) {
    for (const auto& stage : d.state.stages)
        if (stage.entry == task.entry)
            for (const auto& rule : rules_of(d, stage).tasks)
                if (rule.name == task.name) return &rule;
    return nullptr;
}

model::Assign assign_of(const Decision& d, const TaskState& task) {
    if (const auto* rule = rule_of(d, task)) return rule->assign;
    for (const auto& stage : d.state.stages)
        if (stage.entry == task.entry) return rules_of(d, stage).assign;
    if (task.name == name_owner_task) return {.who = {org::Who::Kind::role, "head", {}}};
    for (const auto& stage : d.program().stages)
        if (stage.follow_up && stage.follow_up->task == task.name) return stage.follow_up->assign;
    return {};  // the owner
}

void assign_task(Decision& d, const std::string& id, const model::Assign& assign, const std::string& how,
                 const std::string& reason, const std::string& not_to) {
    std::vector<std::string> notes;
    auto found = pick(d, assign, d.asking(), notes, not_to);
    if (found)
        d.emit(TaskAssigned{.task = id,
                            .person = found->person,
                            .stands_for = found->stands_for,
                            .how = how,
                            .reason = reason,
                            .notes = std::move(notes)});
    else
        d.emit(TaskUnassigned{.task = id, .notes = std::move(notes)});
}

void create_task(Decision& d, TaskCreated created, const model::Assign& assign, const model::TaskRule* rule,
                 const Duration* limit) {
    created.task = d.new_id('t');
    d.emit(created);
    if (rule || limit) clocks_on_task(d, TaskState(*d.state.task(created.task)), rule, limit);
    assign_task(d, created.task, assign, "assigned");
}

void create_tasks(Decision& d, const StageState& entered) {
    const auto& stage = rules_of(d, entered);
    std::vector<Json> items{Json()};
    if (!stage.each.empty()) {
        const Json* list = model::at_path(d.state.data, stage.each);
        items.clear();
        if (list && list->is_array()) items.assign(list->begin(), list->end());
    }
    for (const auto& item : items) {
        if (stage.tasks.empty())
            create_task(
                d, {.name = stage.name, .entry = entered.entry, .title = title_of(stage.title), .item = item},
                stage.assign, nullptr, nullptr);
        for (const auto& rule : stage.tasks)
            create_task(
                d, {.name = rule.name, .entry = entered.entry, .title = title_of(rule.title), .item = item},
                rule.assign, &rule, nullptr);
    }
}

bool tasks_done(const Decision& d, const StageState& at) {
    const auto& stage = rules_of(d, at);
    int done = 0, open_needed = 0;
    for (const auto& task : d.state.tasks) {
        if (task.entry != at.entry) continue;
        const auto* rule = rule_of(d, task);
        done += task.status == TaskStatus::done;
        open_needed += task.status == TaskStatus::open && !(rule && rule->optional);
    }
    switch (stage.need) {
        case model::Stage::Need::any: return done >= 1 || open_needed == 0;
        case model::Stage::Need::n: return done >= stage.need_n || open_needed == 0;
        default: return open_needed == 0;
    }
}

void settle_leavers(Decision& d) {
    auto has_left = [&](const std::string& id) {
        const auto* person = d.context.directory.person(id);
        return !person || !person->active;
    };
    if (d.state.status == CaseStatus::open && !d.state.owner.empty() && has_left(d.state.owner))
        lose_owner(d, d.state.owner + " has left");
    for (const auto& task : std::vector<TaskState>(d.state.tasks))
        if (task.status == TaskStatus::open && !task.person.empty() && has_left(task.person))
            assign_task(d, task.id, assign_of(d, task), "reassigned", task.person + " has left");
    for (const auto& request : d.state.requests)
        if (request.open && std::ranges::any_of(request.of, has_left)) {
            ask_anew(d);
            break;
        }
}

void reassign_tasks(Decision& d) {
    for (const auto& task : std::vector<TaskState>(d.state.tasks))
        if (task.status == TaskStatus::open && !task.follow_up && d.state.stage(task.entry))
            assign_task(d, task.id, assign_of(d, task), "reassigned");
}

}  // namespace reeve::core
