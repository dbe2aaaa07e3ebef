// What the views of cases and tasks say beside the state itself: what is offered, what is missing, how long
// there is.
#include <algorithm>

#include "engine/views/facts.h"

namespace reeve::views {

std::string title_of(const model::Text& text) { return text.en.empty() ? text.zh : text.en; }

std::string clock_left(const core::ClockState& clock, const model::Program& program, time::Instant now) {
    if (clock.status == core::ClockStatus::running)
        return time_left(now, clock.due, clock.limit, program.calendar);
    if (clock.status != core::ClockStatus::paused) return {};
    // What it would have if it ran again now.
    return core::remaining_words(clock, program, now);
}

Json missing_of(const store::CaseFile& file, const std::vector<std::string>& fields,
                const std::vector<std::string>& documents) {
    Json missing = Json::array();
    for (const auto& field : fields) {
        const auto* value = model::at_path(file.state.data, field);
        if (!value || value->is_null() || *value == "") missing.push_back(field);
    }
    for (const auto& kind : documents)
        if (!kind.empty() && std::ranges::find(file.state.documents, kind, &core::Document::kind) ==
                                 file.state.documents.end())
            missing.push_back("document " + kind);
    return missing;
}

Json needs_of(const store::CaseFile& file, const core::TaskState& task) {
    const auto at = std::ranges::find(file.state.stages, task.entry, &core::StageState::entry);
    const int index = at == file.state.stages.end() ? model::none : file.program->stage(at->stage);
    if (index == model::none) return Json::array();
    const auto& stage = file.program->stages[index];
    const auto rule = std::ranges::find(stage.tasks, task.name, &model::TaskRule::name);
    Json needs = rule == stage.tasks.end() ? Json::array() : missing_of(file, rule->require, rule->documents);
    const auto open = std::ranges::count_if(file.state.tasks, [&](const auto& one) {
        return one.entry == task.entry && one.status == core::TaskStatus::open;
    });
    if (open == 1 && stage.then != model::none)
        for (auto& one : missing_of(file, stage.require, stage.documents))
            if (std::ranges::find(needs, one) == needs.end()) needs.push_back(one);
    return needs;
}

std::string left_of(const Sight& sight, const std::string& case_id, time::Instant due) {
    const auto row = sight.reader.find_case(case_id);
    const auto program = row ? sight.catalog.program(row->definition, row->version) : nullptr;
    if (program)
        for (const auto& clock : sight.reader.clocks(case_id)) {
            const int rule = program->clock(clock.name);
            if (clock.status == "running" && clock.due == due && rule != model::none)
                return time_left(sight.now, due, program->clocks[rule].in, program->calendar);
        }
    return time_left(sight.now, due);
}

std::string light_of(const model::Program& program, const std::string& name, int number) {
    const int clock = program.clock(name);
    if (clock == model::none || program.clocks[clock].ladder == model::none) return {};
    const auto& steps = program.ladders[program.clocks[clock].ladder].steps;
    if (number < 0 || number >= static_cast<int>(steps.size())) return {};
    const auto& step = steps[number];
    if (step.light) return model::to_string(*step.light);
    return step.percent && *step.percent < 100 ? "" : "red";
}

Json offered(const store::CaseFile& file) {
    Json list = Json::array();
    const auto& program = *file.program;
    for (const auto& active : file.state.stages) {
        const int index = program.stage(active.stage);
        if (index == model::none) continue;
        for (const auto& action : program.stages[index].actions) {
            // A condition that cannot be judged without the case's facts is the engine's to refuse.
            if (action.when != model::none &&
                !model::holds(program, action.when, file.state.data).value_or(true))
                continue;
            Json one{{"stage", active.stage}, {"action", action.name}, {"title", title_of(action.title)}};
            one["to"] = action.to == model::none ? Json() : Json(program.stages[action.to].name);
            if (!action.document.empty()) one["document"] = action.document;
            if (!action.require.empty()) one["require"] = action.require;
            one["reason"] = action.reason;
            Json needs = missing_of(file, action.require, {action.document});
            if (action.to != model::none)
                for (auto& more :
                     missing_of(file, program.stages[index].require, program.stages[index].documents))
                    if (std::ranges::find(needs, more) == needs.end()) needs.push_back(more);
            if (action.reason) needs.insert(needs.begin(), "a reason");
            one["needs"] = std::move(needs);
            if (action.second) one["second"] = org::to_string(*action.second);
            list.push_back(std::move(one));
        }
    }
    return list;
}

}  // namespace reeve::views
