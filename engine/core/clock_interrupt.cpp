// The four interruptions, never mixed: pause (and resume), exclude, restart, extend.
#include "engine/core/clock.h"
#include "engine/core/flow.h"
#include "engine/text.h"

namespace reeve::core {

namespace {

std::string when(const Decision& d, Instant at) { return time::to_string(at, *d.program().calendar); }

std::string listed(const std::vector<std::string>& reasons) {
    std::string text;
    for (const auto& reason : reasons) text += (text.empty() ? "\"" : ", \"") + reason + "\"";
    return text;
}

Outcome unknown_clock(const Decision& d, const std::string& name) {
    std::string names;
    for (const auto& clock : d.state.clocks)
        if (clock.status == ClockStatus::running || clock.status == ClockStatus::paused)
            names += (names.empty() ? "" : ", ") + clock.name;
    return reject("unknown-clock",
                  "the case has no clock \"" + name + "\"; " +
                      (names.empty() ? "none is running" : "running are: " + names),
                  "clock");
}

// What every interruption asks: a clock that has not ended, a reason, and an actor who may.
Outcome check(const Decision& d, const std::string& key, const std::string* reason, ClockState& clock) {
    const auto* found = d.state.clock(key);
    if (!found) return unknown_clock(d, key);
    clock = *found;
    if (clock.status != ClockStatus::running && clock.status != ClockStatus::paused)
        return reject("clock-ended",
                      "the clock " + clock.name + " ended on " + when(d, clock.ended.value_or(clock.due)) +
                          "; only a clock that runs or is paused can be interrupted",
                      "clock");
    if (reason && is_blank(*reason))
        return reject("missing-reason", "give the reason: it stands in the history with your name", "reason");
    // Whoever has the work that the clock measures: its task, or one of its stage.
    std::string assignee;
    for (const auto& task : d.state.tasks) {
        if (task.id != clock.task && (!clock.entry || task.entry != clock.entry)) continue;
        if (task.status != TaskStatus::open) continue;
        if (assignee.empty() || task.person == d.command.actor) assignee = task.person;
    }
    return may(d, std::nullopt, assignee);
}

Outcome check_listed(const ClockState& clock, const std::vector<std::string>* allowed,
                     const std::string& reason, const char* code, const char* verb) {
    if (!allowed || allowed->empty())
        return reject(code, "the clock " + clock.name + " cannot be " + verb + ": its definition allows none",
                      "clock");
    if (std::ranges::find(*allowed, reason) == allowed->end())
        return reject(code,
                      "the clock " + clock.name + " cannot be " + verb + " for \"" + reason +
                          "\"; its definition allows: " + listed(*allowed),
                      "reason");
    return std::nullopt;
}

// An interruption may not hide that a clock has run out.
Outcome check_in_time(const Decision& d, const ClockState& clock, Instant at, const char* code,
                      const char* what) {
    const Instant due = due_judged(clock, d.program(), at).at;
    if (due >= at) return std::nullopt;
    return reject(code,
                  "the clock " + clock.name + " ran out on " + when(d, due) + ": it could be " + what +
                      " only until then",
                  "clock");
}

// The case is the actor's, or the task that the clock measures.
bool is_own_work(const Decision& d, const ClockState& clock) {
    return d.command.actor == d.state.owner || std::ranges::any_of(d.state.tasks, [&](const TaskState& task) {
               const bool measured = task.id == clock.task || (clock.entry && task.entry == clock.entry);
               return measured && task.status == TaskStatus::open && task.person == d.command.actor;
           });
}

// Nor may one who has a part in the case say, once the clock has run out, that it had been interrupted
// before.
Outcome check_entered(const Decision& d, const ClockState& clock, Instant at, const char* code,
                      const char* what) {
    const Instant due = due_judged(clock, d.program(), d.now).at;
    if (at >= d.now || due >= d.now) return std::nullopt;
    if (!is_own_work(d, clock) && !demand_head(d)) return std::nullopt;
    return reject(
        code,
        "the clock " + clock.name + " ran out on " + when(d, due) + "; that it had been " + what +
            " before is entered by a head at or above the unit who neither owns the case nor has its work",
        "occurred");
}

Instant acted(const Decision& d, const ClockState& clock) { return std::max(d.effective, clock.from); }

std::vector<std::string> told(const Decision& d, const std::vector<org::Who>* who) {
    return who ? tell_all(d, *who).people : std::vector<std::string>{};
}

}  // namespace

// A maximum is not made longer by a holiday at its end.
std::optional<Instant> longest_pause(const model::ClockRule& rule, const model::Program& program,
                                     Instant from) {
    if (!rule.pause_at_most) return std::nullopt;
    const auto end = time::due(*program.calendar, from, *rule.pause_at_most, {.roll = false}).at;
    if (end == Instant::max()) return std::nullopt;  // beyond the years that are counted
    return end;
}

const time::Span* running_pause(const ClockState& clock) {
    const auto it = std::ranges::find(clock.stops, Instant::max(), &time::Span::to);
    return it == clock.stops.end() ? nullptr : &*it;
}

Outcome decide_clock(Decision& d, const PauseClock& wish) {
    ClockState clock;
    if (auto fault = check(d, wish.clock, &wish.reason, clock)) return fault;
    const auto* rule = rule_of(clock, d.program());
    if (auto fault =
            check_listed(clock, rule ? &rule->pause : nullptr, wish.reason, "pause-not-allowed", "paused"))
        return fault;
    if (clock.status == ClockStatus::paused)
        return reject("already-paused",
                      "the clock " + clock.name + " is paused already, for " + clock.pause_reason, "clock");
    const Instant from = acted(d, clock);
    if (auto fault = check_in_time(d, clock, from, "clock-overdue", "paused")) return fault;
    if (auto fault = check_entered(d, clock, from, "clock-overdue", "paused")) return fault;
    if (wish.until && *wish.until <= std::max(d.now, from))
        return reject("bad-time",
                      from > d.now ? "the clock " + clock.name + " begins on " + when(d, from) +
                                         "; a pause of it ends after that"
                                   : "a pause ends in the future; time that has passed and does not count is "
                                     "excluded",
                      "until");
    const auto latest = longest_pause(*rule, d.program(), from);
    if (latest && (*latest <= d.now || (wish.until && *wish.until > *latest))) {
        const auto end = time::deadline_words(*latest, *d.program().calendar);
        const auto bound = "a pause of the clock " + clock.name + " lasts " +
                           time::to_string(*rule->pause_at_most) + " at most: from " + when(d, from);
        if (*latest <= d.now)
            return reject("pause-too-long",
                          bound + " it was over by " + end + ", and could be entered only until then",
                          "occurred");
        return reject("pause-too-long", bound + " until " + end, "until");
    }
    const auto until = wish.until ? wish.until : latest;
    d.emit(ClockPaused{clock.id, wish.reason, wish.note, from, until, told(d, &rule->pause_tell)});
    std::vector<std::string> overtaken;
    for (const auto& escalation : d.state.escalations)
        if (escalation.clock == clock.id && !escalation.superseded && !escalation.overtaken &&
            escalation.planned > from)
            overtaken.push_back(escalation.id);
    for (const auto& id : overtaken) d.emit(EscalationOvertaken{id, from});
    return std::nullopt;
}

Outcome decide_clock(Decision& d, const ResumeClock& wish) {
    ClockState clock;
    if (auto fault = check(d, wish.clock, nullptr, clock)) return fault;
    if (clock.status != ClockStatus::paused)
        return reject("not-paused", "the clock " + clock.name + " is not paused", "clock");
    const auto* rule = rule_of(clock, d.program());
    d.emit(ClockResumed{clock.id, wish.note, std::max(d.effective, running_pause(clock)->from),
                        told(d, rule ? &rule->pause_tell : nullptr)});
    warn(d, clock.id, warnings(clock, d.program()));
    return std::nullopt;
}

Outcome decide_clock(Decision& d, const ExcludeTime& wish) {
    ClockState clock;
    if (auto fault = check(d, wish.clock, &wish.reason, clock)) return fault;
    const auto* rule = rule_of(clock, d.program());
    if (auto fault = check_listed(clock, rule ? &rule->exclude : nullptr, wish.reason, "exclude-not-allowed",
                                  "relieved of time"))
        return fault;
    if (wish.from >= wish.to)
        return reject("bad-time", "the time to exclude must begin before it ends", "to");
    if (wish.from < clock.from)
        return reject("bad-time",
                      "the clock " + clock.name + " runs from " + when(d, clock.from) +
                          "; time before that does not count anyway",
                      "from");
    if (wish.to > d.now)
        return reject("bad-time",
                      "only time that has passed can be excluded; pause the clock while it goes on", "to");
    d.emit(TimeExcluded{clock.id, wish.from, wish.to, wish.reason, wish.note});
    warn(d, clock.id, warnings(clock, d.program()));
    return std::nullopt;
}

Outcome decide_clock(Decision& d, const RestartClock& wish) {
    ClockState clock;
    if (auto fault = check(d, wish.clock, &wish.reason, clock)) return fault;
    const auto* rule = rule_of(clock, d.program());
    if (!rule || !rule->restart)
        return reject("restart-not-allowed",
                      "the clock " + clock.name + " cannot start anew: its definition does not allow it",
                      "clock");
    if (clock.status == ClockStatus::paused)
        return reject("clock-paused", "the clock " + clock.name + " is paused; resume it first", "clock");
    const Instant from = acted(d, clock);
    if (auto fault = check_in_time(d, clock, from, "clock-overdue", "started anew")) return fault;
    if (auto fault = check_entered(d, clock, from, "clock-overdue", "started anew")) return fault;
    d.emit(ClockRestarted{clock.id, from, wish.reason, clock.extended});
    warn(d, clock.id, warnings(clock, d.program()));
    return std::nullopt;
}

Outcome decide_clock(Decision& d, const ExtendClock& wish, bool approved, const std::string& approver) {
    ClockState clock;
    const auto* found = d.state.clock(wish.clock);
    if (!found) return unknown_clock(d, wish.clock);
    // Who may ask was checked when it was asked; an approver need not be of the case's own unit.
    if (auto fault = approved ? std::nullopt : check(d, wish.clock, &wish.reason, clock)) return fault;
    clock = *found;
    if (clock.status != ClockStatus::running && clock.status != ClockStatus::paused)
        return reject("clock-ended", "the clock " + clock.name + " has ended meanwhile", "clock");
    const auto* rule = rule_of(clock, d.program());
    if (!rule || !rule->extend)
        return reject("extend-not-allowed",
                      "the clock " + clock.name + " cannot be extended: its definition does not allow it",
                      "clock");
    const auto& cap = *rule->extend;
    if (static_cast<int>(clock.extended.size()) >= cap.times)
        return reject("extensions-used-up",
                      "the clock " + clock.name + " may be extended " +
                          (cap.times == 1 ? "once" : std::to_string(cap.times) + " times") + ", and has been",
                      "clock");
    // Whoever is to be told of it is told before the due date, so an approval comes too late after it; if
    // nobody is, it is enough that it was asked in time.
    const Instant at = approved ? std::max(d.now, clock.from) : acted(d, clock);
    if (!approved || !cap.tell.empty())
        if (auto fault = check_in_time(d, clock, at, "too-late-to-extend", "extended")) return fault;

    auto due_by = [&](const Duration& by) {
        auto extended = clock;
        extended.extended.push_back(by);
        return due_judged(extended, d.program(), at).at;
    };
    if (due_by(wish.by) <= due_judged(clock, d.program(), at).at)
        return reject("bad-extension",
                      "an extension gives more time, such as \"" + time::to_string(cap.by) + "\"", "by");
    if (due_by(wish.by) > due_by(cap.by))
        return reject("extension-too-long",
                      "the clock " + clock.name + " may be extended by " + time::to_string(cap.by) +
                          " at most, not by " + time::to_string(wish.by),
                      "by");

    // Nobody approves where the definition asks for no approver: whoever extends it answers for it by name.
    std::string by = !cap.approve ? "" : approver.empty() ? d.command.actor : approver;
    if (cap.approve && !approved) {
        // An approver extends a colleague's clock at once; for work of their own it takes somebody else.
        const auto approvers = tell_all(d, {*cap.approve}).people;
        if (std::ranges::find(approvers, d.command.actor) == approvers.end() || is_own_work(d, clock)) {
            for (const auto& request : d.state.requests)
                if (request.open && request.what == "extension" &&
                    d.state.clock(request.wish.value("clock", "")) == found)
                    return reject(
                        "approval-pending",
                        "an extension of " + clock.name + " waits for approval already: " + request.id,
                        "clock");
            // Those who are to be told of it could not be told in time any more.
            if (!cap.tell.empty())
                if (auto fault = check_in_time(d, clock, std::max(d.now, clock.from), "too-late-to-extend",
                                               "extended"))
                    return fault;
            // By its id: the name may be that of another clock by the time it is judged.
            auto asked = wish;
            asked.clock = clock.id;
            return ask_approval(d, "extension", *cap.approve, asked);
        }
    }
    const auto before = warnings(clock, d.program());
    d.emit(ClockExtended{clock.id, wish.by, wish.reason, std::move(by), told(d, &cap.tell)});
    warn(d, clock.id, before);
    return std::nullopt;
}

}  // namespace reeve::core
