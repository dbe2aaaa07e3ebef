// Whom a ladder step tells, found when it fires; never nobody while the organisation has anybody (law 6).
#include "engine/core/clock.h"

namespace reeve::core {

using org::Who;

namespace {

void add(std::vector<std::string>& list, const std::string& item) {
    if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

void resolve(const Decision& d, const std::vector<Who>& who, Telling& telling) {
    for (const auto& one : who) {
        const auto found = d.context.directory.resolve(one, d.asking());
        for (const auto& person : found.people) add(telling.people, person.person);
        for (const auto& note : found.notes) add(telling.notes, note);
    }
}

bool office(const std::vector<Who>& who) {
    return std::ranges::any_of(who, [](const Who& one) { return one.kind != Who::Kind::petitioner; });
}

bool office_told(const std::vector<std::string>& people) {
    return std::ranges::any_of(people, [](const std::string& one) { return one != petitioner_actor; });
}

std::string words(const std::vector<Who>& who) {
    std::string text;
    for (const auto& one : who) text += (text.empty() ? "" : ", ") + org::to_string(one);
    return text;
}

Who head_of(const std::string& unit) { return Who{Who::Kind::role, "head", {org::Where::Kind::unit, unit}}; }

std::string root(const Decision& d) {
    const auto units = d.context.directory.units();  // parents before children
    for (const auto* unit : units)
        if (unit->parent.empty() && d.context.directory.within(d.state.unit, unit->id)) return unit->id;
    return units.empty() ? "" : units.front()->id;
}

void to_the_root(const Decision& d, Telling& telling) {
    if (const auto unit = root(d); !unit.empty()) resolve(d, {head_of(unit)}, telling);
    if (!office_told(telling.people))
        telling.notes.emplace_back("no one to tell up to the root: the case stays on the overdue board");
}

}  // namespace

Telling tell_office(const Decision& d) {
    Telling telling;
    resolve(d, {Who{}, head_of(d.state.unit)}, telling);
    if (telling.people.empty()) to_the_root(d, telling);
    return telling;
}

Telling tell_all(const Decision& d, const std::vector<Who>& who) {
    Telling telling;
    resolve(d, who, telling);
    return telling;
}

// Nobody did it, and whoever has the work may count on the pause still.
Telling tell_of_end_of_pause(const Decision& d, const ClockState& clock) {
    const auto* rule = rule_of(clock, d.program());
    auto who = rule ? rule->pause_tell : std::vector<Who>{};
    who.push_back(Who{});
    for (const auto& task : d.state.tasks) {
        const bool its =
            clock.task.empty() ? clock.entry == 0 || task.entry == clock.entry : task.id == clock.task;
        if (its && task.status == TaskStatus::open && !task.person.empty())
            who.push_back(Who{Who::Kind::person, task.person, {}});
    }
    Telling telling;
    resolve(d, who, telling);
    if (!office_told(telling.people))
        for (const auto& person : tell_office(d).people) add(telling.people, person);
    return telling;
}

Telling tell(const Decision& d, const ClockState& clock, const model::Ladder& ladder, int step) {
    const int last = static_cast<int>(ladder.steps.size()) - 1;
    Telling telling;
    auto who = ladder.steps[step].tell;
    // The owner of a stage's or a task's clock is also whoever has that work.
    if (std::ranges::find(who, Who{}) != who.end())
        for (const auto& task : d.state.tasks) {
            const bool its =
                clock.task.empty() ? clock.entry != 0 && task.entry == clock.entry : task.id == clock.task;
            if (its && task.status == TaskStatus::open && !task.person.empty())
                resolve(d, {Who{Who::Kind::person, task.person, {}}}, telling);
        }
    // A step that is only a light may be silent, but not one at the due date, nor the last.
    if (!office(who) && (step == last || at_or_after_due(ladder.steps[step]))) who.push_back(Who{});
    resolve(d, who, telling);
    for (int next = step + 1; office(who) && !office_told(telling.people); ++next) {
        const auto silent = "step " + std::to_string(next) + ": no one to tell (" + words(who) + ")";
        if (next > last) {
            telling.notes.push_back(silent + ": the head of the root is told");
            to_the_root(d, telling);
            break;
        }
        telling.notes.push_back(silent + ": those of step " + std::to_string(next + 1) + " are told at once");
        resolve(d, who = ladder.steps[next].tell, telling);
        if (who.empty()) who.push_back(Who{});  // a step that is only a light does not end the climb
    }
    return telling;
}

Telling tell_above(const Decision& d, const model::Ladder& ladder, int step,
                   const std::vector<std::string>& told) {
    const auto& directory = d.context.directory;
    // One level above the highest unit that was told; above an owner is the head of the unit.
    std::string unit = d.state.unit;
    for (const auto& who : ladder.steps[step].tell) {
        if (who.kind != Who::Kind::role) continue;
        const auto at = directory.locate(who.where, d.asking());
        if (!at || !directory.within(unit, *at)) continue;
        unit = directory.parent(*at).empty() ? *at : directory.parent(*at);
    }
    Telling telling;
    auto is_new = [&](const std::string& person) { return std::ranges::find(told, person) == told.end(); };
    for (;; unit = directory.parent(unit)) {
        Telling found;
        resolve(d, {head_of(unit)}, found);
        const bool reached = std::ranges::any_of(found.people, is_new);
        const bool top = directory.parent(unit).empty();
        if (!reached && !top) continue;
        telling = std::move(found);
        break;
    }
    if (telling.people.empty()) to_the_root(d, telling);
    return telling;
}

}  // namespace reeve::core
