// When clocks start.
#include "engine/core/clock.h"

namespace reeve::core {

using From = model::ClockRule::From;

namespace {

// Whether a clock of the rule counts in this cycle (for one entry of a stage, if it is the stage's own).
bool runs(const CaseState& state, int rule, int entry = 0) {
    return std::ranges::any_of(state.clocks, [&](const ClockState& clock) {
        return counts(clock) && clock.rule == rule && clock.cycle == state.cycle && clock.entry == entry;
    });
}

void start_all(Decision& d, From from, Instant at) {
    for (int rule = 0; rule < static_cast<int>(d.program().clocks.size()); ++rule)
        if (d.program().clocks[rule].from == from && !runs(d.state, rule)) start(d, rule, at);
}

void start_stage(Decision& d, const StageState& stage, Instant at) {
    const int index = d.program().stage(stage.stage);
    for (int rule = 0; rule < static_cast<int>(d.program().clocks.size()); ++rule) {
        const auto& clock = d.program().clocks[rule];
        if (clock.from != From::stage || clock.from_stage != index) continue;
        const int entry = ends_with_stage(d.program(), rule) ? stage.entry : 0;
        // A stage that is entered again does not start anew a clock that still spans it.
        if (!runs(d.state, rule, entry)) start(d, rule, at, {}, entry);
    }
}

// The date from which the rule counts; none when it is not given, and a note when it is no date.
std::optional<Instant> date_of(Decision& d, int rule) {
    const auto& program = d.program();
    const auto& path = program.clocks[rule].from_data;
    const auto* date = model::at_path(d.state.data, path);
    if (!date || !date->is_string()) return {};
    auto at = time::parse_instant(date->get_ref<const std::string&>(), *program.calendar);
    if (at) return *at;
    d.emit(NoteAdded{"the clock " + program.clocks[rule].name + " cannot start from " + path + ": " +
                     at.error().message});
    return {};
}

// What the definition counts on in a stage and the case came past: a clock that would have started on every
// way there. When a case is put into a stage from outside, nothing else would start it.
void start_on_the_way(Decision& d, const StageState& stage, Instant at) {
    const int index = d.program().stage(stage.stage);
    if (index == model::none) return;
    for (const int rule : d.program().stages[index].counts_on) {
        const bool had = std::ranges::any_of(d.state.clocks, [&](const ClockState& clock) {
            return clock.rule == rule && clock.cycle == d.state.cycle;
        });
        if (!had && d.program().clocks[rule].from == From::stage) start(d, rule, at);
    }
}

void start_inactivity(Decision& d, Instant at) {
    const int rule = d.program().inactivity_clock;
    if (rule != model::none && !runs(d.state, rule)) start(d, rule, at);
}

}  // namespace

void start(Decision& d, int rule, Instant from, std::string task, int entry, const Duration& limit,
           const std::string& name) {
    ClockStarted event;
    event.clock = d.new_id('c');
    event.name = rule == model::none ? name : d.program().clocks[rule].name;
    event.from = from;
    event.task = std::move(task);
    event.entry = entry;
    if (rule == model::none) event.limit = limit;
    const auto id = event.clock;
    d.emit(std::move(event));
    warn(d, id);
}

void warn(Decision& d, const std::string& clock_id, const std::vector<std::string>& before) {
    for (const auto& warning : warnings(*d.state.clock(clock_id), d.program()))
        if (std::ranges::find(before, warning) == before.end()) d.emit(ClockWarned{clock_id, warning});
}

void clocks_on_start(Decision& d) {
    start_all(d, From::start, d.now);  // registration; what had happened before it is From::occurred
    start_all(d, From::occurred, d.state.occurred);
    clocks_on_data(d, Json::object());
    start_inactivity(d, d.now);
    // Only once it is known that nobody could be named.
    if (std::ranges::any_of(d.events, [](const Event& e) { return std::holds_alternative<OwnerLost>(e); }))
        clocks_on_owner(d);
}

void clocks_on_enter(Decision& d, const StageState& entered) {
    const StageState stage = entered;  // a copy: what follows changes the state it lies in
    const int index = d.program().stage(stage.stage);
    std::vector<std::string> done;
    for (const auto& clock : d.state.clocks) {
        const auto* rule = rule_of(clock, d.program());
        if (rule && counts(clock) && clock.cycle == d.state.cycle &&
            std::ranges::find(rule->done_on, index) != rule->done_on.end())
            done.push_back(clock.id);
    }
    for (const auto& id : done) meet(d, id);
    start_stage(d, stage, d.effective);
}

void clocks_on_data(Decision& d, const Json& before) {
    const auto& program = d.program();
    for (int rule = 0; rule < static_cast<int>(program.clocks.size()); ++rule) {
        if (program.clocks[rule].from != From::data) continue;
        const auto& path = program.clocks[rule].from_data;
        const auto* date = model::at_path(d.state.data, path);
        const auto* was = model::at_path(before, path);
        if (date && was && *date == *was) continue;
        const auto at = date_of(d, rule);
        if (!at) continue;
        std::string running;
        bool same = false;  // another spelling of the same date
        for (const auto& clock : d.state.clocks) {
            if (clock.rule != rule || !counts(clock) || clock.cycle != d.state.cycle) continue;
            running = clock.id;
            same = clock.from == *at;
        }
        if (same) continue;
        if (!running.empty()) cancel(d, running, "the date it counts from was corrected: " + path);
        start(d, rule, *at);
    }
}

void clocks_on_task(Decision& d, const TaskState& task, const model::TaskRule* rule, const Duration* limit) {
    const int clock = rule ? rule->clock : model::none;
    const std::string id = task.id, name = task.name.empty() ? task.id : task.name;
    const int entry = task.entry;
    if (clock != model::none) {
        start(d, clock, d.effective, id, entry);
    } else if (limit) {
        start(d, model::none, d.effective, id, entry, *limit, name);
    }
}

void clocks_on_hand_over(Decision& d) {
    clocks_on_received(d);  // handing on is an act of the one who had received it
    if (d.program().hand_over.clock != model::none) start(d, d.program().hand_over.clock, d.effective);
}

void clocks_on_owner(Decision& d) {
    const int rule = d.program().unowned_clock;
    if (rule == model::none) return;
    if (d.state.owner.empty()) {
        if (!runs(d.state, rule)) start(d, rule, d.effective);
        return;
    }
    std::vector<std::string> done;
    for (const auto& clock : d.state.clocks)
        if (clock.rule == rule && counts(clock)) done.push_back(clock.id);
    for (const auto& id : done) meet(d, id);
}

void clocks_on_progress(Decision&) {
    // Nothing to emit: apply_progress derives it from the events that are progress.
}

void clocks_on_reopen(Decision& d) {
    // The cycle is new (CaseReopened raised it), so nothing of the old one counts as running here; its clocks
    // have ended and stay as they were. The new ones count from the reopening, a date too unless it lies
    // ahead: what was due before the case was closed is not due again the moment it is opened.
    start_all(d, From::start, d.effective);
    start_all(d, From::occurred, d.effective);
    for (int rule = 0; rule < static_cast<int>(d.program().clocks.size()); ++rule)
        if (d.program().clocks[rule].from == From::data)
            if (const auto at = date_of(d, rule)) start(d, rule, std::max(*at, d.effective));
    start_inactivity(d, d.effective);
    if (d.state.owner.empty()) clocks_on_owner(d);
}

void clocks_on_reopened_at(Decision& d, int stage) {
    for (const auto& entered : std::vector(d.state.stages))
        if (d.program().stage(entered.stage) == stage) start_on_the_way(d, entered, d.effective);
}

void clocks_on_migrate(Decision& d, const model::Program& from) {
    const auto& program = d.program();
    std::vector<std::pair<std::string, std::string>> gone;
    for (const auto& clock : d.state.clocks)
        if (counts(clock) && clock.rule == model::none && from.clock(clock.name) != model::none)
            gone.emplace_back(clock.id, clock.name);
    for (const auto& [id, name] : gone)
        cancel(d, id, "version " + std::to_string(program.version) + " has no clock " + name);
    // A person looked into it; if the new version drives the case no better, the migration is refused.
    std::vector<std::string> unattended;
    for (const auto& clock : d.state.clocks)
        if (counts(clock) && is_unattended(clock)) unattended.push_back(clock.id);
    for (const auto& id : unattended)
        cancel(d, id, "the case was migrated to version " + std::to_string(program.version));

    // What the new version asks for and the case has not got, from the moment at which it would have started.
    auto had = [&](int rule) {
        return std::ranges::any_of(d.state.clocks, [&](const ClockState& clock) {
            return clock.rule == rule && clock.cycle == d.state.cycle;
        });
    };
    const bool first = d.state.cycle == 1;
    for (int rule = 0; rule < static_cast<int>(program.clocks.size()); ++rule) {
        if (had(rule)) continue;
        if (program.clocks[rule].from == From::start) start(d, rule, first ? d.state.started : d.effective);
        if (program.clocks[rule].from == From::occurred)
            start(d, rule, first ? d.state.occurred : d.effective);
        if (program.clocks[rule].from == From::data)
            if (const auto at = date_of(d, rule)) start(d, rule, *at);
    }
    start_inactivity(d, d.state.last_progress);
    clocks_on_owner(d);
    for (const auto& stage : std::vector(d.state.stages)) {
        const int index = program.stage(stage.stage);
        for (int rule = 0; rule < static_cast<int>(program.clocks.size()); ++rule) {
            const auto& clock = program.clocks[rule];
            if (clock.from != From::stage || clock.from_stage != index) continue;
            const bool own = ends_with_stage(program, rule);
            if (own ? !runs(d.state, rule, stage.entry) : !had(rule))
                start(d, rule, stage.since, {}, own ? stage.entry : 0);
        }
        start_on_the_way(d, stage, stage.since);
        if (index == model::none) continue;
        for (const auto& task : std::vector(d.state.tasks)) {
            if (task.status != TaskStatus::open || task.entry != stage.entry) continue;
            const bool timed = std::ranges::any_of(d.state.clocks, [&](const ClockState& clock) {
                return counts(clock) && clock.task == task.id;
            });
            for (const auto& rule : program.stages[index].tasks)
                if (!timed && rule.name == task.name && rule.clock != model::none)
                    start(d, rule.clock, task.since, task.id, task.entry);
        }
    }
}

}  // namespace reeve::core
