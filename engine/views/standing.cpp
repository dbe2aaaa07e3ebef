#include "engine/views/standing.h"

#include <algorithm>

#include "engine/model/receipt.h"
#include "engine/views/facts.h"

namespace reeve::views {

namespace {

using core::ClockStatus;

std::string in(const model::Text& text, Language language) {
    return language == Language::zh && !text.zh.empty() ? text.zh : title_of(text);
}

std::string name_of(const Sight& sight, const std::string& id, Language language) {
    const auto* unit = sight.people->unit(id);
    if (!unit) return {};  // it is no more, or there is none above: an id is no name
    return in({unit->title_en, unit->title_zh}, language);
}

const model::Stage* stage_of(const model::Program& program, const std::string& name) {
    const int index = program.stage(name);
    return index == model::none ? nullptr : &program.stages[static_cast<std::size_t>(index)];
}

// The office's own clocks say how it works, not by when it answers.
bool is_inward(const model::ClockRule& rule) {
    using From = model::ClockRule::From;
    return rule.from == From::unowned || rule.from == From::hand_over || rule.from == From::inactivity;
}

// The lower, the nearer to an answer; none: it binds the office to nothing that one waits for.
std::optional<int> nearness(const core::ClockState& clock, const model::Program& program,
                            const std::string& named) {
    if (clock.status != ClockStatus::running && clock.status != ClockStatus::paused) return std::nullopt;
    if (clock.expires || !clock.task.empty() || clock.rule == model::none) return std::nullopt;
    const auto& rule = program.clocks[static_cast<std::size_t>(clock.rule)];
    if (is_inward(rule)) return std::nullopt;
    if (rule.name == named) return 0;
    const bool by_law = rule.kind == model::LimitKind::limit;
    const auto* stage = stage_of(program, rule.name);
    if (!stage) return by_law ? 1 : 2;
    // The time of a wait is given to others than the office.
    if (stage->kind == model::StageKind::wait) return std::nullopt;
    return by_law ? 3 : 4;
}
constexpr int least_of_a_step = 3;

struct Binding {
    const core::ClockState* clock = nullptr;
    int nearness = 0;
};
Binding binding(const store::CaseFile& file, const std::string& named) {
    Binding found;
    for (const auto& clock : file.state.clocks) {
        const auto near = nearness(clock, *file.program, named);
        if (!near) continue;
        // A paused one is due when it runs again, and not before those that run.
        if (!found.clock || std::pair(*near, clock.due) < std::pair(found.nearness, found.clock->due))
            found = {&clock, *near};
    }
    return found;
}

// With its last day: the midnight after a day belongs to it.
Json until_json(time::Instant at, const time::CalendarPtr& calendar) {
    return {{"at", when_json(at, calendar)}, {"day", when(at - time::Millis(1), calendar).substr(0, 10)}};
}

Json due_json(const store::CaseFile& file, const Binding& binds, const model::ReceiptRule& rule,
              Language language) {
    const auto& clock = *binds.clock;
    const auto calendar = file.program->calendar;
    const bool paused = clock.status == ClockStatus::paused;
    Json due{{"for", binds.nearness < least_of_a_step ? "answer" : "step"},
             {"at", nullptr},
             {"day", nullptr},
             {"extended", !clock.extended.empty()},
             {"waits_for", nullptr},
             {"pause_ends", nullptr}};
    if (clock.due != time::Instant::max()) due.update(until_json(clock.due, calendar));
    if (paused && clock.paused_until) due["pause_ends"] = until_json(*clock.paused_until, calendar);
    if (const auto words = rule.pauses.find(clock.pause_reason); paused && words != rule.pauses.end())
        due["waits_for"] = in(words->second, language);
    return due;
}

std::string advice(const model::ReceiptRule& rule, const std::string& unit, const std::string& above,
                   Language language) {
    if (rule.advice) return in(*rule.advice, language);
    if (language == Language::zh) {
        if (above.empty()) return "如逾期未答复，请凭回执码向“" + unit + "”负责人反映。";
        return "如逾期未答复，请凭回执码向上级单位“" + above + "”反映。";
    }
    if (above.empty())
        return "If the office does not answer in time, ask for the head of " + unit + " with this code.";
    return "If the office does not answer in time, turn to " + above + ", which stands above " + unit +
           ", with this code.";
}

std::string state_of(const store::CaseFile& file, const Binding& binds, time::Instant now, bool archived) {
    if (archived) return "archived";
    if (file.state.status == core::CaseStatus::closed) return "closed";
    if (file.state.status == core::CaseStatus::cancelled) return "cancelled";
    if (!binds.clock) return "open";
    if (binds.clock->status == ClockStatus::paused) return "waiting";
    return now > binds.clock->due ? "late" : "open";
}

// Only when the definition lets it be told: how a case ended may be as personal as why it began.
Json outcome_of(const store::CaseFile& file, const model::ReceiptRule& rule, Language language) {
    if (file.state.status != core::CaseStatus::closed ||
        std::ranges::find(rule.outcomes, file.state.outcome) == rule.outcomes.end())
        return nullptr;
    for (const auto& stage : file.program->stages)
        if (stage.kind == model::StageKind::end && stage.outcome == file.state.outcome)
            return in(stage.title, language);
    return nullptr;
}

}  // namespace

const char* to_string(Language language) { return language == Language::zh ? "zh" : "en"; }

Json standing(const Sight& sight, const store::CaseFile& file, Language language, bool archived) {
    const auto rule = model::receipt_rule(*file.program);
    const auto calendar = file.program->calendar;
    const bool open = file.state.status == core::CaseStatus::open;
    const auto binds = open ? binding(file, rule.clock) : Binding{};
    const auto unit = name_of(sight, file.state.unit, language);
    const auto above = name_of(sight, sight.people->parent(file.state.unit), language);
    Json stages = Json::array();
    if (open)
        for (const auto& active : file.state.stages)
            if (const auto* stage = stage_of(*file.program, active.stage))
                stages.push_back(
                    {{"title", in(stage->title, language)}, {"since", when_json(active.since, calendar)}});
    return {{"title", in(file.program->title, language)},
            {"unit", unit},
            {"above", above.empty() ? Json() : Json(above)},
            {"state", state_of(file, binds, sight.now, archived)},
            {"stages", std::move(stages)},
            {"due", binds.clock ? due_json(file, binds, rule, language) : Json()},
            {"advice", open ? Json(advice(rule, unit, above, language)) : Json()},
            {"ended", when_json(file.state.ended, calendar)},
            {"outcome", outcome_of(file, rule, language)}};
}

}  // namespace reeve::views
