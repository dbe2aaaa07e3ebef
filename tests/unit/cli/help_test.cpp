// The help of every command: it fits the page, its example works, docs/cli.md is it, shells complete it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/cli/commands.h"
#include "engine/cli/table.h"
#include "tests/unit/cli/office.h"

namespace reeve::cli {
namespace {

using testing::HasSubstr;

struct Page {
    std::string path;   // "reeve case act"
    std::string group;  // of its noun, in reeve --help
    std::string help;
    std::string example;
    bool leaf = false;
};

void walk(CLI::App& app, const std::string& above, const std::string& group, std::vector<Page>& pages) {
    const auto path = above.empty() ? app.get_name() : above + " " + app.get_name();
    auto commands = app.get_subcommands([](CLI::App*) { return true; });
    const auto footer = app.get_footer();
    const auto at = footer.rfind("\n  ");
    pages.push_back({path, group, app.help(above), at == std::string::npos ? "" : footer.substr(at + 3),
                     commands.empty()});
    for (auto* command : commands) walk(*command, path, above.empty() ? command->get_group() : group, pages);
}

std::vector<Page> all_pages() {
    CLI::App app{"Reeve runs casework: every case has an owner and a clock, and no clock is forgotten."};
    Cli cli;
    add_commands(app, cli);
    std::vector<Page> pages;
    walk(app, "", "", pages);
    return pages;
}

TEST(Help, FitsThePageAndTeaches) {
    for (const auto& page : all_pages()) {
        std::istringstream lines(page.help);
        for (std::string line; std::getline(lines, line);)
            if (!line.starts_with("  reeve ")) {  // an example is one line, to be copied
                EXPECT_LE(display_width(line), 110u) << page.path << ": " << line;
            }
        EXPECT_NE(page.example, "") << page.path << " has no example";
        EXPECT_THAT(page.help, HasSubstr("Usage: " + page.path));
    }
}

// Everything that the examples speak of, as they speak of it.
void furnish(const Office& office) {
    for (int i = 1; i <= 8; ++i) office.start();
    office.did(
        "reeve task list --now 2026-03-02T11:30:00+08:00");  // the first step has fired for all of them
    auto accept = [&](int n) {
        office.did("reeve case act noise-" + std::to_string(n) +
                   " accept --document acceptance-notice=notice.pdf --as li-na");
    };
    auto tasks_done = [&](int n) {
        const auto id = "noise-" + std::to_string(n);
        for (const auto& task : office.did("reeve task list --json --case " + id).json())
            office.did("reeve task done " + std::string(task["task"]) + " --set persons=3 --as chen-yu");
    };
    for (int n : {2, 3, 4, 7, 8}) accept(n);
    for (int n : {7, 8}) tasks_done(n);
    office.did("reeve clock pause noise-3 --clock measured --reason 'caller not reached' --as li-na");
    office.did("reeve clock extend noise-4 --clock measured --by '5 days' --reason rain --as li-na");
    office.did("reeve case act noise-5 look-up --as li-na");
    office.did("reeve case act noise-7 agree --as chen-yu");
    office.did("reeve escalation acknowledge noise-6/e3 --reason 'today' --as li-na");
    office.did("reeve clock show noise-2 --now 2026-03-02T11:45:00+08:00");
    office.did("reeve backup office.backup");
    office.did("mv office.backup kept.backup; mkdir papers");
}

TEST(Help, EveryExampleWorks) {
    Office office;
    furnish(office);
    const auto spare = office.folder().string() + ".furnished";
    office.copy_to(spare);
    for (const auto& page : all_pages()) {
        // What works without a data folder shows its examples in tests of its own.
        if (page.group != "Casework" && page.group != "Oversight" && page.group != "Administration" &&
            page.group != "Upkeep" && page.group != "Help")
            continue;
        if (page.path == "reeve restore") office.did("cp kept.backup office.backup");
        if (page.path == "reeve init") office.did("rm -r office");
        auto line = page.example;
        if (page.path == "reeve completion")
            line = "HOME=$PWD; mkdir -p ~/.local/share/bash-completion/completions; " + line;
        auto ran = office.run(line);
        EXPECT_EQ(ran.exit, 0) << line << "\n" << ran.out << ran.err;
        std::filesystem::remove_all(office.folder());
        std::filesystem::copy(spare, office.folder(), std::filesystem::copy_options::recursive);
    }
    std::filesystem::remove_all(spare);
}

TEST(Help, IsThePageInTheDocs) {
    std::string text =
        "# The reeve command\n\n"
        "Exit codes: 0 done · 1 refused or found wanting, said on standard error · 2 wrong use. `--json` "
        "prints JSON\n"
        "instead of text; times are RFC 3339 with an offset. `--data` may be left out when `REEVE_DATA` is "
        "set, `--as`\n"
        "when `REEVE_AS` is. A time without an offset is in the zone of the case's calendar.\n";
    for (const auto& page : all_pages()) text += "\n## " + page.path + "\n\n```text\n" + page.help + "```\n";
    const std::string file = REEVE_SOURCE "/docs/cli.md";
    if (std::getenv("REEVE_WRITE_DOCS")) std::ofstream(file) << text;
    std::ifstream in(file);
    const std::string kept{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(kept == text)
        << "docs/cli.md is not what the command says; write it anew with\n"
           "  REEVE_WRITE_DOCS=1 build/release/bin/cli_test --gtest_filter=Help.IsThePageInTheDocs";
}

TEST(Completion, ComesFromTheCommandsThemselves) {
    Office office(false);
    auto complete = [&](const std::string& words) {
        return office
            .did("bash -c 'source <(reeve completion bash); COMP_WORDS=(" + words +
                 "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _reeve; printf \"%s \" \"${COMPREPLY[@]}\"'")
            .out;
    };
    EXPECT_EQ(complete("reeve ca"), "calendar case ");
    EXPECT_EQ(complete("reeve case tr"), "transfer ");
    EXPECT_EQ(complete("reeve --help case --json tr"), "transfer ");
    EXPECT_THAT(complete("reeve case act case-1 --d"), HasSubstr("--document"));
    EXPECT_EQ(complete("reeve nothing xy"), " ");
    for (const char* shell : {"zsh", "fish"}) {
        auto script = office.did(std::string("reeve completion ") + shell);
        EXPECT_THAT(script.out, HasSubstr("transfer")) << shell;
        // Read by the shell itself where it is installed.
        office.did(std::string("! command -v ") + shell + " || { reeve completion " + shell + " > script; " +
                   shell + " -n script; }");
    }
}

TEST(Output, IsJsonOfOneShapeWhateverTheData) {
    Office office;
    const char* lists[] = {"reeve case list",
                           "reeve task list",
                           "reeve escalation list",
                           "reeve alert list",
                           "reeve board",
                           "reeve job list",
                           "reeve request list",
                           "reeve org show",
                           "reeve org show --people",
                           "reeve definition list",
                           "reeve org show --absences"};
    for (const char* line : lists)
        EXPECT_TRUE(office.did(std::string(line) + " --json").json().is_array()) << line;
    furnish(office);
    for (const char* line : lists) {
        auto rows = office.did(std::string(line) + " --json --now 2026-03-20T09:00:00+08:00").json();
        ASSERT_TRUE(rows.is_array()) << line;
        EXPECT_FALSE(rows.empty()) << line;
        for (const auto& row : rows) {
            EXPECT_TRUE(row.is_object()) << line;
            for (const char* key : {"due", "at", "since", "started", "deployed"}) {
                if (!row.contains(key) || !row[key].is_string()) continue;
                EXPECT_THAT(row[key].get<std::string>(), testing::EndsWith("+08:00")) << line << " " << key;
            }
        }
        auto text = office.did(line).out;
        EXPECT_EQ(text.find('\x1b'), std::string::npos) << line << " is coloured in a pipe";
    }
    for (const char* line : {"reeve case show noise-4", "reeve explain noise-2",
                             "reeve definition show noise", "reeve check", "reeve rebuild"})
        EXPECT_TRUE(office.did(std::string(line) + " --json").json().is_object()) << line;
    auto why = office.did("reeve explain noise-2 --clock measured --json").json()["clocks"][0];
    EXPECT_EQ(why["basis"], "Noise Act, article 9");
    EXPECT_FALSE(why["days"].empty());
    EXPECT_EQ(why["steps"][0]["at"], "50%");
    EXPECT_TRUE(why["steps"][0]["fired"].get<bool>());
}

}  // namespace
}  // namespace reeve::cli
