// reeve play DEFINITION EVENTS: recorded milestones under the virtual clock. reeve run SCENARIO...:
// scenarios.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "engine/cli/play.h"
#include "engine/cli/replay.h"
#include "engine/cli/scenario_run.h"
#include "engine/cli/table.h"
#include "engine/views/words.h"

namespace reeve::cli {

namespace {

Json json_of(const Played& played) {
    Json json{{"file", played.file},
              {"good", played.good()},
              {"commands", played.commands},
              {"expectations", played.expectations},
              {"failures", Json::array()}};
    for (const auto& failure : played.failures)
        json["failures"].push_back(
            {{"place", failure.place}, {"expected", failure.expected}, {"happened", failure.happened}});
    if (played.stopped)
        json["stopped"] = {{"place", played.stopped->place},
                           {"code", played.stopped->code},
                           {"message", played.stopped->message}};
    return json;
}

int run(const Cli& cli, const std::vector<std::string>& files, bool trace) {
    Json all = Json::array();
    bool good = true;
    for (const auto& file : files) {
        const auto played = play_scenario(file, trace && !cli.json ? LineWatch(print_trace) : LineWatch());
        good &= played.good();
        if (cli.json) {
            all.push_back(json_of(played));
            continue;
        }
        for (const auto& failure : played.failures) {
            fmt::print(stderr, "{}: expected: {}\n", failure.place, failure.expected);
            for (const auto& fact : failure.happened) fmt::print(stderr, "    happened: {}\n", fact);
        }
        if (played.stopped) fmt::print(stderr, "{}\n", played.stopped->text());
        fmt::print("{} {} ({} commands, {} expectations)\n",
                   played.good() ? "as expected:" : "NOT as expected:", file, played.commands,
                   played.expectations);
    }
    if (cli.json) fmt::print("{}\n", all.dump(2));
    return good ? 0 : 1;
}

// What became of the clocks of one name.
Json summary(const Replay& replay) {
    struct Sum {
        int started = 0, done = 0, late = 0, open_late = 0, fired = 0;
        std::int64_t worst = 0;
    };
    std::vector<std::string> order;
    std::map<std::string, Sum> sums;
    for (const auto& clock : replay.clocks) {
        auto [it, first] = sums.try_emplace(clock.clock);
        if (first) order.push_back(clock.clock);
        auto& sum = it->second;
        ++sum.started;
        sum.done += clock.done.has_value();
        sum.late += clock.late_ms > 0;
        sum.open_late += clock.late_ms > 0 && !clock.done;
        for (const auto& step : clock.steps) sum.fired += step.fired;
        sum.worst = std::max(sum.worst, clock.late_ms);
    }
    Json rows = Json::array();
    for (const auto& name : order) {
        const auto& sum = sums[name];
        rows.push_back({{"clock", name},
                        {"started", sum.started},
                        {"done", sum.done},
                        {"late", sum.late},
                        {"late_and_open", sum.open_late},
                        {"steps_fired", sum.fired},
                        {"latest_by_s", sum.worst / 1000},
                        {"latest_by", sum.worst ? views::span_words(sum.worst) : ""}});
    }
    return rows;
}

Json json_of(const Replay& replay) {
    Json json{{"cases", replay.cases},
              {"milestones", replay.milestones},
              {"ignored", replay.ignored},
              {"beyond", replay.beyond},
              {"from", time::to_utc_string(replay.first)},
              {"until", time::to_utc_string(replay.until)},
              {"clocks", summary(replay)},
              {"unplayed", Json::array()}};
    for (const auto& error : replay.unplayed)
        json["unplayed"].push_back(
            {{"place", error.place}, {"code", error.code}, {"message", error.message}});
    return json;
}

Json json_of(const ReplayedClock& clock) {
    Json row{{"case", clock.case_id},
             {"clock", clock.clock},
             {"status", clock.status},
             {"start", time::to_utc_string(clock.start)},
             {"done", clock.done ? Json(time::to_utc_string(*clock.done)) : Json()},
             {"due", clock.due == time::Instant::max() ? Json() : Json(time::to_utc_string(clock.due))},
             {"lateness", static_cast<double>(clock.late_ms) / 1000},
             {"steps", Json::array()}};
    for (const auto& step : clock.steps)
        row["steps"].push_back(
            {{"at", step.at},
             {"moment",
              step.moment == time::Instant::max() ? Json() : Json(time::to_utc_string(step.moment))},
             {"fired", step.fired}});
    return row;
}

struct PlayOptions {
    std::string definition, events, map, table, until;
};

int play(const Cli& cli, const PlayOptions& options) {
    PlayMap map;
    if (!options.map.empty()) {
        auto loaded = load_map(options.map);
        if (!loaded) {
            for (const auto& error : loaded.error()) refused(cli, error);
            return 1;
        }
        map = *loaded;
    }
    if (!options.until.empty()) {
        auto until = time::parse_instant(options.until, *time::elapsed_calendar(map.zone));
        if (!until) return refused(cli, until.error());
        map.until = *until;
    }
    const bool show = isatty(STDERR_FILENO) && !cli.json;
    auto played = replay(options.definition, options.events, map, [&](std::size_t done, std::size_t of) {
        if (show && (done % 500 == 0 || done == of)) fmt::print(stderr, "\r{} of {} milestones", done, of);
        if (show && done == of) fmt::print(stderr, "\r\033[K");
    });
    if (!played) {
        for (const auto& error : played.error()) refused(cli, error);
        return 1;
    }
    if (!options.table.empty() && options.table != "-") {
        std::ofstream out(options.table, std::ios::binary);
        out << csv(*played);
        out.close();
        if (!out) return refused(cli, {"cannot-write", "the table cannot be written", options.table});
    }
    auto json = json_of(*played);
    if (cli.json) {
        if (options.table.empty()) {
            json["rows"] = Json::array();
            for (const auto& clock : played->clocks) json["rows"].push_back(json_of(clock));
        }
        fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
        return 0;
    }
    // The rows are the answer; the words about them go beside it when both would go to one place.
    const bool rows_out = options.table.empty() || options.table == "-";
    auto* words = rows_out ? stderr : stdout;
    if (rows_out) fmt::print("{}", csv(*played));
    fmt::print(words, "{} cases, {} milestones from {} to {}\n", played->cases, played->milestones,
               time::to_utc_string(played->first), time::to_utc_string(played->until));
    if (played->ignored) fmt::print(words, "{} milestones are ignored, as the map says\n", played->ignored);
    if (played->beyond) fmt::print(words, "{} milestones lie behind the end of the play\n", played->beyond);
    fmt::print(words, "{}",
               table({{"clock", "Clock"},
                      {"started", "Started"},
                      {"done", "Done"},
                      {"late", "Late"},
                      {"late_and_open", "Late and open"},
                      {"steps_fired", "Steps fired"},
                      {"latest_by", "Latest by"}},
                     json["clocks"], may_colour(words)));
    if (!played->unplayed.empty())
        fmt::print(stderr, "{} milestones could not be played:\n", played->unplayed.size());
    for (std::size_t i = 0; i < played->unplayed.size() && i < 10; ++i)
        fmt::print(stderr, "  {}\n", played->unplayed[i].text());
    if (played->unplayed.size() > 10) fmt::print(stderr, "  … all of them with --json\n");
    return 0;
}

}  // namespace

void add_run(CLI::App& app, Cli& cli) {
    auto* command = app.add_subcommand("run", "Play scenarios, and say where fact and expectation part");
    auto files = std::make_shared<std::vector<std::string>>();
    auto trace = std::make_shared<bool>(false);
    command->add_option("SCENARIO", *files, "Scenario files (docs/scenarios.md)")->required();
    command->add_flag("-v,--verbose", *trace, "Print every line and what it led to");
    command->footer(
        "Each file plays in a folder of its own, which is gone afterwards.\n"
        "  reeve run tests/stories/*.scenario");
    cli.run(command, [&cli, files, trace] { return run(cli, *files, *trace); });
}

void add_play(CLI::App& app, Cli& cli) {
    auto* command = app.add_subcommand("play", "Play recorded milestones as cases under a virtual clock");
    auto options = std::make_shared<PlayOptions>();
    command->add_option("DEFINITION", options->definition, "The definition the cases run through")
        ->required();
    command->add_option("EVENTS", options->events, "The record: CSV with case, activity, timestamp; gzip too")
        ->required();
    command->add_option("--map", options->map, "What each activity does (docs/play.md)");
    command->add_option("--table", options->table,
                        "Write one row a case and clock here, as CSV; - is standard output");
    command->add_option("--until", options->until,
                        "Play to this moment; default: as the map says, else to the last milestone");
    command->footer("Example:\n  reeve play petition.json events.csv.gz --map map.json --table clocks.csv");
    cli.run(command, [&cli, options] { return play(cli, *options); });
}

}  // namespace reeve::cli
