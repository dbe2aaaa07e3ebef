// What happens to a case as a whole: its start and end, its owner, what is written down about it, and what
// child cases report.
#include <fmt/format.h>

#include "engine/core/clock.h"
#include "engine/core/flow.h"
#include "engine/text.h"

namespace reeve::core {

namespace {

Result<org::Found> person_or_substitute(const Decision& d, const std::string& id, const std::string& field) {
    if (auto no = demand_person(d, id, field)) return std::unexpected(*no);
    auto found = d.context.directory.choose({.kind = org::Who::Kind::person, .name = id}, org::Pick::first,
                                            d.asking(), d.context.loads);
    if (!found) return refuse("person-absent", fmt::format("{} is absent and nobody stands in", id), field);
    return *found;
}

Outcome check_whole(const Decision& d, const Json& data) {
    auto faults = model::check_data(d.program(), data);
    if (faults.empty()) return {};
    return reject("bad-data", faults.front().message, "data" + faults.front().place);
}

// What the parent takes from a child that has ended, as its stage's "result" says.
Json result_of(const model::Stage& stage, const EndChild& wish) {
    Json given = Json::object();
    for (const auto& [field, source] : stage.child_result) {
        const Json* value =
            source.starts_with("data.") ? model::at_path(wish.data, source.substr(5)) : nullptr;
        if (source == "outcome") given[field] = wish.outcome;
        if (value) given[field] = *value;
    }
    return given;
}

// Neither owner nor at work on it, nor a substitute of either, nor a head at or above its unit.
bool is_bystander(const Decision& d) {
    if (!is_person(d) || !may(d, {})) return false;
    return std::ranges::none_of(d.state.tasks, [&](const auto& task) {
        return task.status == TaskStatus::open && !task.person.empty() && !may(d, {}, task.person);
    });
}

}  // namespace

Outcome decide_flow(Decision& d, const StartCase& wish) {
    const auto& program = d.program();
    if (!wish.definition.empty() && wish.definition != program.id)
        return reject("unknown-definition", fmt::format("there is no definition \"{}\"", wish.definition),
                      "definition");
    if (!d.context.directory.unit(wish.unit))
        return reject("unknown-unit",
                      wish.unit.empty() ? "say which unit has the case"
                                        : fmt::format("there is no unit \"{}\"", wish.unit),
                      "unit");
    if (!wish.data.is_object()) return reject("bad-data", "data is an object of fields and values", "data");
    // It says what the engine did, such as that a pattern's cases are counted no more.
    if (!wish.cause.empty() && d.command.actor != system_actor)
        return reject(
            "not-permitted",
            "what opened a case is said by the engine itself: leave it out, and name the cases that "
            "it has to do with as related",
            "cause");
    if (auto no = check_whole(d, wish.data)) return no;
    d.emit(CaseStarted{.definition = program.id,
                       .version = program.version,
                       .unit = wish.unit,
                       .data = wish.data,
                       .title = wish.title,
                       .parent = wish.parent,
                       .cause = wish.cause,
                       .related = wish.related,
                       .occurred = d.effective});
    // It is registered now, whenever it happened; only clocks "from occurred" run from then.
    d.effective = d.now;
    if (wish.owner.empty()) {
        own_by_rule(d);
    } else {
        auto found = person_or_substitute(d, wish.owner, "owner");
        if (!found) return found.error();
        own(d, *found, "");
    }
    clocks_on_start(d);
    return enter(d, 0, 0);
}

Outcome decide_flow(Decision& d, const NameOwner& wish) {
    if (auto no = demand_reason(d, wish.reason)) return no;
    if (auto no = may(d, {})) return no;
    if (wish.person == d.state.owner)
        return reject("same-person", fmt::format("{} owns the case already", wish.person), "person");
    auto found = person_or_substitute(d, wish.person, "person");
    if (!found) return found.error();
    own(d, *found, wish.reason);
    return {};
}

Outcome decide_flow(Decision& d, const AddDocument& wish) {
    if (auto no = check_given(d, Json::object(), {wish.document})) return no;
    d.emit(DocumentAdded{wish.document, is_bystander(d)});
    return {};
}

Outcome decide_flow(Decision& d, const AddNote& wish) {
    if (is_blank(wish.text)) return reject("missing-field", "a note says something", "text");
    d.emit(NoteAdded{wish.text, is_bystander(d)});
    return {};
}

Outcome decide_flow(Decision& d, const CorrectData& wish) {
    if (auto no = demand_reason(d, wish.reason)) return no;
    if (auto no = may(d, {})) return no;
    if (!wish.patch.is_object() || wish.patch.empty())
        return reject("bad-data", "say what is corrected: an object of fields and their right values",
                      "patch");
    if (auto no = check_whole(d, merged(d, wish.patch))) return no;
    const Json before = d.state.data;
    d.emit(DataCorrected{wish.patch, wish.reason});
    clocks_on_data(d, before);
    return {};
}

Outcome decide_flow(Decision& d, const Reopen& wish) {
    if (auto no = demand_reason(d, wish.reason)) return no;
    if (auto no = may(d, {})) return no;
    const auto& program = d.program();
    if (program.reopen_within && d.state.ended) {
        const auto until = time::due(*program.calendar, *d.state.ended, *program.reopen_within).at;
        if (d.effective > until)
            return reject(
                "too-late-to-reopen",
                fmt::format("it could be reopened until {}: start a new case and name this one as related",
                            time::to_string(until, *program.calendar)));
    }
    int to = program.reopen_to == model::none ? 0 : program.reopen_to;
    if (!wish.to.empty()) {
        to = program.stage(wish.to);
        if (to == model::none || program.stages[to].kind == model::StageKind::end ||
            program.stages[to].kind == model::StageKind::join)
            return reject("unknown-stage", fmt::format("a case cannot be reopened at \"{}\"", wish.to), "to");
    }
    d.emit(CaseReopened{wish.reason, d.state.cycle + 1});
    if (d.state.owner.empty() || demand_person(d, d.state.owner, "")) own_by_rule(d);
    clocks_on_reopen(d);
    if (auto no = enter(d, to, 0)) return no;
    clocks_on_reopened_at(d, to);
    return {};
}

Outcome decide_flow(Decision& d, const Cancel& wish) {
    if (auto no = demand_reason(d, wish.reason)) return no;
    if (auto no = demand_head(d)) return no;
    for (const auto& stage : std::vector<StageState>(d.state.stages))
        leave(d, stage.entry, "cancelled", false);
    for (const auto& task : std::vector<TaskState>(d.state.tasks))
        if (task.status == TaskStatus::open) cancel_task(d, task.id);
    close_requests(d, nullptr, "the case was cancelled");
    d.emit(CaseCancelled{wish.reason});
    clocks_on_end(d);
    return {};
}

// A child may end after its parent went on, or ended: that is recorded and moves nothing.
Outcome decide_flow(Decision& d, const EndChild& wish) {
    if (std::ranges::none_of(d.state.links, [&](const auto& link) { return link.other == wish.child; }))
        return reject("unknown-child", fmt::format("{} is no child of this case", wish.child), "child");
    std::optional<StageState> at;
    for (const auto& stage : d.state.stages)
        if (stage.child == wish.child) at = stage;
    ByItself child(d);
    d.emit(ChildEnded{wish.child, wish.outcome});
    if (!at) return {};
    const auto given = result_of(rules_of(d, *at), wish);
    // Nobody is there to mend it: the parent goes on without what does not fit, and says so.
    if (auto no = check_given(d, given, {}))
        d.emit(NoteAdded{fmt::format("What {} gave was not taken: {}", wish.child, no->message)});
    else
        record_given(d, given, {});
    return go(d, at->entry, rules_of(d, *at).then, "then");
}

Outcome decide_flow(Decision& d, const FailOpening& wish) {
    auto telling = tell_office(d);
    d.emit(CaseNotOpened{.definition = wish.definition,
                         .other = wish.other,
                         .error = wish.error,
                         .told = std::move(telling.people),
                         .notes = std::move(telling.notes)});
    return {};
}

}  // namespace reeve::core
