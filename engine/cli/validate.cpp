// reeve validate FILE...
#include <nlohmann/json.hpp>

#include "engine/cli/cli.h"
#include "engine/model/model.h"
#include "engine/runtime/time_source.h"
#include "engine/views/views.h"

namespace reeve::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::vector<std::string> files, calendars;
    std::string from;
    bool schema = false;
};

int validate(const Cli& cli, const Options& options) {
    if (options.schema) {
        fmt::print("{}", model::definition_schema());
        return 0;
    }
    if (options.files.empty()) throw CLI::RequiredError("FILE");
    time::Instant from = runtime::system_time()->now();
    if (!options.from.empty()) {
        // A date alone is enough here: which hour of the day it is decides nothing.
        auto text = options.from.size() == 10 ? options.from + "T00:00:00Z" : options.from;
        auto parsed = time::parse_instant(text);
        if (!parsed) return refused(cli, {parsed.error().code, parsed.error().message, "--from"});
        from = *parsed;
    }
    bool good = true;
    Json all = Json::array();
    for (const auto& file : model::load(options.files, options.calendars, from)) {
        good = good && file.errors.empty();
        const auto* program = file.compiled ? file.compiled->program.get() : nullptr;
        const auto warnings = file.compiled ? file.compiled->warnings : Errors{};
        if (cli.json) {
            const auto document = load_json(file.path);
            Json one{{"file", file.path}};
            one.update(views::checked(document ? &*document : nullptr, file.errors, warnings, program));
            all.push_back(std::move(one));
            continue;
        }
        for (const auto& e : file.errors) fmt::print(stderr, "{}\n", e.text());
        for (const auto& w : warnings) fmt::print(stderr, "{}: warning: {}\n", w.place, w.message);
        if (program)
            fmt::print("{}: {}: {}, {}, {}\n", file.path, program->id,
                       views::counted(program->stages.size(), "stage", "stages"),
                       views::counted(program->clocks.size(), "clock", "clocks"),
                       views::counted(program->ladders.size(), "ladder", "ladders"));
    }
    if (cli.json) fmt::print("{}\n", all.dump(2, ' ', false, Json::error_handler_t::replace));
    return good ? 0 : 1;
}

}  // namespace

void add_validate(CLI::App& app, Cli& cli) {
    auto* command = app.add_subcommand(
        "validate", "Check definitions: FILE:LINE:COL, what is wrong, what would be right");
    auto options = std::make_shared<Options>();
    command->add_option("FILE", options->files, "Definitions; given together they know each other");
    command
        ->add_option("--calendars", options->calendars,
                     "A folder of calendars, beside those next to each file")
        ->type_name("DIR");
    command
        ->add_option("--from", options->from,
                     "The time from which the calendars must cover a year; now, unless given")
        ->type_name("T");
    command->add_flag("--schema", options->schema, "Print the JSON Schema for editors and end");
    cli.run(command, [&cli, options] { return validate(cli, *options); });
}

}  // namespace reeve::cli
