// CaseState: what the events of one case add up to. A value; two that saw the same events are equal, always.
#pragma once

#include "engine/core/event.h"
#include "engine/model/program.h"
#include "engine/shared_list.h"

namespace reeve::core {

using model::Light;

enum class CaseStatus { open, closed, cancelled };

struct StageState {
    int entry = 0;  // counts up within the case
    std::string stage;
    Instant since;
    int parallel = 0;             // entry of the parallel stage it is a branch of; 0: none
    std::optional<Instant> wake;  // when a wait is over (derived)
    std::string job;              // the job id, handler and attempt, for a job stage
    int attempt = 0;
    std::optional<Instant> job_times_out, job_retry_at;
    std::string worker;       // who has the job, as it calls itself
    std::string leased_by;    // in whose name
    std::int64_t lease = 0;   // 0: nobody has it
    bool job_failed = false;  // for good: people do it
    std::optional<Instant> lease_until;
    std::string child;  // the child case, for a child stage
    std::string fault;  // why there is none
    bool operator==(const StageState&) const = default;
};

struct ParallelState {
    int entry = 0;
    std::string stage, join;
    int outer = 0;
    int branches = 0, arrived = 0;
    bool operator==(const ParallelState&) const = default;
};

enum class TaskStatus { open, done, cancelled };

// The name of the task by which a head is asked to name an owner.
inline const std::string name_owner_task = "name-owner";

struct TaskState {
    std::string id, name, title;
    int entry = 0;
    std::string person;      // empty: nobody yet
    std::string stands_for;  // the absent person
    std::string from;        // who delegated it
    Json item;
    bool follow_up = false;
    TaskStatus status = TaskStatus::open;
    Instant since;
    std::optional<Instant> ended;
    bool operator==(const TaskState&) const = default;
};

enum class ClockStatus { running, paused, met, expired, cancelled };

struct ClockState {
    std::string id, name;
    int rule = model::none;  // index into the program's clocks; none: `limit` says
    std::string task;
    int entry = 0;
    int cycle = 1;
    Instant from;
    Duration limit;  // as the rule has it (or as given, for a follow-up)
    std::vector<Duration> extended;
    std::vector<time::Span> stops;  // pauses and exclusions; a pause that still runs ends at Instant::max()
    std::vector<std::string> stop_notes;       // why, one for each of `stops`
    std::vector<std::string> extension_notes;  // why and by whom, one for each of `extended`
    std::vector<std::string> restart_notes;    // why and by whom, one for each time that it began anew
    std::string pause_reason;
    std::optional<Instant> paused_until;
    ClockStatus status = ClockStatus::running;
    std::optional<Instant> ended;  // when it was met, expired or cancelled
    std::int64_t late_ms = 0;
    // Derived from the above and the pinned calendar, kept so that nothing is counted twice.
    Instant due;                 // Instant::max() while paused
    std::vector<Instant> steps;  // the planned moment of each ladder step
    int fired = 0;               // ladder steps that have fired
    int repeats = 0;             // how often the last one was repeated
    std::optional<Instant> next_repeat;
    Light light = Light::green;
    bool expires = false;  // an expiry: at `due` the case moves by itself
    bool operator==(const ClockState&) const = default;
};
// Whether it still runs or may run again.
inline bool counts(const ClockState& clock) {
    return clock.status == ClockStatus::running || clock.status == ClockStatus::paused;
}

struct EscalationState {
    std::string id, clock;
    int step = 0, repeat = 0;
    Instant at, planned;
    std::vector<std::string> told, notes;
    std::string ask;
    std::optional<Instant> answer_by, acknowledge_by;
    std::string answer;
    std::string acknowledged_by;
    std::optional<Instant> lapses;  // when the acknowledgement lapses without progress
    bool acknowledge_missed = false, answer_missed = false, overtaken = false;
    bool superseded = false;  // its clock was extended or restarted since: nothing is expected of it any more
    bool operator==(const EscalationState&) const = default;
};

struct RequestState {  // a second pair of eyes, or an extension, that waits for approval
    std::string id, what, by;
    std::vector<std::string> of;
    Json wish;
    Instant asked;  // when the act took place: what clocks are judged by once it is approved
    bool open = true;
    int entry = 0;  // of the stage whose action waits; an extension has none
    bool operator==(const RequestState&) const = default;
};

struct HandOverState {
    std::string from, to;
    Instant at;
    bool operator==(const HandOverState&) const = default;
};

struct LinkState {
    std::string other, relation;
    bool operator==(const LinkState&) const = default;
};

struct CaseState {
    std::string id, definition, title;
    int version = 0;
    std::uint64_t revision = 0;
    CaseStatus status = CaseStatus::open;
    std::string outcome;
    int cycle = 1;
    std::string unit, owner, owner_stands_for;
    std::string parent, cause;
    Json data = Json::object();
    Instant occurred, started,
        last;  // last: the latest event; last_progress: the latest that was no mere acknowledgement or timer
    Instant last_progress;
    std::optional<Instant> ended;
    std::vector<StageState> stages;        // the active ones
    std::vector<ParallelState> parallels;  // the open ones
    std::vector<TaskState> tasks;
    std::vector<ClockState> clocks;
    SharedList<EscalationState> escalations;  // may be many: a last step is told again and again
    std::vector<RequestState> requests;
    std::vector<Document> documents;
    std::vector<HandOverState> hand_overs;
    std::vector<LinkState> links;
    int next_entry = 1, next_id = 1;  // counters for entries and for t/c/e/r/j ids

    StageState* stage(int entry);
    TaskState* task(std::string_view id);
    ClockState* clock(
        std::string_view id_or_name);  // by id, else the latest of that name (a running one first)
    const ClockState* clock(std::string_view id_or_name) const;
    RequestState* request(std::string_view id);
    bool operator==(const CaseState&) const = default;
};

Light light(const CaseState&);  // the worst of its clocks that count (running or paused)
Json to_json(const CaseState&, Times = Times::text);

}  // namespace reeve::core
