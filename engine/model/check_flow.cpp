// Where a case can go: stages nobody reaches, stages without a way out, branches that never meet.
#include "engine/model/reader.h"

namespace reeve::model {
namespace {

using Edges = std::vector<std::vector<int>>;

Edges reversed(const Edges& edges) {
    Edges out(edges.size());
    for (std::size_t from = 0; from < edges.size(); ++from)
        for (int to : edges[from]) out[as_index(to)].push_back(static_cast<int>(from));
    return out;
}

class FlowCheck {
  public:
    FlowCheck(const Node& root, const Program& program, Faults& faults)
        : root_(root), p_(program), faults_(faults), edges_(successors(program)), all_(edges_) {
        for (const auto& [from, to] : expiry_edges(program)) all_[as_index(from)].push_back(to);
    }

    void run() {
        ends();
        circles();
        for (std::size_t i = 0; i < p_.stages.size(); ++i)
            if (p_.stages[i].kind == StageKind::parallel) parallel(static_cast<int>(i));
        joins();
        owners();
    }

  private:
    Node node(int stage) const { return root_["stages"][p_.stages[as_index(stage)].name]; }
    std::string name(int stage) const { return in_quotes(p_.stages[as_index(stage)].name); }
    bool is(int stage, StageKind kind) const { return p_.stages[as_index(stage)].kind == kind; }

    void ends() {
        std::vector<int> starts{0}, ends;
        if (p_.reopen_to != none) starts.push_back(p_.reopen_to);
        auto found = reachable(all_, starts);
        for (int i = 0; i < static_cast<int>(p_.stages.size()); ++i) {
            if (is(i, StageKind::end)) ends.push_back(i);
            if (!found[as_index(i)])
                faults_.add_key(node(i), "unreachable-stage",
                                fmt::format("no way leads to stage {0}; add an action or \"then\" that goes "
                                            "\"to\" it, or leave it out",
                                            name(i)));
        }
        if (ends.empty()) {
            faults_.add_key(root_["stages"], "no-end",
                            "no stage is an end, so no case is ever closed; add one, e.g. \"closed\": "
                            "{\"end\": \"done\"}");
            return;
        }
        auto saved = reachable(reversed(all_), ends);
        for (int i = 0; i < static_cast<int>(p_.stages.size()); ++i) {
            if (saved[as_index(i)] || !found[as_index(i)]) continue;
            bool stuck = std::ranges::all_of(all_[as_index(i)], [&](int to) { return to == i; });
            faults_.add_key(
                node(i), "never-ends",
                stuck ? fmt::format("stage {} has no way out; add \"actions\" with \"to\", or \"then\"",
                                    name(i))
                      : fmt::format(
                            "from stage {} the case never reaches an end; add a way to a stage with \"end\"",
                            name(i)));
        }
    }

    // Choices and parallel stages take no time: a ring of them alone would run for ever.
    void circles() {
        Edges quick(edges_.size());
        auto instant = [&](int i) {
            return is(i, StageKind::choice) || is(i, StageKind::parallel) || is(i, StageKind::join);
        };
        for (std::size_t i = 0; i < edges_.size(); ++i)
            if (instant(static_cast<int>(i)))
                std::ranges::copy_if(edges_[i], std::back_inserter(quick[i]), instant);
        for (int i = 0; i < static_cast<int>(edges_.size()); ++i)
            if (is(i, StageKind::choice) && reachable(quick, quick[as_index(i)])[as_index(i)]) {
                faults_.add_key(node(i), "endless-choice",
                                fmt::format("choice {} leads round to itself without anybody's work between; "
                                            "let one branch go to a stage of people's tasks or a wait",
                                            name(i)));
                return;
            }
    }

    void parallel(int index) {
        const auto& stage = p_.stages[as_index(index)];
        if (stage.join == none) return;
        if (!is(stage.join, StageKind::join)) {
            faults_.add(
                node(index)["join"], "bad-join",
                fmt::format("stage {} is no join; give it \"join\": \"all\" and \"then\", and nothing else",
                            name(stage.join)));
            return;
        }
        const auto& join = p_.stages[as_index(stage.join)];
        if (join.join_need == Stage::Need::n && join.join_n > static_cast<int>(stage.branches.size()))
            faults_.add(node(stage.join)["join"], "join-too-many",
                        fmt::format("{} waits for {} branches, and {} has only {}; wait for at most {}",
                                    name(stage.join), join.join_n, name(index), stage.branches.size(),
                                    stage.branches.size()));
        auto outside = reachable(edges_, {0}, index);
        for (std::size_t i = 0; i < stage.branches.size(); ++i) {
            int to = stage.branches[i].to;
            auto item = node(index)["parallel"][i];
            if (to == stage.join) {
                faults_.add(item, "empty-branch",
                            fmt::format("branch {} is the join itself; name a stage where something is done",
                                        name(to)));
                continue;
            }
            auto region = reachable(edges_, {to}, stage.join);
            bool joins = false;
            for (std::size_t s = 0; s < region.size(); ++s)
                joins |= region[s] && std::ranges::find(edges_[s], stage.join) != edges_[s].end();
            if (!joins) {
                faults_.add(
                    item, "never-joins",
                    fmt::format("branch {} never comes to the join {}; let its last stage go \"to\" it",
                                name(to), name(stage.join)));
                continue;
            }
            for (int s = 0; s < static_cast<int>(region.size()); ++s)
                if (region[as_index(s)] && !is(s, StageKind::end) && (outside[as_index(s)] || s == index)) {
                    faults_.add(item, "leaves-branch",
                                fmt::format("branch {} leads out to stage {} before the join {}; a branch "
                                            "goes to the join, or ends the case",
                                            name(to), name(s), name(stage.join)));
                    break;
                }
        }
    }

    void joins() {
        for (int i = 0; i < static_cast<int>(p_.stages.size()); ++i) {
            if (!is(i, StageKind::join)) continue;
            std::vector<bool> inside(edges_.size());
            bool named = false;
            for (const auto& stage : p_.stages)
                if (stage.kind == StageKind::parallel && stage.join == i) {
                    named = true;
                    for (const auto& branch : stage.branches) {
                        auto region = reachable(edges_, {branch.to}, i);
                        for (std::size_t s = 0; s < region.size(); ++s) inside[s] = inside[s] || region[s];
                    }
                }
            if (!named) {
                faults_.add_key(node(i), "no-parallel",
                                fmt::format("no parallel stage has {} as its join; add \"join\": {} to the "
                                            "one whose branches meet here",
                                            name(i), name(i)));
                continue;
            }
            for (std::size_t s = 0; s < edges_.size(); ++s)
                if (!inside[s] && std::ranges::find(edges_[s], i) != edges_[s].end())
                    faults_.add_key(node(static_cast<int>(s)), "joins-outside",
                                    fmt::format("stage {} leads to the join {} but is in none of its "
                                                "branches; go to the stage after the join instead",
                                                name(static_cast<int>(s)), name(i)));
        }
    }

    void owners() {
        if (root_.has("owner")) return;
        for (int i = 0; i < static_cast<int>(p_.stages.size()); ++i) {
            const auto& stage = p_.stages[as_index(i)];
            bool people = stage.kind == StageKind::tasks || !stage.actions.empty();
            bool by_task = !stage.tasks.empty();
            auto tasks = node(i)["tasks"].items();
            for (const auto& task : tasks) by_task = by_task && task.has("assign");
            if (people && !by_task && !node(i).has("assign"))
                faults_.add_key(node(i), "no-owner",
                                fmt::format("nobody has stage {}; add \"assign\" to it, e.g. \"head\", or "
                                            "\"owner\" to the definition",
                                            name(i)));
        }
    }

    const Node root_;
    const Program& p_;
    Faults& faults_;
    Edges edges_;  // without the expiries of the case
    Edges all_;    // with them
};

}  // namespace

std::vector<std::vector<int>> successors(const Program& program) {
    Edges out(program.stages.size());
    for (std::size_t i = 0; i < program.stages.size(); ++i) {
        const auto& stage = program.stages[i];
        auto add = [&](int to) {
            if (to != none && std::ranges::find(out[i], to) == out[i].end()) out[i].push_back(to);
        };
        auto add_expiry = [&](int clock) {
            if (clock == none) return;
            const auto& rule = program.clocks[as_index(clock)];
            if (rule.kind == LimitKind::expiry) add(rule.on_expiry_to);
        };
        for (const auto& action : stage.actions) add(action.to);
        add(stage.then);
        for (const auto& [message, to] : stage.on) add(to);
        add(stage.on_failure);
        for (const auto& branch : stage.branches) add(branch.to);
        add_expiry(stage.clock);
        for (const auto& task : stage.tasks) add_expiry(task.clock);
    }
    return out;
}

std::vector<std::pair<int, int>> expiry_edges(const Program& program) {
    auto edges = successors(program);
    std::vector<std::pair<int, int>> out;
    for (const auto& rule : program.clocks) {
        bool of_stage = rule.from == ClockRule::From::stage && rule.to_stage == rule.from_stage &&
                        program.stages[as_index(rule.from_stage)].clock != none &&
                        &program.clocks[as_index(program.stages[as_index(rule.from_stage)].clock)] == &rule;
        if (rule.kind != LimitKind::expiry || rule.on_expiry_to == none ||
            rule.from == ClockRule::From::task || of_stage)
            continue;
        auto running = reachable(edges, {rule.from_stage == none ? 0 : rule.from_stage});
        for (std::size_t s = 0; s < running.size(); ++s)
            if (running[s] && program.stages[s].kind != StageKind::end)
                out.emplace_back(static_cast<int>(s), rule.on_expiry_to);
    }
    return out;
}

std::vector<bool> reachable(const std::vector<std::vector<int>>& edges, std::vector<int> from, int without) {
    std::vector<bool> seen(edges.size());
    while (!from.empty()) {
        int s = from.back();
        from.pop_back();
        if (s == none || s == without || seen[as_index(s)]) continue;
        seen[as_index(s)] = true;
        from.insert(from.end(), edges[as_index(s)].begin(), edges[as_index(s)].end());
    }
    return seen;
}

void check_flow(const Node& root, const Program& program, Faults& faults) {
    if (!program.stages.empty()) FlowCheck(root, program, faults).run();
}

}  // namespace reeve::model
