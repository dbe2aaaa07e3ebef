// Who sees what: the cases of the units in which a person has a post; those who lead or supervise see the
// units below too; and everyone sees the cases that are theirs to work on, or of which they were told.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "engine/http/route.h"
#include "engine/spelling.h"

namespace reeve::http {

namespace {

// Roles of those who answer for what lies below their unit, and of those who keep the definitions and the
// organisation in order.
constexpr std::string_view leading[] = {"head",      "deputy_head",           "supervisor",
                                        "inspector", org::administrator_role, "job_worker"};
Error no_case(const std::string& id) {
    return {"unknown-case", "there is no case \"" + id + "\" that you may see", "case"};
}

}  // namespace

Rights rights_of(const std::string& person, const org::Directory& directory) {
    Rights rights;
    std::set<std::string> units;
    for (const auto* post : directory.posts()) {
        if (std::ranges::find(post->holders, person) == post->holders.end()) continue;
        units.insert(post->unit);
        rights.administrator |= post->role == org::administrator_role && directory.parent(post->unit).empty();
        if (std::ranges::find(leading, post->role) == std::end(leading)) continue;
        if (directory.parent(post->unit).empty()) rights.everywhere = true;
        for (const auto* unit : directory.units())
            if (directory.within(unit->id, post->unit)) units.insert(unit->id);
    }
    rights.units.assign(units.begin(), units.end());
    return rights;
}

std::shared_ptr<const Rights> KnownRights::of(const std::string& person,
                                              const std::shared_ptr<const org::Directory>& directory) {
    if (directory_ != directory) {
        directory_ = directory;
        by_person_.clear();
    }
    auto& known = by_person_[person];
    if (!known) known = std::make_shared<Rights>(rights_of(person, *directory));
    return known;
}

std::set<std::string> theirs(const views::Sight& sight, const store::CaseRow& row) {
    std::set<std::string> persons;
    if (!row.owner.empty()) persons.insert(row.owner);
    for (const auto& task : sight.reader.tasks({.person = {}, .case_id = row.id, .units = {}})) {
        if (task.person.empty()) continue;
        persons.insert(task.person);
        const auto* absent = sight.people->person(task.person);
        if (!absent || !absent->active || !sight.people->absent(task.person, sight.now)) continue;
        const auto stand_in = sight.people->resolve({.kind = org::Who::Kind::person, .name = task.person},
                                                    {.unit = row.unit, .owner = row.owner, .at = sight.now});
        for (const auto& found : stand_in.people) persons.insert(found.person);
    }
    for (const auto& step : sight.reader.escalations(
             {.case_id = row.id, .told = {}, .units = {}, .from = {}, .to = {}, .acknowledged = {}})) {
        std::istringstream told(step.told);
        for (std::string person; told >> person;) persons.insert(std::move(person));
    }
    for (const auto& request : sight.reader.requests({.case_id = row.id, .units = {}}))
        for (auto& person : views::who_may_answer(sight, request)) persons.insert(std::move(person));
    return persons;
}

bool sees_unit(const Caller& caller, const std::string& unit) {
    return caller.rights->everywhere ||
           std::ranges::find(caller.rights->units, unit) != caller.rights->units.end();
}

bool sees(const Caller& caller, const views::Sight& sight, const store::CaseRow& row) {
    return sees_unit(caller, row.unit) || row.owner == caller.person ||
           theirs(sight, row).contains(caller.person);
}

Result<store::CaseRow> seen_case(const Call& call, const views::Sight& sight, const std::string& id) {
    auto row = sight.reader.find_case(id);
    if (row && sees(call.caller, sight, *row)) return std::move(*row);
    // Whose unit had it nothing tells any more: who sees all learns where it is.
    if (!row && call.caller.rights->everywhere)
        if (const auto gone = sight.reader.archived(id))
            return refuse(
                "archived",
                fmt::format("case \"{}\" was archived at {} into {}; nothing of it can be changed any "
                            "more",
                            id, time::to_utc_string(gone->at),
                            std::filesystem::path(gone->file).filename().string()),
                "case");
    return std::unexpected(no_case(id));
}

Result<std::vector<std::string>> seen_units(const Call& call, const views::Sight& sight) {
    const auto& unit = call.query("unit");
    const auto& rights = *call.caller.rights;
    if (unit.empty()) {
        if (rights.everywhere) return std::vector<std::string>{};
        // A unit of no name: whoever has no post sees no list of cases.
        return rights.units.empty() ? std::vector<std::string>{""} : rights.units;
    }
    std::vector<std::string> ids, all;
    for (const auto* one : sight.people->units()) {
        all.push_back(one->id);
        if (sight.people->within(one->id, unit) &&
            (rights.everywhere || std::ranges::find(rights.units, one->id) != rights.units.end()))
            ids.push_back(one->id);
    }
    if (!sight.people->unit(unit))
        return refuse("bad-parameter", "there is no unit \"" + unit + "\"" + did_you_mean(unit, all), "unit");
    if (ids.empty()) return refuse("not-permitted", "you see no case of the unit \"" + unit + "\"", "unit");
    return ids;
}

std::optional<Error> unknown_filter(const Call& call, const views::Sight& sight) {
    const auto unknown = [](std::string_view what, const std::string& given, std::string_view field,
                            const std::vector<std::string>& known) {
        return Error{"bad-parameter",
                     "there is no " + std::string(what) + " \"" + given + "\"" + did_you_mean(given, known),
                     std::string(field)};
    };
    if (const auto& given = call.query("definition"); !given.empty())
        if (const auto known = sight.catalog.ids(); std::ranges::find(known, given) == known.end())
            return unknown("definition", given, "definition", known);
    for (const char* field : {"owner", "person"}) {
        const auto& given = call.query(field);
        if (given.empty() || sight.people->person(given)) continue;
        std::vector<std::string> known;
        for (const auto* person : sight.people->people()) known.push_back(person->id);
        return unknown("person", given, field, known);
    }
    return std::nullopt;
}

}  // namespace reeve::http
