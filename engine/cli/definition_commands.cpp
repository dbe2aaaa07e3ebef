// reeve definition deploy|list|show|calendar
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/cli/case_commands.h"
#include "engine/cli/commands.h"
#include "engine/views/facts.h"

namespace reeve::cli {

namespace {

void add_deploy(CLI::App& definitions, Cli& cli) {
    auto* command =
        add_command(definitions, "deploy",
                    "Check definitions and put them to use; new cases start under them, running ones "
                    "keep theirs.",
                    "reeve definition deploy noise.json --as chen-yu");
    auto files = std::make_shared<std::vector<std::string>>(),
         folders = std::make_shared<std::vector<std::string>>();
    command->add_option("FILE", *files, "Definitions; those that name each other together")
        ->required()
        ->check(CLI::ExistingFile);
    command
        ->add_option("--calendars", *folders,
                     "Where else calendars lie; they are looked for beside each file too")
        ->type_name("DIR")
        ->allow_extra_args(false);
    changes(cli, command, [&cli, files, folders](Folder& folder) {
        auto who = folder.actor();
        if (!who) return refused(cli, who.error());
        // All are checked before any is put to use.
        const auto loaded = model::load(*files, *folders, folder.now());
        bool faulty = false;
        for (const auto& one : loaded)
            for (const auto& error : one.errors) faulty |= refused(cli, error) != 0;
        if (faulty) return 1;
        Json rows = Json::array();
        for (const auto& one : loaded) {
            const auto& program = *one.compiled->program;
            auto done = folder.engine().deploy(program.source, one.path,
                                               time::canonical_text(*program.calendar), *who);
            if (!done) {
                for (const auto& error : done.error()) refused(cli, error);
                return 1;
            }
            Json warnings = Json::array();
            for (const auto& warning : done->warnings) warnings.push_back(warning.text());
            for (const auto& unknown : views::unknown_people(program, folder.directory()))
                warnings.push_back(one.path + ": " + unknown);
            if (!cli.json)
                for (const auto& warning : warnings)
                    fmt::print(stderr, "reeve: warning: {}\n", plain(warning));
            rows.push_back({{"id", done->id},
                            {"version", done->version},
                            {"unchanged", done->unchanged},
                            {"title", views::title_of(program.title)},
                            {"warnings", warnings}});
        }
        print_rows(
            cli,
            {{"id", "DEFINITION"}, {"version", "VERSION"}, {"unchanged", "AS BEFORE"}, {"title", "TITLE"}},
            rows, "");
        return 0;
    });
}

void add_definition_list(CLI::App& definitions, Cli& cli) {
    auto* command =
        add_command(definitions, "list", "List the definitions in use, their newest version and their cases.",
                    "reeve definition list");
    reads(cli, command, [&cli](Folder& folder) {
        Json rows = Json::array();
        for (const auto& id : folder.catalog().ids())
            rows.push_back(views::definition_row(folder.sight(), id));
        print_rows(cli,
                   {{"id", "DEFINITION"},
                    {"version", "VERSION"},
                    {"title", "TITLE"},
                    {"calendar", "CALENDAR"},
                    {"deployed", "DEPLOYED"},
                    {"cases", "CASES"},
                    {"open", "OPEN"}},
                   rows, "There is no definition yet; reeve definition deploy FILE brings one.");
        return 0;
    });
}

void add_definition_show(CLI::App& definitions, Cli& cli) {
    auto* command = add_command(definitions, "show", "Show a definition: its stages, clocks and ladders.",
                                "reeve definition show noise");
    auto id = std::make_shared<std::string>();
    auto version = std::make_shared<int>(0);
    auto source = std::make_shared<bool>(false);
    command->add_option("DEFINITION", *id, "As reeve definition list names it")->required();
    command->add_option("--version", *version, "Which version; without it the newest");
    command->add_flag("--source", *source, "Print the file as it was deployed");
    reads(cli, command, [&cli, id, version, source](Folder& folder) {
        auto sheet_of = views::definition_sheet(folder.sight(), *id, *version);
        if (!sheet_of)
            return refused(
                cli, {sheet_of.error().code, sheet_of.error().message + "; reeve definition list shows them",
                      "DEFINITION"});
        const auto& json = *sheet_of;
        if (cli.json) {
            print_json(json);
            return 0;
        }
        if (*source) {
            const auto text = json["source"].get<std::string>();
            fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
            return 0;
        }
        const bool colour = may_colour(stdout);
        fmt::print("{}", sheet({{"id", "Definition"},
                                {"version", "Version"},
                                {"title", "Title"},
                                {"basis", "Basis"},
                                {"calendar", "Calendar"},
                                {"deployed", "Deployed"}},
                               json, colour));
        fmt::print("\n{}", table({{"stage", "STAGE"},
                                  {"kind", "KIND"},
                                  {"who", "WHO"},
                                  {"clock", "CLOCK"},
                                  {"leads", "LEADS TO"},
                                  {"needs", "NEEDS"}},
                                 json["stages"], colour));
        fmt::print("\n{}", table({{"clock", "CLOCK"},
                                  {"in", "IN"},
                                  {"ladder", "LADDER"},
                                  {"pause", "MAY PAUSE FOR"},
                                  {"pause_at_most", "AT MOST"},
                                  {"exclude", "LEAVES OUT"},
                                  {"extend", "MAY EXTEND BY"},
                                  {"extend_times", "TIMES"},
                                  {"approve", "APPROVED BY"},
                                  {"basis", "BASIS"}},
                                 json["clocks"], colour));
        fmt::print("\n{}", table({{"ladder", "LADDER"},
                                  {"at", "STEP"},
                                  {"light", "LIGHT"},
                                  {"tell", "TELLS"},
                                  {"ask", "ASKS FOR"},
                                  {"answer_in", "ANSWER IN"},
                                  {"acknowledge_in", "ACKNOWLEDGE IN"},
                                  {"repeat", "REPEATS EVERY"},
                                  {"start", "OPENS"}},
                                 json["ladders"], colour));
        return 0;
    });
}

}  // namespace

void add_definition(CLI::App& app, Cli& cli) {
    auto* definitions = add_noun(app, "definition", "Put definitions to use and look at them.",
                                 "Administration", "reeve definition list");
    add_deploy(*definitions, cli);
    add_definition_list(*definitions, cli);
    add_definition_show(*definitions, cli);
    add_calendar_change(*definitions, cli);
}

}  // namespace reeve::cli
