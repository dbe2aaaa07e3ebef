// Rows: what the store keeps beside the journal so that nobody has to replay to find a case. Each is a pure
// function of the journal; `reeve rebuild` makes them again, equal to the byte. Plain values, described, so
// that to_json and the tables follow from these lines alone (a member is a column of the same name).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/core.h"

namespace reeve::store {

using time::Instant;

struct CaseRow {
    std::string id, definition;
    int version = 0;
    std::uint64_t revision = 0;
    std::string unit, owner, title;
    std::string status;          // open, closed, cancelled
    std::string outcome;         // of the end stage
    std::string stages;          // names of the active stages, joined by a space
    std::string light;           // green … red: the worst of its clocks
    std::optional<Instant> due;  // the earliest due of its running clocks
    Instant occurred, started, last;
    std::optional<Instant> ended;
    int cycle = 1;
    std::string parent, cause;
    bool operator==(const CaseRow&) const = default;
};

struct TaskRow {
    std::string case_id, id, name, title;
    std::string person, stands_for;  // person is empty when nobody has it yet
    std::string status;              // open, done, cancelled
    Instant since;
    std::optional<Instant> due;  // of its clock, while that runs
    std::string light;
    std::optional<Instant> ended;
    bool follow_up = false;
    bool operator==(const TaskRow&) const = default;
};

// What a stage asks of a program, while the stage is active.
struct JobRow {
    std::string case_id, id, handler, stage;
    std::string status;  // ready, leased, waiting (for its next attempt), failed (for good)
    Instant since;       // when its stage began
    int attempt = 0, attempts = 0;
    std::string worker, person;  // who has it, and in whose name
    std::int64_t lease = 0;
    std::optional<Instant> until, times_out, retry_at;
    bool operator==(const JobRow&) const = default;
};

// What waits for a second person; it goes with their answer.
struct RequestRow {
    std::string case_id, id;
    std::string what;  // action, extension
    std::string by;    // who asked
    std::string of;    // who may answer, persons joined by a space; and whoever stands in for them
    Instant asked;
    bool operator==(const RequestRow&) const = default;
};

struct ClockRow {
    std::string case_id, id, name, task;
    std::string kind;    // due, limit, expiry
    std::string status;  // running, paused, met, expired, cancelled
    std::string light;
    Instant from;
    std::optional<Instant> due;  // none while paused
    std::optional<Instant> ended;
    std::int64_t late_ms = 0;
    int cycle = 1;
    bool operator==(const ClockRow&) const = default;
};

struct EscalationRow {
    std::string case_id, id, clock;  // clock: its name
    int step = 0, repeat = 0;
    Instant at, planned;
    std::string told;  // person ids joined by a space
    std::string ask, answer;
    std::optional<Instant> answer_by, acknowledge_by;
    std::string acknowledged_by;
    bool acknowledge_missed = false, answer_missed = false, overtaken = false;
    bool operator==(const EscalationRow&) const = default;
};

struct LinkRow {
    std::string case_id, other, relation;
    bool operator==(const LinkRow&) const = default;
};

// Everything the tables hold of one case.
struct CaseView {
    CaseRow row;
    std::vector<TaskRow> tasks;
    std::vector<JobRow> jobs;          // of its active stages: they go with them
    std::vector<RequestRow> requests;  // those that wait
    std::vector<ClockRow> clocks;
    SharedList<core::EscalationState> escalations;  // as the case has them: row_of() makes the row of one
    std::vector<LinkRow> links;
    std::optional<Instant> next;  // its one pending moment
    bool operator==(const CaseView&) const = default;
};
CaseView project(const core::CaseState&, const model::Program&);
EscalationRow row_of(const CaseView&, const core::EscalationState&);

// An alert in the outbox. `body` is the alert as JSON; the rest is its delivery, which rebuild keeps.
struct OutboxRow {
    std::string id;      // CASE/REVISION/PERSON
    std::string person;  // who is to be told
    std::string case_id;
    Instant at;  // when it was written
    std::string body;
    std::string status = "pending";  // pending, sent, undelivered
    int attempts = 0;
    std::optional<Instant> next_at;  // not tried again before
    std::string error;               // of the last attempt
    bool operator==(const OutboxRow&) const = default;
};

// How far an alert got: replaces what its row says.
struct OutboxDelivery {
    std::string id;
    std::string status;
    int attempts = 0;
    std::optional<Instant> next_at;
    std::string error;
};

// How busy a person is; last_given is the journal number of the event that last gave them something.
struct LoadRow {
    std::string person;
    int open = 0;
    std::uint64_t last_given = 0;
    bool operator==(const LoadRow&) const = default;
};

// A case that counts toward a pattern and is not used up by a screening case yet.
struct MarkRow {
    std::string pattern;  // DEFINITION/NAME and the values that must be equal, as JSON
    std::string case_id;
    Instant at;
    bool operator==(const MarkRow&) const = default;
};

// A pending timer: a case's next moment, or a duty's next date (id "$duty/DEFINITION/NAME").
struct TimerRow {
    Instant at;
    std::string id;
    bool operator==(const TimerRow&) const = default;
    auto operator<=>(const TimerRow&) const = default;
};

// A case that left for an archive: when, and into which file.
struct ArchivedRow {
    std::string id;
    Instant at;
    std::string file, sha256;
    bool operator==(const ArchivedRow&) const = default;
};

// A command's key that left with its case: it is never taken again.
struct ArchivedKeyRow {
    std::string key, case_id;
    bool operator==(const ArchivedKeyRow&) const = default;
};

Json to_json(const CaseRow&, Times = Times::text);
Json to_json(const TaskRow&, Times = Times::text);
Json to_json(const JobRow&, Times = Times::text);
Json to_json(const RequestRow&, Times = Times::text);
Json to_json(const ClockRow&, Times = Times::text);
Json to_json(const EscalationRow&, Times = Times::text);
Json to_json(const LinkRow&, Times = Times::text);
Json to_json(const OutboxRow&, Times = Times::text);

}  // namespace reeve::store
