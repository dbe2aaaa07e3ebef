// What people choose in a stage, the second pair of eyes, and messages from outside.
#include <fmt/ranges.h>

#include "engine/core/flow.h"

namespace reeve::core {

namespace {

struct Chosen {
    StageState at;
    const model::Action* action = nullptr;
};

std::string offered(const Decision& d) {
    std::vector<std::string> names;
    for (const auto& stage : d.state.stages)
        for (const auto& action : rules_of(d, stage).actions)
            names.push_back(fmt::format("\"{}\" in {}", action.name, stage.stage));
    return names.empty() ? "none is offered now" : fmt::format("offered are: {}", fmt::join(names, ", "));
}

// An act that is entered late, and an action that some stage offers: the case may have been there then.
bool offered_before(const Decision& d, const Act& act) {
    const auto later = [&](const StageState& stage) { return stage.since > d.effective; };
    return d.command.occurred && std::ranges::any_of(d.state.stages, later) &&
           std::ranges::any_of(d.program().stages, [&](const model::Stage& stage) {
               return (act.stage.empty() || act.stage == stage.name) &&
                      std::ranges::any_of(stage.actions, [&](const auto& a) { return a.name == act.action; });
           });
}

// The stage in which the action is chosen. `stage` may be left out when only one active stage offers it.
Result<Chosen> find(const Decision& d, const Act& act, int entry = 0) {
    std::vector<Chosen> found;
    for (const auto& stage : d.state.stages)
        if (entry ? entry == stage.entry : act.stage.empty() || act.stage == stage.stage)
            if (const auto* action = d.program().action(d.program().stage(stage.stage), act.action))
                found.push_back({stage, action});
    if (found.empty() && offered_before(d, act))
        return std::unexpected(moved_on(d.state, d.program(), d.effective));
    if (found.empty())
        return refuse("unknown-action",
                      fmt::format("no active stage offers the action \"{}\"; {}", act.action, offered(d)),
                      "action");
    if (found.size() > 1 && act.stage.empty())
        return refuse("which-stage",
                      fmt::format("several active stages offer \"{}\": say in which stage", act.action),
                      "stage");
    return found.front();
}

std::string task_holder(const Decision& d, const StageState& at) {
    std::string holder;
    for (const auto& task : d.state.tasks)
        if (task.entry == at.entry && task.status == TaskStatus::open && !task.person.empty()) {
            if (task.person == d.command.actor) return task.person;
            if (holder.empty()) holder = task.person;
        }
    return holder;
}

Outcome check_permission(const Decision& d, const Chosen& chosen) {
    if (d.command.actor == petitioner_actor && chosen.action->petitioner) return {};
    return may(d, chosen.action->by, task_holder(d, chosen.at));
}

// Where the action takes the case: the unit the person named, else the one the definition names.
Result<std::string> unit_of(const Decision& d, const model::Action& action, const Act& act,
                            const Json& data) {
    if (!action.unit && !action.hand_over) {
        if (act.unit.empty()) return std::string();
        return refuse("unit-not-asked", fmt::format("the action \"{}\" does not move the case", action.name),
                      "unit");
    }
    if (!act.unit.empty()) return act.unit;
    auto asking = d.asking();
    asking.data = &data;
    if (action.unit)
        if (auto unit = d.context.directory.locate(*action.unit, asking)) return *unit;
    return refuse(
        "unknown-unit",
        action.unit ? fmt::format("{} names no unit", org::to_string(*action.unit)) : "say to which unit",
        "unit");
}

Outcome check_action(const Decision& d, const Chosen& chosen, const Act& act) {
    const auto& action = *chosen.action;
    if (auto no = check_given(d, act.data, act.documents)) return no;
    const Json data = merged(d, act.data);
    auto yes = holds(d, action.when, data, chosen.at.stage);
    if (!yes) return yes.error();
    if (!*yes)
        return reject("action-not-offered",
                      fmt::format("\"{}\" is offered only when {}", action.name,
                                  d.program().conditions[static_cast<std::size_t>(action.when)].text),
                      "action");
    if (action.reason)
        if (auto no = say_why(act.reason)) return no;
    if (auto no = check_required(d, action.require, {action.document}, data, act.documents)) return no;
    if (action.to != model::none) {
        const auto& stage = rules_of(d, chosen.at);
        if (auto no = check_required(d, stage.require, stage.documents, data, act.documents)) return no;
    }
    auto unit = unit_of(d, action, act, data);
    if (!unit) return unit.error();
    if (!unit->empty() && !d.context.directory.unit(*unit))
        return reject("unknown-unit", fmt::format("there is no unit \"{}\"", *unit), "unit");
    return {};
}

}  // namespace

Outcome take_action(Decision& d, int entry, const model::Action& action, const Act& act, Instant judged,
                    const std::string& how) {
    const StageState at = *d.state.stage(entry);
    record_given(d, act.data, act.documents);
    d.emit(ActionTaken{entry, action.name, act.reason});
    if (is_person(d) && !d.by_itself) clocks_on_received(d);
    auto unit = unit_of(d, action, act, d.state.data);
    if (!unit) return unit.error();
    const bool moves = !unit->empty() && (*unit != d.state.unit || action.hand_over);
    // An action that hands the case over and leads back to its own stage keeps the stage and its clock:
    // passing a case on buys no time. One that an expiry takes has no clock left to keep: the stage begins
    // anew.
    const bool back = action.to != model::none && d.program().stages[action.to].name == at.stage;
    const bool stays = action.to == model::none || (moves && back && how != expired_how);
    if (!stays) {
        const auto effective = d.effective;
        d.effective = judged;
        leave(d, entry, how);
        d.effective = effective;
    }
    if (moves)
        if (auto no = move_case(d, *unit, act.reason, action.hand_over)) return no;
    return stays ? Outcome{} : enter(d, action.to, at.parallel);
}

Outcome act_for_job(Decision& d, const StageState& at, const Act& act) {
    const auto* action = d.program().action(d.program().stage(at.stage), act.action);
    if (!action)
        return reject(
            "unknown-action",
            fmt::format("{} does not offer the action \"{}\"; {}", at.stage, act.action, offered(d)),
            "action");
    if (action->second)
        return reject("action-not-offered",
                      fmt::format("\"{}\" takes a second person, and a program is none", action->name),
                      "action");
    if (action->by)
        if (auto no = may(d, action->by)) return no;
    if (auto no = check_action(d, {at, action}, act)) return no;
    d.emit(JobCompleted{at.job});
    if (auto no = take_action(d, at.entry, *action, act, d.effective, action->name)) return no;
    if (!d.state.stage(at.entry)) return {};
    return reject(
        "action-not-offered",
        fmt::format("\"{}\" leaves the case in {}, whose job would be done", action->name, at.stage),
        "action");
}

Outcome decide_flow(Decision& d, const Act& wish) {
    auto chosen = find(d, wish);
    if (!chosen) return chosen.error();
    if (auto no = check_permission(d, *chosen)) return no;
    if (auto no = check_begun(d, "the stage " + chosen->at.stage, chosen->at.since)) return no;
    if (auto no = check_action(d, *chosen, wish)) return no;
    if (chosen->action->second) {
        Act waits = wish;
        waits.stage = chosen->at.stage;
        return ask_approval(d, "action", *chosen->action->second, waits, chosen->at.entry);
    }
    return take_action(d, chosen->at.entry, *chosen->action, wish, d.effective, chosen->action->name);
}

namespace {

// One of those asked, or the substitute of one who is absent by now; for one who has left, or is absent
// without a substitute, the head above. Never the one who asks.
Outcome check_approver(const Decision& d, const RequestState& request) {
    const auto& actor = d.command.actor;
    if (actor == request.by)
        return reject("own-request", "nobody approves what they asked for: it takes a second pair of eyes",
                      "actor");
    for (const auto& person : request.of) {
        if (person == actor) return {};
        const bool left = demand_person(d, person, "").has_value();
        if (!left && !d.context.directory.absent(person, d.now)) continue;
        bool another = false;
        for (const auto& found :
             d.context.directory.resolve({.kind = org::Who::Kind::person, .name = person}, d.asking())
                 .people) {
            if (found.person == actor) return {};
            another |= found.person != request.by;
        }
        // Only the one who asks stands there: whoever is above.
        if (!another && !demand_head(d)) return {};
    }
    return reject("not-permitted",
                  fmt::format("this waits for {} or, when absent or gone, their substitute or the head above",
                              fmt::join(request.of, ", ")),
                  "actor");
}

Result<RequestState> open_request(Decision& d, const std::string& id) {
    const auto* request = d.state.request(id);
    if (!request) return refuse("unknown-request", fmt::format("there is no request \"{}\"", id), "request");
    if (!request->open) return refuse("request-over", fmt::format("{} is settled already", id), "request");
    if (!is_person(d)) return refuse("missing-name", "a person must answer for this by name", "actor");
    return *request;
}

}  // namespace

Outcome decide_flow(Decision& d, const Approve& wish) {
    auto request = open_request(d, wish.request);
    if (!request) return request.error();
    if (auto no = check_approver(d, *request)) return no;
    auto asked = wish_from_json(request->wish);
    if (!asked) return asked.error();
    d.emit(ApprovalGiven{wish.request, wish.reason});
    if (const auto* extension = std::get_if<ExtendClock>(&*asked))
        return decide_clock(d, *extension, true, d.command.actor);
    const auto* act = std::get_if<Act>(&*asked);
    if (!act) return reject("unknown-request", "this kind of request cannot be approved", "request");
    auto chosen = find(d, *act, request->entry);
    if (!chosen) return chosen.error();
    if (auto no = check_action(d, *chosen, *act)) return no;
    return take_action(d, chosen->at.entry, *chosen->action, *act, request->asked, chosen->action->name);
}

Outcome decide_flow(Decision& d, const Refuse& wish) {
    auto request = open_request(d, wish.request);
    if (!request) return request.error();
    if (auto no = demand_reason(d, wish.reason)) return no;
    if (auto no = check_approver(d, *request)) return no;
    d.emit(ApprovalRefused{wish.request, wish.reason});
    return {};
}

Outcome decide_flow(Decision& d, const SendMessage& wish) {
    std::vector<std::string> listened;
    for (const auto& stage : std::vector<StageState>(d.state.stages)) {
        const auto& rules = rules_of(d, stage);
        for (const auto& [message, to] : rules.on) listened.push_back(message);
        auto it = rules.on.find(wish.message);
        if (it == rules.on.end()) continue;
        if (is_person(d))
            if (auto no = may(d, {}, task_holder(d, stage))) return no;
        if (auto no = check_given(d, wish.data, {})) return no;
        d.emit(MessageReceived{wish.message});
        record_given(d, wish.data, {});
        return go(d, stage.entry, it->second, "message:" + wish.message);
    }
    return reject(
        "message-not-expected",
        listened.empty()
            ? fmt::format("no stage of this case waits for a message, so not for \"{}\" either", wish.message)
            : fmt::format("no stage waits for \"{}\"; awaited are: {}", wish.message,
                          fmt::join(listened, ", ")),
        "message");
}

}  // namespace reeve::core
