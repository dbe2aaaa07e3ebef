#include "engine/core/fit.h"

#include <algorithm>
#include <stdexcept>

#include "engine/core/clock.h"

namespace reeve::core {

namespace {

constexpr int most = 1'000'000'000;  // of anything that is counted in a case; one more still has a number

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
    void counted(int number) const {
        if (number < 0 || number > most) unfit(event, fmt::format("{} is no count", number));
    }
    void moment(Instant planned) const {
        if (!time::countable(planned)) unfit(event, "its moment lies beyond the years that can be counted");
    }
    // A letter and a number, as ids count up within the case.
    void id(const std::string& text) const {
        const bool digits =
            text.size() >= 2 && text.size() <= 10 &&
            std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!digits) unfit(event, "\"" + text + "\" is no id");
    }

    template <class E>
    void operator()(const E& e) const {
        if constexpr (requires { e.clock; }) clock(e.clock);
        if constexpr (requires { e.escalation; }) escalation(e.escalation);
        if constexpr (requires { e.entry; }) counted(e.entry);
        if constexpr (requires { e.planned; }) moment(e.planned);
        if constexpr (requires { e.branches; }) counted(e.branches);
    }
    void operator()(const ClockStarted& e) const {
        id(e.clock);
        if (e.limit.is_zero() && program.clock(e.name) == model::none)
            unfit(event, "its definition has no clock " + e.name);
    }
    void operator()(const EscalationFired& e) const {
        id(e.escalation);
        const auto* ladder = ladder_of(clock(e.clock), program);
        counted(e.repeat);
        moment(e.planned);
        if (!ladder || e.step < 0 || static_cast<std::size_t>(e.step) >= ladder->steps.size())
            unfit(event, fmt::format("the ladder of {} has no step {}", e.clock, e.step));
    }
};

}  // namespace

void require_fit(const CaseState& state, const Event& event, const model::Program& program) {
    std::visit(Fit{state, event, program}, event);
}

}  // namespace reeve::core
