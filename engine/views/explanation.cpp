// Why this date, this light, this step, this person.
#include "engine/spelling.h"
#include "engine/views/facts.h"

namespace reeve::views {

namespace {

Json clock_json(const Sight& sight, const store::CaseFile& file, const core::ClockState& clock) {
    const auto calendar = file.program->calendar;
    const auto why = core::explain(file.state, clock, *file.program);
    Json days = Json::array(), steps = Json::array();
    for (const auto& day : why.days) {
        Json line{{"date", day.date}, {"note", day.note}};
        if (day.counted.count() > 0) line["counted"] = span_words(day.counted.count());
        days.push_back(std::move(line));
    }
    for (const auto& step : why.steps)
        steps.push_back({{"at", step.at},
                         {"planned", when_json(step.planned, calendar)},
                         {"fired", step.fired},
                         {"escalation", step.escalation},
                         {"told", step.told},
                         {"notes", step.notes}});
    Json json{{"id", clock.id},
              {"clock", why.clock},
              {"cycle", clock.cycle},
              {"basis", why.basis},
              {"calendar", why.calendar},
              {"rule", why.rule},
              {"from", when_json(why.from, calendar)},
              {"due", when_json(why.due, calendar)},
              {"light", model::to_string(clock.light)},
              {"ended", when_json(clock.ended, calendar)}};
    if (const auto left = clock_left(clock, *file.program, sight.now); !left.empty()) json["left"] = left;
    if (clock.late_ms > 0) json["late"] = span_words(clock.late_ms);
    // The light is that of the latest step that fired, and green before the first.
    std::string light = "no step has fired yet";
    for (const auto& step : why.steps)
        if (step.fired) light = "since step " + step.at + " fired";
    json["light_because"] = light;
    json["notes"] = why.notes;
    json["days"] = std::move(days);
    json["steps"] = std::move(steps);
    return json;
}

// The events that put the present persons where they are, in words.
Json persons_json(const Sight& sight, const store::CaseFile& file) {
    const auto wording = wording_of(sight, file);
    Json persons = Json::array();
    auto add = [&](const core::Recorded& one) {
        persons.push_back({{"at", when(one.at, wording.calendar)},
                           {"actor", one.actor},
                           {"what", words(one.event, wording)}});
    };
    const core::Recorded* owner = nullptr;
    std::map<std::string, const core::Recorded*> tasks;
    for (const auto& one : file.history) {
        if (std::holds_alternative<core::OwnerNamed>(one.event) ||
            std::holds_alternative<core::OwnerLost>(one.event))
            owner = &one;
        if (const auto* given = std::get_if<core::TaskAssigned>(&one.event)) tasks[given->task] = &one;
        if (const auto* lost = std::get_if<core::TaskUnassigned>(&one.event)) tasks[lost->task] = &one;
    }
    if (owner) add(*owner);
    for (const auto& task : file.state.tasks)
        if (auto it = tasks.find(task.id); it != tasks.end() && task.status == core::TaskStatus::open)
            add(*it->second);
    return persons;
}

}  // namespace

Result<Json> explanation(const Sight& sight, const store::CaseFile& file, const std::string& name) {
    const auto& state = file.state;
    Json clocks = Json::array();
    if (!name.empty()) {
        const auto* clock = state.clock(name);
        std::vector<std::string> names;
        for (const auto& one : state.clocks) names.push_back(one.name);
        if (!clock)
            return refuse("unknown-clock",
                          state.id + " has no clock \"" + name + "\"" + did_you_mean(name, names) +
                              "; it has " + (names.empty() ? "none" : plain(Json(names))),
                          "clock");
        clocks.push_back(clock_json(sight, file, *clock));
    } else {
        for (const auto& clock : state.clocks)
            if (clock.status == core::ClockStatus::running || clock.status == core::ClockStatus::paused)
                clocks.push_back(clock_json(sight, file, clock));
        // Of a case that is over: what became of each.
        if (clocks.empty() && state.status != core::CaseStatus::open)
            for (const auto& clock : state.clocks) clocks.push_back(clock_json(sight, file, clock));
    }
    return Json{{"case", state.id},
                {"definition", state.definition},
                {"version", state.version},
                {"light", model::to_string(core::light(state))},
                {"persons", persons_json(sight, file)},
                {"clocks", std::move(clocks)}};
}

}  // namespace reeve::views
