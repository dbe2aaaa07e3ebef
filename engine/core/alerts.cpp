// Messages to people that follow from an event of the flow.
#include <fmt/format.h>

#include "engine/core/decision.h"

namespace reeve::core {

namespace {

std::string label(const CaseState& state) {
    return state.title.empty() ? state.id : fmt::format("{} ({})", state.title, state.id);
}

// The clock that presses: the task's own, else its stage's, else the one of the case that is due first.
const ClockState* pressing(const CaseState& state, const TaskState* task) {
    const ClockState* found = nullptr;
    auto rank = [&](const ClockState& c) {
        if (task && c.task == task->id) return 3;
        if (task && task->entry && c.entry == task->entry && c.task.empty()) return 2;
        return c.task.empty() && c.entry == 0 ? 1 : 0;
    };
    for (const auto& clock : state.clocks) {
        if (!counts(clock) || rank(clock) == 0) continue;
        if (!found || rank(clock) > rank(*found) || (rank(clock) == rank(*found) && clock.due < found->due))
            found = &clock;
    }
    return found;
}

struct Writer {
    std::vector<Alert>& out;
    const CaseState& after;
    const Recorded& recorded;
    const model::Program& program;

    // Nobody is told what they did themselves.
    Alert* tell(const std::string& person, std::string subject, const TaskState* task = nullptr) const {
        if (person.empty() || person == recorded.actor || person == system_actor) return nullptr;
        for (const auto& alert : out)
            if (alert.to == person) return nullptr;  // once an event
        auto alert = make_alert(after, recorded, program, person, std::move(subject));
        if (const auto* clock = pressing(after, task)) {
            alert.clock = clock->name;
            if (clock->due != Instant::max()) alert.due = clock->due;
            if (clock->rule != model::none && !program.clocks[clock->rule].basis.empty())
                alert.basis = program.clocks[clock->rule].basis;
        }
        out.push_back(std::move(alert));
        return &out.back();
    }

    const TaskState* task(const std::string& id) const {
        auto it = std::ranges::find(after.tasks, id, &TaskState::id);
        return it == after.tasks.end() ? nullptr : &*it;
    }
    static std::string words(const TaskState* task) {
        return !task ? "a task" : task->title.empty() ? task->name : task->title;
    }
    static std::string standing_for(const std::string& absent) {
        return absent.empty() ? "" : fmt::format(", for {} who is absent", absent);
    }

    template <class E>
    void operator()(const E&) const {}

    void operator()(const OwnerNamed& e) const {
        if (auto* alert =
                tell(e.person, fmt::format("You own {} now{}", label(after), standing_for(e.stands_for))))
            alert->expected = "see to it that it gets done";
    }
    void operator()(const TaskAssigned& e) const {
        const auto* of = task(e.task);
        auto subject = fmt::format("{}: {} is yours{}", label(after), words(of), standing_for(e.stands_for));
        if (auto* alert = tell(e.person, std::move(subject), of)) {
            alert->expected = words(of);
            alert->by = alert->due;
        }
    }
    void operator()(const TaskUnassigned& e) const {
        if (auto* alert = tell(after.owner,
                               fmt::format("{}: nobody was found for {}", label(after), words(task(e.task))),
                               task(e.task)))
            alert->expected = "assign it";
    }
    void operator()(const TaskReturned& e) const {
        tell(after.owner,
             fmt::format("{}: {} returned {}: {}", label(after), e.person, words(task(e.task)), e.reason),
             task(e.task));
    }
    std::string asked(const Json& wish) const {
        const auto* clock = after.clock(wish.value("clock", ""));
        return asked_for(wish, clock ? clock->name : "");
    }
    void operator()(const ApprovalAsked& e) const {
        const auto reason = e.wish.value("reason", "");
        for (const auto& person : e.of)
            if (auto* alert =
                    tell(person, fmt::format("{}: {} asks for your approval: {}{}", label(after), e.by,
                                             asked(e.wish), reason.empty() ? "" : "; reason: " + reason)))
                alert->expected = fmt::format("approve or refuse {}", e.request);
    }
    void asker(const std::string& request, const char* outcome, const std::string& reason) const {
        for (const auto& r : after.requests)
            if (r.id == request)
                tell(r.by, fmt::format("{}: what you asked for ({}) {}{}{}", label(after), asked(r.wish),
                                       outcome, reason.empty() ? "" : ": ", reason));
    }
    void operator()(const ApprovalGiven& e) const { asker(e.request, "was approved", e.reason); }
    void operator()(const ApprovalRefused& e) const {
        asker(e.request, e.lapsed ? "lapsed" : "was refused", e.reason);
    }
    void operator()(const MessageReceived& e) const {
        tell(after.owner, fmt::format("{}: the message {} has come", label(after), e.message));
    }
    void operator()(const JobFailed& e) const {
        if (!e.retry_at) tell(after.owner, fmt::format("{}: {} failed: {}", label(after), e.job, e.error));
    }
    void operator()(const CaseNotOpened& e) const {
        for (const auto& person : e.told)
            if (auto* alert = tell(person, fmt::format("{}: a case of {} could not be opened: {}",
                                                       label(after), e.definition, e.error)))
                alert->expected = "see what is to be done instead";
    }
    void operator()(const ChildEnded& e) const {
        tell(after.owner, fmt::format("{}: {} has ended ({})", label(after), e.child, e.outcome));
    }
    void operator()(const CaseReopened& e) const {
        tell(after.owner, fmt::format("{} was reopened: {}", label(after), e.reason));
    }
    void operator()(const CaseCancelled& e) const {
        tell(after.owner, fmt::format("{} was cancelled: {}", label(after), e.reason));
    }
    void operator()(const CaseClosed& e) const {
        tell(after.owner, fmt::format("{} has ended: {}", label(after), e.outcome));
        tell(petitioner_actor, fmt::format("Your case {} has ended: {}", after.id, e.outcome));
    }
};

}  // namespace

std::string asked_for(const Json& wish, const std::string& clock) {
    if (wish.value("command", "") == "ExtendClock")
        return fmt::format("{} on {}", wish.value("by", ""), clock.empty() ? wish.value("clock", "") : clock);
    std::string text = wish.value("action", "");
    if (const auto stage = wish.value("stage", ""); !stage.empty()) text += " in " + stage;
    const char* before = ", with ";
    for (const auto& document : wish.value("documents", Json::array())) {
        text += fmt::format("{}{} \"{}\"", before, document.value("kind", ""), document.value("name", ""));
        before = ", ";
    }
    return text;
}

Alert make_alert(const CaseState&, const Recorded& recorded, const model::Program& program,
                 const std::string& person, std::string subject) {
    return {.id = fmt::format("{}/{}/{}", recorded.case_id, recorded.revision, person),
            .to = person,
            .kind = std::string(name(recorded.event)),
            .case_id = recorded.case_id,
            .basis = program.basis,
            .subject = std::move(subject),
            .burst = fmt::format("{}@{}", recorded.case_id, recorded.at.time_since_epoch().count())};
}

std::vector<Alert> alerts(const CaseState& after, const Recorded& recorded, const model::Program& program) {
    std::vector<Alert> out;
    std::visit(Writer{out, after, recorded, program}, recorded.event);
    clock_alerts(out, after, recorded, program);
    return out;
}

}  // namespace reeve::core
