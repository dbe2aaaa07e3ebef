// Law 3: in every stage where a case may wait, a clock is sure to run. A clock of the stage's own will do;
// for a clock of the case it is followed along every way whether it has been started and not yet met. What is
// found is kept in Stage::counts_on.
#include "engine/model/reader.h"

namespace reeve::model {
namespace {

// The stages of each branch of a parallel stage.
std::vector<std::vector<bool>> regions(const Program& p, const Stage& parallel,
                                       const std::vector<std::vector<int>>& edges) {
    std::vector<std::vector<bool>> out;
    for (const auto& branch : parallel.branches) out.push_back(reachable(edges, {branch.to}, parallel.join));
    for (auto& region : out)
        for (std::size_t s = 0; s < region.size(); ++s)
            if (p.stages[s].kind == StageKind::end) region[s] = false;
    return out;
}

// For each stage, whether the clock is sure to run while the case is there.
std::vector<bool> sure_to_run(const Program& p, const ClockRule& rule,
                              const std::vector<std::vector<int>>& edges,
                              const std::vector<std::vector<int>>& flow) {
    auto count = p.stages.size();
    bool at_start =
        rule.from == ClockRule::From::start || rule.from == ClockRule::From::occurred ||
        (rule.from == ClockRule::From::data && find_field(p.data_schema, rule.from_data).required &&
         find_field(p.data_schema, rule.from_data).schema);
    std::vector<bool> over(count), elsewhere(count);
    for (int s : rule.done_on) over[as_index(s)] = true;
    if (rule.on_expiry_to != none) over[as_index(rule.on_expiry_to)] = true;
    // Where nobody offers the action, the clock expires and moves nothing.
    const bool acts = !rule.on_expiry_action.empty();
    for (std::size_t s = 0; acts && s < count; ++s) {
        const auto* action = p.action(static_cast<int>(s), rule.on_expiry_action);
        if (!action || action->to == none)
            over[s] = true;
        else
            over[as_index(action->to)] = true;
    }
    // What meets it in one branch stops it in the others too.
    for (const auto& stage : p.stages) {
        if (stage.kind != StageKind::parallel) continue;
        auto all = regions(p, stage, edges);
        for (std::size_t i = 0; i < all.size(); ++i) {
            bool meets = rule.to_stage != none && all[i][as_index(rule.to_stage)];
            for (std::size_t s = 0; s < count; ++s) {
                meets = meets || (over[s] && all[i][s]);
                // The action that an expiry takes moves one branch; the others are left without the clock.
                meets = meets || (acts && all[i][s] && p.action(static_cast<int>(s), rule.on_expiry_action));
            }
            for (std::size_t j = 0; meets && j < all.size(); ++j)
                for (std::size_t s = 0; i != j && s < count; ++s) elsewhere[s] = elsewhere[s] || all[j][s];
        }
    }
    std::vector<bool> entered(count, true);
    std::vector<bool> running(count);
    for (bool changed = true; changed;) {
        changed = false;
        std::vector<bool> next(count, true);
        next[0] = at_start;
        if (p.reopen_to != none) next[as_index(p.reopen_to)] = at_start;
        for (std::size_t s = 0; s < count; ++s) {
            running[s] = (entered[s] || rule.from_stage == static_cast<int>(s)) && !over[s] && !elsewhere[s];
            bool after = running[s] && rule.to_stage != static_cast<int>(s);
            for (int to : flow[s]) next[as_index(to)] = next[as_index(to)] && after;
        }
        changed = next != entered;
        entered = std::move(next);
    }
    return running;
}

bool own_clock(const Program& p, const Stage& stage) {
    if (stage.clock != none || stage.kind == StageKind::choice || stage.kind == StageKind::parallel ||
        stage.kind == StageKind::join || stage.kind == StageKind::end || p.inactivity_clock != none)
        return true;
    // Tasks with clocks will do when the stage goes on by itself after the last of them.
    if (stage.tasks.empty() || stage.then == none) return false;
    return std::ranges::all_of(stage.tasks, [&](const TaskRule& task) {
        return task.clock != none || (task.optional && stage.need == Stage::Need::all);
    });
}

}  // namespace

void check_cover(const Node& root, Program& p, Faults& faults) {
    if (p.stages.empty()) return;
    auto edges = successors(p);
    auto flow = edges;
    for (const auto& [from, to] : expiry_edges(p)) flow[as_index(from)].push_back(to);
    std::vector<bool> covered(p.stages.size());
    for (std::size_t clock = 0; clock < p.clocks.size(); ++clock) {
        const auto& rule = p.clocks[clock];
        bool of_case = root["clocks"].has(rule.name.c_str());
        if (!of_case) continue;
        auto running = sure_to_run(p, rule, edges, flow);
        for (std::size_t s = 0; s < running.size(); ++s)
            if (running[s]) p.stages[s].counts_on.push_back(static_cast<int>(clock));
        for (std::size_t s = 0; s < running.size(); ++s) covered[s] = covered[s] || running[s];
    }
    for (std::size_t s = 0; s < p.stages.size(); ++s) {
        if (covered[s] || own_clock(p, p.stages[s])) continue;
        faults.add_key(
            root["stages"][p.stages[s].name], "no-clock",
            fmt::format("a case may wait in stage {} without any clock; add \"due\" to it, e.g. \"3 working "
                        "days\", or let a clock of the case run from \"start\" to \"end\"",
                        in_quotes(p.stages[s].name)));
    }
}

}  // namespace reeve::model
