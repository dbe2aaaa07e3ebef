// The front door of engine/core: decide and apply, both pure.
//
// decide() checks a command against the case and its definition and answers with events, or with a Rejection
// and no event. apply() makes the next case state. Neither reads a clock, a disk or a random number: time and
// ids come in with the command, people come in with the directory. The same events give the same state,
// always. Thread-safe: no shared state.
#pragma once

#include "engine/core/state.h"
#include "engine/model/model.h"

namespace reeve::core {

struct Context {
    const model::Program& program;
    const org::Directory& directory;
    const org::Loads& loads;
    const model::Program* target = nullptr;  // Migrate only: the version to move to; `program` is the old one
};

// `state` is null exactly for StartCase.
Result<std::vector<Event>> decide(const CaseState* state, const Command&, const Context&);

// Total over every event that decide() can give for this state; throws std::runtime_error, the state
// untouched, for one that names what the case does not have (of a damaged journal). `program` must be the
// version the case is pinned to (for CaseMigrated: the new one). at/occurred/actor come from the Recorded.
void apply(CaseState&, const Recorded&, const model::Program&);

// The earliest moment at which a Tick would do something: a ladder step, a wait's end, an expiry, an
// acknowledgement or answer that is missing, the end of a job's lease, its timeout or retry. One pending
// timer a case. nullopt: nothing pending.
std::optional<Instant> next_moment(const CaseState&);

// A message to a person that follows from an event: written to the outbox with it. `id` is stable:
// CASE/REVISION/PERSON.
struct Alert {
    std::string id, to, kind /* the event's name */, case_id, clock, basis, subject, expected;
    std::optional<Instant> by;   // until when it is expected
    std::optional<Instant> due;  // of the clock
    std::int64_t late_ms = 0;
    bool urgent = false;
    std::string burst;  // alerts of one burst share it: collapsed for the reader
};
// What a request asks for, in words: "grant in decide, with permit \"permit.pdf\"", "10 working days on
// decision". `clock` is what to call the clock, when the wish has its id.
std::string asked_for(const Json& wish, const std::string& clock = {});
std::vector<Alert> alerts(const CaseState& after, const Recorded&, const model::Program&);

// Why this date: the clock's rule, its stops and extensions, and the count day by day.
struct ClockExplanation {
    std::string clock, basis, calendar, rule;
    Instant from, due;
    std::vector<time::DayLine> days;
    std::vector<std::string> notes;  // pauses, exclusions, extensions, warnings in words
    struct StepLine {
        std::string at;
        Instant planned;
        bool fired = false;
        std::string escalation;
        std::vector<std::string> told, notes;
    };
    std::vector<StepLine> steps;
};
ClockExplanation explain(const CaseState&, const ClockState&, const model::Program&);

// How much of the limit is left at `at`, in office time when it counts so; of a paused clock, what it goes on
// with. Zero when it is over.
time::Millis remaining(const ClockState&, const model::Program&, Instant at);
// The same in the clock's own unit: "14 working days", "3 working hours 30 min", "12 days".
std::string remaining_words(const ClockState&, const model::Program&, Instant at);

// What a Migrate would change for this case: stages, clocks and dates before and after. The dry run: it is
// decided by the same people, loads and moment as the command itself would be.
struct MigrationPreview {
    std::vector<std::string> changes;  // one sentence each
    std::optional<Rejection> refused;
};
MigrationPreview preview_migration(const CaseState&, const Command& migrate, const Context&);

}  // namespace reeve::core
