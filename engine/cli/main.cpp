// The reeve command.
#include <fmt/format.h>

#include <cstdio>

#include "engine/cli/commands.h"

int main(int argc, char** argv) {
    CLI::App app{"Reeve runs casework: every case has an owner and a clock, and no clock is forgotten."};
    app.set_version_flag("--version", "reeve " REEVE_VERSION, "Print the version and end");
    reeve::cli::Cli cli;
    reeve::cli::add_commands(app, cli);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        // CLI11 would only say that a command is missing.
        if (const auto fault = reeve::cli::unknown_command(app, {argv + 1, argv + argc});
            e.get_exit_code() != 0 && !fault.empty()) {
            fmt::print(stderr, "reeve: {}\n", fault);
            return 2;
        }
        return app.exit(e) == 0 ? 0 : 2;
    }
    return cli.status;
}
