// Routes of what stands around the cases: units, people, definitions.
#include <algorithm>

#include "engine/http/route.h"
#include "engine/json.h"

namespace reeve::http {

namespace {

using Kind = Parameter::Kind;
constexpr Parameter limit{"limit", Kind::number, "At most so many; 50 unless told, no more than 500"};
constexpr Parameter after{"after", Kind::text, "What the page before gave as \"next\""};
constexpr Parameter page_query[] = {limit, after};

Answer units(const Call& call, const views::Sight& sight) {
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    return page(sight.people->units(), *wanted,
                [&](const org::Unit* unit) { return views::unit_row(sight, *unit); });
}

Answer people(const Call& call, const views::Sight& sight) {
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    return page(sight.people->people(), *wanted,
                [&](const org::Person* person) { return views::person_row(sight, *person); });
}

Answer absences(const Call& call, const views::Sight& sight) {
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    return page(sight.people->absences(), *wanted,
                [&](const org::Absence& absence) { return views::absence_row(sight, absence); });
}

// {"changes": [{"event": "PersonSet", …}, …]}: all of them or none.
Answer change(const Call& call, const views::Sight&) {
    if (!call.body.is_object() || !call.body.contains("changes") || !call.body["changes"].is_array())
        return problem(
            {"bad-shape", "expected {\"changes\": [{\"event\": \"PersonSet\", …}, …]}", "/changes"});
    std::vector<org::Event> events;
    for (std::size_t i = 0; i < call.body["changes"].size(); ++i) {
        auto event = org::event_from_json(call.body["changes"][i]);
        if (!event)
            return problem({event.error().code, event.error().message,
                            "/changes/" + std::to_string(i) + event.error().place},
                           422);
        events.push_back(std::move(*event));
    }
    auto receipt = call.engine.change(std::move(events), call.caller.person);
    if (!receipt) return problem(receipt.error());
    return json_answer({{"changes", call.body["changes"].size()}});
}

Answer definitions(const Call& call, const views::Sight& sight) {
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    return page(sight.catalog.ids(), *wanted,
                [&](const std::string& id) { return views::definition_row(sight, id); });
}

constexpr Parameter version_query[] = {{"version", Kind::number, "Which version; without it the newest"}};

Answer definition(const Call& call, const views::Sight& sight) {
    const int version = call.query("version").empty()
                            ? 0
                            : static_cast<int>(std::min(std::stoul(call.query("version")), 1'000'000'000ul));
    auto sheet = views::definition_sheet(sight, call.at("definition"), version);
    return sheet ? json_answer(*sheet) : problem(sheet.error());
}

// {"text": the definition as its file has it, "name": for messages, "calendar": that of a calendar file}
Answer deploy(const Call& call, const views::Sight&) {
    for (const auto& [name, value] : call.body.items())
        if (!value.is_string() || (name != "text" && name != "name" && name != "calendar"))
            return problem({"unknown-field", "expected texts called text, name and calendar", "/" + name});
    if (!call.body.contains("text"))
        return problem({"missing-field", "the definition itself is missing", "/text"});
    const auto name = call.body.value("name", "definition.json");
    std::string calendar;
    if (call.body.contains("calendar")) {
        // What it takes from files is on the machine of whoever sends it.
        if (const auto json = parse_json(call.body["calendar"].get_ref<const std::string&>(), "calendar");
            json && json->value.is_object() && json->value.contains("import"))
            return problem(
                {"bad-data", "a calendar is sent whole: put what it imports into it", "/calendar"});
        auto parsed =
            time::parse_calendar(call.body["calendar"].get_ref<const std::string&>(), "calendar", "");
        if (!parsed) return problem({parsed.error().code, parsed.error().text(), "/calendar"});
        calendar = time::canonical_text(**parsed);
    }
    auto done = call.engine.deploy(call.body["text"], name, calendar, call.caller.person);
    if (!done) {
        Json faults = Json::array();
        for (const auto& fault : done.error())
            faults.push_back({{"code", fault.code}, {"detail", fault.message}, {"place", fault.place}});
        auto answer = problem(
            {"bad-data", done.error().empty() ? "it is faulty" : done.error().front().text(), "/text"});
        auto json = Json::parse(answer.body);
        json["faults"] = std::move(faults);
        answer.body = json.dump();
        return answer;
    }
    Json warnings = Json::array();
    for (const auto& warning : done->warnings) warnings.push_back(warning.text());
    return json_answer({{"id", done->id},
                        {"version", done->version},
                        {"unchanged", done->unchanged},
                        {"warnings", std::move(warnings)}},
                       done->unchanged ? 200 : 201);
}

constexpr Route table[] = {
    {"GET", "/v1/units", "listUnits", "The units with their posts, those above before those below.",
     Scope::read, page_query, Takes::nothing, "", "Unit", true, units},
    {"GET", "/v1/people", "listPeople", "The persons and their roles.", Scope::read, page_query,
     Takes::nothing, "", "Person", true, people},
    {"GET", "/v1/absences", "listAbsences", "Who is or was absent, and who stands in.", Scope::read,
     page_query, Takes::nothing, "", "Absence", true, absences},
    {"POST",
     "/v1/organisation/changes",
     "changeOrganisation",
     "Change units, posts, persons and absences.",
     Scope::administer,
     {},
     Takes::json,
     "OrganisationChanges",
     "Changed",
     false,
     change},
    {"GET", "/v1/definitions", "listDefinitions", "The definitions in use.", Scope::read, page_query,
     Takes::nothing, "", "DefinitionRow", true, definitions},
    {"POST",
     "/v1/definitions",
     "deployDefinition",
     "Check a definition and put it to use; new cases start under it, running ones keep theirs.",
     Scope::administer,
     {},
     Takes::json,
     "NewDefinition",
     "Deployed",
     false,
     deploy},
    {"GET", "/v1/definitions/{definition}", "showDefinition", "A definition: its stages, clocks and ladders.",
     Scope::read, version_query, Takes::nothing, "", "Definition", false, definition},
};

}  // namespace

std::span<const Route> office_routes() { return table; }

}  // namespace reeve::http
