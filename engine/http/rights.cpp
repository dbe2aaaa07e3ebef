// Who sees what: the cases of the units in which a person has a post; those who lead or supervise see the
// units below too; and everyone sees the cases that are theirs to work on, or of which they were told.
#include <algorithm>

#include "engine/http/route.h"
#include "engine/spelling.h"

namespace reeve::http {

namespace {

// Roles of those who answer for what lies below their unit, and of those who keep the definitions and the
// organisation in order.
constexpr std::string_view leading[] = {"head", "deputy_head", "supervisor", "inspector", administrator_role};
Error no_case(const std::string& id) {
    return {"unknown-case", "there is no case \"" + id + "\" that you may see", "case"};
}

}  // namespace

Caller caller_of(const std::string& person, std::set<Scope> scopes, const org::Directory& directory) {
    Caller caller{.person = person, .session = {}, .scopes = std::move(scopes), .units = {}};
    std::set<std::string> units;
    for (const auto* post : directory.posts()) {
        if (std::ranges::find(post->holders, person) == post->holders.end()) continue;
        units.insert(post->unit);
        caller.administrator |= post->role == administrator_role && directory.parent(post->unit).empty();
        if (std::ranges::find(leading, post->role) == std::end(leading)) continue;
        if (directory.parent(post->unit).empty()) caller.everywhere = true;
        for (const auto* unit : directory.units())
            if (directory.within(unit->id, post->unit)) units.insert(unit->id);
    }
    caller.units.assign(units.begin(), units.end());
    return caller;
}

bool sees(const Caller& caller, const views::Sight& sight, const store::CaseRow& row) {
    if (caller.everywhere || row.owner == caller.person ||
        std::ranges::find(caller.units, row.unit) != caller.units.end())
        return true;
    const auto has_task = [&](const store::TaskRow& task) { return task.person == caller.person; };
    if (std::ranges::any_of(views::tasks(sight, {.person = caller.person, .case_id = row.id, .units = {}}),
                            has_task))
        return true;
    return !sight.reader
                .escalations({.case_id = row.id,
                              .told = caller.person,
                              .units = {},
                              .from = {},
                              .to = {},
                              .acknowledged = {},
                              .limit = 1})
                .empty();
}

Result<store::CaseRow> seen_case(const Call& call, const views::Sight& sight, const std::string& id) {
    auto row = sight.reader.find_case(id);
    if (!row || !sees(call.caller, sight, *row)) return std::unexpected(no_case(id));
    return std::move(*row);
}

Result<std::vector<std::string>> seen_units(const Call& call, const views::Sight& sight) {
    const auto& unit = call.query("unit");
    const auto& caller = call.caller;
    if (unit.empty()) {
        if (caller.everywhere) return std::vector<std::string>{};
        // A unit of no name: whoever has no post sees no list of cases.
        return caller.units.empty() ? std::vector<std::string>{""} : caller.units;
    }
    std::vector<std::string> ids, all;
    for (const auto* one : sight.people->units()) {
        all.push_back(one->id);
        if (sight.people->within(one->id, unit) &&
            (caller.everywhere || std::ranges::find(caller.units, one->id) != caller.units.end()))
            ids.push_back(one->id);
    }
    if (!sight.people->unit(unit))
        return refuse("bad-parameter", "there is no unit \"" + unit + "\"" + did_you_mean(unit, all), "unit");
    if (ids.empty()) return refuse("not-permitted", "you see no case of the unit \"" + unit + "\"", "unit");
    return ids;
}

}  // namespace reeve::http
