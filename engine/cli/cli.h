// What every subcommand of `reeve` shares: how it is added, how it answers, how it fails.
//
// A command file adds its CLI11 subcommand with a callback that calls Cli::run; the callback does the work
// and returns the exit code: 0 done, 1 refused or found wanting (said on standard error). Wrong use is 2 and
// is found by CLI11 before any callback runs.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "engine/result.h"

namespace reeve::cli {

struct Cli {
    bool json = false;  // --json: everything that prints for people prints JSON
    int status = 0;     // the exit code of the command that ran

    // Adds --json to `command` and makes `body` what it does. What `body` throws (disk, database) becomes
    // exit 1.
    void run(CLI::App* command, std::function<int()> body);
};

// Prints "reeve: PLACE: MESSAGE" to standard error (with --json, {"error": {code, message, place}});
// returns 1.
int refused(const Cli&, const Error&);

void add_calendar(CLI::App&, Cli&);  // reeve calendar due|between|recur|check
void add_validate(CLI::App&, Cli&);  // reeve validate FILE...

}  // namespace reeve::cli
