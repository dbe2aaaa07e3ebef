// Every command of reeve, one function a noun, in the order of the help.
#pragma once

#include "engine/cli/cli.h"

namespace reeve::cli {

void add_commands(CLI::App&, Cli&);  // all of reeve, with its help laid out
// Says which word of the line is no command, and which may have been meant; empty when all are.
std::string unknown_command(CLI::App&, const std::vector<std::string>& words);
// Says which option the command does not have, and which may have been meant, or that it stands before the
// command it belongs to; empty when all are known.
std::string unknown_option(CLI::App&, const std::vector<std::string>& words);
// What CLI11 found wrong, and the help that tells more.
std::string in_words(CLI::App&, const std::vector<std::string>& words, const CLI::ParseError&);
// Says what is wrong with the line, as JSON when it asks for that; 2.
int report_wrong_use(const std::vector<std::string>& words, const std::string& what);

// A word that is not UTF-8 would get into the history, or break off half-way to it; an option that is empty
// would be left out.
std::optional<Error> bad_argument(const std::vector<std::string>& words);
// `status`, or 1 when what was printed did not get through: a full disk must not look like an answer.
int finish(int status);

void add_init(CLI::App&, Cli&);          // reeve init DIR
void add_definition(CLI::App&, Cli&);    // reeve definition deploy|list|show
void add_org(CLI::App&, Cli&);           // reeve org load|show|unit|post|person|absence
void add_org_load(CLI::App& org, Cli&);  // reeve org load, by add_org
void add_case(CLI::App&, Cli&);          // reeve case start|show|list|act|…
void add_task(CLI::App&, Cli&);          // reeve task list|claim|assign|…
void add_clock(CLI::App&, Cli&);         // reeve clock show|pause|resume|…
void add_request(CLI::App&, Cli&);       // reeve request list|approve|refuse
void add_job(CLI::App&, Cli&);           // reeve job list|complete|fail
void add_escalation(CLI::App&, Cli&);  // reeve escalation list|acknowledge|…, reeve board, reeve alert list
void add_explain(CLI::App&, Cli&);     // reeve explain CASE
void add_store(CLI::App&, Cli&);       // reeve check|rebuild|backup|restore|migrate
void add_archive(CLI::App&, Cli&);     // reeve archive FILE
void add_serve(CLI::App&, Cli&);       // reeve serve
void add_password(CLI::App&, Cli&);    // reeve password
void add_webhook(CLI::App&, Cli&);     // reeve webhook sign|verify
void add_token(CLI::App&, Cli&);       // reeve token add|list|revoke
void add_access(CLI::App&, Cli&);      // reeve access list
void add_forecast(CLI::App&, Cli&);    // reeve forecast
void add_bench(CLI::App&, Cli&);       // reeve bench engine|timers|storm|limit
void add_completion(CLI::App&, Cli&);  // reeve completion bash|zsh|fish

}  // namespace reeve::cli
