// reeve archive FILE: closed cases leave the live folder for a file that is read like one.
#include <fmt/format.h>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"

namespace reeve::cli {
namespace {

struct WantedArchive {
    std::string file, before;
    bool dry_run = false, with_undelivered = false;
};

// A date is its first moment, in the time zone of the folder; in UTC while no definition gave it one.
Result<time::Instant> moment(Folder& folder, const std::string& text) {
    const bool date = text.size() == 10;
    auto at = folder.instant(date ? text + "T00:00:00" + (folder.calendar() ? "" : "Z") : text);
    if (!at) return refuse(at.error().code, at.error().message, "--before");
    return at;
}

int print_archived(const Cli& cli, const WantedArchive& wanted, const runtime::Archived& done) {
    if (cli.json) {
        Json staying = Json::object();
        for (const auto& [why, cases] : done.staying) staying[why] = cases;
        print_json({{"file", wanted.file},
                    {"sha256", done.sha256},
                    {"dry_run", wanted.dry_run},
                    {"cases", done.cases},
                    {"events", done.events},
                    {"documents", done.documents},
                    {"documents_later", done.documents_later},
                    {"before_this_run", done.before_this_run},
                    {"changed", done.changed},
                    {"staying", std::move(staying)}});
        return 0;
    }
    if (wanted.dry_run)
        fmt::print("{} would be archived into {}\n", counted(done.cases, "case", "cases"), wanted.file);
    else if (done.cases == 0 && done.before_this_run == 0)
        fmt::print("There is nothing to archive\n");
    else
        fmt::print("Archived {} with {} into {} (SHA-256 {})\n", counted(done.cases, "case", "cases"),
                   counted(done.events, "event", "events"), wanted.file, done.sha256);
    if (done.documents > 0)
        fmt::print("  {} that nothing in the folder names any more left with them\n",
                   counted(done.documents, "document", "documents"));
    if (done.documents_later > 0)
        fmt::print(
            "  {} stay for now, sent within the last day or while a backup is made: the same command, run "
            "again tomorrow, takes them\n",
            counted(done.documents_later, "document", "documents"));
    if (done.before_this_run > 0)
        fmt::print("  {} had left in a run before\n", counted(done.before_this_run, "case", "cases"));
    if (done.changed > 0)
        fmt::print("  {} changed since the file was made and stay in the folder\n",
                   counted(done.changed, "case", "cases"));
    for (const auto& [why, cases] : done.staying)
        if (why != "it closed later") fmt::print("  {} that closed before stay: {}\n", cases, why);
    return 0;
}

}  // namespace

void add_archive(CLI::App& app, Cli& cli) {
    auto* command = add_command(
        app, "archive",
        "Move the cases that closed before a date into a file, which check, case and explain read with "
        "--data FILE.",
        "reeve archive 2025.archive --before 2026-01-01 --reason 'kept for two years' --as chen-yu");
    command->group("Upkeep");
    auto wanted = std::make_shared<WantedArchive>();
    command
        ->add_option("FILE", wanted->file, "The file to write; or the one that a run which was killed began")
        ->required();
    command->add_option("--before", wanted->before, "Cases that closed before this date, or moment")
        ->required()
        ->type_name("DATE");
    command->add_flag("--dry-run", wanted->dry_run, "Only say how many would go, and which stay and why");
    command->add_flag("--with-undelivered", wanted->with_undelivered,
                      "Also cases of which an alert waits or was not delivered; it stands in the file then");
    auto given = changes(cli, command, [&cli, wanted](Folder& folder) {
        auto who = folder.actor();
        if (!who) return refused(cli, who.error());
        if (!wanted->dry_run && folder.given().reason.empty())
            wrong_use("--reason", "say why these cases leave the folder");
        auto before = moment(folder, wanted->before);
        if (!before) return refused(cli, before.error());
        auto done = folder.engine().archive({.file = wanted->file,
                                             .before = *before,
                                             .reason = folder.given().reason,
                                             .dry_run = wanted->dry_run,
                                             .with_undelivered = wanted->with_undelivered},
                                            *who);
        return done ? print_archived(cli, *wanted, *done) : refused(cli, done.error());
    });
    add_reason(command, given, "Why; kept in the journal (needed, but for --dry-run)");
}

}  // namespace reeve::cli
