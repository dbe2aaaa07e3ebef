// A running case moves to another version of its definition. The dry run decides the same command and tells
// what came of it.
#include <fmt/format.h>

#include "engine/core/flow.h"
#include "engine/core/foresee.h"

namespace reeve::core {

namespace {

std::string renamed(const Migrate& wish, const std::string& stage) {
    auto it = wish.stages.find(stage);
    return it == wish.stages.end() ? stage : it->second;
}

Outcome check_counterpart(const model::Program& from, const model::Program& to, const Migrate& wish,
                          const std::string& stage) {
    const auto name = renamed(wish, stage);
    const int was = from.stage(stage), is = to.stage(name);
    if (is != model::none && (was == model::none || from.stages[was].kind == to.stages[is].kind)) return {};
    return reject(
        "no-counterpart",
        is == model::none
            ? fmt::format(
                  "the case is in \"{}\", and version {} has no stage \"{}\": say which stage it becomes",
                  stage, to.version, name)
            : fmt::format("the case is in \"{}\", and \"{}\" in version {} is of another kind ({}, not {})",
                          stage, name, to.version, model::to_string(to.stages[is].kind),
                          model::to_string(from.stages[was].kind)),
        "stages." + stage);
}

}  // namespace

Outcome decide_flow(Decision& d, const Migrate& wish) {
    if (is_person(d)) {
        if (auto no = demand_reason(d, wish.reason)) return no;
        if (auto no = may(d, {})) return no;
    }
    const auto& from = d.context.program;
    if (wish.version == d.state.version)
        return reject("same-version", fmt::format("the case is at version {} already", wish.version),
                      "version");
    if (!d.context.target || d.context.target->version != wish.version || d.context.target->id != from.id)
        return reject("unknown-version", fmt::format("{} has no version {}", from.id, wish.version),
                      "version");
    const auto& to = *d.context.target;
    for (const auto& [old, name] : wish.stages) {
        if (from.stage(old) == model::none)
            return reject("unknown-stage", fmt::format("version {} has no stage \"{}\"", from.version, old),
                          "stages");
        if (to.stage(name) == model::none)
            return reject("unknown-stage", fmt::format("version {} has no stage \"{}\"", to.version, name),
                          "stages");
    }
    for (const auto& stage : d.state.stages)
        if (auto no = check_counterpart(from, to, wish, stage.stage)) return no;
    for (const auto& parallel : d.state.parallels)
        for (const auto& stage : {parallel.stage, parallel.join})
            if (auto no = check_counterpart(from, to, wish, stage)) return no;
    if (auto faults = model::check_data(to, d.state.data, true); !faults.empty())
        return reject("bad-data", "the case's data does not fit the new version: " + faults.front().message,
                      "data" + faults.front().place);
    d.moved = &to;
    d.emit(CaseMigrated{
        .from = d.state.version, .to = wish.version, .stages = wish.stages, .reason = wish.reason});
    clocks_on_migrate(d, from);
    // A child that could not be opened is asked for again: the new version may have it right.
    for (const auto& stage : std::vector<StageState>(d.state.stages))
        if (rules_of(d, stage).kind == model::StageKind::child && stage.child.empty())
            request_child(d, stage.entry);
    return {};
}

std::vector<std::string> migration_in_words(const CaseState& state, const CaseState& after,
                                            const model::Program& to) {
    std::vector<std::string> changes{fmt::format("version {} becomes {}", state.version, after.version)};
    for (std::size_t i = 0; i < state.stages.size() && i < after.stages.size(); ++i)
        if (state.stages[i].stage != after.stages[i].stage)
            changes.push_back(
                fmt::format("stage {} becomes {}", state.stages[i].stage, after.stages[i].stage));
    auto when = [&](Instant at) {
        return at == Instant::max() ? std::string("when its pause ends") : time::to_string(at, *to.calendar);
    };
    for (const auto& clock : after.clocks) {
        const auto before = std::ranges::find(state.clocks, clock.id, &ClockState::id);
        if (before == state.clocks.end()) {
            changes.push_back(fmt::format("clock {} starts, due {}", clock.name, when(clock.due)));
            continue;
        }
        if (before->name != clock.name)
            changes.push_back(fmt::format("clock {} becomes {}", before->name, clock.name));
        if (clock.paused_until && before->paused_until != clock.paused_until)
            changes.push_back(fmt::format("the pause of clock {} ends by {}", clock.name,
                                          time::deadline_words(*clock.paused_until, *to.calendar)));
        if (clock.status == ClockStatus::paused && before->limit != clock.limit)
            changes.push_back(fmt::format("clock {} counts {}, not {}", clock.name,
                                          time::to_string(clock.limit), time::to_string(before->limit)));
        if (before->status != clock.status)
            changes.push_back(fmt::format("clock {} ends", clock.name));
        else if (before->due != clock.due)
            changes.push_back(fmt::format("clock {} was due {}, is due {}", clock.name, when(before->due),
                                          when(clock.due)));
        else if (clock.status == ClockStatus::running && before->steps != clock.steps)
            changes.push_back(fmt::format("clock {} climbs its ladder at other moments", clock.name));
    }
    return changes;
}

MigrationPreview preview_migration(const CaseState& state, const Command& command, const Context& context) {
    const auto after = foresee(state, command, context);
    if (!after) return {.changes = {}, .refused = after.error()};
    return {.changes = migration_in_words(state, after->state, *context.target), .refused = {}};
}

}  // namespace reeve::core
