// reeve forecast: what will happen by itself if nobody acts.
#include "engine/cli/commands.h"
#include "engine/cli/folder.h"

namespace reeve::cli {

void add_forecast(CLI::App& app, Cli& cli) {
    auto* command = add_command(app, "forecast",
                                "What is about to happen by itself if nobody acts: dates, steps and whom "
                                "they tell. Nothing is written.",
                                "reeve forecast --unit north --within '30 days'");
    command->group("Oversight");
    struct Wanted {
        std::string unit, person, within;
        std::size_t limit = 100;
    };
    auto wanted = std::make_shared<Wanted>();
    command->add_option("--unit", wanted->unit, "Of this unit's cases and below");
    command->add_option("--person", wanted->person,
                        "Of cases that this person owns, or steps that they are told of");
    command->add_option("--within", wanted->within, "How far ahead, a year at most")
        ->type_name("DURATION")
        ->default_str("7 days");
    command->add_option("--limit", wanted->limit, "At most so many, the nearest")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    reads(cli, command, [&cli, wanted](Folder& folder) {
        auto units = folder.below(wanted->unit);
        if (!units) return refused(cli, units.error());
        if (auto no = folder.unknown_person(wanted->person, "--person")) return refused(cli, *no);
        const auto sight = folder.sight();
        const auto until = views::ahead_until(sight, wanted->within);
        if (!until) return refused(cli, {until.error().code, until.error().message, "--within"});
        const auto coming = views::forecast(
            sight,
            {.until = *until, .units = std::move(*units), .person = wanted->person, .limit = wanted->limit});
        print_rows(cli,
                   {{"at", "AT"},
                    {"case", "CASE"},
                    {"title", "TITLE"},
                    {"unit", "UNIT"},
                    {"light", "LIGHT"},
                    {"told", "TELLS"},
                    {"words", "WHAT"}},
                   coming.rows, "Nothing happens by itself in that time.");
        if (coming.more && !cli.json) fmt::print(stderr, "reeve: there is more; --limit shows it\n");
        return 0;
    });
}

}  // namespace reeve::cli
