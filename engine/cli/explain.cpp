// reeve explain CASE: why this date, this light, this step, this person.
#include <fmt/format.h>

#include "engine/cli/case_commands.h"
#include "engine/cli/commands.h"
#include "engine/spelling.h"

namespace reeve::cli {

namespace {

Json clock_json(Folder& folder, const store::CaseFile& file, const core::ClockState& clock) {
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
    if (const auto left = clock_left(clock, *file.program, folder.now()); !left.empty()) json["left"] = left;
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
Json persons_json(Folder& folder, const store::CaseFile& file) {
    const auto wording = folder.wording(file.state.id);
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

void print_clock(const Json& clock) {
    const bool colour = may_colour(stdout);
    fmt::print("\nClock {} ({})\n", plain(clock["clock"]), plain(clock["id"]));
    fmt::print("{}", sheet({{"rule", "Rule"},
                            {"basis", "Basis"},
                            {"calendar", "Calendar"},
                            {"from", "From"},
                            deadline("due", "Due"),
                            {"left", "Time left"},
                            {"ended", "Ended"},
                            {"late", "Late by"},
                            {"light", "Light"},
                            {"light_because", "Light because"}},
                           clock, colour));
    for (const auto& note : clock["notes"]) fmt::print("  {}\n", plain(note));
    if (!clock["days"].empty())
        fmt::print("\n{}", table({{"date", "DAY"}, {"note", "WHAT IT ADDED"}, {"counted", "COUNTED"}},
                                 clock["days"], colour));
    if (!clock["steps"].empty())
        fmt::print("\n{}", table({{"at", "STEP"},
                                  deadline("planned", "PLANNED"),
                                  {"fired", "FIRED"},
                                  {"told", "TOLD"},
                                  {"notes", "WHY"}},
                                 clock["steps"], colour));
}

}  // namespace

void add_explain(CLI::App& app, Cli& cli) {
    auto* command =
        add_command(app, "explain",
                    "Explain a case: why this date, counted day by day, why this light, this step, "
                    "this person.",
                    "reeve explain noise-2 --clock measured");
    command->group("Casework");
    auto case_id = add_case_argument(command);
    auto name = std::make_shared<std::string>();
    command->add_option("--clock", *name, "Only this clock, by name or id; without it all that run");
    reads(cli, command, [&cli, case_id, name](Folder& folder) {
        auto file = folder.find(*case_id);
        if (!file) return refused(cli, file.error());
        Json clocks = Json::array();
        if (!name->empty()) {
            const auto* clock = std::as_const(file->state).clock(*name);
            std::vector<std::string> names;
            for (const auto& one : file->state.clocks) names.push_back(one.name);
            if (!clock)
                return refused(cli, {"unknown-clock",
                                     *case_id + " has no clock \"" + *name + "\"" +
                                         did_you_mean(*name, names) + "; reeve clock show lists them",
                                     "--clock"});
            clocks.push_back(clock_json(folder, *file, *clock));
        } else {
            for (const auto& clock : file->state.clocks)
                if (clock.status == core::ClockStatus::running || clock.status == core::ClockStatus::paused)
                    clocks.push_back(clock_json(folder, *file, clock));
        }
        Json json{{"case", file->state.id},
                  {"definition", file->state.definition},
                  {"version", file->state.version},
                  {"light", model::to_string(core::light(file->state))},
                  {"persons", persons_json(folder, *file)},
                  {"clocks", std::move(clocks)}};
        if (cli.json) {
            print_json(json);
            return 0;
        }
        fmt::print("{} under {} version {}, light {}\n", file->state.id, file->state.definition,
                   file->state.version, coloured_light(plain(json["light"]), may_colour(stdout)));
        for (const auto& one : json["persons"])
            fmt::print("  {}, by {} at {}\n", plain(one["what"]), plain(one["actor"]), plain(one["at"]));
        for (const auto& clock : json["clocks"]) print_clock(clock);
        return 0;
    });
}

}  // namespace reeve::cli
