// Inside engine/core: a decision being made. Every event is applied to a working copy at once, so that what
// follows sees what came before; nothing outside sees any of it unless decide() ends without a rejection.
#pragma once

#include "engine/core/core.h"

namespace reeve::core {

using Outcome = std::optional<Rejection>;  // nullopt: done

struct Decision {
    const Command& command;
    const Context& context;
    CaseState state;
    std::vector<Event> events;
    Instant now;        // command.at
    Instant effective;  // when the act happened: command.occurred or now; what clocks are judged by. A tick
                        // sets it to the moment that takes effect.
    const model::Program* moved = nullptr;  // the new version, once CaseMigrated is emitted
    int steps = 0;                          // stages entered, to end loops of automatic stages
    bool by_itself = false;  // a timer, a job or a child case moves the case: there is nobody to refuse it to

    const model::Program& program() const { return moved ? *moved : context.program; }
    void emit(Event);                     // also fills StageEntered::since and CaseRequested::other
    std::string new_id(char kind) const;  // the id the next event of that kind should carry: "t7"
    org::Asking asking() const;           // unit, owner, data, now
};

inline Outcome reject(std::string code, std::string message, std::string field = {}) {
    return Rejection{std::move(code), std::move(message), std::move(field)};
}

// apply(), by family: every event goes through the flow, then through the clocks (which also see a
// CaseMigrated, after the flow has renamed the stages).
void apply_flow(CaseState&, const Recorded&, const model::Program&);  // flow_apply.cpp
bool apply_clock(CaseState&, const Recorded&,
                 const model::Program&);  // clock_apply.cpp; false: not one of its events
// alerts(), by family.
void clock_alerts(std::vector<Alert>&, const CaseState& after, const Recorded&,
                  const model::Program&);  // clock_alerts.cpp: escalations, what is missing, extensions told
Alert make_alert(const CaseState& after, const Recorded&, const model::Program&, const std::string& person,
                 std::string subject);  // alerts.cpp: id, kind, case_id, burst, basis are filled

// Called by apply() after an event that moved last_progress: the inactivity clock runs from there, and so do
// the acknowledgements that lapse without progress. No event: both are derived.
void apply_progress(CaseState&, const model::Program&);  // clock_apply.cpp

// --- clocks (clock_*.cpp): called by the flow
// Every moment strictly before `before` takes effect, in the order in which they were due. decide() calls it
// with `effective` before a person's command, so that the act finds the case as its timers left it, and with
// `now` after it, so that a clock which started in the past fires at once. Not for a Tick.
void catch_up(Decision&, Instant before);
void clocks_on_start(Decision&);  // case clocks from "start"/"occurred", unowned, inactivity
void clocks_on_enter(Decision&,
                     const StageState&);  // a stage's own clock, clocks from it, clocks met by entering it
// Met by leaving it, judged by Decision::effective; not `done` (a branch that a join left behind): cancelled.
void clocks_on_leave(Decision&, const StageState&, bool done = true);
// An expiry of the case cut it off: what leaving it would have met is cancelled.
void clocks_on_cut(Decision&, const StageState&);
// Clocks that start from a date in the data that is another now than `before`.
void clocks_on_data(Decision&, const Json& before);
void clocks_on_task(Decision&, const TaskState&, const model::TaskRule*, const Duration* limit = nullptr);
void clocks_on_task_end(Decision&, const TaskState&, bool done);
void clocks_on_owner(Decision&);      // unowned clock met, or started anew
void clocks_on_hand_over(Decision&);  // the receiver's clock
void clocks_on_received(Decision&);   // met when the receiver acts
void clocks_on_progress(Decision&);   // inactivity starts anew; acknowledgements count as followed up
void clocks_on_end(Decision&);        // closed or cancelled: what still runs is met or cancelled
void clocks_on_reopen(Decision&);     // a new cycle
void clocks_on_reopened_at(Decision&, int stage);  // once it is entered: clocks that started before it
void clocks_on_migrate(Decision&, const model::Program& from);
Outcome tick(Decision&);
Outcome decide_clock(Decision&, const Acknowledge&);
Outcome decide_clock(Decision&, const Unacknowledge&);
Outcome decide_clock(Decision&, const Answer&);
Outcome decide_clock(Decision&, const PauseClock&);
Outcome decide_clock(Decision&, const ResumeClock&);
Outcome decide_clock(Decision&, const ExcludeTime&);
Outcome decide_clock(Decision&, const RestartClock&);
Outcome decide_clock(Decision&, const ExtendClock&, bool approved = false, const std::string& approver = {});

// --- law 3 (attend.cpp)
inline const std::string unattended_clock = "unattended";
bool is_unattended(const ClockState&);  // the clock that the engine starts where nothing else drives the case
// Whether a clock that drives the case runs or is paused: neither that one, nor one of a follow-up, nor one
// for want of an owner or for a receiver.
bool is_attended(const CaseState&, const model::Program&);
// The case could not move by itself: the history says why, and the unattended clock runs until the stage is
// left.
void leave_to_people(Decision&, int entry, const std::string& why);
// An open case that nothing drives gets the unattended clock, one that nobody owns the clock for that: so law
// 3 holds by construction.
void attend(Decision&);
// A decision that moves the case by itself is made whole or not at all: what was emitted before the refusal
// is taken back.
template <class Move>
Outcome all_or_nothing(Decision& d, Move move) {
    const auto before = d.state;
    const auto events = static_cast<std::ptrdiff_t>(d.events.size());
    const int steps = d.steps;
    Outcome no = move();
    if (no) {
        d.state = before;
        d.events.erase(d.events.begin() + events, d.events.end());
        d.steps = steps;
    }
    return no;
}

// --- flow (flow_*.cpp, tasks_*.cpp): called by the clocks
void wake_stage(Decision&, int entry);      // a wait is over, a job timed out or is tried again
void expire(Decision&, const ClockState&);  // an expiry passed: the action or the stage it names
void reassign(Decision&, const org::Found&, const std::string& reason);  // a ladder step names another owner
Json data_given(const Decision&,
                const Json& mapping);  // to a case that this one opens: {"field": "data.path"}
// Whether the actor may do what needs `by` (or is owner, a substitute, or a head at or above the unit).
Outcome may(const Decision&, const std::optional<org::Who>& by, std::string_view assignee = {});
Outcome ask_approval(Decision&, const std::string& what, const org::Who&, const Wish&, int entry = 0);

}  // namespace reeve::core
