// reeve demo: the acceptance stories, one by one, then a season of the whole county, under a virtual clock.
#include <fmt/color.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "engine/cli/folder.h"
#include "engine/cli/play.h"
#include "engine/cli/sample.h"
#include "engine/cli/scenario_run.h"
#include "engine/cli/table.h"
#include "engine/cli/telling.h"
#include "engine/views/words.h"

namespace reeve::cli {

namespace {

// What a reader of a story wants to see; the rest is in the case's history.
bool worth_telling(const core::Recorded& recorded) {
    return std::visit(
        []<class E>(const E& e) {
            if constexpr (std::is_same_v<E, core::ClockMet>)
                return e.late_ms > 0;
            else
                return std::is_same_v<E, core::CaseStarted> || std::is_same_v<E, core::OwnerNamed> ||
                       std::is_same_v<E, core::OwnerLost> || std::is_same_v<E, core::EscalationFired> ||
                       std::is_same_v<E, core::EscalationOvertaken> ||
                       std::is_same_v<E, core::EscalationAcknowledged> ||
                       std::is_same_v<E, core::AcknowledgementMissed> ||
                       std::is_same_v<E, core::AcknowledgementLapsed> ||
                       std::is_same_v<E, core::AnswerGiven> || std::is_same_v<E, core::AnswerMissed> ||
                       std::is_same_v<E, core::CaseTransferred> || std::is_same_v<E, core::ClockExtended> ||
                       std::is_same_v<E, core::ClockPaused> || std::is_same_v<E, core::TimeExcluded> ||
                       std::is_same_v<E, core::ClockExpired> || std::is_same_v<E, core::ApprovalAsked> ||
                       std::is_same_v<E, core::ApprovalGiven> || std::is_same_v<E, core::CaseReopened> ||
                       std::is_same_v<E, core::CaseClosed> || std::is_same_v<E, core::TaskUnassigned> ||
                       std::is_same_v<E, core::CaseCancelled>;
        },
        recorded.event);
}

std::string short_time(time::Instant at, const time::Calendar& zone) {
    auto text = time::to_string(at, zone).substr(0, 16);
    text[10] = ' ';
    return text;
}

class Storyteller {
  public:
    explicit Storyteller(bool colour) : colour_(colour) {}

    void watch(const Playing& playing, const Line& line) {
        const auto text = line.words.empty() ? "" : line.words.front().text;
        if (line.verb == "story") {
            fmt::print("\n{}\n", style(fmt::emphasis::bold, fmt::format("{}. {}", ++number_, text)));
        } else if (line.verb == "failure") {
            fmt::print("   What went wrong: {}\n", text);
        } else if (line.verb == "prevented") {
            const auto now = playing.world ? short_time(playing.world->now(), *playing.zone) + "  " : "";
            fmt::print("   {}{}\n", now, style(fg(fmt::terminal_color::green), "Prevented: " + text));
        } else if (line.verb != "expect" && playing.world) {
            tell(playing, line);
        }
    }

  private:
    void tell(const Playing& playing, const Line& line) {
        std::vector<core::Recorded> events;
        for (auto& event : playing.world->since(playing.mark))
            if (worth_telling(event)) events.push_back(std::move(event));
        constexpr std::size_t most = 7;  // a burst is told by its ends
        for (std::size_t i = 0; i < events.size(); ++i) {
            if (events.size() > most && i == most - 3) {
                const auto left_out = events.size() - most + 1;
                fmt::print("                     … and {} more of the same days\n", left_out);
                i += left_out - 1;
                continue;
            }
            print(playing, events[i]);
        }
        if (playing.refused)
            fmt::print("   {}  {}\n", short_time(playing.world->now(), *playing.zone),
                       style(fg(fmt::terminal_color::magenta),
                             fmt::format("refused: {} ({})", playing.refused->message, line.text)));
    }

    void print(const Playing& playing, const core::Recorded& recorded) {
        const auto directory = playing.world->engine().directory();
        core::CaseState state;
        if (auto file = playing.world->engine().find(recorded.case_id)) state = std::move(file->state);
        auto event = recorded.event;
        std::visit(
            [&]<class E>(E& e) {
                if constexpr (requires { e.clock; })
                    if (const auto* clock = state.clock(e.clock)) e.clock = clock->name;
                if constexpr (requires { e.told; })
                    if (e.told.size() > 4) e.told = {e.told[0], e.told[1], e.told[2], e.told[3], "…"};
            },
            event);
        const Wording wording{[&](const std::string& id) {
                                  const auto* person = directory->person(id);
                                  return person ? person->name : id;
                              },
                              playing.zone};
        auto text = words(event, wording);
        if (recorded.actor != core::system_actor)
            text += fmt::format(" — by {}", wording.person(recorded.actor));
        const auto at = std::holds_alternative<core::EscalationFired>(event)
                            ? std::get<core::EscalationFired>(event).planned
                            : recorded.at;
        fmt::print("   {}  {}: {}\n", short_time(at, *playing.zone), playing.name(recorded.case_id),
                   style(style_of(event), text));
    }

    static fmt::text_style style_of(const core::Event& event) {
        const auto* fired = std::get_if<core::EscalationFired>(&event);
        if (!fired) return {};
        if (fired->light == "red") return fg(fmt::terminal_color::red);
        if (fired->light == "orange") return fg(fmt::terminal_color::yellow) | fmt::emphasis::bold;
        if (fired->light == "yellow") return fg(fmt::terminal_color::yellow);
        return fg(fmt::terminal_color::blue);
    }

    std::string style(fmt::text_style how, const std::string& text) const {
        return colour_ ? fmt::format(how, "{}", text) : text;
    }

    bool colour_;
    int number_ = 0;
};

// The five-colour table of the county: the open cases of each unit by their light.
Json light_table(const World& world) {
    store::CaseFilter open;
    open.status = "open";
    std::map<std::string, std::map<std::string, int>> counts;
    for (const auto& row : world.engine().read()->cases(open)) ++counts[row.unit][row.light];
    Json rows = Json::array();
    const auto directory = world.engine().directory();
    for (const auto* unit : directory->units()) {
        auto& of = counts[unit->id];
        int filled = 0, authorised = 0, all = 0;
        for (const auto* post : directory->posts(unit->id)) {
            filled += static_cast<int>(post->holders.size());
            authorised += post->authorised;
        }
        for (const auto& [light, n] : of) all += n;
        std::string worst = "green";
        for (const char* light : {"blue", "yellow", "orange", "red"})
            if (of[light]) worst = light;
        auto number = [&](const char* light) { return of[light] ? Json(of[light]) : Json(); };
        rows.push_back({{"unit", unit->title_en},
                        {"posts", fmt::format("{} of {}", filled, authorised)},
                        {"open", all},
                        {"green", number("green")},
                        {"blue", number("blue")},
                        {"yellow", number("yellow")},
                        {"orange", number("orange")},
                        {"red", number("red")},
                        {"light", worst}});
    }
    return rows;
}

Json state_table(const World& world) {
    std::map<std::string, std::map<std::string, int>> counts;
    for (const auto& row : world.engine().read()->cases({})) {
        ++counts[row.definition][row.status];
        ++counts[row.definition]["all"];
        if (row.cycle > 1) ++counts[row.definition]["reopened"];
    }
    Json rows = Json::array();
    for (auto& [definition, of] : counts)
        rows.push_back({{"definition", definition},
                        {"all", of["all"]},
                        {"open", of["open"]},
                        {"closed", of["closed"]},
                        {"cancelled", of["cancelled"]}});
    return rows;
}

Json overdue_table(const World& world, const time::Calendar& zone, std::size_t most) {
    Json rows = Json::array();
    auto reader = world.engine().read();
    auto late = reader->overdue(world.now());
    std::ranges::stable_sort(late, {},
                             [](const auto& row) { return row.due.value_or(time::Instant::max()); });
    for (std::size_t i = 0; i < late.size() && i < most; ++i) {
        const auto row = reader->find_case(late[i].case_id);
        const auto* owner = row ? world.engine().directory()->person(row->owner) : nullptr;
        rows.push_back({{"case", late[i].case_id},
                        {"clock", late[i].name},
                        {"due", late[i].due ? time::to_string(*late[i].due, zone) : ""},
                        {"late", late[i].due ? time_left(world.now(), *late[i].due) : ""},
                        {"unit", row ? row->unit : ""},
                        {"owner", owner ? owner->name : ""},
                        {"light", late[i].light}});
    }
    return rows;
}

void print_county(const PlayedSample& played, const time::Calendar& zone, bool colour) {
    const auto& world = *played.world;
    const auto totals = world.engine().read()->totals();
    fmt::print(
        "\nThe county as it stands on {}: {} cases, {} of them open; {} events, {} alerts to people.\n\n",
        short_time(world.now(), zone), totals.cases, totals.open, totals.events, totals.pending_alerts);
    fmt::print("{}\n", table({{"definition", "Cases of"},
                              {"all", "All"},
                              {"open", "Open"},
                              {"closed", "Closed"},
                              {"cancelled", "Cancelled"}},
                             state_table(world), colour));
    fmt::print("{}\n", table({{"unit", "Open cases of"},
                              {"posts", "Posts filled"},
                              {"open", "All"},
                              {"green", "Green"},
                              {"blue", "Blue"},
                              {"yellow", "Yellow"},
                              {"orange", "Orange"},
                              {"red", "Red"},
                              {"light", "Light"}},
                             light_table(world), colour));
    fmt::print("The longest overdue:\n{}\n", table({{"case", "Case"},
                                                    {"clock", "Clock"},
                                                    deadline("due", "Due"),
                                                    {"late", "Late"},
                                                    {"unit", "Unit"},
                                                    {"owner", "Owner", "nobody"},
                                                    {"light", "Light"}},
                                                   overdue_table(world, zone, 10), colour));
}

int demo(const Cli& cli, const std::string& folder) {
    if (!folder.empty())
        if (const auto no = place_refuses(folder)) return refused(cli, *no);
    if (const auto no = sample_refuses(folder)) return refused(cli, *no);
    const bool colour = may_colour(stdout) && !cli.json;
    const auto zone = time::elapsed_calendar("Asia/Shanghai");
    bool good = true;
    Json json{{"stories", Json::array()}};

    std::vector<std::string> stories;
    if (std::filesystem::is_directory(stories_folder()))
        for (const auto& entry : std::filesystem::directory_iterator(stories_folder()))
            if (entry.path().extension() == ".scenario" && std::isdigit(entry.path().filename().string()[0]))
                stories.push_back(entry.path().string());
    std::ranges::sort(stories);
    if (!cli.json)
        fmt::print(
            "Reeve plays the sample county, Reed Ferry (苇渡县), under a virtual clock. Nobody in it "
            "exists.\n");
    Storyteller teller(colour);
    for (const auto& story : stories) {
        const auto played = play_scenario(story, [&](const Playing& playing, const Line& line, bool) {
            if (!cli.json) teller.watch(playing, line);
            std::fflush(stdout);
        });
        good &= played.good();
        json["stories"].push_back({{"story", std::filesystem::path(story).stem().string()},
                                   {"as_expected", played.good()},
                                   {"expectations", played.expectations}});
        if (!cli.json)
            fmt::print("   {} expectations, {}\n", played.expectations,
                       played.good() ? "all as expected" : "NOT all as expected: reeve run " + story);
    }

    const bool show = isatty(STDERR_FILENO) && !cli.json;
    if (!cli.json)
        fmt::print("\nNow a season of the whole county{}.\n", folder.empty() ? "" : ", in " + folder);
    std::fflush(stdout);
    int last = -1;
    auto season = play_sample(folder, [&](time::Instant now, time::Instant from, time::Instant until) {
        const int percent =
            static_cast<int>(100 * (now - from).count() / std::max<std::int64_t>(1, (until - from).count()));
        if (show && percent != last)
            fmt::print(stderr, "\r{} {:3} %", short_time(now, *zone), last = percent);
    });
    if (show) fmt::print(stderr, "\r\033[K");
    if (!season) {
        for (const auto& error : season.error()) refused(cli, error);
        return 1;
    }
    if (cli.json) {
        json["cases"] = state_table(*season->world);
        json["units"] = light_table(*season->world);
        json["overdue"] = overdue_table(*season->world, *zone, 1000);
        json["resumed"] = season->report.resumed;
        json["complete"] = season->report.complete;
        json["refusals"] = season->report.refusals;
        fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
        return good ? 0 : 1;
    }
    if (season->report.resumed) fmt::print("It had been cut short and went on where it stood.\n");
    if (season->report.complete) fmt::print("It had been played to its end before.\n");
    print_county(*season, *zone, colour);
    if (!folder.empty())
        fmt::print("It lies in {}. See for yourself:\n  reeve case list --data {}\n  reeve check --data {}\n",
                   folder, folder, folder);
    return good ? 0 : 1;
}

}  // namespace

void add_demo(CLI::App& app, Cli& cli) {
    auto* command =
        app.add_subcommand("demo", "Play the sample county under a virtual clock and tell what happened");
    auto folder = std::make_shared<std::string>();
    command->add_option("--data", *folder,
                        "Keep the county here; one that was cut short goes on. Default: nothing is kept");
    command->footer("Example:\n  reeve demo --data build/demo");
    cli.run(command, [&cli, folder] { return demo(cli, *folder); });
}

}  // namespace reeve::cli
