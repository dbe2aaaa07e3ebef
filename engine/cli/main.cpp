// The reeve command.
#include "engine/cli/commands.h"

int main(int argc, char** argv) {
    CLI::App app{"Reeve runs casework: every case has an owner and a clock, and no clock is forgotten."};
    app.set_version_flag("--version", "reeve " REEVE_VERSION, "Print the version and end");
    reeve::cli::Cli cli;
    reeve::cli::add_commands(app, cli);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    return cli.status;
}
