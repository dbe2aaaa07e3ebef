// The front door of engine/model: what a workflow is. Reads definitions, tells every fault at its place,
// compiles. Pure but for load(), which reads files. Thread-safe.
#pragma once

#include <functional>

#include "engine/model/program.h"

namespace reeve::model {

// Finds what a definition names outside itself.
struct Surroundings {
    std::function<Result<time::CalendarPtr>(const std::string& name)> calendar;  // required
    std::function<bool(const std::string& id)>
        definition;  // whether such a definition exists; absent: not checked
    std::function<bool(const std::string& role)>
        role;  // whether the organisation knows the role; absent: not checked
    std::optional<time::Instant>
        from;  // the time the calendar should cover: from here for a year; absent: not checked
    std::function<Result<std::string>(const std::string& file)>
        file;  // the text of an imported ladder; absent: a definition that imports is refused
};

struct Compiled {
    ProgramPtr program;
    Errors warnings;  // e.g. a calendar that ends within the year
};

// Every fault found, in the order of the text; place is NAME:LINE:COL. A Program that comes back keeps law 3:
// every stage that can be active has an owner and a clock.
std::expected<Compiled, Errors> compile(std::string_view text, const std::string& name, const Surroundings&);

// Reads files; calendars are looked for beside each file as NAME.json, in calendars/ beside it, and in
// `calendar_dirs`. Definitions given together know each other, and those in the same folder.
struct Loaded {
    std::string path;
    std::optional<Compiled> compiled;
    Errors errors;
};
std::vector<Loaded> load(const std::vector<std::string>& paths,
                         const std::vector<std::string>& calendar_dirs = {},
                         std::optional<time::Instant> from = {});

// Whether condition `index` holds for the data. Lua 5.4 with no library but pure functions, stopped after a
// fixed number of steps and bytes. code "condition-failed" when the expression faults at run time (a nil
// compared, a limit passed).
Result<bool> holds(const Program&, int index, const Json& data, const Json& case_facts = {});
// Checks data against the program's JSON Schema; `partial` skips "required". Error.place is a JSON pointer.
Errors check_data(const Program&, const Json& data, bool partial = false);
// The value at a path such as "owner_unit" or "party.name"; null when absent.
const Json* at_path(const Json& data, std::string_view path);
// The JSON Schema of the definition language, for editors.
std::string_view definition_schema();

}  // namespace reeve::model
