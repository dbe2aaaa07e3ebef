// A small office and a definition of one clock, to try the clocks through decide and apply alone.
#pragma once

#include <gtest/gtest.h>

#include "engine/core/core.h"

namespace reeve::core::clock_testing {

using model::ClockRule;
using model::Light;
using model::LimitKind;

// Monday to Friday 09:00-12:00 and 14:00-18:00 in Shanghai, without holidays, 2025 to 2027.
time::CalendarPtr office_calendar();
Duration duration(std::string_view);
org::Who who(std::string_view);

// A step as a definition writes it: at("80%"), at("due + 2 working days").
model::Step at(const std::string& when, std::vector<std::string> tell = {"owner"},
               std::optional<Light> light = {});

// Units: county (root; head hu) over township (head tan, clerks chen and cai) over post (head: vacant).
org::Directory office();

// The stage "work" (actions: finish -> done, again -> work, on -> rest), the stage "rest" (back -> work) and
// the end "done"; one clock "answer" from the start of the case, and the clock "unowned".
class Bench {
  public:
    Bench();

    model::Program program;
    org::Directory directory = office();
    org::Loads loads;
    CaseState state;
    std::vector<Recorded> history;

    ClockRule& rule() { return program.clocks[0]; }
    std::vector<model::Step>& ladder() { return program.ladders[0].steps; }
    int add_clock(ClockRule, std::vector<model::Step> steps = {});

    Instant when(std::string_view local) const;  // "2026-03-02T09:00"
    std::string local(Instant) const;            // "2026-03-02T09:00:00+08:00" without zone and seconds
    // The events, applied; or the rejection's code in `refused`.
    std::vector<Event> submit(std::string_view at, const std::string& actor, Wish,
                              std::string_view occurred = {});
    std::vector<Event> submit(Instant at, const std::string& actor, Wish,
                              std::optional<Instant> occurred = {});
    std::vector<Event> open(std::string_view at = "2026-03-02T09:00", std::string_view occurred = {});
    std::vector<Event> tick(std::string_view at) { return submit(at, system_actor, Tick{}); }
    std::vector<Event> tick(Instant at) { return submit(at, system_actor, Tick{}); }
    std::vector<Event> act(std::string_view at, const std::string& action, std::string_view occurred = {});
    std::optional<Rejection> refused;
    const std::string& code() const;  // of the last refusal; empty

    const ClockState& clock(std::string_view name = "answer") const { return *state.clock(name); }
    template <class E>
    std::vector<E> all() const {  // of the whole history
        std::vector<E> found;
        for (const auto& recorded : history)
            if (const auto* event = std::get_if<E>(&recorded.event)) found.push_back(*event);
        return found;
    }
    std::vector<EscalationFired> fired(std::string_view clock = "answer") const;
    // Every state along the way again from the events alone.
    CaseState replayed() const;
};

template <class E>
std::vector<E> only(const std::vector<Event>& events) {
    std::vector<E> found;
    for (const auto& event : events)
        if (const auto* one = std::get_if<E>(&event)) found.push_back(*one);
    return found;
}

}  // namespace reeve::core::clock_testing

namespace reeve::core {

// What a failed test prints: the stored form.
inline void PrintTo(const Event& event, std::ostream* out) { *out << to_json(event, Times::text).dump(); }
inline void PrintTo(const CaseState& state, std::ostream* out) { *out << to_json(state).dump(1); }
inline void PrintTo(ClockStatus status, std::ostream* out) {
    *out << "clock status " << static_cast<int>(status);
}

}  // namespace reeve::core
