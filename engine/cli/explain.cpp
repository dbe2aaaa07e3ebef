// reeve explain CASE: why this date, this light, this step, this person.
#include <fmt/format.h>

#include "engine/cli/case_commands.h"
#include "engine/cli/commands.h"

namespace reeve::cli {

namespace {

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
        auto explained = views::explanation(folder.sight(), *file, *name);
        if (!explained)
            return refused(cli, {explained.error().code,
                                 explained.error().message + "; reeve clock show lists them", "--clock"});
        const auto& json = *explained;
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
