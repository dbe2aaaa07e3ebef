// Why this date: the rule in words, the count day by day, what stopped or extended it, and the ladder.
#include "engine/core/clock.h"

namespace reeve::core {

using model::ClockRule;
using model::LimitKind;

namespace {

std::string kind_words(const ClockRule& rule) {
    switch (rule.kind) {
        case LimitKind::due: return "the office's own limit";
        case LimitKind::limit: return "a limit set by " + rule.basis;
        case LimitKind::expiry: return "an expiry: when it passes, the case moves by itself";
    }
    return {};
}

std::string from_words(const ClockRule& rule, const model::Program& program) {
    auto stage = [&] { return rule.from_stage == model::none ? "" : program.stages[rule.from_stage].name; };
    switch (rule.from) {
        case ClockRule::From::start: return "from registration";
        case ClockRule::From::occurred: return "from the moment it happened";
        case ClockRule::From::stage: return "from entering " + stage();
        case ClockRule::From::task: return "from the moment the task was given";
        case ClockRule::From::data: return "from the date in " + rule.from_data;
        case ClockRule::From::unowned: return "from the moment nobody owned the case";
        case ClockRule::From::hand_over: return "from the hand-over";
        case ClockRule::From::inactivity: return "from the last act";
    }
    return {};
}

std::string end_words(const Duration& limit, const time::DueRule& rule) {
    auto until = rule.until;
    if (until == time::Until::automatic)
        until = limit.is_moment()         ? time::Until::moment
                : limit.working_days != 0 ? time::Until::close
                                          : time::Until::day_end;
    switch (until) {
        case time::Until::close: return "ends at closing time of the last day";
        case time::Until::day_end: return "ends with the last day";
        default: return "ends at that moment";
    }
}

std::string rule_words(const ClockState& clock, const model::Program& program) {
    const auto* rule = rule_of(clock, program);
    const auto how = rule ? rule->rule : time::DueRule{};
    auto text = time::to_string(clock.limit) + ", " +
                (rule                   ? kind_words(*rule) + ", " + from_words(*rule, program)
                 : is_unattended(clock) ? "the engine's own, because nothing else drove the case"
                                        : "as it was given with the task");
    if (!clock.limit.is_moment())
        text += how.count_first_day ? "; the day of the start is day one"
                                    : "; the day of the start does not count";
    text += "; " + end_words(clock.limit, how);
    if (!clock.limit.is_moment() && !clock.limit.is_working())
        text += how.roll ? "; a last day that is no working day moves on" : "; on whatever day that is";
    return text;
}

void add_stops(const ClockState& clock, const model::Program& program, std::vector<std::string>& notes) {
    const auto when = [&](Instant at) { return time::to_string(at, *program.calendar); };
    for (std::size_t i = 0; i < clock.stops.size(); ++i) {
        const auto& stop = clock.stops[i];
        const auto why = i < clock.stop_notes.size() ? clock.stop_notes[i] : std::string("stopped");
        const auto still =
            clock.paused_until
                ? " and still, until " + time::deadline_words(*clock.paused_until, *program.calendar)
                : " and still";
        notes.push_back(why + ", from " + when(stop.from) +
                        (stop.to == Instant::max() ? still : " to " + when(stop.to)));
    }
    if (const auto* pause = running_pause(clock))
        notes.push_back("what remains: " + remaining_words(clock, program, pause->from));
}

void add_end(const ClockState& clock, const model::Program& program, std::vector<std::string>& notes) {
    if (!clock.ended) return;
    const auto at = time::to_string(*clock.ended, *program.calendar);
    if (clock.status == ClockStatus::met)
        notes.push_back("met on " + at + (clock.late_ms > 0 ? ", late" : ", in time"));
    if (clock.status == ClockStatus::expired)
        notes.push_back("expired: " + time::deadline_words(*clock.ended, *program.calendar));
    if (clock.status == ClockStatus::cancelled) notes.push_back("cancelled on " + at);
}

}  // namespace

ClockExplanation explain(const CaseState& state, const ClockState& clock, const model::Program& program) {
    ClockExplanation result;
    const auto* rule = rule_of(clock, program);
    result.clock = clock.name;
    result.basis = rule ? rule->basis : "";
    result.calendar = program.calendar_name;
    result.rule = rule_words(clock, program);
    result.from = clock.from;
    result.due = clock.due;
    result.days = count_days(clock, program);

    for (const auto& note : clock.restart_notes) result.notes.push_back(note);
    add_stops(clock, program, result.notes);
    for (const auto& note : clock.extension_notes) result.notes.push_back(note);
    for (const auto& warning : warnings(clock, program)) result.notes.push_back(warning);
    add_end(clock, program, result.notes);

    const auto* ladder = ladder_of(clock, program);
    for (std::size_t i = 0; ladder && i < ladder->steps.size() && i < clock.steps.size(); ++i) {
        ClockExplanation::StepLine line;
        line.at = ladder->steps[i].text;
        line.planned = clock.steps[i];
        // The last step is told again and again: its latest repeat and their number say enough.
        const EscalationState* latest = nullptr;
        int repeats = 0;
        for (const auto& escalation : state.escalations) {
            if (escalation.clock != clock.id || escalation.step != static_cast<int>(i)) continue;
            const auto told_again = escalation.repeat > 0;
            if (escalation.superseded) {
                line.notes.push_back(escalation.id + " fired for " +
                                     time::deadline_words(escalation.planned, *program.calendar) +
                                     ", before the clock was given other times");
                continue;
            }
            if (!told_again) {
                line.fired = true;
                line.escalation = escalation.id;
                line.planned = escalation.planned;
                line.told = escalation.told;
            } else {
                latest = &escalation;
                ++repeats;
            }
            if (escalation.overtaken)
                line.notes.push_back(escalation.id + " was overtaken: the act had happened before");
            line.notes.insert(line.notes.end(), escalation.notes.begin(), escalation.notes.end());
        }
        if (latest)
            line.notes.push_back(fmt::format("{} told again{}, planned {}", latest->id,
                                             repeats == 1 ? "" : fmt::format(" (repeat {})", repeats),
                                             time::deadline_words(latest->planned, *program.calendar)));
        result.steps.push_back(std::move(line));
    }
    return result;
}

}  // namespace reeve::core
