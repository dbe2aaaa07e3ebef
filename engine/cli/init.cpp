// reeve init DIR: a data folder.
#include <fmt/format.h>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"

namespace reeve::cli {

namespace {

struct Init {
    std::string folder, organisation, rehearsal, actor;
};

int print_done(const Cli& cli, const std::string& path, const store::Totals& totals,
               const std::optional<time::Instant>& rehearsal) {
    if (cli.json) {
        print_json({{"folder", path},
                    {"events", totals.events},
                    {"cases", totals.cases},
                    {"open", totals.open},
                    {"rehearsal", when_json(rehearsal, nullptr)}});
        return 0;
    }
    fmt::print("{} is a data folder", path);
    if (totals.cases > 0) fmt::print(" with {} cases, {} of them open", totals.cases, totals.open);
    if (rehearsal)
        fmt::print("; a rehearsal in which it is {}, until --now says later",
                   time::to_utc_string(*rehearsal));
    fmt::print(".\n");
    return 0;
}

int init_folder(Cli& cli, const Init& init) {
    std::optional<time::Instant> rehearsal;
    if (!init.rehearsal.empty()) {
        auto at = time::parse_instant(init.rehearsal);
        if (!at) return refused(cli, {at.error().code, at.error().message, "--rehearsal"});
        rehearsal = *at;
    }
    const std::filesystem::path path = init.folder;
    if (std::filesystem::exists(path / "reeve.db"))
        return refused(cli, {"folder-exists", "this is a data folder already; choose another", init.folder});
    // The file is read before anything is made, so that a faulty one leaves nothing behind.
    std::vector<org::Event> events;
    if (!init.organisation.empty()) {
        auto loaded = org::load(init.organisation);
        if (!loaded) {
            for (const auto& error : loaded.error()) refused(cli, error);
            return 1;
        }
        events = std::move(*loaded);
    }
    std::filesystem::create_directories(path);
    if (rehearsal) write_rehearsal(path, *rehearsal);
    const Given given{.data = init.folder, .actor = init.actor.empty() ? core::system_actor : init.actor};
    auto folder = Folder::open(given, true, true);
    if (!folder) return refused(cli, folder.error());
    if (!events.empty())
        if (auto done = (*folder)->engine().change(std::move(events), given.actor); !done)
            return refused(cli, done.error());
    return print_done(cli, init.folder, (*folder)->engine().read()->totals(), rehearsal);
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
    command
        ->add_option("--rehearsal", init->rehearsal,
                     "A rehearsal that begins at this time: the clock is what --now says")
        ->type_name("TIME");
    command->add_option("--as", init->actor, "Who brings the organisation")
        ->envname("REEVE_AS")
        ->type_name("PERSON");
    cli.run(command, [&cli, init] { return init_folder(cli, *init); });
}

}  // namespace reeve::cli
