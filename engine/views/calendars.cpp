// The calendars that cases are counted by.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/spelling.h"
#include "engine/views/facts.h"

namespace reeve::views {

namespace {

// The definitions whose newest version goes by each calendar.
std::map<std::string, std::vector<std::string>> in_use(const store::Catalog& catalog) {
    std::map<std::string, std::vector<std::string>> names;
    for (const auto& id : catalog.ids())
        if (const auto deployed = catalog.deployed(id); deployed && !deployed->calendar_name.empty())
            names[deployed->calendar_name].push_back(id);
    return names;
}

Json calendar_row(const Sight& sight, const std::string& name, const std::vector<std::string>& definitions) {
    const auto text = Json::parse(sight.catalog.calendar(name));
    std::size_t open = 0;
    for (const auto& id : definitions)
        open += sight.reader.cases({.definition = id, .status = "open"}).size();
    return {{"calendar", name},
            {"zone", text.value("zone", "")},
            {"covers", text.value("covers", Json())},
            {"definitions", definitions},
            {"open", open}};
}

}  // namespace

Json calendar_rows(const Sight& sight) {
    Json rows = Json::array();
    for (const auto& [name, definitions] : in_use(sight.catalog))
        rows.push_back(calendar_row(sight, name, definitions));
    return rows;
}

Result<Json> calendar_sheet(const Sight& sight, const std::string& name) {
    const auto used = in_use(sight.catalog);
    if (const auto it = used.find(name); it != used.end()) {
        auto json = calendar_row(sight, name, it->second);
        json["text"] = sight.catalog.calendar(name);
        return json;
    }
    std::vector<std::string> known;
    for (const auto& [one, definitions] : used) known.push_back(one);
    return refuse("unknown-calendar",
                  fmt::format("no definition counts by a calendar \"{}\"{}; in use: {}", name,
                              did_you_mean(name, known),
                              known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))),
                  "calendar");
}

}  // namespace reeve::views
