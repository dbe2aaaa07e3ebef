// What the files of `reeve case` share.
#pragma once

#include "engine/cli/folder.h"

namespace reeve::cli {

std::shared_ptr<std::string> add_case_argument(CLI::App* command);
void add_case_views(CLI::App& cases, Cli&);  // show, list, history
void add_receipt(CLI::App& cases, Cli&);
void add_bulk(CLI::App& cases, Cli&);  // migrate, reassign
void add_calendar_change(CLI::App& definitions, Cli&);

}  // namespace reeve::cli
