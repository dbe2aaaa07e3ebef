// Commands: what people, programs and timers ask for. Each is answered with events or a Rejection.
#pragma once

#include <cstdint>

#include "engine/describe.h"
#include "engine/org/org.h"

namespace reeve::core {

using time::Duration;
using time::Instant;
using Rejection = Error;  // code, a sentence a person understands, the field it is about

struct Document {  // an attachment; the file lies in the store under its SHA-256
    std::string kind, name, sha256;
    std::uint64_t bytes = 0;
    bool operator==(const Document&) const = default;
};

// Opens a case. `unit` has it; `cause` and `parent` say what opened it when no person did ("child:STAGE",
// "ladder:CLOCK#STEP", "pattern:NAME", "duty:NAME", "follow-up").
struct StartCase {
    std::string definition;
    int version = 0 /* 0: the newest */;
    std::string unit;
    Json data = Json::object();
    std::string title;
    std::string owner;
    std::string parent;
    std::string cause;
    std::vector<std::string> related;
};
// A person's choice in a stage. `stage` may be left out when only one active stage offers the action.
struct Act {
    std::string action;
    std::string stage;
    Json data = Json::object();
    std::vector<Document> documents;
    std::string unit;
    std::string reason;
};
struct CompleteTask {
    std::string task;
    Json data = Json::object();
    std::vector<Document> documents;
    std::string reason;
};
struct ClaimTask {
    std::string task;
    std::string reason;  // why it is taken from the one who has it
};
struct AssignTask {
    std::string task;
    std::string person;
    std::string reason;
};
struct DelegateTask {
    std::string task;
    std::string person;
    std::string reason;
};
struct ReturnTask {
    std::string task;
    std::string reason;
};
struct AddFollowUp {
    std::string title;
    std::string who /* as in definitions */;
    Duration due;
};
struct NameOwner {
    std::string person;
    std::string reason;
};
struct Transfer {
    std::string unit;
    std::string reason;
};
struct Acknowledge {
    std::string escalation;
    std::string reason;
};
struct Unacknowledge {
    std::string escalation;
    std::string reason;
};
struct Answer {
    std::string escalation;
    std::string text;
};  // the explanation a step asked for
struct PauseClock {
    std::string clock;
    std::string reason;
    std::string note;
    std::optional<Instant> until;
};
struct ResumeClock {
    std::string clock;
    std::string note;
};
struct ExcludeTime {
    std::string clock;
    Instant from, to;
    std::string reason;
    std::string note;
};
struct RestartClock {
    std::string clock;
    std::string reason;
};
struct ExtendClock {
    std::string clock;
    Duration by;
    std::string reason;
};
struct Approve {
    std::string request;
    std::string reason;
};
struct Refuse {
    std::string request;
    std::string reason;
};
struct SendMessage {
    std::string message;
    Json data = Json::object();
};  // what a wait stage listens for
struct AddDocument {
    Document document;
};
struct AddNote {
    std::string text;
};
struct CorrectData {
    Json patch = Json::object() /* RFC 7396 merge patch */;
    std::string reason;
};
struct Reopen {
    std::string reason;
    std::string to;
};
struct Cancel {
    std::string reason;
};
struct Migrate {
    int version = 0;
    std::map<std::string, std::string> stages /* old name -> new name */;
    std::string reason;
};
inline constexpr std::size_t longest_worker_bytes = 200;
inline constexpr int longest_lease_seconds = 3600;
// A program takes a job for so many seconds; nobody else gets it until they are over.
struct LeaseJob {
    std::string job;
    std::string worker;  // what the program calls itself
    int seconds = 60;
};
struct ExtendLease {
    std::string job;
    std::int64_t lease = 0;
    int seconds = 60;
};
// `lease`: of JobLeased; 0: a person, or the engine, in place of a program. `action`: which of the stage's
// the case takes; without it, its "then".
struct CompleteJob {
    std::string job;
    Json data = Json::object();
    std::int64_t lease = 0;
    std::string action;
    std::string reason;
};
// Whoever has the lease cannot do the job now, through no fault of the job's: no attempt is spent.
struct ReleaseJob {
    std::string job;
    std::int64_t lease = 0;
};
struct FailJob {
    std::string job;
    std::string error;
    bool retry = true;
    std::int64_t lease = 0;
    std::optional<Duration> retry_after;  // in place of the definition's backoff
};
struct Tick {};  // every moment of the case up to Command::occurred (else ::at) takes effect
struct EndChild {
    std::string child;
    std::string outcome;
    Json data = Json::object() /* the child's; the stage takes what its "result" names */;
};  // a child case ended
struct FailOpening {
    std::string definition;
    std::string other;
    std::string error;
};  // a requested case could not be opened

// The same list names the commands in JSON, over HTTP and in scenarios: {"command": "Act", "case": …}.
using Wish = std::variant<StartCase, Act, CompleteTask, ClaimTask, AssignTask, DelegateTask, ReturnTask,
                          AddFollowUp, NameOwner, Transfer, Acknowledge, Unacknowledge, Answer, PauseClock,
                          ResumeClock, ExcludeTime, RestartClock, ExtendClock, Approve, Refuse, SendMessage,
                          AddDocument, AddNote, CorrectData, Reopen, Cancel, Migrate, LeaseJob, ExtendLease,
                          ReleaseJob, CompleteJob, FailJob, Tick, EndChild, FailOpening>;

inline const std::string system_actor = "system";  // timers and what follows from them
inline const std::string petitioner_actor =
    "petitioner";  // the person who asked, through the status page or a clerk

struct Command {
    std::string key;    // idempotency key; the same key gives the first receipt again; empty: none
    std::string actor;  // a person's id, or one of the two above
    std::string case_id;
    Instant at;                       // when the engine took it; never before the case's last event
    std::optional<Instant> occurred;  // when it really happened, if earlier
    std::optional<std::uint64_t>
        expect;  // refuse with "changed-meanwhile" unless the case is at this revision
    Wish wish;
};

Json to_json(const Wish&, Times = Times::text);
Result<Wish> wish_from_json(const Json&);
Json wish_schemas();  // the JSON Schema of each, by its name

}  // namespace reeve::core
