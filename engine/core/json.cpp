// The stored and shown forms: one line a struct. A member added here must have a default that means what its
// absence meant before; a name never changes.
#include "engine/core/fit.h"
#include "engine/describe_schema.h"

namespace reeve::time {
BOOST_DESCRIBE_STRUCT(Span, (), (from, to))
}
namespace reeve::model {
BOOST_DESCRIBE_ENUM(Light, green, blue, yellow, orange, red)
}

namespace reeve::core {

// Parts.
REEVE_DESCRIBED(Document, kind, name, sha256, bytes)
// Commands.
REEVE_DESCRIBED(StartCase, definition, version, unit, data, title, owner, parent, cause, related)
REEVE_DESCRIBED(Act, action, stage, data, documents, unit, reason)
REEVE_DESCRIBED(CompleteTask, task, data, documents, reason)
REEVE_DESCRIBED(ClaimTask, task, reason)
REEVE_DESCRIBED(AssignTask, task, person, reason)
REEVE_DESCRIBED(DelegateTask, task, person, reason)
REEVE_DESCRIBED(ReturnTask, task, reason)
REEVE_DESCRIBED(AddFollowUp, title, who, due)
REEVE_DESCRIBED(NameOwner, person, reason)
REEVE_DESCRIBED(Transfer, unit, reason)
REEVE_DESCRIBED(Acknowledge, escalation, reason)
REEVE_DESCRIBED(Unacknowledge, escalation, reason)
REEVE_DESCRIBED(Answer, escalation, text)
REEVE_DESCRIBED(PauseClock, clock, reason, note, until)
REEVE_DESCRIBED(ResumeClock, clock, note)
REEVE_DESCRIBED(ExcludeTime, clock, from, to, reason, note)
REEVE_DESCRIBED(RestartClock, clock, reason)
REEVE_DESCRIBED(ExtendClock, clock, by, reason)
REEVE_DESCRIBED(Approve, request, reason)
REEVE_DESCRIBED(Refuse, request, reason)
REEVE_DESCRIBED(SendMessage, message, data)
REEVE_DESCRIBED(AddDocument, document)
REEVE_DESCRIBED(AddNote, text)
REEVE_DESCRIBED(CorrectData, patch, reason)
REEVE_DESCRIBED(Reopen, reason, to)
REEVE_DESCRIBED(Cancel, reason)
REEVE_DESCRIBED(Migrate, version, stages, reason)
REEVE_DESCRIBED(LeaseJob, job, worker, seconds)
REEVE_DESCRIBED(ExtendLease, job, lease, seconds)
REEVE_DESCRIBED(ReleaseJob, job, lease)
REEVE_DESCRIBED(CompleteJob, job, data, lease, action, reason)
REEVE_DESCRIBED(FailJob, job, error, retry, lease, retry_after)
REEVE_DESCRIBED(Tick)
REEVE_DESCRIBED(EndChild, child, outcome, data)
REEVE_DESCRIBED(FailOpening, definition, other, error)
// Events.
REEVE_DESCRIBED(CaseStarted, definition, version, unit, data, title, parent, cause, related, occurred)
REEVE_DESCRIBED(OwnerNamed, person, stands_for, reason)
REEVE_DESCRIBED(OwnerLost, note)
REEVE_DESCRIBED(StageEntered, entry, stage, parallel, since)
REEVE_DESCRIBED(StageLeft, entry, stage, how)
REEVE_DESCRIBED(ParallelOpened, entry, stage, join, branches, outer)
REEVE_DESCRIBED(BranchArrived, parallel, join)
REEVE_DESCRIBED(TaskCreated, task, name, entry, title, item, follow_up)
REEVE_DESCRIBED(TaskAssigned, task, person, stands_for, how, reason, notes)
REEVE_DESCRIBED(TaskReturned, task, person, reason)
REEVE_DESCRIBED(TaskUnassigned, task, notes)
REEVE_DESCRIBED(TaskCompleted, task, reason)
REEVE_DESCRIBED(TaskCancelled, task)
REEVE_DESCRIBED(ActionTaken, entry, action, reason)
REEVE_DESCRIBED(DataGiven, patch)
REEVE_DESCRIBED(DataCorrected, patch, reason)
REEVE_DESCRIBED(DocumentAdded, document, bystander)
REEVE_DESCRIBED(NoteAdded, text, bystander)
REEVE_DESCRIBED(CaseTransferred, from, to, reason, hand_over, asked)
REEVE_DESCRIBED(ClockStarted, clock, name, from, task, entry, limit)
REEVE_DESCRIBED(ClockPaused, clock, reason, note, from, until, told)
REEVE_DESCRIBED(ClockResumed, clock, note, at, told)
REEVE_DESCRIBED(TimeExcluded, clock, from, to, reason, note)
REEVE_DESCRIBED(ClockRestarted, clock, from, reason, dropped)
REEVE_DESCRIBED(ClockExtended, clock, by, reason, approver, told)
REEVE_DESCRIBED(ClockMet, clock, at, late_ms)
REEVE_DESCRIBED(ClockCancelled, clock, why)
REEVE_DESCRIBED(ClockExpired, clock, at)
REEVE_DESCRIBED(ClockWarned, clock, warning)
REEVE_DESCRIBED(ApprovalAsked, request, what, of, wish, by, entry)
REEVE_DESCRIBED(ApprovalGiven, request, reason)
REEVE_DESCRIBED(ApprovalRefused, request, reason, lapsed)
REEVE_DESCRIBED(EscalationFired, escalation, clock, step, repeat, planned, light, told, notes, ask, answer_by,
                acknowledge_by, urgent)
REEVE_DESCRIBED(EscalationOvertaken, escalation, occurred)
REEVE_DESCRIBED(EscalationAcknowledged, escalation, reason)
REEVE_DESCRIBED(AcknowledgementWithdrawn, escalation, reason)
REEVE_DESCRIBED(AcknowledgementLapsed, escalation, planned)
REEVE_DESCRIBED(AcknowledgementMissed, escalation, planned, told, notes)
REEVE_DESCRIBED(AnswerGiven, escalation, text)
REEVE_DESCRIBED(AnswerMissed, escalation, planned, told, notes)
REEVE_DESCRIBED(CaseRequested, definition, unit, data, cause, entry, title, other)
REEVE_DESCRIBED(CaseNotOpened, definition, other, error, told, notes)
REEVE_DESCRIBED(CaseLinked, other, relation, entry)
REEVE_DESCRIBED(ChildEnded, child, outcome)
REEVE_DESCRIBED(MessageReceived, message)
REEVE_DESCRIBED(JobRequested, job, handler, entry, attempt, times_out)
REEVE_DESCRIBED(JobLeased, job, worker, lease, until, times_out)
REEVE_DESCRIBED(JobLeaseExtended, job, lease, until)
REEVE_DESCRIBED(JobReleased, job, lease)
REEVE_DESCRIBED(JobCompleted, job)
REEVE_DESCRIBED(JobFailed, job, error, retry_at)
REEVE_DESCRIBED(CaseClosed, outcome)
REEVE_DESCRIBED(CaseReopened, reason, cycle)
REEVE_DESCRIBED(CaseCancelled, reason)
REEVE_DESCRIBED(CaseMigrated, from, to, stages, reason)
// State.
BOOST_DESCRIBE_ENUM(CaseStatus, open, closed, cancelled)
BOOST_DESCRIBE_ENUM(TaskStatus, open, done, cancelled)
BOOST_DESCRIBE_ENUM(ClockStatus, running, paused, met, expired, cancelled)
REEVE_DESCRIBED(StageState, entry, stage, since, parallel, wake, job, attempt, job_times_out, job_retry_at,
                worker, leased_by, lease, lease_until, job_failed, child, fault)
REEVE_DESCRIBED(ParallelState, entry, stage, join, outer, branches, arrived)
REEVE_DESCRIBED(TaskState, id, name, title, entry, person, stands_for, from, item, follow_up, status, since,
                ended)
REEVE_DESCRIBED(ClockState, id, name, rule, task, entry, cycle, from, limit, extended, stops, stop_notes,
                extension_notes, restart_notes, pause_reason, paused_until, status, ended, late_ms, due,
                steps, fired, repeats, next_repeat, light, expires)
REEVE_DESCRIBED(EscalationState, id, clock, step, repeat, at, planned, told, notes, ask, answer_by,
                acknowledge_by, answer, acknowledged_by, lapses, acknowledge_missed, answer_missed, overtaken,
                superseded)
REEVE_DESCRIBED(RequestState, id, what, by, of, wish, asked, open, entry)
REEVE_DESCRIBED(HandOverState, from, to, at)
REEVE_DESCRIBED(LinkState, other, relation)
REEVE_DESCRIBED(CaseState, id, definition, title, version, revision, status, outcome, cycle, unit, owner,
                owner_stands_for, parent, cause, data, occurred, started, last, last_progress, ended, stages,
                parallels, tasks, clocks, escalations, requests, documents, hand_overs, links, next_entry,
                next_id)

namespace {

template <class... T>
Result<std::variant<T...>> read_as(const std::variant<T...>&, const Json& json, const char* tag) {
    return describe::read_variant<T...>(json, tag);
}

// Of anything that is counted in a case; one more still has a number.
constexpr int most = 1'000'000'000;

bool countable(const auto&) { return true; }  // a text, a list, data: nothing is counted with it
bool countable(const int& number) { return number >= 0 && number <= most; }
bool countable(const std::int64_t& ms) { return ms >= 0 && ms <= std::int64_t{1} << 53; }
bool countable(const Instant& at) { return countable_moment(at); }
bool countable(const std::optional<Instant>& at) { return !at || countable_moment(*at); }
bool countable(const Duration& d) {
    return d.months >= 0 && d.days >= 0 && d.elapsed.count() >= 0 && d.working_days >= 0 &&
           d.working.count() >= 0;
}

}  // namespace

bool countable_moment(Instant at) {
    constexpr Instant first = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
    constexpr Instant end = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 2};
    return (at >= first && at < end) || at == Instant::max();
}

const char* uncountable_member(const Event& event) {
    return std::visit(
        []<class E>(const E& e) {
            const char* found = nullptr;
            boost::mp11::mp_for_each<boost::describe::describe_members<E, boost::describe::mod_any_access>>(
                [&](auto d) {
                    if (!found && !countable(e.*d.pointer)) found = d.name;
                });
            return found;
        },
        event);
}

Json to_json(const Wish& wish, Times times) { return describe::write_variant(wish, "command", times); }
Result<Wish> wish_from_json(const Json& json) { return read_as(Wish{}, json, "command"); }
Json wish_schemas() { return describe::variant_schemas(static_cast<const Wish*>(nullptr), "command"); }
Json event_schemas() { return describe::variant_schemas(static_cast<const Event*>(nullptr), "event"); }
Json to_json(const Event& event, Times times) { return describe::write_variant(event, "event", times); }
void print(std::string& out, const Event& event, Times times) {
    describe::print_variant(out, event, "event", times);
}
Result<Event> event_from_json(const Json& json) { return read_as(Event{}, json, "event"); }
std::string_view name(const Event& event) {
    return std::visit([](const auto& e) -> std::string_view { return stored_name(&e); }, event);
}

Json to_json(const CaseState& state, Times times) {
    Json json = describe::write(state, times);
    // What a reader looks for is there even at its default.
    json["status"] = describe::write(state.status, times);
    json["light"] = describe::write(light(state), times);
    for (std::size_t i = 0; i < state.tasks.size(); ++i)
        json["tasks"][i]["status"] = describe::write(state.tasks[i].status, times);
    for (std::size_t i = 0; i < state.clocks.size(); ++i) {
        auto& clock = json["clocks"][i];
        clock["status"] = describe::write(state.clocks[i].status, times);
        clock["light"] = describe::write(state.clocks[i].light, times);
        clock["due"] = describe::write(state.clocks[i].due, times);
    }
    return json;
}

}  // namespace reeve::core
