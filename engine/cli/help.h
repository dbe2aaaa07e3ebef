// How help is laid out: at most 100 columns, one sentence, arguments, options, an example that works.
#pragma once

#include <CLI/CLI.hpp>

namespace reeve::cli {

// Adds a command: what it does in one sentence, and an example line as it is typed.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& sentence,
                      const std::string& example);
// Adds a noun that only holds commands ("case", "task").
CLI::App* add_noun(CLI::App& parent, const std::string& name, const std::string& sentence,
                   const std::string& group, const std::string& example);

// Makes every command below `app` print its help in this layout.
void lay_out_help(CLI::App& app);

}  // namespace reeve::cli
