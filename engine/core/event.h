// Events: facts, past tense, the only truth. A stored event keeps its meaning for ever; new meaning gets a
// new name. Stages, clocks and tasks are named as in the definition; ids (t1, c2, e3, r4, j5) count up within
// the case.
#pragma once

#include "engine/core/command.h"

namespace reeve::core {

struct CaseStarted {
    std::string definition;
    int version = 0;
    std::string unit;
    Json data = Json::object();
    std::string title;
    std::string parent;
    std::string cause;
    std::vector<std::string> related;
    Instant occurred;
};
struct OwnerNamed {
    std::string person;
    std::string stands_for;
    std::string reason;
};
struct OwnerLost {
    std::string note;
};  // nobody owns it: the unowned clock runs
struct StageEntered {
    int entry = 0;
    std::string stage;
    int parallel = 0 /* the entry of the parallel stage it belongs to */;
    std::optional<Instant>
        since /* when it began, if not at Recorded's moment: a wait over while nobody looked */;
};
struct StageLeft {
    int entry = 0;
    std::string stage;
    std::string how /* the action, "then", "expired", "cancelled", "message:NAME" */;
};
struct ParallelOpened {
    int entry = 0;
    std::string stage;
    std::string join;
    int branches = 0;
    int outer = 0;
};
struct BranchArrived {
    int parallel = 0;
    std::string join;
};
struct TaskCreated {
    std::string task;
    std::string name;
    int entry = 0;
    std::string title;
    Json item;
    bool follow_up = false;
};
struct TaskAssigned {
    std::string task;
    std::string person;
    std::string stands_for;
    std::string how /* assigned, claimed, delegated, reassigned */;
    std::string reason;
    std::vector<std::string> notes;
};
struct TaskReturned {
    std::string task;
    std::string person;
    std::string reason;
};
struct TaskUnassigned {
    std::string task;
    std::vector<std::string> notes;
};  // nobody fit was found: its clock climbs
struct TaskCompleted {
    std::string task;
    std::string reason;
};
struct TaskCancelled {
    std::string task;
};
struct ActionTaken {
    int entry = 0;
    std::string action;
    std::string reason;
};
struct DataGiven {
    Json patch = Json::object();
};
struct DataCorrected {
    Json patch = Json::object();
    std::string reason;
};
// `bystander`: written by someone who has no part in the case, and so no progress of it.
struct DocumentAdded {
    Document document;
    bool bystander = false;
};
struct NoteAdded {
    std::string text;
    bool bystander = false;
};
struct CaseTransferred {
    std::string from, to;
    std::string reason;
    int hand_over = 0 /* its number; 0 when it does not count */;
    std::string asked /* the unit asked for, when the superior got it instead */;
};
struct ClockStarted {
    std::string clock;
    std::string name;
    Instant from;
    std::string task;
    int entry = 0;
    Duration limit /* only for a clock not in the definition */;
};
struct ClockPaused {
    std::string clock;
    std::string reason;
    std::string note;
    Instant from;
    std::optional<Instant> until;
    std::vector<std::string> told;
};
struct ClockResumed {
    std::string clock;
    std::string note;
    Instant at;
    std::vector<std::string> told;
};
struct TimeExcluded {
    std::string clock;
    Instant from, to;
    std::string reason;
    std::string note;
};
struct ClockRestarted {
    std::string clock;
    Instant from;
    std::string reason;
    std::vector<Duration> dropped;  // the extensions it had, which a new start does not keep
};
struct ClockExtended {
    std::string clock;
    Duration by;
    std::string reason;
    std::string approver;
    std::vector<std::string> told;
};
struct ClockMet {
    std::string clock;
    Instant at;
    std::int64_t late_ms = 0 /* how far past due, real time; 0 in time */;
};
struct ClockCancelled {
    std::string clock;
    std::string why;
};
struct ClockExpired {
    std::string clock;
    Instant at;
};
struct ClockWarned {
    std::string clock;
    std::string warning;
};  // e.g. the calendar's data ends before the due date
struct ApprovalAsked {
    std::string request;
    std::string what /* "action", "extension" */;
    std::vector<std::string> of;
    Json wish /* the command that waits for it */;
    std::string by;
    int entry = 0 /* of the stage whose action it is */;
};
struct ApprovalGiven {
    std::string request;
    std::string reason;
};
struct ApprovalRefused {
    std::string request;
    std::string reason;
    bool lapsed = false;  // nobody said no: the case moved on before anybody answered
};
struct EscalationFired {
    std::string escalation;
    std::string clock;
    int step = 0;
    int repeat = 0;
    Instant planned;
    std::string light;
    std::vector<std::string> told;
    std::vector<std::string> notes;
    std::string ask;
    std::optional<Instant> answer_by;
    std::optional<Instant> acknowledge_by;
    bool urgent = false;
};
struct EscalationOvertaken {
    std::string escalation;
    Instant occurred;
};  // the act had happened before the step was due
struct EscalationAcknowledged {
    std::string escalation;
    std::string reason;
};
struct AcknowledgementWithdrawn {
    std::string escalation;
    std::string reason;
};
struct AcknowledgementLapsed {
    std::string escalation;
    Instant planned;
};
struct AcknowledgementMissed {
    std::string escalation;
    Instant planned;
    std::vector<std::string> told;
    std::vector<std::string> notes;
};
struct AnswerGiven {
    std::string escalation;
    std::string text;
};
struct AnswerMissed {
    std::string escalation;
    Instant planned;
    std::vector<std::string> told;
    std::vector<std::string> notes;
};
struct CaseRequested {
    std::string definition;
    std::string unit;
    Json data = Json::object();
    std::string cause;
    int entry = 0 /* of the child stage */;
    std::string title;
    std::string other /* the id of the new case, CASE.N: a second StartCase of that id is refused */;
};  // the runtime opens it, once, under the id `other`
struct CaseNotOpened {
    std::string definition;
    std::string other /* the id that CaseRequested gave it: there is no such case */;
    std::string error;
    std::vector<std::string> told;
    std::vector<std::string> notes;
};
struct CaseLinked {
    std::string other;
    std::string relation /* "child", "opened" */;
    int entry = 0;
};
struct ChildEnded {
    std::string child;
    std::string outcome;
};
struct MessageReceived {
    std::string message;
};
struct JobRequested {
    std::string job;
    std::string handler;
    int entry = 0;
    int attempt = 1;
    std::optional<Instant> times_out;
};
// `lease` is the case's revision with this event, and so greater than that of any lease before it: whoever
// comes with another is late.
struct JobLeased {
    std::string job;
    std::string worker;
    std::int64_t lease = 0;
    Instant until;
    std::optional<Instant> times_out;  // the attempt, whatever the lease is extended to
};
struct JobLeaseExtended {
    std::string job;
    std::int64_t lease = 0;
    Instant until;
};
struct JobReleased {
    std::string job;
    std::int64_t lease = 0;
};
struct JobCompleted {
    std::string job;
};
struct JobFailed {
    std::string job;
    std::string error;
    std::optional<Instant> retry_at;
};
struct CaseClosed {
    std::string outcome;
};
struct CaseReopened {
    std::string reason;
    int cycle = 0;
};
struct CaseCancelled {
    std::string reason;
};
struct CaseMigrated {
    int from = 0, to = 0;
    std::map<std::string, std::string> stages;
    std::string reason;
};

using Event =
    std::variant<CaseStarted, OwnerNamed, OwnerLost, StageEntered, StageLeft, ParallelOpened, BranchArrived,
                 TaskCreated, TaskAssigned, TaskReturned, TaskUnassigned, TaskCompleted, TaskCancelled,
                 ActionTaken, DataGiven, DataCorrected, DocumentAdded, NoteAdded, CaseTransferred,
                 ClockStarted, ClockPaused, ClockResumed, TimeExcluded, ClockRestarted, ClockExtended,
                 ClockMet, ClockCancelled, ClockExpired, ClockWarned, ApprovalAsked, ApprovalGiven,
                 ApprovalRefused, EscalationFired, EscalationOvertaken, EscalationAcknowledged,
                 AcknowledgementWithdrawn, AcknowledgementLapsed, AcknowledgementMissed, AnswerGiven,
                 AnswerMissed, CaseRequested, CaseNotOpened, CaseLinked, ChildEnded, MessageReceived,
                 JobRequested, JobLeased, JobLeaseExtended, JobReleased, JobCompleted, JobFailed, CaseClosed,
                 CaseReopened, CaseCancelled, CaseMigrated>;

// An event with what stands around it.
struct Recorded {
    std::uint64_t seq = 0;  // in the journal, from 1; given at commit
    std::string case_id;
    std::uint64_t revision = 0;       // in the case, from 1
    Instant at;                       // when the engine recorded it
    std::optional<Instant> occurred;  // when it happened, if that was earlier
    std::string actor;
    Event event;
};

Json to_json(const Event&, Times = Times::millis);
Json event_schemas();  // the JSON Schema of each, by its name, as Times::text gives it
// Appends to_json(event, times).dump(); with milliseconds it is the form that is stored.
void print(std::string& out, const Event&, Times = Times::millis);
Result<Event> event_from_json(const Json&);
std::string_view name(const Event&);  // "TaskAssigned"

}  // namespace reeve::core
