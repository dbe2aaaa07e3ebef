// reeve case receipt: the code by which the person who asked sees how their case stands.
#include <fmt/format.h>

#include "engine/cli/case_commands.h"
#include "engine/http/receipts.h"

namespace reeve::cli {

void add_receipt(CLI::App& cases, Cli& cli) {
    auto* command = add_command(
        cases, "receipt",
        "Print a case's receipt code, by which the person who asked sees how it stands; always the same one.",
        "reeve case receipt noise-1");
    auto case_id = add_case_argument(command);
    reads(cli, command, [&cli, case_id](Folder& folder) {
        if (auto file = folder.find(*case_id); !file) return refused(cli, file.error());
        if (!std::filesystem::is_directory(folder.path()))
            return refused(
                cli,
                {"no-folder", "receipt codes are made by a data folder, and this is a backup or an archive",
                 folder.path().string()});
        const auto code = http::Receipts(folder.path()).code_of(folder.reader(), *case_id);
        if (!code) return refused(cli, {"no-such-case", "there is no case of that name", "CASE"});
        if (cli.json)
            print_json({{"case", *case_id}, {"receipt_code", code->text()}, {"page", http::page_of(*code)}});
        else
            fmt::print("{}\nWhere reeve serve answers, {} shows how the case stands.\n", code->text(),
                       http::page_of(*code));
        return 0;
    });
}

}  // namespace reeve::cli
