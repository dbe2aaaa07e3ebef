#include "engine/runtime/key_use.h"

#include <boost/mp11.hpp>

namespace reeve::runtime {
namespace {

using namespace core;
using boost::mp11::mp_list;

// What each command gives whenever it is not refused; either of two where it may take a second pair of eyes.
using Gives = mp_list<
    mp_list<StartCase, CaseStarted>, mp_list<Act, ActionTaken, ApprovalAsked>,
    mp_list<CompleteTask, TaskCompleted, ApprovalAsked>, mp_list<ClaimTask, TaskAssigned>,
    mp_list<AssignTask, TaskAssigned>, mp_list<DelegateTask, TaskAssigned>, mp_list<ReturnTask, TaskReturned>,
    mp_list<AddFollowUp, TaskCreated>, mp_list<NameOwner, OwnerNamed>, mp_list<Transfer, CaseTransferred>,
    mp_list<Acknowledge, EscalationAcknowledged>, mp_list<Unacknowledge, AcknowledgementWithdrawn>,
    mp_list<Answer, AnswerGiven>, mp_list<PauseClock, ClockPaused>, mp_list<ResumeClock, ClockResumed>,
    mp_list<ExcludeTime, TimeExcluded>, mp_list<RestartClock, ClockRestarted>,
    mp_list<ExtendClock, ClockExtended, ApprovalAsked>, mp_list<Approve, ApprovalGiven>,
    mp_list<core::Refuse, ApprovalRefused>, mp_list<SendMessage, MessageReceived>,
    mp_list<AddDocument, DocumentAdded>, mp_list<AddNote, NoteAdded>, mp_list<CorrectData, DataCorrected>,
    mp_list<Reopen, CaseReopened>, mp_list<Cancel, CaseCancelled>, mp_list<Migrate, CaseMigrated>,
    mp_list<LeaseJob, JobLeased>, mp_list<ExtendLease, JobLeaseExtended>, mp_list<ReleaseJob, JobReleased>,
    mp_list<CompleteJob, JobCompleted>, mp_list<FailJob, JobFailed>, mp_list<EndChild, ChildEnded>,
    mp_list<FailOpening, CaseNotOpened>, mp_list<Tick>>;

// What was entered about the matter; what the definition adds to it stands beside.
bool same_matter(const StartCase& wish, const CaseStarted& started) {
    for (const auto& [name, value] : wish.data.items()) {
        const auto had = started.data.find(name);
        if (had == started.data.end() || *had != value) return false;
    }
    return true;
}

template <class W>
bool gave(const W& wish, const Event& event) {
    if constexpr (std::is_same_v<W, StartCase>)
        if (const auto* started = std::get_if<CaseStarted>(&event))
            return started->definition == wish.definition && same_matter(wish, *started);
    using Own = boost::mp11::mp_map_find<Gives, W>;
    return std::visit([]<class E>(const E&) { return boost::mp11::mp_contains<Own, E>::value; }, event);
}

}  // namespace

std::optional<Error> engines_key(const core::Command& command) {
    if (command.actor == system_actor) return std::nullopt;
    // All of them name a case, or a definition, and what in it: "open:" alone may be a person of that name.
    for (const std::string_view own : {"open:", "end:", "duty:", "pattern:"})
        if (command.key.starts_with(own) && command.key.find('/') != std::string::npos)
            return Error{
                "bad-key",
                fmt::format("keys that begin with \"{}\" and hold a \"/\" are the engine's own; take another",
                            own),
                "key"};
    return std::nullopt;
}

bool same_use(const Command& command, const Receipt& first) {
    // A case that is to be named by the engine has no name yet.
    const bool unnamed = std::holds_alternative<StartCase>(command.wish) && command.case_id.empty();
    if (!unnamed && command.case_id != first.case_id) return false;
    return std::visit(
        [&](const auto& wish) {
            return std::ranges::any_of(first.events, [&](const auto& e) { return gave(wish, e.event); });
        },
        command.wish);
}

Error key_used(const Command& command, const Receipt& first) {
    return {"key-used",
            fmt::format("the key \"{}\" was used before, for {} of case {}: take another key for another "
                        "command",
                        command.key, first.events.empty() ? "something" : name(first.events.front().event),
                        first.case_id),
            "key"};
}

}  // namespace reeve::runtime
