// reeve definition deploy|list|show|calendar
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "engine/cli/case_commands.h"
#include "engine/cli/commands.h"
#include "engine/spelling.h"

namespace reeve::cli {

namespace {

// The roles to which the definition gives work, or which it tells, and which no unit has a post for; none
// while there are no posts.
std::set<std::string> roles_without_post(const model::Program& program, const org::Directory& directory) {
    std::set<std::string> roles;
    const auto posts = directory.posts();
    const auto take = [&](const org::Who& who) {
        const bool held =
            std::ranges::any_of(posts, [&](const auto* post) { return post->role == who.name; });
        if (who.kind == org::Who::Kind::role && !posts.empty() && !held)
            roles.insert("role \"" + who.name + "\"");
        const auto* person = directory.person(who.name);
        if (who.kind == org::Who::Kind::person && !posts.empty() && !(person && person->active))
            roles.insert("person \"" + who.name + "\"");
    };
    take(program.owner.who);
    for (const auto& stage : program.stages) {
        if (stage.kind == model::StageKind::tasks && stage.tasks.empty()) take(stage.assign.who);
        for (const auto& task : stage.tasks) take(task.assign.who);
        for (const auto& action : stage.actions) {
            if (action.second) take(*action.second);
            if (action.by) take(*action.by);
        }
        if (stage.follow_up) take(stage.follow_up->assign.who);
    }
    const auto take_all = [&](const std::vector<org::Who>& all) { std::ranges::for_each(all, take); };
    for (const auto& clock : program.clocks) {
        take_all(clock.pause_tell);
        if (!clock.extend) continue;
        take_all(clock.extend->tell);
        if (clock.extend->approve) take(*clock.extend->approve);
    }
    for (const auto& ladder : program.ladders)
        for (const auto& step : ladder.steps) take_all(step.tell);
    return roles;
}

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
            for (const auto& role : roles_without_post(program, folder.directory()))
                warnings.push_back(
                    fmt::format("{}: the organisation has no {}: what falls "
                                "to it, or is to be told to it, climbs to the head above",
                                one.path, role));
            if (!cli.json)
                for (const auto& warning : warnings)
                    fmt::print(stderr, "reeve: warning: {}\n", plain(warning));
            rows.push_back({{"id", done->id},
                            {"version", done->version},
                            {"unchanged", done->unchanged},
                            {"title", title_of(program.title)},
                            {"warnings", warnings}});
        }
        print_rows(
            cli,
            {{"id", "DEFINITION"}, {"version", "VERSION"}, {"unchanged", "AS BEFORE"}, {"title", "TITLE"}},
            rows, "");
        return 0;
    });
}

void add_list(CLI::App& definitions, Cli& cli) {
    auto* command =
        add_command(definitions, "list", "List the definitions in use, their newest version and their cases.",
                    "reeve definition list");
    reads(cli, command, [&cli](Folder& folder) {
        Json rows = Json::array();
        for (const auto& id : folder.catalog().ids()) {
            auto program = folder.catalog().program(id);
            if (!program) continue;
            rows.push_back({{"id", id},
                            {"version", folder.catalog().newest(id)},
                            {"title", title_of(program->title)},
                            {"calendar", program->calendar_name},
                            {"deployed", when_json(folder.catalog().deployed_at(id), program->calendar)},
                            {"cases", folder.reader().cases_of(id)},
                            {"open", folder.reader().cases({.definition = id, .status = "open"}).size()}});
        }
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

void add_show(CLI::App& definitions, Cli& cli) {
    auto* command = add_command(definitions, "show", "Show a definition: its stages, clocks and ladders.",
                                "reeve definition show noise");
    auto id = std::make_shared<std::string>();
    auto version = std::make_shared<int>(0);
    auto source = std::make_shared<bool>(false);
    command->add_option("DEFINITION", *id, "As reeve definition list names it")->required();
    command->add_option("--version", *version, "Which version; without it the newest");
    command->add_flag("--source", *source, "Print the file as it was deployed");
    reads(cli, command, [&cli, id, version, source](Folder& folder) {
        auto deployed = folder.catalog().deployed(*id, *version);
        auto program = folder.catalog().program(*id, *version);
        if (!deployed || !program) {
            const int newest = folder.catalog().newest(*id);
            return refused(
                cli,
                {"unknown-definition",
                 newest > 0 ? fmt::format("\"{}\" has no version {}; the newest is {}", *id, *version, newest)
                            : fmt::format("there is no definition \"{}\"{}; reeve definition list shows them",
                                          *id, did_you_mean(*id, folder.catalog().ids())),
                 "DEFINITION"});
        }
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
                 {"exclude", clock.exclude},
                 {"restart", clock.restart},
                 {"extend", clock.extend ? Json(time::to_string(clock.extend->by)) : Json()},
                 {"extend_times", clock.extend ? Json(clock.extend->times) : Json()},
                 {"approve", clock.extend && clock.extend->approve
                                 ? Json(org::to_string(*clock.extend->approve))
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
        Json json{
            {"id", *id},
            {"version", deployed->version},
            {"title", title_of(program->title)},
            {"basis", program->basis},
            {"calendar", program->calendar_name},
            {"deployed", when_json(folder.catalog().deployed_at(*id, deployed->version), program->calendar)},
            {"stages", stages_json(*program)},
            {"clocks", clocks},
            {"ladders", ladders}};
        if (cli.json) {
            json["source"] = deployed->text;
            print_json(json);
            return 0;
        }
        if (*source) {
            fmt::print("{}{}", deployed->text, deployed->text.ends_with('\n') ? "" : "\n");
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
    add_list(*definitions, cli);
    add_show(*definitions, cli);
    add_calendar_change(*definitions, cli);
}

}  // namespace reeve::cli
