// reeve clock show|pause|resume|exclude|restart|extend
#include "engine/cli/case_commands.h"
#include "engine/cli/commands.h"
#include "engine/spelling.h"

namespace reeve::cli {

namespace {

std::shared_ptr<std::string> add_clock_option(CLI::App* command) {
    auto name = std::make_shared<std::string>();
    command->add_option("--clock", *name, "Which clock, by name or id; needed when several could be meant");
    return name;
}

// The clock that is meant: the named one, or the only one in that state.
Result<std::string> which(Folder& folder, const std::string& case_id, const std::string& name,
                          core::ClockStatus status, const char* what) {
    auto file = folder.find(case_id);
    if (!file) return std::unexpected(file.error());
    std::vector<std::string> all, fit;
    for (const auto& clock : file->state.clocks) {
        if (std::find(all.begin(), all.end(), clock.name) == all.end()) all.push_back(clock.name);
        if (clock.status == status) fit.push_back(clock.name);
    }
    auto joined = [](const std::vector<std::string>& names) {
        std::string text;
        for (const auto& one : names) text += (text.empty() ? "" : ", ") + one;
        return text.empty() ? std::string("none") : text;
    };
    if (!name.empty()) {
        if (file->state.clock(name)) return name;
        return refuse("unknown-clock",
                      case_id + " has no clock \"" + name + "\"" + did_you_mean(name, all) + " (it has " +
                          joined(all) + ")",
                      "--clock");
    }
    if (fit.size() == 1) return fit.front();
    return refuse("which-clock",
                  fit.empty() ? case_id + " has no clock that is " + what + " (it has " + joined(all) + ")"
                              : "say which clock is meant with --clock: " + joined(fit),
                  "--clock");
}

using Make = std::function<Result<core::Wish>(Folder&, const std::string& case_id, const std::string& clock)>;

// A command on one clock of a case.
GivenPtr on_clock(Cli& cli, CLI::App* command, core::ClockStatus status, const char* what, Make make) {
    auto case_id = add_case_argument(command);
    auto name = add_clock_option(command);
    return asks(cli, command, case_id, [=, make = std::move(make)](Folder& folder) -> Result<core::Wish> {
        auto clock = which(folder, *case_id, *name, status, what);
        if (!clock) return std::unexpected(clock.error());
        return make(folder, *case_id, *clock);
    });
}

void add_pause(CLI::App& clocks, Cli& cli) {
    auto* pause =
        add_command(clocks, "pause", "Stop a clock for a reason that its definition allows.",
                    "reeve clock pause noise-2 --clock measured --reason 'caller not reached' --as li-na");
    auto note = std::make_shared<std::string>(), until = std::make_shared<std::string>();
    auto given = on_clock(
        cli, pause, core::ClockStatus::running, "running",
        [=](Folder& folder, const std::string& case_id, const std::string& clock) -> Result<core::Wish> {
            core::PauseClock wish{clock, folder.given().reason, *note, std::nullopt};
            if (!until->empty()) {
                auto at = folder.instant(*until, case_id);
                if (!at) return refuse(at.error().code, at.error().message, "--until");
                wish.until = *at;
            }
            return wish;
        });
    pause
        ->add_option("--until", *until,
                     "When it runs again by itself; default: after the definition's pause_at_most, else when "
                     "it is resumed")
        ->type_name("TIME");
    pause->add_option("--note", *note, "What else is to be known");
    add_reason(pause, given, "One of the reasons the definition allows (needed)");

    auto* resume = add_command(clocks, "resume", "Let a paused clock run again with the time it had left.",
                               "reeve clock resume noise-3 --as li-na");
    auto why = std::make_shared<std::string>();
    on_clock(cli, resume, core::ClockStatus::paused, "paused",
             [why](Folder&, const std::string&, const std::string& clock) -> Result<core::Wish> {
                 return core::ResumeClock{clock, *why};
             });
    resume->add_option("--note", *why, "What else is to be known");
}

void add_exclude(CLI::App& clocks, Cli& cli) {
    auto* command = add_command(
        clocks, "exclude", "Leave out time that by law does not count, such as a hearing.",
        "reeve clock exclude noise-2 --clock measured --from 2026-03-02T11:30 --to 2026-03-02T11:40 "
        "--reason hearing --as li-na");
    struct Stretch {
        std::string from, to, note;
    };
    auto stretch = std::make_shared<Stretch>();
    auto given =
        on_clock(cli, command, core::ClockStatus::running, "running",
                 [stretch](Folder& folder, const std::string& case_id,
                           const std::string& clock) -> Result<core::Wish> {
                     auto from = folder.instant(stretch->from, case_id);
                     if (!from) return refuse(from.error().code, from.error().message, "--from");
                     auto to = folder.instant(stretch->to, case_id);
                     if (!to) return refuse(to.error().code, to.error().message, "--to");
                     return core::ExcludeTime{clock, *from, *to, folder.given().reason, stretch->note};
                 });
    command->add_option("--from", stretch->from, "Its beginning")->type_name("TIME")->required();
    command->add_option("--to", stretch->to, "Its end")->type_name("TIME")->required();
    command->add_option("--note", stretch->note, "What else is to be known");
    add_reason(command, given, "One of the reasons the definition allows (needed)");
}

void add_restart_and_extend(CLI::App& clocks, Cli& cli) {
    auto* restart =
        add_command(clocks, "restart", "Start a clock anew, after a corrected application.",
                    "reeve clock restart noise-2 --clock measured --reason 'address corrected' --as li-na");
    add_reason(
        restart,
        on_clock(cli, restart, core::ClockStatus::running, "running",
                 [](Folder& folder, const std::string&, const std::string& clock) -> Result<core::Wish> {
                     return core::RestartClock{clock, folder.given().reason};
                 }),
        needed_reason);

    auto* extend = add_command(clocks, "extend",
                               "Ask for more time; where the definition names an approver, a request waits.",
                               "reeve clock extend noise-2 --clock measured --by '5 days' --reason "
                               "'device broken' --as li-na");
    auto by = std::make_shared<std::string>();
    auto given =
        on_clock(cli, extend, core::ClockStatus::running, "running",
                 [by](Folder& folder, const std::string&, const std::string& clock) -> Result<core::Wish> {
                     auto in = time::parse_duration(*by);
                     if (!in) return refuse(in.error().code, in.error().message, "--by");
                     return core::ExtendClock{clock, *in, folder.given().reason};
                 });
    extend->add_option("--by", *by, "How much more, such as '5 working days'")
        ->type_name("DURATION")
        ->required();
    add_reason(extend, given, needed_reason);
}

void add_clock_show(CLI::App& clocks, Cli& cli) {
    auto* command = add_command(
        clocks, "show",
        "Show the clocks of a case: light, time left (while one is paused, what remains), due date.",
        "reeve clock show noise-2");
    auto case_id = add_case_argument(command);
    reads(cli, command, [&cli, case_id](Folder& folder) {
        auto file = folder.find(*case_id);
        if (!file) return refused(cli, file.error());
        const auto rows = views::clock_rows(folder.sight(), *file);
        print_rows(cli,
                   {{"id", "ID"},
                    {"name", "CLOCK"},
                    {"kind", "KIND"},
                    {"status", "STATUS"},
                    {"light", "LIGHT"},
                    {"left", "TIME LEFT"},
                    deadline("paused_until", "PAUSED UNTIL"),
                    {"from", "FROM"},
                    deadline("due", "DUE"),
                    {"ended", "ENDED"},
                    {"late", "LATE BY"}},
                   rows, "No clock yet.");
        return 0;
    });
}

}  // namespace

void add_clock(CLI::App& app, Cli& cli) {
    auto* clocks = add_noun(app, "clock", "Show, pause, resume and extend the clocks of a case.", "Casework",
                            "reeve clock show noise-1");
    add_clock_show(*clocks, cli);
    add_pause(*clocks, cli);
    add_exclude(*clocks, cli);
    add_restart_and_extend(*clocks, cli);
}

}  // namespace reeve::cli
