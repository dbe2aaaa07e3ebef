// What will happen by itself if nobody acts: each case is played ahead by the core, and nothing is written.
#include <algorithm>

#include "engine/core/foresee.h"
#include "engine/views/facts.h"

namespace reeve::views {

namespace {

using time::Instant;

// A case is followed through so many moments: a step that repeats each hour need not be told a year ahead.
constexpr int most_moments = 500;

class Forecast {
  public:
    Forecast(const Sight& sight, const Ahead& ahead) : sight_(sight), ahead_(ahead) {
        for (const auto& row : sight.reader.loads()) loads_[row.person] = {row.open, row.last_given};
    }

    // Cases are played in the order of their first moments: what comes before the next one's is final.
    Coming tell() {
        find_first();
        std::vector<std::pair<Instant, std::string>> order;
        for (const auto& [id, at] : first_) order.emplace_back(at, id);
        std::ranges::sort(order);
        for (const auto& [at, id] : order) {
            give_until(at);
            if (coming_.more || (ahead_.given_up && *ahead_.given_up)) return std::move(coming_);
            if (id.starts_with("$duty/"))
                foresee_duty(id, at);
            else
                foresee_case(id);
        }
        give_until(Instant::max());
        return std::move(coming_);
    }

  private:
    // Whatever has a moment, or a running clock that is due, within the time; both are indexes of the store.
    void find_first() {
        store::TimerRow last{Instant::min(), {}};
        for (bool more = true; more;) {
            const auto page = sight_.reader.timers(last, 1000);
            more = !page.empty() && page.back().at <= ahead_.until;
            for (const auto& timer : page)
                if (timer.at <= ahead_.until) first_[timer.id] = timer.at;
            if (more) last = page.back();
        }
        for (const auto& clock : sight_.reader.overdue(ahead_.until + time::Millis(1))) {
            if (*clock.due <= sight_.now) continue;
            auto [it, fresh] = first_.try_emplace(clock.case_id, *clock.due);
            if (!fresh) it->second = std::min(it->second, *clock.due);
        }
    }

    // Nothing that is still to be played comes before that.
    void give_until(Instant at) {
        while (!waiting_.empty() && (waiting_.begin()->first.first < at || at == Instant::max())) {
            auto row = waiting_.extract(waiting_.begin());
            if (passed_++ < ahead_.from) continue;
            coming_.more = ahead_.limit > 0 && coming_.rows.size() >= ahead_.limit;
            if (coming_.more) return;
            coming_.rows.push_back(std::move(row.mapped()));
        }
    }

    bool wanted(const std::string& unit) const {
        return ahead_.units.empty() || std::ranges::find(ahead_.units, unit) != ahead_.units.end();
    }

    void foresee_case(const std::string& id) {
        const auto of = sight_.reader.find_case(id);
        if (!of || !wanted(of->unit)) return;
        auto file = store::find(sight_.reader, sight_.catalog, id);
        if (!file) return;
        std::vector<std::pair<Instant, core::Event>> events;
        for (int n = 0; n < most_moments; ++n) {
            const auto next = core::next_moment(file->state);
            if (!next || *next > ahead_.until) break;
            const core::Command tick{.actor = core::system_actor,
                                     .case_id = id,
                                     .at = std::max({*next, sight_.now, file->state.last}),
                                     .wish = core::Tick{}};
            auto foreseen = core::foresee(file->state, tick, {*file->program, *sight_.people, loads_});
            if (!foreseen || foreseen->events.empty()) break;
            for (auto& event : foreseen->events) events.emplace_back(tick.at, std::move(event));
            file->state = std::move(foreseen->state);
        }
        wording_ = wording_of(sight_, *file);
        for (const auto& clock : file->state.clocks) add_due(*of, clock);
        for (const auto& [at, event] : events) add_event(*of, file->state, at, event);
    }

    void add(const store::CaseRow& of, Instant at, const char* kind, Json more) {
        const auto& told = more["told"];
        if (!ahead_.person.empty() && of.owner != ahead_.person &&
            std::find(told.begin(), told.end(), Json(ahead_.person)) == told.end())
            return;
        Json json{{"at", when(at, wording_.calendar)},
                  {"kind", kind},
                  {"case", of.id},
                  {"title", of.title},
                  {"unit", of.unit},
                  {"owner", of.owner}};
        json.update(more);
        waiting_.emplace(std::pair(at, of.id), std::move(json));
    }

    // A date that passes while its clock still runs.
    void add_due(const store::CaseRow& of, const core::ClockState& clock) {
        if (clock.due <= sight_.now || clock.due > ahead_.until) return;
        if (clock.status == core::ClockStatus::paused || (clock.ended && *clock.ended < clock.due)) return;
        add(of, clock.due, "due",
            {{"clock", clock.name},
             {"light", ""},
             {"told", Json::array()},
             {"words", "clock " + clock.name + " falls due"}});
    }

    void add_event(const store::CaseRow& of, const core::CaseState& state, Instant at,
                   const core::Event& event) {
        Json more{{"clock", ""}, {"light", ""}, {"told", Json::array()}, {"words", words(event, wording_)}};
        const auto name_of = [&](const std::string& clock) {
            const auto* found = state.clock(clock);
            return found ? found->name : clock;
        };
        if (const auto* fired = std::get_if<core::EscalationFired>(&event)) {
            more["clock"] = name_of(fired->clock);
            more["light"] = fired->light;
            more["told"] = fired->told;
            more["step"] = fired->step + 1;
            add(of, at, "step", std::move(more));
        } else if (const auto* expired = std::get_if<core::ClockExpired>(&event)) {
            more["clock"] = name_of(expired->clock);
            add(of, at, "expires", std::move(more));
        } else if (const auto* missed = std::get_if<core::AcknowledgementMissed>(&event)) {
            more["told"] = missed->told;
            add(of, at, "missed", std::move(more));
        } else if (const auto* unanswered = std::get_if<core::AnswerMissed>(&event)) {
            more["told"] = unanswered->told;
            add(of, at, "missed", std::move(more));
        } else if (const auto* resumed = std::get_if<core::ClockResumed>(&event)) {
            more["clock"] = name_of(resumed->clock);
            more["told"] = resumed->told;
            add(of, at, "moves", std::move(more));
        } else if (std::holds_alternative<core::StageEntered>(event) ||
                   std::holds_alternative<core::CaseClosed>(event) ||
                   std::holds_alternative<core::CaseRequested>(event)) {
            add(of, at, "moves", std::move(more));
        }
    }

    // "$duty/DEFINITION/NAME": a case opens at each of its dates, for each unit that it names.
    void foresee_duty(const std::string& id, Instant first) {
        const auto slash = id.find('/', 6);
        const auto definition = id.substr(6, slash - 6), name = id.substr(slash + 1);
        const auto program = sight_.catalog.program(definition);
        if (!program) return;
        const auto duty = std::ranges::find(program->duties, name, &model::Duty::name);
        if (duty == program->duties.end()) return;
        const auto start = time::parse_instant(duty->start, *program->calendar);
        if (!start) return;
        wording_.calendar = program->calendar;
        std::optional<Instant> at = first;
        for (int n = 0; at && *at <= ahead_.until && n < most_moments; ++n) {
            for (const auto& unit : duty_units(*duty))
                add({.id = {}, .definition = definition, .unit = unit, .owner = {}}, *at, "duty",
                    {{"clock", ""},
                     {"light", ""},
                     {"told", Json::array()},
                     {"words", "a case of " + definition + " opens for the duty " + name}});
            at = time::next_occurrence(*program->calendar, duty->rule, *start, *at).value_or(std::nullopt);
        }
    }

    std::vector<std::string> duty_units(const model::Duty& duty) const {
        std::vector<std::string> units;
        for (const auto* unit : sight_.people->units()) {
            const bool named = std::ranges::any_of(duty.units, [&](const std::string& one) {
                return one == unit->id || one == "unit:" + unit->id || one == "level:" + unit->level;
            });
            if (named && wanted(unit->id)) units.push_back(unit->id);
        }
        return units;
    }

    const Sight& sight_;
    const Ahead& ahead_;
    org::Loads loads_;
    std::map<std::string, Instant> first_;
    Wording wording_;
    std::multimap<std::pair<Instant, std::string>, Json> waiting_;
    std::size_t passed_ = 0;
    Coming coming_;
};

}  // namespace

Result<Instant> ahead_until(const Sight& sight, const std::string& within) {
    const auto span = time::parse_duration(within.empty() ? "7 days" : within);
    if (!span) return std::unexpected(span.error());
    auto calendar = calendar_of(sight);
    if (!calendar) calendar = time::elapsed_calendar("UTC");
    const auto until =
        time::due(*calendar, sight.now, *span, {.until = time::Until::moment, .roll = false}).at;
    if (until <= sight.now || until > sight.now + std::chrono::days(367))
        return refuse("bad-duration", "a forecast looks ahead, and a year at most: \"30 days\"");
    return until;
}

Coming forecast(const Sight& sight, const Ahead& ahead) { return Forecast(sight, ahead).tell(); }

}  // namespace reeve::views
