// What people do about an escalation: acknowledge it, take that back, give the answer it asked for. Each with
// a name; none of them is progress.
#include "engine/core/clock.h"

namespace reeve::core {

namespace {

Outcome check(const Decision& d, const std::string& id, const std::string* reason, EscalationState& found) {
    const auto it = std::ranges::find(d.state.escalations, id, &EscalationState::id);
    if (it == d.state.escalations.end())
        return reject("unknown-escalation", "the case has no escalation \"" + id + "\"", "escalation");
    found = *it;
    if (reason && reason->empty())
        return reject("missing-reason",
                      "say what you will do about it: it stands in the history with your name", "reason");
    const auto& told = found.told;
    if (std::ranges::find(told, d.command.actor) != told.end()) return std::nullopt;
    return may(d, std::nullopt);
}

}  // namespace

Outcome decide_clock(Decision& d, const Acknowledge& wish) {
    EscalationState escalation;
    if (auto fault = check(d, wish.escalation, &wish.reason, escalation)) return fault;
    if (d.command.actor == system_actor)
        return reject("missing-name", "only a person can acknowledge an escalation", "actor");
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
