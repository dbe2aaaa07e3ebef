// A case moves to another unit. Handing over is counted: the Nth time, or back to a unit that had the case
// already, it goes to the lowest common superior instead, who must name an owner.
#include <fmt/format.h>

#include "engine/core/flow.h"

namespace reeve::core {

namespace {

bool had_it(const CaseState& state, const std::string& unit) {
    return std::ranges::any_of(state.hand_overs,
                               [&](const auto& h) { return h.from == unit || h.to == unit; });
}

// Whoever owns the case goes on owning it where they work, and where the definition would name them too: a
// supervisor of the county does not lose a case because it goes to another township, nor somebody of that
// township who was named for it.
bool still_fits(const Decision& d) {
    if (d.state.owner.empty()) return false;
    if (!d.context.directory.roles_of(d.state.owner, d.state.unit).empty()) return true;
    auto asking = d.asking();
    asking.owner.clear();
    const auto fit = d.context.directory.resolve(d.program().owner.who, asking).people;
    return std::ranges::any_of(fit, [&](const auto& found) { return found.person == d.state.owner; });
}

bool is_name_owner(const TaskState& task) {
    return task.status == TaskStatus::open && task.name == name_owner_task;
}

std::string ordinal(int n) {
    const int last = n % 10, teens = n % 100;
    const char* ending = teens > 10 && teens < 14 ? "th"
                         : last == 1              ? "st"
                         : last == 2              ? "nd"
                         : last == 3              ? "rd"
                                                  : "th";
    return fmt::format("{}{}", n, ending);
}

}  // namespace

Outcome move_case(Decision& d, const std::string& unit, const std::string& reason, bool hand_over) {
    const auto& directory = d.context.directory;
    const std::string from = d.state.unit;
    if (!directory.unit(unit))
        return reject("unknown-unit", fmt::format("there is no unit \"{}\"", unit), "unit");
    if (unit == from) return reject("same-unit", fmt::format("{} has the case already", unit), "unit");
    // Handed round too often once, it waits for a name: a next unit would be no answer.
    const bool waits_for_owner = d.state.owner.empty() && std::ranges::any_of(d.state.tasks, is_name_owner);
    if (hand_over && waits_for_owner && is_person(d) && !d.by_itself)
        return reject(
            "choose-owner",
            fmt::format("the head of {} was asked to name an owner: that comes first, then it can go to {}",
                        from, unit),
            "unit");

    CaseTransferred moved{.from = from, .to = unit, .reason = reason};
    bool to_superior = false;
    if (hand_over) {
        moved.hand_over = static_cast<int>(d.state.hand_overs.size()) + 1;
        if (moved.hand_over >= d.program().hand_over.limit || had_it(d.state, unit)) {
            const auto superior = directory.common_superior(from, unit);
            // A superior that hands down has decided: that is no passing on.
            to_superior = !superior.empty() && superior != from;
            if (to_superior && superior != unit) {
                moved.asked = unit;
                moved.to = superior;
            }
        }
    }
    d.emit(moved);
    if (to_superior) {
        const auto title = fmt::format("Name an owner: {} handed the case over for the {} time", from,
                                       ordinal(moved.hand_over));
        lose_owner(d, fmt::format("the head of {} must name an owner", moved.to));
        if (std::ranges::none_of(d.state.tasks, is_name_owner))
            create_task(d, {.name = name_owner_task, .title = title},
                        {.who = {org::Who::Kind::role, "head", {}}}, nullptr, nullptr);
        else
            for (const auto& task : std::vector<TaskState>(d.state.tasks))
                if (is_name_owner(task)) assign_task(d, task.id, assign_of(d, task), "reassigned");
    } else if (!still_fits(d)) {
        own_by_rule(d);
    }
    if (hand_over) clocks_on_hand_over(d);
    reassign_tasks(d);
    ask_anew(d);
    return {};
}

Outcome decide_flow(Decision& d, const Transfer& wish) {
    if (auto no = demand_reason(d, wish.reason)) return no;
    if (auto no = may(d, {})) return no;
    return move_case(d, wish.unit, wish.reason, true);
}

}  // namespace reeve::core
