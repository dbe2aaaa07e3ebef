// Inside engine/core: a clock's times. A clock is its events (when it started, its stops, its extensions);
// what it shows is derived from them and the calendar its case is pinned to, by derive(), each time one of
// its events is applied. Pure; instants are UTC, days are those of the calendar's zone.
#pragma once

#include "engine/core/decision.h"

namespace reeve::core {

const model::ClockRule* rule_of(const ClockState&, const model::Program&);  // null: a limit given by hand
const model::Ladder* ladder_of(const ClockState&, const model::Program&);   // null: it climbs none
// Given by hand, with a follow-up: the event says the limit, be it "0 working days", until closing time.
bool has_own_limit(const ClockStarted&);
bool ends_with_stage(const model::Program&, int rule);  // a stage's own clock: met when its entry is left

// Computes `due`, `steps` and `expires`. A paused clock is due at Instant::max(), and so are the steps that
// have not fired.
void derive(ClockState&, const model::Program&);
// The due instant, had a pause that still runs ended at `at`: what a paused clock is judged by. With the
// calendar's warnings.
time::Due due_judged(const ClockState&, const model::Program&, Instant at);
// The count behind `due`, day by day, an extension of another kind after the limit.
std::vector<time::DayLine> count_days(const ClockState&, const model::Program&);
// After `derive` moved the times: what still stands fired at `at`. Steps whose planned moment lies ahead
// again will fire again; their former escalations are superseded.
void rewind(CaseState&, ClockState&, const model::Program&, Instant at);
// Nothing is expected any more of the clock's escalations from that repeat of that step on.
void supersede(CaseState&, const ClockState&, int from_step = 0, int from_repeat = 0);

// `base` moved by `offset`, as "due + 2 working days" says it: hours to the moment; working days to closing
// time; days, weeks and months to the same time of day. The day that counts is the one in which the last
// instant before `base` lies, so that from the end of Friday one working day is Monday's closing time.
Instant shifted(const time::Calendar&, Instant base, const Duration& offset);
// The moment of the k-th repeat of the last step, k from 1; counted from that step, never from the one
// before.
Instant repeat_moment(const ClockState&, const model::Program&, int k);
int first_repeat_from(const ClockState&, const model::Program&, Instant at);    // the least k > repeats at or
                                                                                // after `at`
int latest_repeat_until(const ClockState&, const model::Program&, Instant at);  // the greatest k up to `at`
// Sets or clears next_repeat: none before every step has fired, or while the last is acknowledged.
void refresh_repeat(const CaseState&, ClockState&, const model::Program&, Instant from);

bool at_or_after_due(const model::Step&);
Light light_after(const model::Ladder&, int fired);  // the light once so many steps have fired
constexpr const char* acknowledged_for_default = "3 working days";
const Duration& acknowledged_for(const model::Step&);

// Emits ClockMet as of Decision::effective, and marks the escalations which that overtakes.
void meet(Decision&, const std::string& clock_id);
void cancel(Decision&, const std::string& clock_id, std::string why);
void end_requests(Decision&, const std::string& clock_id);  // extensions asked for a clock that ends
// Starts the clock of a rule at `from` and warns when the calendar does not reach.
void start(Decision&, int rule, Instant from, std::string task = {}, int entry = 0,
           const Duration& limit = {}, const std::string& name = {});
// ClockWarned for each warning that `before` did not have.
void warn(Decision&, const std::string& clock_id, const std::vector<std::string>& before = {});
std::vector<std::string> warnings(const ClockState&, const model::Program&);
// When a pause that began at `from` ends at the latest; none: the definition sets it no end.
std::optional<Instant> longest_pause(const model::ClockRule&, const model::Program&, Instant from);
const time::Span* running_pause(const ClockState&);  // null: it is not paused

// What a ladder tells whom, and why (ladder_tell.cpp).
struct Telling {
    std::vector<std::string> people, notes;
};
Telling tell(const Decision&, const ClockState&, const model::Ladder&, int step);
Telling tell_above(const Decision&, const model::Ladder&, int step, const std::vector<std::string>& told);
Telling tell_office(const Decision&);  // the owner and the head; when there is neither, the head of the root
Telling tell_all(const Decision&, const std::vector<org::Who>&);
// That a pause ended by itself: those whom the definition names, the owner, and whoever has an open task that
// the clock measures.
Telling tell_of_end_of_pause(const Decision&, const ClockState&);
// One ladder step takes effect (ladder_fire.cpp): `repeat` 0 is the step itself.
void fire(Decision&, const ClockState&, int step, int repeat, Instant planned);

}  // namespace reeve::core
