#include "tests/simulation/model.h"

#include <fmt/format.h>

#include <algorithm>

namespace reeve::simulation {
namespace {

const std::vector<std::string> lights{"green", "blue", "yellow", "orange", "red"};

std::size_t rank(const std::string& light) {
    return static_cast<std::size_t>(std::ranges::find(lights, light) - lights.begin());
}
std::string worse(const std::string& a, const std::string& b) { return rank(a) < rank(b) ? b : a; }
std::string when(Instant at) { return time::to_utc_string(at); }

template <class... F>
struct overloaded : F... {
    using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

}  // namespace

Instant ModelClock::after(Millis left) const {
    auto in_order = stops;
    std::ranges::sort(in_order, {}, &time::Span::from);
    Instant at = from;
    for (const auto& stop : in_order) {
        if (stop.to <= at) continue;
        if (stop.from > at) {
            if (stop.from - at >= left) break;
            left -= stop.from - at;
        }
        at = stop.to;
    }
    return at + left;
}

Instant ModelClock::due() const { return after(limit); }

Instant ModelClock::step(int number) const {
    const auto& steps = rule->steps;
    const int last = static_cast<int>(steps.size()) - 1;
    const auto& step = steps[static_cast<std::size_t>(std::min(number, last))];
    const Instant at = step.half ? after(limit / 2) : due() + step.hours * hour;
    return at + std::max(0, number - last) * rule->repeat_hours * hour;
}

int ModelClock::steps_until(Instant now) const {
    int count = 0;
    while (count < static_cast<int>(rule->steps.size()) && step(count) <= now) ++count;
    return count;
}

int ModelClock::repeats_until(Instant now) const {
    int count = 0;
    while (step(static_cast<int>(rule->steps.size()) + count) <= now) ++count;
    return count;
}

std::string ModelClock::light() const {
    std::string worst = "green";
    for (int i = 0; i < fired; ++i) worst = worse(worst, rule->steps[static_cast<std::size_t>(i)].light);
    return worst;
}

ModelClock* ModelCase::clock(const std::string& id) {
    const auto it = std::ranges::find(clocks_, id, &ModelClock::id);
    return it == clocks_.end() ? nullptr : &*it;
}

// More time: a step that is to come again has not fired.
void ModelCase::rewind(ModelClock& clock, Instant at) {
    if (clock.paused || !clock.rule) return;
    const int standing = std::min(clock.fired, clock.steps_until(at));
    if (standing < clock.fired) clock.repeats = 0, clock.acknowledged = false;
    clock.fired = standing;
    if (standing == static_cast<int>(clock.rule->steps.size()))
        clock.repeats = std::min(clock.repeats, clock.repeats_until(at));
}

void ModelCase::fired(const core::Recorded& recorded, const core::EscalationFired& e, const Fault& fault) {
    auto* clock = this->clock(e.clock);
    const auto what = fmt::format("{} {} step {} repeat {} planned {}", recorded.case_id,
                                  clock ? clock->name : e.clock, e.step, e.repeat, when(e.planned));
    if (!clock || !clock->live || clock->paused)
        return fault("law 5: fired on a clock that does not run: " + what);
    // What happened earlier than it was entered may start a clock back then, whose steps have come by now.
    const bool timer = recorded.actor == core::system_actor;
    if (e.planned > recorded.at || (timer && e.planned > recorded.occurred.value_or(recorded.at)))
        fault(fmt::format("law 5: early: {}, recorded {}", what, when(recorded.at)));
    if (e.told.empty() && e.notes.empty()) fault("law 6: in silence: " + what);
    escalations_[e.escalation] = {e.clock, e.step};
    if (!clock->rule) {
        // How far an extension or progress took it back is not known here.
        if (e.repeat == 0 ? e.step > clock->fired : e.step != clock->fired - 1)
            fault(fmt::format("law 5: out of order after {} steps: {}", clock->fired, what));
        clock->fired = e.step + 1;
        return;
    }
    const int all = static_cast<int>(clock->rule->steps.size());
    if (e.repeat == 0 && e.step != clock->fired)
        return fault(fmt::format("law 5: twice or out of order after {} steps: {}", clock->fired, what));
    if (e.repeat > 0 && (clock->fired != all || e.repeat <= clock->repeats))
        return fault(fmt::format("law 5: repeat out of order after {} steps, {} repeats: {}", clock->fired,
                                 clock->repeats, what));
    const Instant planned = clock->step(e.step + e.repeat);
    if (planned != e.planned) fault(fmt::format("law 5: the model plans it for {}: {}", when(planned), what));
    (e.repeat > 0 ? clock->repeats : clock->fired) = e.repeat > 0 ? e.repeat : e.step + 1;
    if (e.light != clock->light())
        fault(fmt::format("the model says {}, the step {}: {}", clock->light(), e.light, what));
    ++foretold_;
}

void ModelCase::take(const core::Recorded& recorded, const Fault& fault) {
    if (recorded.revision != ++revision_)
        fault(fmt::format("law 2: {} has revision {} after {}", recorded.case_id, recorded.revision,
                          revision_ - 1));
    const auto change = [&](const std::string& id, auto&& f) {
        if (auto* found = clock(id)) {
            f(*found);
            rewind(*found, recorded.at);
        } else {
            fault(
                fmt::format("{} revision {} is of a clock it has not", recorded.case_id, recorded.revision));
        }
    };
    const auto end = [&](ModelClock& c) { c.live = c.paused = false; };
    std::visit(
        overloaded{[&](const core::CaseStarted& e) { definition_ = e.definition, started_ = open_ = true; },
                   [&](const core::CaseClosed&) { open_ = false; },
                   [&](const core::CaseCancelled&) { open_ = false; },
                   [&](const core::CaseReopened&) { open_ = true; },
                   [&](const core::OwnerNamed& e) { owner_ = e.person; },
                   [&](const core::OwnerLost&) { owner_.clear(); },
                   [&](const core::ClockStarted& e) {
                       ModelClock c{.id = e.clock, .name = e.name, .from = e.from};
                       c.rule = e.limit.is_zero() ? model_rule(definition_, e.name) : nullptr;
                       if (c.rule) c.limit = c.rule->hours * hour;
                       clocks_.push_back(std::move(c));
                   },
                   [&](const core::ClockPaused& e) {
                       change(e.clock, [&](auto& c) {
                           c.stops.push_back({e.from, Instant::max()});
                           c.paused = true;
                           c.paused_until = e.until;
                           const auto longest = e.from + 120 * hour;
                           if (c.name == "whole" && (!e.until || *e.until > longest))
                               fault(fmt::format("law 3: {} may be paused until {}, but not for longer",
                                                 recorded.case_id, when(longest)));
                       });
                   },
                   [&](const core::ClockResumed& e) {
                       change(e.clock, [&](auto& c) {
                           for (auto& stop : c.stops)
                               if (stop.to == Instant::max()) stop.to = e.at;
                           c.paused = false;
                       });
                   },
                   [&](const core::TimeExcluded& e) {
                       change(e.clock, [&](auto& c) { c.stops.push_back({e.from, e.to}); });
                   },
                   [&](const core::ClockRestarted& e) {
                       change(e.clock, [&](auto& c) {
                           c.from = e.from;
                           c.stops.clear();
                           c.fired = c.repeats = 0;
                           c.acknowledged = false;
                           if (c.rule) c.limit = c.rule->hours * hour;
                       });
                   },
                   [&](const core::ClockExtended& e) {
                       change(e.clock, [&](auto& c) {
                           c.limit += e.by.elapsed;
                           if (!e.by.is_moment()) c.rule = nullptr;  // working days: no plain sum any more
                       });
                   },
                   [&](const core::ClockMet& e) { change(e.clock, end); },
                   [&](const core::ClockCancelled& e) { change(e.clock, end); },
                   [&](const core::ClockExpired& e) {
                       if (auto* c = clock(e.clock); c && c->rule && c->due() != e.at)
                           fault(fmt::format("law 5: the model has {} {} expire at {}, not {}",
                                             recorded.case_id, c->name, when(c->due()), when(e.at)));
                       if (e.at > recorded.at) fault("law 5: " + recorded.case_id + " expired early");
                       change(e.clock, end);
                   },
                   [&](const core::EscalationFired& e) { fired(recorded, e, fault); },
                   [&](const core::EscalationAcknowledged& e) {
                       const auto& [id, step] = escalations_[e.escalation];
                       if (auto* c = clock(id);
                           c && c->rule && step + 1 == static_cast<int>(c->rule->steps.size()))
                           c->acknowledged = true;
                   },
                   [](const auto&) {}},
        recorded.event);
}

void ModelCase::settled(Instant now, const std::string& light_shown, const Fault& fault) const {
    bool runs = false, unowned = false, foretold = true;
    std::string light = "green";
    for (const auto& c : clocks_) {
        if (!c.live) continue;
        runs = true;
        if (c.name == "unowned") unowned = true;
        if (!c.rule) {
            foretold = false;
            continue;
        }
        light = worse(light, c.light());
        if (c.paused && c.paused_until && *c.paused_until <= now)
            fault(fmt::format("law 3: {} is paused, though only until {}", c.name, when(*c.paused_until)));
        if (c.paused) continue;
        if (const int steps = c.steps_until(now); c.fired != steps)
            fault(fmt::format("law 5: {} steps of {} are due at {} by the model, {} have fired; due {}",
                              steps, c.name, when(now), c.fired, when(c.due())));
        else if (steps == static_cast<int>(c.rule->steps.size()) && !c.acknowledged &&
                 c.repeats != c.repeats_until(now))
            fault(fmt::format("law 6: {} was told again {} times, by the model {} times", c.name, c.repeats,
                              c.repeats_until(now)));
        if (c.rule->expires && c.due() <= now)
            fault(fmt::format("law 5: {} expired at {} and nothing happened", c.name, when(c.due())));
    }
    if (open_ && !runs) fault("law 3: it is open and no clock runs or is paused");
    if (open_ && owner_.empty() && !unowned) fault("law 3: nobody owns it and no clock runs for that");
    if (foretold && light != light_shown)
        fault(fmt::format("the model shows {}, the engine {}", light, light_shown));
}

}  // namespace reeve::simulation
