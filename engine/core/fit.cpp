#include "engine/core/fit.h"

#include <algorithm>
#include <stdexcept>

#include "engine/core/clock.h"

namespace reeve::core {

namespace {

[[noreturn]] void unfit(const Event& event, const std::string& what) {
    throw std::runtime_error(fmt::format("{} does not fit the case: {}", name(event), what));
}

struct Fit {
    const CaseState& state;
    const Event& event;
    const model::Program& program;

    const ClockState& clock(const std::string& id) const {
        const auto* found = state.clock(id);
        if (!found) unfit(event, "it has no clock " + id);
        return *found;
    }
    void escalation(const std::string& id) const {
        if (!std::ranges::count(state.escalations, id, &EscalationState::id))
            unfit(event, "it has no escalation " + id);
    }
    // A letter and a number, as ids count up within the case.
    void id(const std::string& text) const {
        const bool digits =
            text.size() >= 2 && text.size() <= 10 &&
            std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!digits) unfit(event, "\"" + text + "\" is no id");
    }

    void job(const std::string& id) const {
        if (!std::ranges::count(state.stages, id, &StageState::job)) unfit(event, "it has no job " + id);
    }

    template <class E>
    void operator()(const E& e) const {
        if constexpr (requires { e.clock; }) clock(e.clock);
        if constexpr (requires { e.escalation; }) escalation(e.escalation);
    }
    void operator()(const TaskCreated& e) const { id(e.task); }
    void operator()(const ApprovalAsked& e) const { id(e.request); }
    void operator()(const JobRequested& e) const { id(e.job); }
    void operator()(const JobLeased& e) const {
        id(e.job);
        job(e.job);
    }
    void operator()(const JobLeaseExtended& e) const {
        id(e.job);
        job(e.job);
    }
    void operator()(const ClockStarted& e) const {
        id(e.clock);
        if (!has_own_limit(e) && program.clock(e.name) == model::none)
            unfit(event, "its definition has no clock " + e.name);
    }
    void operator()(const ClockRestarted& e) const {
        if (clock(e.clock).status == ClockStatus::paused) unfit(event, e.clock + " is paused");
    }
    void operator()(const EscalationFired& e) const {
        id(e.escalation);
        const auto* ladder = ladder_of(clock(e.clock), program);
        if (!ladder || e.step < 0 || static_cast<std::size_t>(e.step) >= ladder->steps.size())
            unfit(event, fmt::format("the ladder of {} has no step {}", e.clock, e.step));
    }
};

}  // namespace

void require_fit(const CaseState& state, const Recorded& recorded, const model::Program& program) {
    const auto& event = recorded.event;
    std::visit(Fit{state, event, program}, event);
    if (const char* member = uncountable_member(event))
        unfit(event, fmt::format("its \"{}\" lies beyond what can be counted", member));
    if (!countable_moment(recorded.at) || !countable_moment(recorded.occurred.value_or(recorded.at)))
        unfit(event, "its moment lies beyond the years that can be counted");
}

}  // namespace reeve::core
