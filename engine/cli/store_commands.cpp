// reeve check|rebuild|backup|restore|migrate: the upkeep of a data folder.
#include <fmt/format.h>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"
#include "engine/store/upkeep.h"

namespace reeve::cli {

namespace {

constexpr const char* group = "Upkeep";

// Upkeep works on the folder itself; no engine is opened and nothing that fell due takes effect.
std::shared_ptr<std::string> add_data_option(CLI::App* command) {
    auto data = std::make_shared<std::string>();
    command->group(group);
    command->add_option("--data", *data, "The data folder")
        ->envname("REEVE_DATA")
        ->type_name("DIR")
        ->group("Folder");
    return data;
}

void need_data(const std::string& data) {
    if (data.empty()) wrong_use("--data", "say which data folder: --data DIR, or set REEVE_DATA");
}

// `made`: what is said behind the faults where something was made all the same.
int print_check(const Cli& cli, const store::CheckReport& report, const char* well,
                const std::string& made = {}) {
    if (cli.json) {
        print_json({{"events", report.events},
                    {"cases", report.cases},
                    {"open", report.open},
                    {"timers", report.timers},
                    {"faults", report.faults},
                    {"wrong_archives", report.wrong_archives},
                    {"absent_archives", report.absent_archives},
                    {"not_looked_at", report.not_looked_at}});
        return report.faults.empty() && report.wrong_archives.empty() ? 0 : 1;
    }
    for (const auto& fault : report.faults) fmt::print(stderr, "reeve: {}\n", fault);
    for (const auto& wrong : report.wrong_archives) fmt::print(stderr, "reeve: {}\n", wrong);
    for (const auto& absent : report.absent_archives) fmt::print(stderr, "reeve: note: {}\n", absent);
    for (const auto& kept : report.not_looked_at)
        fmt::print(stderr, "reeve: note: not looked at: {}\n", kept);
    if (report.faults.empty() && report.wrong_archives.empty())
        fmt::print("{}{}: {}, {}, {} open, {} pending\n", well,
                   report.not_looked_at.empty() ? "" : " but for what was not looked at",
                   counted(report.events, "event", "events"), counted(report.cases, "case", "cases"),
                   report.open, counted(report.timers, "timer", "timers"));
    else if (!made.empty())
        fmt::print("{}\n", made);
    return report.faults.empty() && report.wrong_archives.empty() ? 0 : 1;
}

}  // namespace

void add_store(CLI::App& app, Cli& cli) {
    auto* check = add_command(app, "check",
                              "Prove that a data folder is whole: every event, row, timer and attachment.",
                              "reeve check --data office");
    auto checked = add_data_option(check);
    cli.run(check, [&cli, checked] {
        need_data(*checked);
        auto report = store::check(*checked, progress("checking"));
        if (!report) return refused(cli, report.error());
        // Where it is missing the last event tells the time, and where there is none nothing began yet.
        if (std::filesystem::exists(std::filesystem::path(*checked) / "rehearsal.json") && !report->damaged)
            if (auto rehearsal = read_rehearsal(*checked); !rehearsal)
                report->faults.push_back(rehearsal.error().text());
        const auto now = runtime::system_time()->now();
        if (report->last && *report->last > now && !store::is_rehearsal(*checked))
            fmt::print(stderr,
                       "reeve: warning: the last event is of {}, and the machine's clock says {}: one of the "
                       "two is wrong; no clock moves on until the machine's has come there\n",
                       time::to_utc_string(*report->last), time::to_utc_string(now));
        return print_check(cli, *report, "All is well");
    });

    auto* rebuild =
        add_command(app, "rebuild", "Make every table again from the journal; says whether any differed.",
                    "reeve rebuild --data office");
    auto rebuilt = add_data_option(rebuild);
    auto believe = std::make_shared<bool>(false);
    rebuild->add_flag("--believe-journal", *believe,
                      "Also where rows know more than the journal, as when its end was lost");
    cli.run(rebuild, [&cli, rebuilt, believe] {
        need_data(*rebuilt);
        auto report = store::rebuild(*rebuilt, progress("rebuilding"),
                                     *believe ? store::Believe::journal : store::Believe::both);
        if (!report) return refused(cli, report.error());
        if (cli.json)
            print_json({{"events", report->events},
                        {"cases", report->cases},
                        {"changed", report->changed},
                        {"faults", report->faults}});
        else
            fmt::print("Rebuilt from {}: {}; {}\n", counted(report->events, "event", "events"),
                       counted(report->cases, "case", "cases"),
                       report->changed ? "some rows differed and are right now" : "every row was as before");
        for (const auto& fault : report->faults) fmt::print(stderr, "reeve: not mended: {}\n", fault);
        return report->faults.empty() ? 0 : 1;
    });

    auto* backup =
        add_command(app, "backup", "Copy a data folder into one file, also while an engine runs on it.",
                    "reeve backup office.backup --data office");
    auto backed = add_data_option(backup);
    auto file = std::make_shared<std::string>();
    backup->add_option("FILE", *file, "The file to write; it must not exist yet")->required();
    cli.run(backup, [&cli, backed, file] {
        need_data(*backed);
        auto report = store::backup(*backed, *file);
        if (!report) return refused(cli, report.error());
        return print_check(cli, *report, "Backed up and read back", "Written with faults: " + *file);
    });

    auto* restore =
        add_command(app, "restore", "Make a data folder from a backup, and prove that it equals it.",
                    "reeve restore office.backup --data again");
    auto restored = add_data_option(restore);
    auto from = std::make_shared<std::string>(), rehearsal = std::make_shared<std::string>();
    auto force = std::make_shared<bool>(false);
    restore->add_option("FILE", *from, "The backup")->required()->check(CLI::ExistingFile);
    restore
        ->add_option("--rehearsal", *rehearsal,
                     "As a rehearsal in which it is this time: nothing that fell due since takes effect")
        ->type_name("TIME");
    restore->add_flag("--force", *force, "Even over a folder that holds data; that data is lost");
    auto faulty = std::make_shared<bool>(false);
    restore->add_flag("--faulty", *faulty, "Even from a backup with faults: what can be read of it");
    cli.run(restore, [&cli, restored, from, rehearsal, force, faulty] {
        need_data(*restored);
        std::optional<time::Instant> at;
        if (!rehearsal->empty()) {
            auto parsed = parse_start(*rehearsal, "--rehearsal");
            if (!parsed) return refused(cli, parsed.error());
            at = *parsed;
        }
        if (auto no = place_refuses(*restored)) return refused(cli, *no);
        auto report = store::restore(*from, *restored, {.over = *force, .faulty = *faulty, .rehearsal = at});
        if (!report) return refused(cli, report.error());
        if (!at && store::is_rehearsal(*restored)) at = report->last;
        if (at) write_rehearsal(*restored, *at);
        if (at && !cli.json)
            fmt::print("It is a rehearsal, in which it is {}: no clock of this machine moves it.\n",
                       time::to_utc_string(*at));
        return print_check(cli, *report, "Restored and proved equal", "Restored with faults: " + *restored);
    });

    auto* migrate = add_command(
        app, "migrate", "Bring a data folder of an older reeve to this one's form; a backup is made first.",
        "reeve migrate --data office");
    auto migrated = add_data_option(migrate);
    cli.run(migrate, [&cli, migrated] {
        need_data(*migrated);
        if (auto opened = store::open(*migrated, {}); !opened) return refused(cli, opened.error());
        auto report = store::check(*migrated, progress("checking"));
        return report ? print_check(cli, *report, "In the form of this reeve") : refused(cli, report.error());
    });
}

}  // namespace reeve::cli
