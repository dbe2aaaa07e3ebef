// The commands that run under the virtual clock.
#pragma once

#include "engine/cli/cli.h"

namespace reeve::cli {

void add_run(CLI::App&, Cli&);   // reeve run SCENARIO...
void add_play(CLI::App&, Cli&);  // reeve play DEFINITION EVENTS
void add_demo(CLI::App&, Cli&);  // reeve demo

}  // namespace reeve::cli
