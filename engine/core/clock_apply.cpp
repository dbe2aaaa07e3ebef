#include "engine/core/clock.h"

namespace reeve::core {

using model::Program;

namespace {

template <class... F>
struct overloaded : F... {
    using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

void count_id(CaseState& state, const std::string& id) {
    state.next_id = std::max(state.next_id, std::stoi(id.substr(1)) + 1);
}

Light light_named(std::string_view name) {
    for (auto light : {Light::blue, Light::yellow, Light::orange, Light::red})
        if (name == model::to_string(light)) return light;
    return Light::green;
}

// The pause that still runs ends at `at`.
void end_pause(ClockState& clock, Instant at) {
    for (auto& stop : clock.stops)
        if (stop.to == Instant::max()) stop.to = std::max(stop.from, at);
    clock.pause_reason.clear();
    clock.paused_until.reset();
}

void end(ClockState& clock, const Program& program, ClockStatus status, Instant at) {
    if (clock.status == ClockStatus::paused) {
        end_pause(clock, at);
        clock.status = status;
        derive(clock, program);
    }
    clock.status = status;
    clock.ended = at;
    clock.next_repeat.reset();
}

std::string with_note(const std::string& what, const std::string& reason, const std::string& note) {
    return what + ": " + reason + (note.empty() ? "" : " (" + note + ")");
}

// A clock keeps its rule by name; a stage that was renamed takes its own clock and its tasks' with it. One
// whose rule is gone keeps its limit until clocks_on_migrate cancels it.
void migrate(CaseState& state, const CaseMigrated& event, const Program& to, Instant at) {
    for (auto& clock : state.clocks) {
        if (clock.rule == model::none) continue;
        auto name = clock.name;
        if (clock.entry != 0) {
            const auto dot = name.find('.');
            if (auto renamed = event.stages.find(name.substr(0, dot)); renamed != event.stages.end())
                name = renamed->second + (dot == std::string::npos ? "" : name.substr(dot));
        }
        clock.rule = to.clock(name);
        if (clock.status != ClockStatus::running && clock.status != ClockStatus::paused) continue;
        if (clock.rule != model::none) {
            clock.name = name;
            clock.limit = to.clocks[clock.rule].in;
            // A pause that runs lasts no longer than the new version lets it.
            if (const auto* pause = running_pause(clock))
                if (const auto end = longest_pause(to.clocks[clock.rule], to, pause->from);
                    end && (!clock.paused_until || *end < *clock.paused_until))
                    clock.paused_until = std::max(*end, at);
        }
        derive(clock, to);
        rewind(state, clock, to, at);
    }
}

// When an acknowledgement of `from` lapses. A version to which the case was migrated may have a shorter
// ladder than the one that was climbed: then the time that a step has by default.
Instant lapse(const Program& program, const model::Ladder& ladder, int step, Instant from) {
    static const model::Step standard;
    const auto index = static_cast<std::size_t>(step);
    const auto& climbed = index < ladder.steps.size() ? ladder.steps[index] : standard;
    return time::due(*program.calendar, from, acknowledged_for(climbed)).at;
}

}  // namespace

bool apply_clock(CaseState& state, const Recorded& recorded, const Program& program) {
    const Instant now = recorded.at;
    auto edit = [&](const std::string& id, auto change) {
        state.escalations.edit_where([&](const EscalationState& one) { return one.id == id; }, change);
    };
    auto no_longer_acknowledged = [&](const std::string& id, Instant from) {
        std::string of;
        edit(id, [&](EscalationState& one) {
            one.acknowledged_by.clear();
            one.lapses.reset();
            of = one.clock;
        });
        refresh_repeat(state, *state.clock(of), program, from);
    };
    return std::visit(
        overloaded{
            [&](const ClockStarted& e) {
                ClockState clock;
                clock.id = e.clock;
                clock.name = e.name;
                clock.rule = has_own_limit(e) ? model::none : program.clock(e.name);
                clock.task = e.task;
                clock.entry = e.entry;
                clock.cycle = state.cycle;
                clock.from = e.from;
                clock.limit = clock.rule == model::none ? e.limit : program.clocks[clock.rule].in;
                derive(clock, program);
                state.clocks.push_back(std::move(clock));
                count_id(state, e.clock);
                return true;
            },
            [&](const ClockPaused& e) {
                auto& clock = *state.clock(e.clock);
                clock.stops.push_back({e.from, Instant::max()});
                clock.stop_notes.push_back(with_note("paused", e.reason, e.note));
                clock.pause_reason = e.reason;
                clock.paused_until = e.until;
                clock.status = ClockStatus::paused;
                derive(clock, program);
                refresh_repeat(state, clock, program, now);
                return true;
            },
            [&](const ClockResumed& e) {
                auto& clock = *state.clock(e.clock);
                end_pause(clock, e.at);
                clock.status = ClockStatus::running;
                derive(clock, program);
                rewind(state, clock, program, now);
                return true;
            },
            [&](const TimeExcluded& e) {
                auto& clock = *state.clock(e.clock);
                clock.stops.push_back({e.from, e.to});
                clock.stop_notes.push_back(with_note("excluded", e.reason, e.note));
                derive(clock, program);
                if (clock.status == ClockStatus::running) rewind(state, clock, program, now);
                return true;
            },
            [&](const ClockRestarted& e) {
                auto& clock = *state.clock(e.clock);
                clock.from = e.from;
                clock.stops.clear();
                clock.stop_notes.clear();
                clock.extended.clear();
                clock.extension_notes.clear();
                clock.restart_notes.push_back("started anew on " +
                                              time::to_string(e.from, *program.calendar) + ": " + e.reason +
                                              ", by " + recorded.actor);
                supersede(state, clock);
                clock.fired = clock.repeats = 0;
                derive(clock, program);
                rewind(state, clock, program, now);
                return true;
            },
            [&](const ClockExtended& e) {
                auto& clock = *state.clock(e.clock);
                clock.extended.push_back(e.by);
                clock.extension_notes.push_back(
                    time::to_string(e.by) + " more: " + e.reason +
                    (e.approver.empty() ? ", extended by " + recorded.actor : ", approved by " + e.approver));
                derive(clock, program);
                if (clock.status == ClockStatus::running) rewind(state, clock, program, now);
                return true;
            },
            [&](const ClockMet& e) {
                auto& clock = *state.clock(e.clock);
                end(clock, program, ClockStatus::met, e.at);
                clock.late_ms = e.late_ms;
                return true;
            },
            [&](const ClockCancelled& e) {
                end(*state.clock(e.clock), program, ClockStatus::cancelled, now);
                return true;
            },
            [&](const ClockExpired& e) {
                end(*state.clock(e.clock), program, ClockStatus::expired, e.at);
                return true;
            },
            [&](const ClockWarned&) { return true; },
            [&](const EscalationFired& e) {
                auto& clock = *state.clock(e.clock);
                EscalationState escalation;
                escalation.id = e.escalation;
                escalation.clock = e.clock;
                escalation.step = e.step;
                escalation.repeat = e.repeat;
                escalation.at = now;
                escalation.planned = e.planned;
                escalation.told = e.told;
                escalation.notes = e.notes;
                escalation.ask = e.ask;
                escalation.answer_by = e.answer_by;
                escalation.acknowledge_by = e.acknowledge_by;
                state.escalations.push_back(std::move(escalation));
                count_id(state, e.escalation);
                if (e.repeat > 0) {
                    clock.repeats = e.repeat;
                } else {
                    clock.fired = e.step + 1;
                }
                clock.light = std::max(clock.light, light_named(e.light));
                refresh_repeat(state, clock, program, e.planned);
                return true;
            },
            [&](const EscalationOvertaken& e) {
                edit(e.escalation, [](EscalationState& one) { one.overtaken = true; });
                return true;
            },
            [&](const EscalationAcknowledged& e) {
                const auto named = *std::ranges::find(state.escalations, e.escalation, &EscalationState::id);
                auto& clock = *state.clock(named.clock);
                edit(e.escalation, [&](EscalationState& one) {
                    one.acknowledged_by = recorded.actor;
                    if (const auto* ladder = ladder_of(clock, program))
                        one.lapses = lapse(program, *ladder, one.step, now);
                });
                // One acknowledgement answers for the step, whichever of its tellings it names.
                state.escalations.edit_where(
                    [&](const EscalationState& one) {
                        return one.clock == named.clock && one.step == named.step && one.acknowledge_by;
                    },
                    [](EscalationState& one) { one.acknowledge_by.reset(); });
                refresh_repeat(state, clock, program, now);
                return true;
            },
            [&](const AcknowledgementWithdrawn& e) {
                no_longer_acknowledged(e.escalation, now);
                return true;
            },
            [&](const AcknowledgementLapsed& e) {
                no_longer_acknowledged(e.escalation, e.planned);
                return true;
            },
            [&](const AcknowledgementMissed& e) {
                edit(e.escalation, [](EscalationState& one) { one.acknowledge_missed = true; });
                return true;
            },
            [&](const AnswerGiven& e) {
                edit(e.escalation, [&](EscalationState& one) { one.answer = e.text; });
                return true;
            },
            [&](const AnswerMissed& e) {
                edit(e.escalation, [](EscalationState& one) { one.answer_missed = true; });
                return true;
            },
            [&](const CaseMigrated& e) {
                migrate(state, e, program, now);
                return true;
            },
            [](const auto&) { return false; }},
        recorded.event);
}

void apply_progress(CaseState& state, const Program& program) {
    const Instant progress = state.last_progress;
    for (auto& clock : state.clocks) {
        const bool runs = clock.status == ClockStatus::running || clock.status == ClockStatus::paused;
        if (!runs) continue;
        if (clock.rule != model::none && clock.rule == program.inactivity_clock && clock.from < progress) {
            clock.from = progress;
            supersede(state, clock);
            clock.fired = clock.repeats = 0;
            derive(clock, program);
            if (clock.status == ClockStatus::running) rewind(state, clock, program, progress);
        }
        const auto* ladder = ladder_of(clock, program);
        if (!ladder) continue;
        state.escalations.edit_where(
            [&](const EscalationState& one) { return one.clock == clock.id && one.lapses; },
            [&](EscalationState& one) { one.lapses = lapse(program, *ladder, one.step, progress); });
    }
}

}  // namespace reeve::core
