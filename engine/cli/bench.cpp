// reeve bench engine|http|idle|timers|storm|year|scale|limit
#include "engine/cli/bench.h"

#include <fmt/format.h>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"
#include "engine/cli/help.h"

namespace reeve::cli {

namespace {

void print(const Json& result) {
    for (const auto& [name, value] : result.items()) {
        if (value.is_object() && value.contains("median"))
            fmt::print("{:28} {:.6g}   ({:.6g} to {:.6g})\n", name, value["median"].get<double>(),
                       value["least"].get<double>(), value["most"].get<double>());
        else
            fmt::print("{:28} {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
    }
}

CLI::App* add(CLI::App* noun, Cli& cli, const std::string& name, const std::string& sentence,
              Json (*measure)(const BenchOptions&), bool may_kill = false, int example = 2000) {
    auto* command = add_command(*noun, name, sentence,
                                fmt::format("reeve bench {} --count {} --rounds 1", name, example));
    auto options = std::make_shared<BenchOptions>();
    auto store = std::make_shared<std::string>();
    command->add_option("--store", *store, "A folder on the disk to be measured, or sqlite:FOLDER")
        ->type_name("URL");
    command->add_option("--count", options->count, "How many cases, timers or clocks a round")
        ->type_name("N");
    command->add_option("--rounds", options->rounds, "How often; the median is told")
        ->type_name("N")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    if (may_kill)
        command->add_flag("--kill", options->kill,
                          "SIGKILL in the middle, and a restart; nothing may be lost");
    cli.run(command, [&cli, options, store, measure] {
        const auto scheme = store->find(':');
        if (scheme != std::string::npos && store->substr(0, scheme) != "sqlite")
            return refused(cli,
                           {"unknown-store", "only sqlite:FOLDER or a folder can be measured", "--store"});
        options->store = scheme == std::string::npos ? *store : store->substr(scheme + 1);
        if (!options->store.empty() && !std::filesystem::is_directory(options->store))
            return refused(cli, {"no-folder", "there is no such folder", options->store.string()});
        const auto result = measure(*options);
        if (cli.json)
            print_json(result);
        else
            print(result);
        return 0;
    });
    return command;
}

}  // namespace

void add_bench(CLI::App& app, Cli& cli) {
    auto* bench =
        add_noun(app, "bench", "Measure this reeve on this disk, beside raw SQLite in the same run.",
                 "Upkeep", "reeve bench engine --count 2000 --rounds 1");
    add(bench, cli, "engine", "Two durable commands a case, 256 in flight, and one at a time.", bench_engine);
    add(bench, cli, "http",
        "The same two commands over HTTP, 64 and 256 clients and one, beside a bare server.", bench_http,
        false, 500);
    add(bench, cli, "idle", "What a service takes that nobody asks, with so many clocks pending.", bench_idle,
        false, 500);
    add(bench, cli, "timers", "What pending timers cost: disk, memory, opening, an idle engine.",
        bench_timers);
    add(bench, cli, "storm", "Clocks all due in one second, while people go on working.", bench_storm, true);
    add(bench, cli, "year", "A year of the sample county under a virtual clock, and its journal rebuilt.",
        bench_year, false, 50);
    add(bench, cli, "scale", "What each thing costs with so many open cases, and with a long history.",
        bench_scale);
    add(bench, cli, "limit", "What the disk and raw SQLite allow, without an engine.", bench_limit);
}

}  // namespace reeve::cli
