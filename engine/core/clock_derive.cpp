#include "engine/core/clock.h"

namespace reeve::core {

using model::Ladder;
using model::Program;
using model::Step;
using time::Millis;
using time::Until;

namespace {

constexpr Millis instant_before{1};

// Amounts of one kind may be added; "10 working days" and "1 month" may not, they are counted one after the
// other.
int kind_of(const Duration& d) {
    return (d.months != 0) | (d.days != 0) << 1 | (d.elapsed.count() != 0) << 2 | (d.working_days != 0) << 3 |
           (d.working.count() != 0) << 4;
}

Duration plus(Duration a, const Duration& b) {
    a.months += b.months;
    a.days += b.days;
    a.elapsed += b.elapsed;
    a.working_days += b.working_days;
    a.working += b.working;
    return a;
}

// k times as long; what no year holds stays within what can be added.
Duration times(Duration d, int k) {
    constexpr std::int64_t most = std::int64_t{1} << 60;
    const auto multiplied = [k](std::int64_t n) { return n > most / k ? most : n * k; };
    d.months = multiplied(d.months);
    d.days = multiplied(d.days);
    d.elapsed = Millis(multiplied(d.elapsed.count()));
    d.working_days = multiplied(d.working_days);
    d.working = Millis(multiplied(d.working.count()));
    return d;
}

std::vector<Duration> legs(const ClockState& clock) {
    std::vector<Duration> result{clock.limit};
    for (const auto& by : clock.extended) {
        if (kind_of(result.back()) == kind_of(by)) {
            result.back() = plus(result.back(), by);
        } else {
            result.push_back(by);
        }
    }
    return result;
}

time::Due count(const ClockState& clock, const Program& program, std::span<const time::Span> stops) {
    const auto* rule = rule_of(clock, program);
    auto how = rule ? rule->rule : time::DueRule{};
    time::Due due{clock.from, {}};
    bool first = true;
    for (const auto& leg : legs(clock)) {
        if (due.at == Instant::max()) break;
        // A further leg begins on the last day of the leg before, also when that ended at its midnight.
        const Instant from = first || leg.is_moment() ? due.at : due.at - instant_before;
        auto next = time::due(*program.calendar, from, leg, how, stops);
        next.warnings.insert(next.warnings.begin(), due.warnings.begin(), due.warnings.end());
        due = std::move(next);
        how.count_first_day = first = false;
    }
    std::sort(due.warnings.begin(), due.warnings.end());
    due.warnings.erase(std::unique(due.warnings.begin(), due.warnings.end()), due.warnings.end());
    return due;
}

// The greatest repeat from `low` on whose moment has come at `at`: a few looks, however many they are.
int latest_repeat_from(int low, const ClockState& clock, const Program& program, Instant at) {
    constexpr int most =
        250'000'000;  // one a minute for centuries; what comes out is less than four times it
    int step = 1;
    while (low < most && step < most && repeat_moment(clock, program, low + step) <= at) {
        low += step;
        step *= 2;
    }
    while (step /= 2)  // low is at or before `at` (or where it began), low + 2 * step is after it
        if (repeat_moment(clock, program, low + step) <= at) low += step;
    return low;
}

std::vector<time::Span> stops_ended(const ClockState& clock, Instant at) {
    auto stops = clock.stops;
    for (auto& stop : stops)
        if (stop.to == Instant::max()) stop.to = std::max(stop.from, at);
    return stops;
}

Duration repeat_of(const Ladder& ladder) {
    static const Duration working_day = *time::parse_duration("1 working day");
    const auto& repeat = ladder.steps.back().repeat;
    return repeat && !repeat->is_zero() ? *repeat : working_day;
}

}  // namespace

const model::ClockRule* rule_of(const ClockState& clock, const Program& program) {
    return clock.rule == model::none ? nullptr : &program.clocks[clock.rule];
}

const Ladder* ladder_of(const ClockState& clock, const Program& program) {
    const auto* rule = rule_of(clock, program);
    // A limit given by hand (a follow-up) climbs the definition's first ladder, as a clock that names none.
    int ladder = rule ? rule->ladder : (program.ladders.empty() ? model::none : 0);
    if (ladder == model::none || program.ladders[ladder].steps.empty()) return nullptr;
    return &program.ladders[ladder];
}

bool has_own_limit(const ClockStarted& started) { return started.limit != Duration{}; }

bool ends_with_stage(const Program& program, int rule) {
    const int stage = program.clocks[rule].from_stage;
    return program.clocks[rule].from == model::ClockRule::From::stage && stage != model::none &&
           program.stages[stage].clock == rule;
}

Instant shifted(const time::Calendar& calendar, Instant base, const Duration& offset) {
    if (base == Instant::max() || offset.is_zero()) return base;
    if (offset.is_moment())
        return time::due(calendar, base, offset, {.until = Until::moment, .roll = false}).at;
    if (offset.is_working())
        return time::due(calendar, base - instant_before, offset, {.until = Until::close, .roll = false}).at;
    const auto at =
        time::due(calendar, base - instant_before, offset, {.until = Until::moment, .roll = false}).at;
    return at == Instant::max() ? at : at + instant_before;
}

void derive(ClockState& clock, const Program& program) {
    const auto* rule = rule_of(clock, program);
    const auto* ladder = ladder_of(clock, program);
    clock.expires = rule && rule->kind == model::LimitKind::expiry;
    clock.steps.resize(ladder ? ladder->steps.size() : 0, Instant::max());
    clock.fired = std::min<int>(clock.fired, clock.steps.size());
    if (clock.status == ClockStatus::paused) {
        clock.due = Instant::max();
        std::fill(clock.steps.begin() + clock.fired, clock.steps.end(), Instant::max());
        return;
    }
    clock.due = count(clock, program, clock.stops).at;
    Instant floor = clock.from;  // a step before the start is one at the start; none comes before the last
    for (std::size_t i = 0; i < clock.steps.size(); ++i) {
        const Step& step = ladder->steps[i];
        Instant at = step.percent ? time::fraction(*program.calendar, clock.from, clock.due, *step.percent,
                                                   clock.limit.is_working(), clock.stops)
                                  : shifted(*program.calendar, clock.due, step.offset);
        clock.steps[i] = floor = std::max(at, floor);
    }
}

time::Due due_judged(const ClockState& clock, const Program& program, Instant at) {
    return count(clock, program, stops_ended(clock, at));
}

std::vector<time::DayLine> count_days(const ClockState& clock, const Program& program) {
    const auto* rule = rule_of(clock, program);
    auto how = rule ? rule->rule : time::DueRule{};
    std::vector<time::DayLine> days;
    Instant from = clock.from;
    const auto all = legs(clock);
    for (std::size_t i = 0; i < all.size() && from != Instant::max(); ++i) {
        if (i > 0) days.push_back({"", "extended by " + time::to_string(all[i])});
        const auto part = time::explain(*program.calendar, from, all[i], how, clock.stops);
        days.insert(days.end(), part.begin(), part.end());
        if (i + 1 == all.size()) break;
        from = time::due(*program.calendar, from, all[i], how, clock.stops).at;
        if (from != Instant::max() && !all[i + 1].is_moment()) from -= instant_before;
        how.count_first_day = false;
    }
    return days;
}

Millis remaining(const ClockState& clock, const Program& program, Instant at) {
    const auto stops = stops_ended(clock, at);
    const Instant due = due_judged(clock, program, at).at;
    if (due <= at) return Millis{0};
    if (clock.limit.is_working()) return time::working_between(*program.calendar, at, due, stops);
    return due - at;
}

std::string remaining_words(const ClockState& clock, const Program& program, Instant at) {
    const auto all = legs(clock);
    const auto& whole = all.front();
    const auto days_of = [](const Duration& d) { return d.working_days != 0 ? d.working_days : d.days; };
    const bool only_days = all.size() == 1 && whole.months == 0 && whole.elapsed.count() == 0 &&
                           whole.working.count() == 0 && days_of(whole) > 0;
    if (!only_days) {
        const auto minutes = std::chrono::ceil<std::chrono::minutes>(remaining(clock, program, at)).count();
        const char* hours = whole.is_working() ? "working hour" : "hour";
        const auto text = std::to_string(minutes / 60) + " " + hours + (minutes / 60 == 1 ? "" : "s");
        return minutes % 60 == 0 ? text : text + " " + std::to_string(minutes % 60) + " min";
    }
    // A day counts at its end: those whose end has come by now have been counted.
    const auto* rule = rule_of(clock, program);
    auto how = rule ? rule->rule : time::DueRule{};
    how.roll = false;
    const auto stops = stops_ended(clock, at);
    std::int64_t counted = 0;
    for (Duration one = whole; counted < days_of(whole); ++counted) {
        (whole.working_days != 0 ? one.working_days : one.days) = counted + 1;
        if (time::due(*program.calendar, clock.from, one, how, stops).at > at) break;
    }
    Duration left;
    (whole.working_days != 0 ? left.working_days : left.days) = days_of(whole) - counted;
    return time::to_string(left);
}

std::vector<std::string> warnings(const ClockState& clock, const Program& program) {
    return due_judged(clock, program, clock.from).warnings;
}

void supersede(CaseState& state, const ClockState& clock, int from_step, int from_repeat) {
    state.escalations.edit_where(
        [&](const EscalationState& one) {
            return one.clock == clock.id && !one.superseded &&
                   std::pair(one.step, one.repeat) >= std::pair(from_step, from_repeat);
        },
        [](EscalationState& one) { one.superseded = true; });
}

void rewind(CaseState& state, ClockState& clock, const Program& program, Instant at) {
    int standing = 0;
    while (standing < clock.fired && clock.steps[standing] <= at) ++standing;
    if (standing < clock.fired) {
        clock.fired = standing;
        clock.repeats = 0;
        supersede(state, clock, standing);
    }
    // A repeat that lies ahead again comes again too: else nobody would be told until those that had been
    // come anew. One that is acknowledged stands.
    const auto* ladder = ladder_of(clock, program);
    // A new version may have another ladder, or none.
    const bool repeating =
        ladder && !clock.steps.empty() && clock.fired == static_cast<int>(clock.steps.size());
    if (repeating && clock.repeats > 0) {
        int acknowledged = 0;
        for (const auto& one : state.escalations)
            if (one.clock == clock.id && !one.superseded && one.step == clock.fired - 1 &&
                !one.acknowledged_by.empty())
                acknowledged = std::max(acknowledged, one.repeat);
        clock.repeats =
            std::min(clock.repeats, std::max(latest_repeat_from(0, clock, program, at), acknowledged));
        supersede(state, clock, clock.fired - 1, clock.repeats + 1);
    }
    clock.light = ladder ? light_after(*ladder, clock.fired) : Light::green;
    refresh_repeat(state, clock, program, at);
}

Instant repeat_moment(const ClockState& clock, const Program& program, int k) {
    return shifted(*program.calendar, clock.steps.back(), times(repeat_of(*ladder_of(clock, program)), k));
}

int latest_repeat_until(const ClockState& clock, const Program& program, Instant at) {
    return latest_repeat_from(clock.repeats, clock, program, at);
}

int first_repeat_from(const ClockState& clock, const Program& program, Instant at) {
    return latest_repeat_until(clock, program, at - Millis{1}) + 1;
}

void refresh_repeat(const CaseState& state, ClockState& clock, const Program& program, Instant from) {
    clock.next_repeat.reset();
    if (clock.status != ClockStatus::running || clock.steps.empty() ||
        clock.fired < static_cast<int>(clock.steps.size()))
        return;
    for (const auto& escalation : state.escalations)
        if (escalation.clock == clock.id && !escalation.superseded && !escalation.acknowledged_by.empty() &&
            escalation.step == clock.fired - 1)
            return;
    clock.next_repeat = repeat_moment(clock, program, first_repeat_from(clock, program, from));
}

bool at_or_after_due(const Step& step) {
    if (step.percent) return *step.percent >= 100;
    const auto& d = step.offset;
    return d.months >= 0 && d.days >= 0 && d.elapsed.count() >= 0 && d.working_days >= 0 &&
           d.working.count() >= 0;
}

Light light_after(const Ladder& ladder, int fired) {
    Light light = Light::green;
    for (int i = 0; i < fired; ++i) {
        const Step& step = ladder.steps[i];
        if (step.light) light = std::max(light, *step.light);
        if (at_or_after_due(step)) light = std::max(light, step.light ? Light::orange : Light::red);
    }
    return light;
}

const Duration& acknowledged_for(const Step& step) {
    static const Duration standard = *time::parse_duration(acknowledged_for_default);
    return step.acknowledged_for ? *step.acknowledged_for : standard;
}

}  // namespace reeve::core
