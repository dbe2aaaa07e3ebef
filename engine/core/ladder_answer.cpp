// What people do about an escalation: acknowledge it, take that back, give the answer it asked for. Each with
// a name; none of them is progress.
#include "engine/core/clock.h"
#include "engine/core/flow.h"
#include "engine/text.h"

namespace reeve::core {

namespace {

Outcome check(const Decision& d, const std::string& id, const std::string* reason, EscalationState& found) {
    const auto it = std::ranges::find(d.state.escalations, id, &EscalationState::id);
    if (it == d.state.escalations.end())
        return reject("unknown-escalation", "the case has no escalation \"" + id + "\"", "escalation");
    found = *it;
    if (reason && is_blank(*reason))
        return reject("missing-reason",
                      "say what you will do about it: it stands in the history with your name", "reason");
    const auto& told = found.told;
    if (std::ranges::find(told, d.command.actor) != told.end()) return std::nullopt;
    return may(d, std::nullopt);
}

// Whoever was told of it, or stands in for one who was; else a head above who has no part in the case: the
// late do not quiet the alarm that went over their heads.
Outcome check_told(const Decision& d, const EscalationState& escalation) {
    const auto& actor = d.command.actor;
    const auto& directory = d.context.directory;
    for (const auto& person : escalation.told) {
        if (person == actor) return std::nullopt;
        const org::Who who{.kind = org::Who::Kind::person, .name = person};
        if (directory.absent(person, d.now))
            for (const auto& found : directory.resolve(who, d.asking()).people)
                if (found.person == actor) return std::nullopt;
    }
    const bool part =
        actor == d.state.owner || std::ranges::any_of(d.state.tasks, [&](const TaskState& task) {
            return task.status == TaskStatus::open && task.person == actor;
        });
    if (escalation.told.empty() || (!part && !demand_head(d))) return std::nullopt;
    std::string told;
    for (const auto& person : escalation.told) told += (told.empty() ? "" : ", ") + person;
    return reject("not-permitted",
                  "this takes one of those who were told (" + told +
                      "), their substitute, or a head at or above the unit who has no part in the case",
                  "actor");
}

}  // namespace

Outcome decide_clock(Decision& d, const Acknowledge& wish) {
    EscalationState escalation;
    if (auto fault = check(d, wish.escalation, &wish.reason, escalation)) return fault;
    if (d.command.actor == system_actor)
        return reject("missing-name", "only a person can acknowledge an escalation", "actor");
    if (auto fault = check_told(d, escalation)) return fault;
    if (!escalation.acknowledged_by.empty())
        return reject("already-acknowledged",
                      escalation.acknowledged_by + " has acknowledged " + wish.escalation + " already",
                      "escalation");
    d.emit(EscalationAcknowledged{wish.escalation, wish.reason});
    return std::nullopt;
}

Outcome decide_clock(Decision& d, const Unacknowledge& wish) {
    EscalationState escalation;
    if (auto fault = check(d, wish.escalation, &wish.reason, escalation)) return fault;
    if (escalation.acknowledged_by.empty())
        return reject("not-acknowledged", wish.escalation + " is not acknowledged", "escalation");
    d.emit(AcknowledgementWithdrawn{wish.escalation, wish.reason});
    return std::nullopt;
}

Outcome decide_clock(Decision& d, const Answer& wish) {
    EscalationState escalation;
    if (auto fault = check(d, wish.escalation, nullptr, escalation)) return fault;
    if (escalation.ask.empty())
        return reject("nothing-asked", wish.escalation + " asks for no answer", "escalation");
    if (wish.text.empty())
        return reject("missing-answer", "write the " + escalation.ask + " that was asked for", "text");
    if (!escalation.answer.empty())
        return reject("already-answered", wish.escalation + " has been answered already", "escalation");
    d.emit(AnswerGiven{wish.escalation, wish.text});
    return std::nullopt;
}

}  // namespace reeve::core
