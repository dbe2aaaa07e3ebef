// reeve init DIR: a data folder.
#include <fmt/format.h>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"
#include "engine/cli/sample.h"
#include "engine/json.h"
#include "engine/store/part_file.h"

namespace reeve::cli {

namespace {

struct Init {
    std::string folder, organisation, rehearsal, actor;
    bool sample = false, live = false;
};

// The zone that the organisation is in, as its file says; null when there is none.
time::CalendarPtr zone_of(const Init& init) {
    if (init.sample) return time::elapsed_calendar("Asia/Shanghai");
    if (init.organisation.empty()) return nullptr;
    auto document = load_json(init.organisation);
    if (!document || !document->value.is_object()) return nullptr;
    const auto zone = plain(document->value.value("zone", Json("")));
    try {
        return zone.empty() ? nullptr : time::elapsed_calendar(zone);
    } catch (const std::invalid_argument&) {
        return nullptr;  // reading the organisation says what is wrong with it
    }
}

int print_done(const Cli& cli, const std::string& path, const store::Totals& totals,
               const std::optional<time::Instant>& rehearsal, const time::CalendarPtr& zone) {
    if (cli.json) {
        print_json({{"folder", path},
                    {"events", totals.events},
                    {"cases", totals.cases},
                    {"open", totals.open},
                    {"rehearsal", when_json(rehearsal, zone)}});
        return 0;
    }
    fmt::print("{} is a data folder", path);
    if (totals.cases > 0)
        fmt::print(" with {}, {} of them open", counted(totals.cases, "case", "cases"), totals.open);
    if (rehearsal)
        fmt::print("; a rehearsal in which it is {}, until --now says later", when(*rehearsal, zone));
    fmt::print(".\n");
    return 0;
}

int init_sample(Cli& cli, const Init& init, const std::optional<time::Instant>& rehearsal) {
    auto shown = progress("playing the sample county");
    auto played = play_sample(init.folder, [&](time::Instant now, time::Instant from, time::Instant until) {
        if (shown) shown((now - from).count(), (until - from).count());
    });
    if (!played) {
        for (const auto& error : played.error()) refused(cli, error);
        return 1;
    }
    auto at = played->world->now();
    const auto totals = played->world->engine().read()->totals();
    played->world.reset();
    if (rehearsal && *rehearsal < at)
        return refused(cli, {"too-early",
                             "the sample's season ends at " + time::to_utc_string(at) +
                                 "; a rehearsal with it begins there or later",
                             "--rehearsal"});
    store::mark_rehearsal(init.folder, !init.live);
    if (init.live) std::filesystem::remove(std::filesystem::path(init.folder) / "rehearsal.json");
    if (init.live) return print_done(cli, init.folder, totals, std::nullopt, zone_of(init));
    write_rehearsal(init.folder, rehearsal.value_or(at));
    return print_done(cli, init.folder, totals, rehearsal.value_or(at), zone_of(init));
}

int init_folder(Cli& cli, const Init& init) {
    const auto zone = zone_of(init);
    std::optional<time::Instant> rehearsal;
    if (!init.rehearsal.empty()) {
        auto at = parse_start(init.rehearsal, "--rehearsal", zone);
        if (!at) return refused(cli, at.error());
        rehearsal = *at;
    }
    const std::filesystem::path path = init.folder;
    if (std::filesystem::exists(path / "reeve.db") && !init.sample)
        return refused(cli, {"folder-exists", "this is a data folder already; choose another", init.folder});
    if (auto no = place_refuses(path)) return refused(cli, *no);
    if (init.sample) return init_sample(cli, init, rehearsal);
    // The file is read before anything is made, so that a faulty one leaves nothing behind.
    std::vector<org::Event> events;
    if (!init.organisation.empty()) {
        auto loaded = org::load(init.organisation);
        if (!loaded) {
            for (const auto& error : loaded.error()) refused(cli, error);
            return 1;
        }
        events = std::move(*loaded);
        if (init.actor.empty())
            wrong_use("--as", "say who brings the organisation: --as PERSON, or set REEVE_AS");
        if (auto no = brings(events, init.actor)) return refused(cli, *no);
    }
    store::make_data_folder(path);
    if (rehearsal) write_rehearsal(path, *rehearsal);
    const Given given{.data = init.folder, .actor = init.actor.empty() ? core::system_actor : init.actor};
    auto folder = Folder::open(given, Purpose::create);
    if (!folder) return refused(cli, folder.error());
    if (!events.empty())
        if (auto done = (*folder)->engine().change(std::move(events), given.actor); !done)
            return refused(cli, done.error());
    return print_done(cli, init.folder, (*folder)->engine().read()->totals(), rehearsal, zone);
}

}  // namespace

void add_init(CLI::App& app, Cli& cli) {
    auto* command = add_command(app, "init", "Make a data folder: one folder holds everything.",
                                "reeve init office --organisation organisation.json --as chen-yu");
    command->group("Administration");
    auto init = std::make_shared<Init>();
    command->add_option("DIR", init->folder, "The folder to make")->required();
    command
        ->add_option("--organisation", init->organisation, "Units, posts, people and absences to begin with")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
    auto* sample =
        command->add_flag("--sample", init->sample,
                          "The sample county: its people, definitions and a season of casework, as a "
                          "rehearsal at its end");
    command
        ->add_option("--rehearsal", init->rehearsal,
                     "A rehearsal that begins at this time: the clock is what --now says")
        ->type_name("TIME");
    command->add_flag("--live", init->live, "The sample on the real clock: what fell due since takes effect")
        ->needs(sample);
    command
        ->add_option("--as", init->actor,
                     "Who brings the organisation, a person of it; needed with --organisation")
        ->envname("REEVE_AS")
        ->type_name("PERSON");
    sample->excludes("--organisation");
    cli.run(command, [&cli, init] { return init_folder(cli, *init); });
}

}  // namespace reeve::cli
