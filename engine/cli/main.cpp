// The reeve command: one subcommand a file, listed here in the order of its help.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>

#include "engine/cli/commands.h"
#include "engine/cli/help.h"
#include "engine/cli/play.h"

namespace reeve::cli {

void Cli::run(CLI::App* command, std::function<int()> body) {
    command->add_flag("--json", json, "Print JSON instead of text");
    command->callback([this, body = std::move(body)] {
        try {
            status = body();
        } catch (const CLI::ParseError&) {
            throw;  // wrong use that only the command itself could see
        } catch (const std::exception& e) {
            status = refused(*this, {"failed", e.what(), ""});
        }
    });
}

int refused(const Cli& cli, const Error& error) {
    if (cli.json) {
        nlohmann::json j{
            {"error", {{"code", error.code}, {"message", error.message}, {"place", error.place}}}};
        fmt::print(stderr, "{}\n", j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
        fmt::print(stderr, "reeve: {}\n", error.text());
    }
    return 1;
}

}  // namespace reeve::cli

int main(int argc, char** argv) {
    CLI::App app{"Reeve runs casework: every case has an owner and a clock, and no clock is forgotten."};
    app.name("reeve");
    app.require_subcommand(1);
    app.set_version_flag("--version", "reeve " REEVE_VERSION, "Print the version and end");
    reeve::cli::Cli cli;
    app.footer("Every command has its own help:\n  reeve completion --help");
    reeve::cli::add_validate(app, cli);
    reeve::cli::add_calendar(app, cli);
    reeve::cli::add_run(app, cli);
    reeve::cli::add_play(app, cli);
    reeve::cli::add_demo(app, cli);
    reeve::cli::add_completion(app, cli);
    reeve::cli::lay_out_help(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    return cli.status;
}
