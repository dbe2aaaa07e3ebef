// Routes of the organisation: units, people, absences, and their changes.
#include "engine/http/route.h"

namespace reeve::http {

namespace {

using Kind = Parameter::Kind;

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
Answer change_organisation(const Call& call, const views::Sight&) {
    if (!call.body.is_object() || call.body.size() != 1 || !call.body.contains("changes") ||
        !call.body["changes"].is_array())
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

constexpr Route office_table[] = {
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
     change_organisation},
};

}  // namespace

std::span<const Route> office_routes() { return office_table; }

}  // namespace reeve::http
