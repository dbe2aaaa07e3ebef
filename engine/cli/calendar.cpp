// reeve calendar due|between|recur|check
#include "engine/cli/cli.h"

namespace reeve::cli {

void add_calendar(CLI::App& app, Cli&) {
    auto* calendar =
        app.add_subcommand("calendar", "Count working time: due dates, time between, recurrences");
    calendar->require_subcommand(1);
}

}  // namespace reeve::cli
