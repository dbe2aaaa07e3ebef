// Who may do what.
#include <fmt/format.h>

#include "engine/core/clock.h"
#include "engine/core/flow.h"

namespace reeve::core {

namespace {

bool among(const org::Resolution& resolution, std::string_view person) {
    return std::ranges::any_of(resolution.people, [&](const auto& f) { return f.person == person; });
}

// The person, or the substitute while the person is absent.
bool acts_for(const Decision& d, std::string_view person) {
    if (person.empty()) return false;
    if (person == d.command.actor) return true;
    const auto& directory = d.context.directory;
    if (!directory.absent(person, d.now)) return false;
    org::Who who{.kind = org::Who::Kind::person, .name = std::string(person)};
    return among(directory.resolve(who, d.asking()), d.command.actor);
}

bool holds_role(const Decision& d, const std::string& role, const std::string& unit) {
    const auto roles = d.context.directory.roles_of(d.command.actor, unit);
    return std::ranges::find(roles, role) != roles.end();
}

bool is_head_above(const Decision& d) {
    const auto& directory = d.context.directory;
    for (auto unit = d.state.unit; !unit.empty(); unit = directory.parent(unit))
        if (holds_role(d, "head", unit)) return true;
    // Nobody holds it in person: whoever stands in for a head who is absent, or the next one where it is
    // vacant.
    for (auto unit = d.state.unit; !unit.empty(); unit = directory.parent(unit)) {
        org::Who head{org::Who::Kind::role, "head", {org::Where::Kind::unit, unit}};
        if (among(directory.resolve(head, d.asking()), d.command.actor)) return true;
    }
    return false;
}

bool is_meant(const Decision& d, const org::Who& who) {
    if (among(d.context.directory.resolve(who, d.asking()), d.command.actor)) return true;
    if (who.kind != org::Who::Kind::role) return false;
    // Recorded as absent, but here nevertheless.
    const auto unit = d.context.directory.locate(who.where, d.asking());
    return unit && holds_role(d, who.name, *unit);
}

// Those who may approve: as the definition says, never the one who asks. If that leaves nobody, the same role
// one unit up, and so on.
std::vector<std::string> approvers(const Decision& d, const org::Who& who, const std::string& asker) {
    std::vector<std::string> of;
    auto take = [&](const org::Who& from) {
        for (const auto& found : d.context.directory.resolve(from, d.asking()).people)
            if (found.person != asker && found.person != petitioner_actor) of.push_back(found.person);
    };
    take(who);
    if (!of.empty() || who.kind == org::Who::Kind::petitioner) return of;
    const auto located = who.kind == org::Who::Kind::role ? d.context.directory.locate(who.where, d.asking())
                                                          : std::optional(d.state.unit);
    const std::string role = who.kind == org::Who::Kind::role ? who.name : "head";
    for (auto unit = located.value_or(d.state.unit); !unit.empty() && of.empty();
         unit = d.context.directory.parent(unit))
        take({org::Who::Kind::role, role, {org::Where::Kind::unit, unit}});
    return of;
}

// By whom the definition wants it approved; none when it does not know it any more.
std::optional<org::Who> approver_of(const Decision& d, const RequestState& request) {
    if (request.what == "extension") {
        const auto* clock = d.state.clock(request.wish.value("clock", ""));
        const auto* rule = clock ? rule_of(*clock, d.program()) : nullptr;
        return rule && rule->extend ? rule->extend->approve : std::nullopt;
    }
    const auto stage = std::ranges::find(d.state.stages, request.entry, &StageState::entry);
    if (stage == d.state.stages.end()) return std::nullopt;
    const auto* action =
        d.program().action(d.program().stage(stage->stage), request.wish.value("action", ""));
    return action ? action->second : std::nullopt;
}

}  // namespace

bool is_person(const Decision& d) {
    return d.command.actor != system_actor && d.command.actor != petitioner_actor;
}

Outcome may(const Decision& d, const std::optional<org::Who>& by, std::string_view assignee) {
    if (d.command.actor == system_actor) return {};
    if (d.command.actor == petitioner_actor)
        return reject(
            "not-permitted",
            "the person who asked may send messages and choose the actions offered to them, nothing else",
            "actor");
    if (by ? is_meant(d, *by) : acts_for(d, assignee) || acts_for(d, d.state.owner)) return {};
    if (is_head_above(d)) return {};
    std::string those = by ? org::to_string(*by) + " of the case's unit" : "";
    if (!by && !assignee.empty()) those = std::string(assignee) + ", who has the task";
    if (!by && !d.state.owner.empty())
        those += std::string(those.empty() ? "" : ", or ") + d.state.owner + ", who owns the case";
    return reject("not-permitted",
                  fmt::format("{} may not do this: it takes {}{}a head at or above {}", d.command.actor,
                              those, those.empty() ? "" : ", or ", d.state.unit),
                  "actor");
}

Outcome demand_head(const Decision& d) {
    if (d.command.actor == system_actor || (is_person(d) && is_head_above(d))) return {};
    return reject(
        "not-permitted",
        fmt::format("{} may not do this: it takes a head at or above {}", d.command.actor, d.state.unit),
        "actor");
}

Outcome ask_approval(Decision& d, const std::string& what, const org::Who& who, const Wish& wish, int entry) {
    const Json json = to_json(wish, Times::millis);
    for (const auto& request : d.state.requests)
        if (request.open && request.what == what && request.wish == json && request.entry == entry)
            return reject("approval-pending",
                          fmt::format("this was asked already and waits for approval as {}", request.id));
    auto of = approvers(d, who, d.command.actor);
    if (of.empty())
        return reject(
            "nobody-to-approve",
            fmt::format("{} must approve this, nobody approves what they asked for, and nobody but {} "
                        "holds that role here or above: let somebody else ask, or fill a post above",
                        org::to_string(who), d.command.actor));
    d.emit(ApprovalAsked{.request = d.new_id('r'),
                         .what = what,
                         .of = std::move(of),
                         .wish = json,
                         .by = d.command.actor,
                         .entry = entry});
    return {};
}

void ask_anew(Decision& d) {
    for (const auto& request : std::vector<RequestState>(d.state.requests)) {
        if (!request.open) continue;
        const auto who = approver_of(d, request);
        auto of = who ? approvers(d, *who, request.by) : std::vector<std::string>{};
        if (of == request.of) continue;
        if (of.empty())
            d.emit(ApprovalRefused{
                .request = request.id, .reason = "nobody is left who could approve it", .lapsed = true});
        else
            d.emit(ApprovalAsked{.request = request.id,
                                 .what = request.what,
                                 .of = std::move(of),
                                 .wish = request.wish,
                                 .by = request.by,
                                 .entry = request.entry});
    }
}

}  // namespace reeve::core
