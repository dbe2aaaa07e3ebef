#include "engine/cli/cli.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>

#include "engine/cli/commands.h"
#include "engine/cli/help.h"
#include "engine/cli/play.h"
#include "engine/cli/table.h"
#include "engine/json.h"
#include "engine/spelling.h"
#include "engine/store/store.h"

namespace reeve::cli {

void add_commands(CLI::App& app, Cli& cli) {
    app.name("reeve");
    app.require_subcommand(1);
    app.footer("Every command has its own help:\n  reeve case start --help");
    add_init(app, cli);
    add_validate(app, cli);
    add_calendar(app, cli);
    add_run(app, cli);
    add_play(app, cli);
    add_demo(app, cli);
    add_case(app, cli);
    add_task(app, cli);
    add_clock(app, cli);
    add_request(app, cli);
    add_job(app, cli);
    add_explain(app, cli);
    add_escalation(app, cli);
    add_forecast(app, cli);
    add_definition(app, cli);
    add_org(app, cli);
    add_store(app, cli);
    add_archive(app, cli);
    add_serve(app, cli);
    add_token(app, cli);
    add_access(app, cli);
    add_password(app, cli);
    add_webhook(app, cli);
    add_bench(app, cli);
    add_completion(app, cli);
    lay_out_help(app);
}

namespace {

// The command that the words name, as far as they do.
std::string path_of(CLI::App& app, const std::vector<std::string>& words) {
    CLI::App* at = &app;
    std::string path = app.get_name();
    for (const auto& word : words) {
        const auto found = at->get_subcommands([&](CLI::App* one) { return one->get_name() == word; });
        if (found.empty()) break;
        at = found.front();
        path += " " + word;
    }
    return path;
}

}  // namespace

int report_wrong_use(const std::vector<std::string>& words, const std::string& what) {
    if (std::ranges::find(words, "--json") == words.end())
        fmt::print(stderr, "reeve: {}\n", visible(what));
    else
        fmt::print(stderr, "{}\n",
                   Json{{"error", {{"code", "wrong-use"}, {"message", what}, {"place", ""}}}}.dump(
                       -1, ' ', false, Json::error_handler_t::replace));
    return 2;
}

std::string in_words(CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& fault) {
    const auto path = path_of(app, words);
    const std::string what = fault.what();
    if (what.starts_with("A subcommand"))
        return fmt::format("say which command of {}; {} --help lists them", path, path);
    if (const auto* extras = dynamic_cast<const CLI::ExtrasError*>(&fault); extras) {
        std::string over;
        for (const auto& word : app.remaining(true)) over += (over.empty() ? "" : " ") + word;
        return fmt::format(
            "\"{}\" belongs to nothing before it; a value with a space in it is written in quotes, as in "
            "--set street=\"Oak Street 7\"; {} --help tells more",
            over, path);
    }
    return fmt::format("{}; {} --help tells more", what, path);
}

std::string unknown_command(CLI::App& app, const std::vector<std::string>& words) {
    CLI::App* at = &app;
    std::string path = app.get_name();
    for (const auto& word : words) {
        if (word.starts_with("-")) return {};
        std::vector<std::string> names;
        for (const auto* command : at->get_subcommands([](CLI::App*) { return true; })) {
            names.push_back(command->get_name());
        }
        if (names.empty()) return {};
        if (std::ranges::find(names, word) == names.end())
            return fmt::format("{} has no command \"{}\"{}; {} --help lists them", path, word,
                               did_you_mean(word, names), path);
        at = at->get_subcommand(word);
        path += " " + word;
    }
    return {};
}

std::optional<Error> bad_argument(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i)
        if (bad_utf8(words[i]) != std::string::npos)
            return Error{"bad-utf8", "this word is not UTF-8; type it anew in a terminal that writes UTF-8",
                         fmt::format("word {}", i + 1)};
    // As of a variable that is not set. Without it the command does another thing.
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i)
        if (words[i].starts_with("--") &&
            (words[i].find('=') == words[i].size() - 1 || (i + 1 < words.size() && words[i + 1].empty())))
            return Error{"bad-value", "this is empty; give it a value, or leave it out",
                         words[i].substr(0, words[i].find('='))};
    return std::nullopt;
}

int finish(int status) {
    std::cout.flush();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good()) return status;
    fmt::print(stderr, "reeve: not all of the answer could be written to standard output\n");
    return 1;
}

std::string unknown_option(CLI::App& app, const std::vector<std::string>& words) {
    CLI::App* at = &app;
    std::string path = app.get_name();
    for (const auto& word : words) {
        if (!word.starts_with("--")) {
            const auto commands = at->get_subcommands([&](CLI::App* one) { return one->get_name() == word; });
            if (commands.empty()) continue;
            at = commands.front();
            path += " " + word;
            continue;
        }
        const auto name = word.substr(0, word.find('='));
        if (name == "--" || at->get_option_no_throw(name)) continue;
        const bool noun = !at->get_subcommands([](CLI::App*) { return true; }).empty();
        if (noun && (name == "--data" || name == "--now" || name == "--as" || name == "--json"))
            return fmt::format("write {} behind the command it is for, as in reeve case list {}{}", name,
                               name, name == "--json" ? "" : " …");
        std::vector<std::string> known;
        for (const auto* option : at->get_options())
            for (const auto& one : option->get_lnames()) known.push_back("--" + one);
        return fmt::format("{} has no option {}{}; {} --help lists them", path, name,
                           did_you_mean(name, known), path);
    }
    return {};
}

void Cli::run(CLI::App* command, std::function<int()> body) {
    command->add_flag("--json", json, "Print JSON instead of text");
    command->callback([this, body = std::move(body)] {
        try {
            status = body();
        } catch (const CLI::ParseError&) {
            throw;  // wrong use that only the command itself could see
        } catch (const std::exception& e) {
            status = refused(*this, store::trouble(e));
        }
    });
}

int refused(const Cli& cli, const Error& error) {
    if (cli.json) {
        nlohmann::json j{
            {"error", {{"code", error.code}, {"message", error.message}, {"place", error.place}}}};
        fmt::print(stderr, "{}\n", j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
        fmt::print(stderr, "reeve: {}\n", visible(error.text()));
    }
    return 1;
}

}  // namespace reeve::cli
