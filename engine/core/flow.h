// Inside the flow: what its files share. Every function changes the decision by emitting events; an Outcome
// that is set refuses the whole command.
#pragma once

#include "engine/core/decision.h"

namespace reeve::core {

// --- checks (flow_check.cpp)
bool is_person(const Decision&);  // neither the system nor the person who asked
Outcome demand_reason(const Decision&, std::string_view reason);  // a name and a reason
Outcome say_why(std::string_view reason);
// An act entered late did not happen before what it ends had begun.
Outcome check_begun(const Decision&, const std::string& what, Instant since);
// Why an act comes too late that happened before the case moved on: what happened since is not undone.
Rejection moved_on(const CaseState&, const model::Program&, Instant happened);
Outcome demand_person(const Decision&, const std::string& id, const std::string& field);  // known and active
Outcome demand_head(const Decision&);  // a head at or above the unit
// What comes with an act: data that fits the schema, documents that say what they are.
Outcome check_given(const Decision&, const Json& data, const std::vector<Document>&);
void record_given(Decision&, const Json& data, const std::vector<Document>&);
Json merged(const Decision&, const Json& data);  // the case's data with what is given
// Required fields and documents, given now or earlier.
Outcome check_required(const Decision&, const std::vector<std::string>& fields,
                       const std::vector<std::string>& documents, const Json& data,
                       const std::vector<Document>& given);
Result<bool> holds(const Decision&, int condition, const Json& data, const std::string& stage);

// --- stages (flow_enter.cpp, flow_stage.cpp)
Outcome enter(Decision&, int stage, int parallel);  // and on through stages that need nobody
void leave(Decision&, int entry, const std::string& how, bool done = true);
Outcome go(Decision&, int entry, int to, const std::string& how);  // leaves and enters
inline const std::string expired_how = "expired";                  // how a stage is left by an expiry
// What an action does once nothing stands against it. The stage is left as of `judged`; what comes next
// begins at Decision::effective.
Outcome take_action(Decision&, int entry, const model::Action&, const Act&, Instant judged,
                    const std::string& how);
const model::Stage& rules_of(const Decision&, const StageState&);
void request_child(Decision&, int entry);
// What a program chooses that has done the job of a stage: JobCompleted, and the action.
Outcome act_for_job(Decision&, const StageState&, const Act&);
void cancel_task(Decision&, const std::string& task);
void close_requests(Decision&, const StageState* stage, const std::string& why);  // null: of every stage
// A parallel stage's group and those inside it (flow_enter.cpp).
bool inside(const std::vector<ParallelState>& groups, int parallel, int group);
StageState as_stage(const ParallelState&);

// --- jobs (flow_job.cpp)
void request_job(Decision&, int entry);
// An attempt is over. `wait`: until the next one, in place of the definition's backoff.
void job_failed(Decision&, int entry, const std::string& error, bool retry,
                const std::optional<Duration>& wait = {});
void lease_ran_out(Decision&, int entry);

// What waits for approval is asked of those who may give it now: after a move, and after one of them has
// left.
void ask_anew(Decision&);  // flow_may.cpp

// --- people (tasks_assign.cpp)
void own_by_rule(Decision&);                                        // as the definition says
void own(Decision&, const org::Found&, const std::string& reason);  // this person
void lose_owner(Decision&, const std::string& note);
void create_task(Decision&, TaskCreated, const model::Assign&, const model::TaskRule*, const Duration* limit);
void create_tasks(Decision&, const StageState&);
bool tasks_done(const Decision&, const StageState&);  // as many as the stage needs
model::Assign assign_of(const Decision&, const TaskState&);
const model::TaskRule* rule_of(const Decision&, const TaskState&);
void assign_task(Decision&, const std::string& task, const model::Assign&, const std::string& how,
                 const std::string& reason = {}, const std::string& not_to = {});
// Whoever has left the service owns nothing and has no tasks. The runtime ticks their cases when they leave.
void settle_leavers(Decision&);
void reassign_tasks(Decision&);  // after a move: the open tasks of the active stages

// --- moving between units (flow_move.cpp)
Outcome move_case(Decision&, const std::string& unit, const std::string& reason, bool hand_over);

// --- commands
Outcome decide_flow(Decision&, const StartCase&);
Outcome decide_flow(Decision&, const Act&);
Outcome decide_flow(Decision&, const CompleteTask&);
Outcome decide_flow(Decision&, const ClaimTask&);
Outcome decide_flow(Decision&, const AssignTask&);
Outcome decide_flow(Decision&, const DelegateTask&);
Outcome decide_flow(Decision&, const ReturnTask&);
Outcome decide_flow(Decision&, const AddFollowUp&);
Outcome decide_flow(Decision&, const NameOwner&);
Outcome decide_flow(Decision&, const Transfer&);
Outcome decide_flow(Decision&, const Approve&);
Outcome decide_flow(Decision&, const Refuse&);
Outcome decide_flow(Decision&, const SendMessage&);
Outcome decide_flow(Decision&, const AddDocument&);
Outcome decide_flow(Decision&, const AddNote&);
Outcome decide_flow(Decision&, const CorrectData&);
Outcome decide_flow(Decision&, const Reopen&);
Outcome decide_flow(Decision&, const Cancel&);
Outcome decide_flow(Decision&, const Migrate&);
Outcome decide_flow(Decision&, const LeaseJob&);
Outcome decide_flow(Decision&, const ExtendLease&);
Outcome decide_flow(Decision&, const ReleaseJob&);
Outcome decide_flow(Decision&, const CompleteJob&);
Outcome decide_flow(Decision&, const FailJob&);
Outcome decide_flow(Decision&, const EndChild&);
Outcome decide_flow(Decision&, const FailOpening&);

// A choice or a loop that cannot be decided is refused to a person who acts; when the case moves by itself
// (a timer, a job, a child case), there is nobody to refuse it to: see enter().
class ByItself {
  public:
    explicit ByItself(Decision& d, std::optional<Instant> moment = {})
        : d_(d), was_(d.by_itself), effective_(d.effective) {
        d.by_itself = true;
        if (moment) d.effective = *moment;
    }
    ~ByItself() {
        d_.by_itself = was_;
        d_.effective = effective_;
    }
    ByItself(const ByItself&) = delete;
    ByItself& operator=(const ByItself&) = delete;

  private:
    Decision& d_;
    bool was_;
    Instant effective_;
};

}  // namespace reeve::core
