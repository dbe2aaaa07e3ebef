// Definitions: of a list, and a version whole.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/spelling.h"
#include "engine/views/facts.h"

namespace reeve::views {

namespace {

// What is demanded before an act or a task counts: "accept: document acceptance-notice", "measure: persons".
Json needs_json(const model::Stage& stage) {
    Json needs = Json::array();
    const auto add = [&](const std::string& of, bool reason, const std::vector<std::string>& fields,
                         const std::vector<std::string>& documents) {
        std::vector<std::string> all;
        if (reason) all.push_back("a reason");
        all.insert(all.end(), fields.begin(), fields.end());
        for (const auto& kind : documents)
            if (!kind.empty()) all.push_back("document " + kind);
        if (!all.empty()) needs.push_back(fmt::format("{}: {}", of, fmt::join(all, " and ")));
    };
    for (const auto& action : stage.actions)
        add(action.name, action.reason, action.require, {action.document});
    for (const auto& task : stage.tasks) add(task.name, false, task.require, task.documents);
    add("to leave", false, stage.require, stage.documents);
    return needs;
}

Json stages_json(const model::Program& program) {
    Json stages = Json::array();
    for (const auto& stage : program.stages) {
        Json leads = Json::array();
        const auto name = [&](int to) { return to == model::none ? stage.name : program.stages[to].name; };
        for (const auto& action : stage.actions)
            leads.push_back(action.name + " -> " + name(action.to) +
                            (action.second ? " (approved by " + org::to_string(*action.second) + ")" : ""));
        for (const auto& branch : stage.branches)
            leads.push_back(
                (branch.when == model::none ? "" : "if " + program.conditions[branch.when].text + " ") +
                "-> " + name(branch.to));
        for (const auto& [message, to] : stage.on) leads.push_back("on " + message + " -> " + name(to));
        if (stage.then != model::none) leads.push_back("then -> " + name(stage.then));
        Json one{
            {"stage", stage.name}, {"title", title_of(stage.title)}, {"kind", model::to_string(stage.kind)}};
        if (stage.kind == model::StageKind::tasks) one["who"] = org::to_string(stage.assign.who);
        if (stage.clock != model::none) one["clock"] = time::to_string(program.clocks[stage.clock].in);
        one["leads"] = std::move(leads);
        one["needs"] = needs_json(stage);
        stages.push_back(std::move(one));
    }
    return stages;
}

}  // namespace

Json definition_row(const Sight& sight, const std::string& id) {
    const auto program = sight.catalog.program(id);
    if (!program) return nullptr;
    return {{"id", id},
            {"version", sight.catalog.newest(id)},
            {"title", title_of(program->title)},
            {"calendar", program->calendar_name},
            {"deployed", when_json(sight.catalog.deployed_at(id), program->calendar)},
            {"cases", sight.reader.cases_of(id)},
            {"open", sight.reader.cases({.definition = id, .status = "open"}).size()}};
}

namespace {

// The version, its program and all; refused when there is none.
Result<std::pair<store::DefinitionDeployed, model::ProgramPtr>> version_of(const Sight& sight,
                                                                           const std::string& id,
                                                                           int version) {
    auto deployed = sight.catalog.deployed(id, version);
    auto program = sight.catalog.program(id, version);
    if (deployed && program) return std::pair(std::move(*deployed), std::move(program));
    const int newest = sight.catalog.newest(id);
    return refuse("unknown-definition",
                  newest > 0 ? fmt::format("\"{}\" has no version {}; the newest is {}", id, version, newest)
                             : fmt::format("there is no definition \"{}\"{}", id,
                                           did_you_mean(id, sight.catalog.ids())),
                  "definition");
}

}  // namespace

Result<Json> definition_sheet(const Sight& sight, const std::string& id, int version) {
    const auto found = version_of(sight, id, version);
    if (!found) return std::unexpected(found.error());
    const auto& [deployed, program] = *found;
    const auto span = [](const std::optional<time::Duration>& d) {
        return d ? Json(time::to_string(*d)) : Json();
    };
    Json clocks = Json::array(), ladders = Json::array();
    for (const auto& clock : program->clocks)
        clocks.push_back(
            {{"clock", clock.name},
             {"in", time::to_string(clock.in)},
             {"basis", clock.basis},
             {"ladder", clock.ladder == model::none ? "" : program->ladders[clock.ladder].name},
             {"pause", clock.pause},
             {"pause_at_most", span(clock.pause_at_most)},
             {"exclude", clock.exclude},
             {"restart", clock.restart},
             {"extend", clock.extend ? Json(time::to_string(clock.extend->by)) : Json()},
             {"extend_times", clock.extend ? Json(clock.extend->times) : Json()},
             {"approve", clock.extend && clock.extend->approve ? Json(org::to_string(*clock.extend->approve))
                                                               : Json()}});
    for (const auto& ladder : program->ladders)
        for (const auto& step : ladder.steps) {
            Json tell = Json::array();
            for (const auto& who : step.tell) tell.push_back(org::to_string(who));
            ladders.push_back({{"ladder", ladder.name},
                               {"at", step.text},
                               {"light", step.light ? Json(model::to_string(*step.light)) : Json()},
                               {"tell", tell},
                               {"ask", step.ask},
                               {"answer_in", span(step.answer_in)},
                               {"acknowledge_in", span(step.acknowledge_in)},
                               {"repeat", span(step.repeat)},
                               {"start", step.start}});
        }
    Json json{{"id", id},
              {"version", deployed.version},
              {"title", title_of(program->title)},
              {"basis", program->basis},
              {"calendar", program->calendar_name},
              {"deployed", when_json(sight.catalog.deployed_at(id, deployed.version), program->calendar)},
              {"stages", stages_json(*program)},
              {"clocks", clocks},
              {"ladders", ladders}};
    json["source"] = deployed.text;
    return json;
}

Result<Json> diagram(const Sight& sight, const std::string& id, int version) {
    const auto found = version_of(sight, id, version);
    if (!found) return std::unexpected(found.error());
    Json json{{"id", id}, {"version", found->first.version}, {"title", title_of(found->second->title)}};
    json.update(drawn(*found->second));
    return json;
}

Result<Json> definition_text(const Sight& sight, const std::string& id, int version) {
    const auto found = version_of(sight, id, version);
    if (!found) return std::unexpected(found.error());
    const auto& deployed = found->first;
    return Json{{"id", id},
                {"version", deployed.version},
                {"name", deployed.name},
                {"text", deployed.text},
                {"calendar_name", deployed.calendar_name},
                {"calendar", deployed.calendar}};
}

Result<Json> version_rows(const Sight& sight, const std::string& id) {
    if (const auto found = version_of(sight, id, 0); !found) return std::unexpected(found.error());
    std::map<int, std::size_t> open;
    for (const auto& row : sight.reader.cases({.definition = id, .status = "open"})) ++open[row.version];
    Json rows = Json::array();
    for (int version = sight.catalog.newest(id); version > 0; --version) {
        const auto program = sight.catalog.program(id, version);
        rows.push_back({{"version", version},
                        {"title", title_of(program->title)},
                        {"calendar", program->calendar_name},
                        {"deployed", when_json(sight.catalog.deployed_at(id, version), program->calendar)},
                        {"by", sight.catalog.deployed_by(id, version)},
                        {"open", open[version]}});
    }
    return rows;
}

}  // namespace reeve::views
