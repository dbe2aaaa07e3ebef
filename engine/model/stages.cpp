// Stages: what kind each is, and what each kind holds.
#include <set>

#include "engine/model/reader.h"
#include "engine/model/shape.h"

namespace reeve::model {
namespace {

struct KindKeys {
    StageKind kind;
    const char* called;
    std::set<std::string, std::less<>> keys;
};

const std::vector<KindKeys>& kind_keys() {
    static const std::vector<KindKeys> all{
        {StageKind::tasks,
         "a stage of people's tasks",
         {"title", "assign", "due", "limit", "basis", "ladder", "clock", "tasks", "need", "each", "actions",
          "then", "require", "documents"}},
        {StageKind::wait,
         "a wait",
         {"title", "assign", "due", "limit", "basis", "ladder", "clock", "actions", "then", "require",
          "documents", "wait", "on"}},
        {StageKind::job,
         "a job",
         {"title", "assign", "due", "limit", "basis", "ladder", "clock", "actions", "then", "job", "attempts",
          "backoff", "timeout", "on_failure"}},
        {StageKind::choice, "a choice", {"title", "choice"}},
        {StageKind::parallel, "a parallel stage", {"title", "parallel", "join"}},
        {StageKind::join, "a join", {"title", "join", "then"}},
        {StageKind::child,
         "a child case",
         {"title", "assign", "due", "limit", "basis", "ladder", "clock", "actions", "then", "child", "data",
          "result"}},
        {StageKind::end, "an end", {"title", "end", "follow_up"}},
    };
    return all;
}

const KindKeys& keys_of(StageKind kind) { return *std::ranges::find(kind_keys(), kind, &KindKeys::kind); }

}  // namespace

StageKind Reader::kind(const Node& node) {
    static const std::vector<std::pair<const char*, StageKind>> marks{
        {"wait", StageKind::wait},         {"job", StageKind::job},     {"choice", StageKind::choice},
        {"parallel", StageKind::parallel}, {"child", StageKind::child}, {"end", StageKind::end}};
    std::vector<std::pair<const char*, StageKind>> found;
    for (const auto& mark : marks)
        if (node.has(mark.first)) found.push_back(mark);
    if (found.size() > 1)
        faults_.add_key(node[found[1].first], "mixed-kinds",
                        fmt::format("{} is {} by {} and {} by {}; make it two stages", called(node),
                                    keys_of(found[0].second).called, in_quotes(found[0].first),
                                    keys_of(found[1].second).called, in_quotes(found[1].first)));
    if (!found.empty()) return found[0].second;
    return node.has("join") ? StageKind::join : StageKind::tasks;
}

void Reader::foreign_keys(const Node& node, StageKind kind) {
    const auto& own = keys_of(kind);
    static const std::set<std::string, std::less<>> marks{"wait",     "job",   "choice",
                                                          "parallel", "child", "end"};
    for (const auto& [key, child] : node.members()) {
        if (own.keys.contains(key) || marks.contains(key)) continue;
        std::string others;
        for (const auto& other : kind_keys())
            if (other.keys.contains(key) && others.find(other.called) == std::string::npos)
                others.append(others.empty() ? "" : " or ").append(other.called);
        if (!others.empty())
            faults_.add_key(child, "foreign-key",
                            fmt::format("{} is {}, and {} belongs to {}; leave it out", called(node),
                                        own.called, in_quotes(key), others));
    }
}

void Reader::stages() {
    for (const auto& name : stage_names_) program_.stages.push_back({.name = name});
    int index = 0;
    for (const auto& [name, node] : root_["stages"].members()) {
        if (node.is_object()) stage_body(node, index);
        ++index;
    }
    expiry_actions();
}

void Reader::stage_body(const Node& node, int index) {
    auto& stage = program_.stages[static_cast<std::size_t>(index)];
    stage.title = text(node["title"], stage.name);
    stage.kind = kind(node);
    foreign_keys(node, stage.kind);
    stage.assign = assign(node["assign"]);
    bool clocked = stage.kind == StageKind::tasks || stage.kind == StageKind::wait ||
                   stage.kind == StageKind::job || stage.kind == StageKind::child;
    if (clocked) stage.clock = short_or_full_clock(node, stage.name, ClockOwner::of_stage, index);
    stage.require = required(node["require"]);
    stage.documents = node["documents"].texts();
    if (clocked || stage.kind == StageKind::join) stage.then = this->stage(node["then"]);
    switch (stage.kind) {
        case StageKind::tasks: read_tasks(node, index); break;
        case StageKind::wait: read_wait(node, index); break;
        case StageKind::job: read_job(node, stage); break;
        case StageKind::choice: read_choice(node, stage); break;
        case StageKind::parallel: read_parallel(node, stage); break;
        case StageKind::join: read_join(node, stage); break;
        case StageKind::child: read_child(node, stage); break;
        case StageKind::end: read_end(node, index); break;
    }
    if (clocked) read_actions(node["actions"], stage);
    if (stage.kind != StageKind::tasks && stage.kind != StageKind::choice &&
        stage.kind != StageKind::parallel && stage.kind != StageKind::end && !node.has("then"))
        faults_.add_key(node, "no-then",
                        fmt::format("{} is {} and leads nowhere; add \"then\" with the stage that follows",
                                    called(node), keys_of(stage.kind).called));
}

void Reader::read_wait(const Node& node, int index) {
    auto& stage = program_.stages[static_cast<std::size_t>(index)];
    stage.wait = limit(node["wait"]);
    for (const auto& [message, to] : node["on"].members())
        if (int target = this->stage(to); target != none) stage.on[message] = target;
    // A wait's time is its clock, so that whoever looks at the case sees until when it waits (law 3).
    if (stage.clock == none && stage.wait && !node.has("clock")) {
        ClockRule rule{
            .name = stage.name, .title = stage.title, .in = *stage.wait, .from = ClockRule::From::stage};
        rule.from_stage = rule.to_stage = index;
        stage.clock = add_clock(node, std::move(rule));
    }
}

void Reader::read_job(const Node& node, Stage& stage) {
    stage.job = node["job"].text();
    stage.attempts = node["attempts"].number(3);
    stage.backoff =
        node.has("backoff") ? limit(node["backoff"]) : time::Duration{.elapsed = std::chrono::minutes(1)};
    stage.timeout =
        node.has("timeout") ? limit(node["timeout"]) : time::Duration{.elapsed = std::chrono::minutes(10)};
    stage.on_failure = this->stage(node["on_failure"]);
    if (!node.has("on_failure"))
        faults_.add_key(
            node, "no-on-failure",
            fmt::format(
                "{} says nothing of failure; add \"on_failure\" with the stage where people take over",
                called(node)));
}

void Reader::read_choice(const Node& node, Stage& stage) {
    auto branches = node["choice"].items();
    for (std::size_t i = 0; i < branches.size(); ++i) {
        const auto& b = branches[i];
        if (!b.is_object()) continue;
        bool last = i + 1 == branches.size();
        if (b.has("else")) {
            if (b.has("when") || b.has("to"))
                faults_.add(b, "bad-branch",
                            "a branch is {\"when\": …, \"to\": …} or {\"else\": …}; this one is both");
            else if (!last)
                faults_.add_key(b["else"], "else-not-last",
                                "nothing after the else is ever reached; make it the last branch");
            stage.branches.push_back({none, this->stage(b["else"])});
        } else if (!b.has("when") || !b.has("to")) {
            faults_.add(
                b, "bad-branch",
                fmt::format("branch {} has no {}; a branch is {{\"when\": …, \"to\": …}} or {{\"else\": …}}",
                            i + 1, b.has("when") ? "\"to\"" : "\"when\""));
        } else {
            stage.branches.push_back({condition(b["when"]), this->stage(b["to"])});
        }
    }
    if (!branches.empty() && std::ranges::none_of(branches, [](const Node& b) { return b.has("else"); }))
        faults_.add_key(
            node["choice"], "no-else",
            fmt::format("when no condition holds, {} leads nowhere; end it with {{\"else\": STAGE}}",
                        called(node)));
}

void Reader::read_parallel(const Node& node, Stage& stage) {
    for (const auto& item : node["parallel"].items()) {
        int to = this->stage(item);
        if (to == none) continue;
        if (std::ranges::find(stage.branches, to, &Branch::to) != stage.branches.end())
            faults_.add(item, "twice",
                        fmt::format("{} is a branch twice; name each branch once", in_quotes(item.text())));
        stage.branches.push_back({none, to});
    }
    auto join = node["join"];
    if (!join.present())
        faults_.add_key(
            node["parallel"], "no-join",
            fmt::format("the branches of {} never meet; add \"join\" with the name of a join stage",
                        called(node)));
    else if (!join.is_text())
        faults_.add(join, "bad-join",
                    "the join of a parallel stage is the name of a join stage; that stage says how many "
                    "branches it waits for");
    else
        stage.join = this->stage(join);
}

void Reader::read_join(const Node& node, Stage& stage) {
    auto join = node["join"];
    if (join.is_text() && join.text() != "all" && join.text() != "any")
        faults_.add(join, "bad-join",
                    fmt::format("a join waits for \"all\", \"any\" or a number of branches, not {}; a "
                                "parallel stage names its branches in \"parallel\"",
                                in_quotes(join.text())));
    stage.join_need =
        join.is_text() ? (join.text() == "any" ? Stage::Need::any : Stage::Need::all) : Stage::Need::n;
    stage.join_n = join.number(0);
}

void Reader::read_child(const Node& node, Stage& stage) {
    stage.child = definition(node["child"]);
    if (!stage.child.empty() && stage.child == program_.id)
        faults_.add(node["child"], "child-cycle",
                    "a case cannot be its own child, it would never end; name another definition");
    stage.child_data = Json::object();
    for (const auto& [key, value] : node["data"].members()) {
        stage.child_data[key] = value.value();
        if (value.text().starts_with("data.")) known_field(value, value.text().substr(5));
    }
    read_result(node, stage);
}

void Reader::read_result(const Node& node, Stage& stage) {
    for (const auto& [key, value] : node["result"].members()) {
        known_field(value, key);
        if (value.text() == "outcome" || value.text().starts_with("data."))
            stage.child_result[key] = value.text();
        else
            faults_.add(
                value, "bad-result",
                "what a child case gives is its \"outcome\" or a field of its data, e.g. \"data.finding\"");
    }
}

void Reader::read_end(const Node& node, int index) {
    auto& stage = program_.stages[static_cast<std::size_t>(index)];
    stage.outcome = node["end"].text();
    auto follow = node["follow_up"];
    if (!follow.is_object()) return;
    FollowUp out;
    out.task = follow["task"].text();
    out.title = text(follow["title"], out.task);
    out.assign = assign(follow["assign"]);
    out.start = definition(follow["start"]);
    if (follow.has("task") == follow.has("start")) {
        faults_.add_key(
            follow, "bad-follow-up",
            out.task.empty()
                ? "a follow-up is a task or a case; add \"task\" with \"due\", or \"start\" with a definition"
                : "a follow-up is a task or a case; keep \"task\" or \"start\"");
    } else if (follow.has("task")) {
        if (!follow.has("due"))
            faults_.add_key(
                follow, "no-limit",
                fmt::format("nobody would notice that {} was never done; add \"due\", e.g. \"30 days\"",
                            in_quotes(out.task)));
        ClockRule rule{
            .name = stage.name + "." + out.task, .title = out.title, .from = ClockRule::From::task};
        if (auto in = limit(follow["due"])) rule.in = *in;
        rule.from_stage = index;
        rule.ladder = ladder_named(follow["ladder"]);
        out.clock = add_clock(follow, std::move(rule));
    }
    stage.follow_up = std::move(out);
}

}  // namespace reeve::model
