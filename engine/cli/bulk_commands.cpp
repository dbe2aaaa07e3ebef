// reeve case migrate|reassign, reeve definition calendar: what moves many cases at once.
#include <fmt/format.h>

#include "engine/cli/case_commands.h"

namespace reeve::cli {

namespace {

// Exit 1 when any case was refused.
int print_changes(const Cli& cli, Folder& folder, const std::vector<runtime::CaseChange>& changes,
                  const char* none) {
    const auto rows = views::change_rows(folder.sight(), changes);
    const bool refused_any =
        std::ranges::any_of(rows, [](const Json& row) { return row.contains("refused"); });
    if (cli.json) {
        print_json(rows);
        return refused_any;
    }
    if (rows.empty()) fmt::print("{}\n", none);
    for (const auto& row : rows) {
        const auto id = plain(row["case"]);
        if (!row["changes"].empty()) fmt::print("{}\n", id);
        for (const auto& line : row["changes"]) fmt::print("  {}\n", plain(line));
        if (row.contains("refused"))
            fmt::print(stderr, "reeve: {}: {}\n", id, plain(row["refused"]["message"]));
    }
    return refused_any;
}

void add_migrate(CLI::App& cases, Cli& cli) {
    auto* command = add_command(cases, "migrate",
                                "Move running cases to another version of their definition; "
                                "--dry-run shows what changes for each.",
                                "reeve case migrate --definition noise --dry-run --as chen-yu");
    auto all = std::make_shared<runtime::MigrateAll>();
    auto stages = std::make_shared<std::vector<std::string>>();
    all->dry_run = false;
    command->add_option("CASE", all->case_id, "Only this one; without it every open case of the definition");
    command->add_option("--definition", all->definition, "Whose cases");
    command->add_option("--version", all->version, "To which version; without it the newest");
    command->add_option("--stage", *stages, "Where a stage is called otherwise now; again for more")
        ->type_name("OLD=NEW")
        ->allow_extra_args(false);
    command->add_flag("--dry-run", all->dry_run, "Only show it");
    auto given = changes(cli, command, [&cli, all, stages](Folder& folder) {
        auto wanted = *all;
        wanted.reason = folder.given().reason;
        if (wanted.case_id.empty() && wanted.definition.empty())
            wrong_use("--definition",
                      "say which cases: CASE, or --definition DEFINITION for all its open cases");
        if (!wanted.case_id.empty()) {
            auto file = folder.find(wanted.case_id);
            if (!file) return refused(cli, file.error());
            wanted.definition = file->state.definition;
        }
        for (const auto& text : *stages) {
            const auto equals = text.find('=');
            if (equals == std::string::npos || equals == 0)
                wrong_use("--stage", "expected OLD=NEW, not \"" + text + "\"");
            wanted.stages[text.substr(0, equals)] = text.substr(equals + 1);
        }
        auto who = folder.actor();
        if (!who) return refused(cli, who.error());
        auto done = folder.engine().migrate(wanted, *who);
        return done ? print_changes(cli, folder, *done, "No open case is at another version.")
                    : refused(cli, done.error());
    });
    add_reason(command, given, "Why; kept in the history (needed, but for --dry-run)");
}

void add_reassign(CLI::App& cases, Cli& cli) {
    auto* command =
        add_command(cases, "reassign", "Give everything that one person has, cases and tasks, to another.",
                    "reeve case reassign --from li-na --to wang-wei --reason 'moves on' --as chen-yu");
    auto wanted = std::make_shared<runtime::Reassign>();
    command->add_option("--from", wanted->from, "Who has it")->type_name("PERSON")->required();
    command->add_option("--to", wanted->to, "Who gets it")->type_name("PERSON")->required();
    command->add_option("--unit", wanted->unit, "Only in this unit and below");
    command->add_flag("--dry-run", wanted->dry_run, "Only show it");
    auto given = changes(cli, command, [&cli, wanted](Folder& folder) {
        wanted->reason = folder.given().reason;
        auto who = folder.actor();
        if (!who) return refused(cli, who.error());
        auto done = folder.engine().reassign(*wanted, *who);
        return done ? print_changes(cli, folder, *done, "There was nothing to give.")
                    : refused(cli, done.error());
    });
    add_reason(command, given, "Why; kept in the history (needed, but for --dry-run)");
}

}  // namespace

void add_calendar_change(CLI::App& definitions, Cli& cli) {
    auto* command = add_command(
        definitions, "calendar",
        "Put a changed calendar to use: every definition that counts by it gets a new version, and its open "
        "cases move there; --dry-run shows what changes for each. One that does not cover the next day is "
        "refused; one that does not cover the next year is taken with a warning.",
        "reeve definition calendar cn-office.json --reason 'a holiday was declared' --as chen-yu");
    struct Change {
        std::string file, name;
        bool dry_run = false;
    };
    auto change = std::make_shared<Change>();
    command->add_option("FILE", change->file, "The calendar as it is now")
        ->required()
        ->check(CLI::ExistingFile);
    command->add_option("--name", change->name, "What definitions call it; without it the file's name");
    command->add_flag("--dry-run", change->dry_run, "Only show it");
    auto given = changes(cli, command, [&cli, change](Folder& folder) {
        auto who = folder.actor();
        if (!who) return refused(cli, who.error());
        if (!change->dry_run && folder.given().reason.empty())
            wrong_use("--reason", "say why: dates that people were told may move");
        auto calendar = time::load_calendar(change->file);
        if (!calendar) return refused(cli, calendar.error());
        const auto name =
            change->name.empty() ? std::filesystem::path(change->file).stem().string() : change->name;
        if (const auto known = views::calendar_sheet(folder.sight(), name); !known)
            return refused(cli, {known.error().code, known.error().message, "--name"});
        auto done = folder.engine().change_calendar({.name = name,
                                                     .calendar = time::canonical_text(**calendar),
                                                     .reason = folder.given().reason,
                                                     .dry_run = change->dry_run},
                                                    *who);
        if (done) {
            // One that is in force and has ended is no change to refuse, and all the more to warn of.
            const auto covers = time::check_coverage(**calendar, folder.now());
            for (const auto& warning : covers ? *covers : std::vector{covers.error().message})
                fmt::print(stderr, "reeve: warning: {}\n", plain(warning));
            return print_changes(cli, folder, *done, "No open case counts by it otherwise than before.");
        }
        for (const auto& error : done.error()) refused(cli, error);
        return 1;
    });
    add_reason(command, given);
}

void add_bulk(CLI::App& cases, Cli& cli) {
    add_reassign(cases, cli);
    add_migrate(cases, cli);
}

}  // namespace reeve::cli
