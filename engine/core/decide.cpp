// A command is checked, decided and held to law 3.
#include <fmt/format.h>

#include <boost/mp11.hpp>
#include <cstdio>
#include <cstdlib>

#include "engine/core/flow.h"

namespace reeve::core {

namespace {

// Commands that move an open case; the others also serve what goes on after its end (follow-up tasks, notes).
using NeedOpen = std::variant<Act, NameOwner, Transfer, SendMessage, Cancel, Migrate, LeaseJob, ExtendLease,
                              ReleaseJob, CompleteJob, FailJob>;
using OfPetitioner = std::variant<Act, SendMessage>;
using OfSystem = std::variant<Tick, EndChild, FailOpening>;
// What the engine does of its own: no timer goes first, each has its own turn.
using OwnTurn = std::variant<Tick, FailOpening>;
// Nobody waits for the answer: a case that loses its last clock by one of these gets the engine's own.
using OfTimers = std::variant<Tick, EndChild, FailOpening, CompleteJob, FailJob>;
using PutsTheCase = std::variant<Reopen, Migrate>;

template <class List>
bool among(const Wish& wish) {
    return std::visit([]<class W>(const W&) { return boost::mp11::mp_contains<List, W>::value; }, wish);
}

Outcome check_case(const CaseState* state, const Command& command) {
    const bool starts = std::holds_alternative<StartCase>(command.wish);
    if (command.case_id.empty()) return reject("unknown-case", "say which case", "case");
    if (starts && state)
        return reject("case-exists", fmt::format("{} exists already", command.case_id), "case");
    if (starts) return {};
    if (!state) return reject("unknown-case", fmt::format("there is no case {}", command.case_id), "case");
    if (command.expect && *command.expect != state->revision)
        return reject(
            "changed-meanwhile",
            fmt::format("the case is at revision {}, not {}: look again", state->revision, *command.expect),
            "expect");
    const bool open = state->status == CaseStatus::open;
    if (!open && among<NeedOpen>(command.wish))
        return reject("case-closed",
                      fmt::format("{} has ended ({}): reopen it first", state->id, state->outcome), "case");
    if (open && std::holds_alternative<Reopen>(command.wish))
        return reject("case-open", fmt::format("{} is open: there is nothing to reopen", state->id), "case");
    return {};
}

std::vector<std::pair<std::string, Instant>> instants_of(const Command& command) {
    std::vector<std::pair<std::string, Instant>> all;
    if (command.occurred) all.emplace_back("occurred", *command.occurred);
    if (const auto* pause = std::get_if<PauseClock>(&command.wish); pause && pause->until)
        all.emplace_back("until", *pause->until);
    if (const auto* exclude = std::get_if<ExcludeTime>(&command.wish)) {
        all.emplace_back("from", exclude->from);
        all.emplace_back("to", exclude->to);
    }
    return all;
}

Outcome check_time(const CaseState* state, const Command& command) {
    if (state && command.at < state->last)
        return reject("time-before-last",
                      fmt::format("the case's last event is of {}: nothing is recorded before it",
                                  time::to_utc_string(state->last)),
                      "at");
    for (const auto& [field, at] : instants_of(command))
        if (!time::countable(at))
            return reject("bad-time", "this lies outside the years 1900 to 2199, in which clocks are counted",
                          field);
    if (!command.occurred) return {};
    if (*command.occurred > command.at)
        return reject("occurred-in-future", "it cannot have happened later than it is entered", "occurred");
    if (state && *command.occurred < state->occurred)
        return reject("occurred-before-case",
                      fmt::format("the case itself began at {}", time::to_utc_string(state->occurred)),
                      "occurred");
    return {};
}

Outcome check_actor(const Command& command, const org::Directory& directory) {
    if (command.actor == system_actor) return {};
    if (among<OfSystem>(command.wish))
        return reject("not-permitted", "only the engine itself does this", "actor");
    if (command.actor == petitioner_actor) {
        if (among<OfPetitioner>(command.wish)) return {};
        return reject(
            "not-permitted",
            "the person who asked may send messages and choose the actions offered to them, nothing else",
            "actor");
    }
    const auto* person = directory.person(command.actor);
    if (!person)
        return reject("unknown-person", fmt::format("there is no person \"{}\"", command.actor), "actor");
    if (!person->active) return reject("person-left", fmt::format("{} has left", command.actor), "actor");
    return {};
}

Outcome dispatch(Decision& d) {
    return std::visit(
        [&]<class W>(const W& wish) -> Outcome {
            if constexpr (std::is_same_v<W, Tick>)
                return tick(d);
            else if constexpr (requires { decide_flow(d, wish); })
                return decide_flow(d, wish);
            else
                return decide_clock(d, wish);
        },
        d.command.wish);
}

// Law 3: every open case has an owner, or the clock that climbs for want of one; and a clock. attend() sees
// to it, so a breach is never met; if it is, nothing may be built on it.
void hold_law_3(const CaseState& state) {
    if (state.status != CaseStatus::open) return;
    const bool clock = std::ranges::any_of(state.clocks, [](const ClockState& c) {
        return c.status == ClockStatus::running || c.status == ClockStatus::paused;
    });
    if (clock) return;
    std::fprintf(stderr,
                 "reeve: broken invariant: the open case %s has no clock (definition %s, version %d)\n",
                 state.id.c_str(), state.definition.c_str(), state.version);
    std::abort();
}

// What a person decides may not take the last clock from a case: unlike a timer, they can be told.
Outcome check_attended(const Decision& d, bool was_attended) {
    if (d.state.status != CaseStatus::open || is_attended(d.state, d.program())) return {};
    // Reopening and migrating put a case somewhere. Another act may go on when the case had none before, else
    // nobody could ever move it on.
    if (among<OfTimers>(d.command.wish) || !(was_attended || among<PutsTheCase>(d.command.wish))) return {};
    std::string where;
    for (const auto& stage : d.state.stages) where += (where.empty() ? "" : ", ") + stage.stage;
    return reject(
        "no-clock",
        fmt::format("after this no clock would run for {} in {}: version {} of {} gives none there; "
                    "choose another stage, or migrate it to a version that does",
                    d.state.id, where.empty() ? "any stage" : where, d.state.version, d.state.definition));
}

}  // namespace

void Decision::emit(Event event) {
    const Instant base = command.occurred.value_or(now);
    if (auto* entered = std::get_if<StageEntered>(&event); entered && effective != base)
        entered->since = effective;
    if (auto* requested = std::get_if<CaseRequested>(&event); requested && requested->other.empty())
        requested->other = fmt::format("{}.{}", state.id, state.next_id);
    Recorded recorded{.case_id = command.case_id,
                      .revision = state.revision + 1,
                      .at = now,
                      .occurred = command.occurred,
                      .actor = command.actor,
                      .event = std::move(event)};
    apply(state, recorded, program());
    events.push_back(std::move(recorded.event));
}

std::string Decision::new_id(char kind) const { return fmt::format("{}{}", kind, state.next_id); }

org::Asking Decision::asking() const {
    return {.unit = state.unit, .owner = state.owner, .data = &state.data, .at = now};
}

Result<std::vector<Event>> decide(const CaseState* state, const Command& command, const Context& context) {
    if (auto no = check_case(state, command)) {
        // Still open when it happened: say what ended it meanwhile.
        const bool late = command.occurred && state && state->ended && *command.occurred < *state->ended;
        if (late && no->code == "case-closed" && among<OfPetitioner>(command.wish))
            return std::unexpected(moved_on(*state, context.program, *command.occurred));
        return std::unexpected(*no);
    }
    if (auto no = check_time(state, command)) return std::unexpected(*no);
    if (auto no = check_actor(command, context.directory)) return std::unexpected(*no);

    const Instant effective = command.occurred.value_or(command.at);
    Decision d{.command = command,
               .context = context,
               .state = state ? *state : CaseState{},
               .events = {},
               .now = command.at,
               .effective = effective};
    d.state.id = command.case_id;
    const bool timer = among<OwnTurn>(command.wish);
    // The act finds the case as its timers left it; what fell due since is fired after it.
    if (state) settle_leavers(d);
    if (state && !timer) catch_up(d, effective);
    if (state) attend(d);  // a leaver's tasks and timers may have taken the last clock
    const bool was_attended = !state || is_attended(d.state, d.program());
    d.effective = effective;
    if (auto no = dispatch(d)) return std::unexpected(*no);
    if (auto no = check_attended(d, was_attended)) return std::unexpected(*no);
    attend(d);
    if (!timer) catch_up(d, command.at);
    hold_law_3(d.state);
    return std::move(d.events);
}

}  // namespace reeve::core
