// What is pending in a case, and what happens when it falls due.
//
// One list of moments serves both next_moment (when to look) and tick (what to do), so that after a tick at T
// nothing at or before T is left.
#include <array>
#include <stdexcept>

#include "engine/core/clock.h"

namespace reeve::core {

namespace {

struct Moment {
    // At one instant in this order: what ends a pause or a stage first, then what is missing, then the
    // ladders, and last an expiry, so that its own steps have told that it ran out.
    enum Kind {
        pause_ends,
        stage_wakes,
        acknowledgement_lapses,
        acknowledgement_missing,
        answer_missing,
        step,
        repeat,
        expiry
    } kind;
    Instant at;
    std::string id;  // of the clock or the escalation
    int entry = 0;   // of the stage

    bool operator<(const Moment& other) const {
        return std::pair(at, kind) < std::pair(other.at, other.kind);
    }
};

// A tick takes this many moments at most; the next one goes on. It bounds one transaction.
constexpr int most_moments = 1000;

template <class F>
void each_clock_moment(const ClockState& clock, F f) {
    if (clock.status == ClockStatus::paused && clock.paused_until)
        f(Moment{Moment::pause_ends, *clock.paused_until, clock.id});
    if (clock.status != ClockStatus::running) return;
    if (clock.fired < static_cast<int>(clock.steps.size())) {
        f(Moment{Moment::step, clock.steps[clock.fired], clock.id});
    } else if (clock.next_repeat) {
        f(Moment{Moment::repeat, *clock.next_repeat, clock.id});
    }
    if (clock.expires) f(Moment{Moment::expiry, clock.due, clock.id});
}

template <class F>
void each_escalation_moment(const CaseState& state, const EscalationState& escalation, F f) {
    if (escalation.superseded || escalation.overtaken) return;
    const auto* clock = state.clock(escalation.clock);
    if (clock && clock->status == ClockStatus::running) {
        if (!escalation.acknowledged_by.empty()) {
            if (escalation.lapses)
                f(Moment{Moment::acknowledgement_lapses, *escalation.lapses, escalation.id});
        } else if (escalation.acknowledge_by && !escalation.acknowledge_missed) {
            f(Moment{Moment::acknowledgement_missing, *escalation.acknowledge_by, escalation.id});
        }
    }
    // An explanation is still owed when the clock has been met late, but not when the case is over.
    if (escalation.answer_by && escalation.answer.empty() && !escalation.answer_missed &&
        state.status == CaseStatus::open)
        f(Moment{Moment::answer_missing, *escalation.answer_by, escalation.id});
}

template <class F>
void each_moment(const CaseState& state, F f) {
    auto pending = [&](Moment moment) {
        if (moment.at != Instant::max()) f(std::move(moment));
    };
    for (const auto& clock : state.clocks) each_clock_moment(clock, pending);
    for (const auto& escalation : state.escalations) each_escalation_moment(state, escalation, pending);
    if (state.status != CaseStatus::open) return;
    for (const auto& stage : state.stages)
        for (const auto& at : {stage.wake, stage.job_times_out, stage.lease_until, stage.job_retry_at})
            if (at) pending({Moment::stage_wakes, *at, {}, stage.entry});
}

// The first of those due up to `until`. Of a clock's missed repeats the latest stands for all; when a tick is
// bounded (what other cases missed lies between), it waits for its own turn.
std::optional<Moment> first_due(const Decision& d, Instant until) {
    std::optional<Moment> first;
    each_moment(d.state, [&](Moment moment) {
        if (moment.at > until) return;
        if (moment.kind == Moment::repeat) {
            const auto& clock = *d.state.clock(moment.id);
            const Instant latest = std::holds_alternative<Tick>(d.command.wish) ? d.now : until;
            moment.at = repeat_moment(clock, d.program(), latest_repeat_until(clock, d.program(), latest));
            if (moment.at > until) return;
        }
        if (!first || moment < *first) first = std::move(moment);
    });
    return first;
}

const EscalationState& escalation_of(const CaseState& state, const std::string& id) {
    return *std::ranges::find(state.escalations, id, &EscalationState::id);
}

Telling above(const Decision& d, const EscalationState& escalation) {
    const auto* ladder = ladder_of(*d.state.clock(escalation.clock), d.program());
    const auto step = static_cast<std::size_t>(escalation.step);
    if (!ladder || step >= ladder->steps.size()) return {};  // the ladder it came from is gone
    return tell_above(d, *ladder, escalation.step, escalation.told);
}

void take(Decision& d, const Moment& moment) {
    switch (moment.kind) {
        case Moment::pause_ends: {
            const ClockState clock = *d.state.clock(moment.id);
            d.emit(ClockResumed{clock.id, "the pause was until then", moment.at,
                                tell_of_end_of_pause(d, clock).people});
            warn(d, clock.id, warnings(clock, d.program()));
            return;
        }
        case Moment::stage_wakes: return wake_stage(d, moment.entry);
        case Moment::acknowledgement_lapses: return d.emit(AcknowledgementLapsed{moment.id, moment.at});
        case Moment::acknowledgement_missing: {
            auto telling = above(d, escalation_of(d.state, moment.id));
            return d.emit(AcknowledgementMissed{moment.id, moment.at, std::move(telling.people),
                                                std::move(telling.notes)});
        }
        case Moment::answer_missing: {
            auto telling = above(d, escalation_of(d.state, moment.id));
            return d.emit(
                AnswerMissed{moment.id, moment.at, std::move(telling.people), std::move(telling.notes)});
        }
        case Moment::step: {
            const auto& clock = *d.state.clock(moment.id);
            return fire(d, clock, clock.fired, 0, moment.at);
        }
        case Moment::repeat: {
            const auto& clock = *d.state.clock(moment.id);
            return fire(d, clock, clock.fired - 1, latest_repeat_until(clock, d.program(), moment.at),
                        moment.at);
        }
        case Moment::expiry: {
            const ClockState clock = *d.state.clock(moment.id);
            end_requests(d, clock.id);
            d.emit(ClockExpired{clock.id, moment.at});
            return expire(d, clock);
        }
    }
}

void take_until(Decision& d, Instant until) {
    const Instant effective = d.effective;
    for (int taken = 0; taken < most_moments; ++taken) {
        const auto moment = first_due(d, until);
        if (!moment) break;
        const auto events = d.events.size();
        d.effective = moment->at;
        take(d, *moment);
        attend(d);
        if (d.events.size() == events)
            throw std::logic_error("case " + d.state.id + ": a moment that was due changed nothing, at " +
                                   time::to_utc_string(moment->at));
    }
    d.effective = effective;
}

}  // namespace

std::optional<Instant> next_moment(const CaseState& state) {
    std::optional<Instant> next;
    each_moment(state, [&](const Moment& moment) {
        if (!next || moment.at < *next) next = moment.at;
    });
    return next;
}

Outcome tick(Decision& d) {
    take_until(d, d.command.occurred.value_or(d.now));
    return std::nullopt;
}

void catch_up(Decision& d, Instant before) { take_until(d, before - time::Millis{1}); }

}  // namespace reeve::core
