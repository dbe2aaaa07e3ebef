// The alerts that follow from the events of clocks and ladders.
#include "engine/core/clock.h"

namespace reeve::core {

namespace {

struct About {
    std::vector<Alert>& into;
    const CaseState& after;
    const Recorded& recorded;
    const model::Program& program;

    const EscalationState* escalation(const std::string& id) const {
        const auto it = std::ranges::find(after.escalations, id, &EscalationState::id);
        return it == after.escalations.end() ? nullptr : &*it;
    }
    // "on 2026-03-05T18:00:00+08:00", "at the end of 2026-03-05"
    std::string when(Instant at) const {
        const auto words = time::deadline_words(at, *program.calendar);
        return (words.starts_with("end of") ? "at the " : "on ") + words;
    }

    void add(const std::string& person, const std::string& clock_id, std::string subject,
             const std::string& expected = {}, std::optional<Instant> by = {}, bool urgent = false) {
        auto alert = make_alert(after, recorded, program, person, std::move(subject));
        if (const auto* clock = after.clock(clock_id)) {
            alert.clock = clock->name;
            if (const auto* rule = rule_of(*clock, program); rule && !rule->basis.empty())
                alert.basis = rule->basis;
            if (clock->due != Instant::max()) {
                alert.due = clock->due;
                alert.late_ms = std::max<std::int64_t>(0, (recorded.at - clock->due).count());
            }
        }
        alert.expected = expected;
        alert.by = by;
        alert.urgent = urgent;
        into.push_back(std::move(alert));
    }

    void operator()(const EscalationFired& e) {
        const auto* clock = after.clock(e.clock);
        const bool over = clock->due <= recorded.at;
        const auto subject = clock->name + (over ? " ran out " : " is due ") + when(clock->due) +
                             (e.repeat > 0 ? " (told again)" : "");
        const auto expected = !e.ask.empty() ? e.ask : e.acknowledge_by ? "acknowledgement" : "";
        for (const auto& person : e.told)
            add(person, e.clock, subject, expected, e.answer_by ? e.answer_by : e.acknowledge_by, e.urgent);
    }
    void operator()(const AcknowledgementMissed& e) {
        const auto* about = escalation(e.escalation);
        for (const auto& person : e.told)
            add(person, about->clock, "nobody has acknowledged " + e.escalation, "acknowledgement");
    }
    void operator()(const AnswerMissed& e) {
        const auto* about = escalation(e.escalation);
        for (const auto& person : e.told)
            add(person, about->clock, "the " + about->ask + " asked for by " + e.escalation + " is missing",
                about->ask);
    }
    void operator()(const AcknowledgementLapsed& e) {
        const auto* about = escalation(e.escalation);
        for (const auto& person : about->told)
            add(person, about->clock, e.escalation + " was acknowledged, but nothing has happened since");
    }
    void operator()(const ClockExtended& e) {
        const auto* clock = after.clock(e.clock);
        for (const auto& person : e.told)
            add(person, e.clock,
                clock->name + " was extended by " + time::to_string(e.by) +
                    (clock->due == Instant::max() ? "" : ", and is due " + when(clock->due)) + ": " +
                    e.reason);
    }
    void operator()(const ClockPaused& e) {
        for (const auto& person : e.told)
            add(person, e.clock, after.clock(e.clock)->name + " was paused: " + e.reason);
    }
    void operator()(const ClockResumed& e) {
        const auto* clock = after.clock(e.clock);
        for (const auto& person : e.told)
            add(person, e.clock, clock->name + " runs again, and is due " + when(clock->due));
    }
    void operator()(const ClockExpired& e) {
        if (!after.owner.empty())
            add(after.owner, e.clock, after.clock(e.clock)->name + " expired " + when(e.at));
    }
    void operator()(const ClockWarned& e) {
        if (!after.owner.empty()) add(after.owner, e.clock, e.warning);
    }
    void operator()(const auto&) {}
};

}  // namespace

void clock_alerts(std::vector<Alert>& into, const CaseState& after, const Recorded& recorded,
                  const model::Program& program) {
    std::visit(About{into, after, recorded, program}, recorded.event);
}

}  // namespace reeve::core
