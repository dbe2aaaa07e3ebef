// A definition drawn: its stages and clocks as nodes, what leads from one to the other as edges.
#include "engine/views/facts.h"

namespace reeve::views {

namespace {

class Drawing {
  public:
    explicit Drawing(const model::Program& program) : program_(program) {}

    Json draw() {
        node("start", "start", {{"title", title_of(program_.title)}});
        for (const auto& stage : program_.stages) add(stage);
        for (const auto& clock : program_.clocks) add(clock);
        if (!program_.stages.empty()) edge("start", stage_id(0), "start", "");
        for (const auto& stage : program_.stages) lead_on(stage);
        for (const auto& clock : program_.clocks) bind(clock);
        for (const auto& pattern : program_.patterns) opens("start", pattern.start, "pattern", pattern.name);
        return {{"nodes", std::move(nodes_)}, {"edges", std::move(edges_)}};
    }

  private:
    std::string stage_id(int index) const {
        return "stage:" + program_.stages[static_cast<std::size_t>(index)].name;
    }
    static std::string id_of(const model::Stage& stage) { return "stage:" + stage.name; }
    static std::string id_of(const model::ClockRule& clock) { return "clock:" + clock.name; }

    void node(std::string id, const char* kind, Json more) {
        Json json{{"id", std::move(id)}, {"kind", kind}};
        json.update(more);
        nodes_.push_back(std::move(json));
    }
    void edge(std::string from, std::string to, const char* kind, std::string label) {
        edges_.push_back(
            {{"from", std::move(from)}, {"to", std::move(to)}, {"kind", kind}, {"label", std::move(label)}});
    }
    // A case of another definition is opened; that is a node once.
    void opens(const std::string& from, const std::string& definition, const char* kind, std::string label) {
        const auto id = "definition:" + definition;
        if (opened_.insert(definition).second) node(id, "definition", {{"title", definition}});
        edge(from, id, kind, std::move(label));
    }

    void add(const model::Stage& stage) {
        Json tasks = Json::array();
        for (const auto& task : stage.tasks) tasks.push_back(task.name);
        Json more{{"title", title_of(stage.title).empty() ? stage.name : title_of(stage.title)},
                  {"stage", model::to_string(stage.kind)},
                  {"tasks", std::move(tasks)}};
        if (stage.kind == model::StageKind::tasks) more["who"] = org::to_string(stage.assign.who);
        if (stage.kind == model::StageKind::end) more["outcome"] = stage.outcome;
        if (stage.wait) more["wait"] = time::to_string(*stage.wait);
        node(id_of(stage), "stage", more);
    }
    void add(const model::ClockRule& clock) {
        static constexpr const char* kinds[]{"due", "limit", "expiry"};
        Json steps = Json::array();
        if (clock.ladder != model::none)
            for (const auto& step : program_.ladders[static_cast<std::size_t>(clock.ladder)].steps)
                steps.push_back({{"at", step.text},
                                 {"light", step.light ? Json(model::to_string(*step.light)) : Json()}});
        node(id_of(clock), "clock",
             {{"title", title_of(clock.title).empty() ? clock.name : title_of(clock.title)},
              {"clock", kinds[static_cast<int>(clock.kind)]},
              {"in", time::to_string(clock.in)},
              {"basis", clock.basis},
              {"steps", std::move(steps)}});
    }

    void lead_on(const model::Stage& stage) {
        const auto from = id_of(stage);
        for (const auto& action : stage.actions)
            edge(from, action.to == model::none ? from : stage_id(action.to), "action", action.name);
        for (const auto& branch : stage.branches)
            edge(from, stage_id(branch.to), "branch",
                 branch.when == model::none
                     ? ""
                     : program_.conditions[static_cast<std::size_t>(branch.when)].text);
        for (const auto& [message, to] : stage.on) edge(from, stage_id(to), "message", message);
        if (stage.then != model::none) edge(from, stage_id(stage.then), "then", "");
        if (stage.on_failure != model::none) edge(from, stage_id(stage.on_failure), "failure", stage.job);
        if (!stage.child.empty()) opens(from, stage.child, "child", "");
        if (stage.follow_up && !stage.follow_up->start.empty())
            opens(from, stage.follow_up->start, "follow-up", "");
    }

    // Where a clock begins, where it is met, and where it leads when it runs out.
    void bind(const model::ClockRule& clock) {
        const auto id = id_of(clock);
        switch (clock.from) {
            case model::ClockRule::From::start: edge("start", id, "starts", "registration"); break;
            case model::ClockRule::From::occurred: edge("start", id, "starts", "what happened"); break;
            case model::ClockRule::From::data: edge("start", id, "starts", clock.from_data); break;
            case model::ClockRule::From::unowned: edge("start", id, "starts", "nobody owns it"); break;
            case model::ClockRule::From::hand_over: edge("start", id, "starts", "a hand-over"); break;
            case model::ClockRule::From::inactivity: edge("start", id, "starts", "the last act"); break;
            case model::ClockRule::From::stage:
            case model::ClockRule::From::task:
                edge(clock.from_stage == model::none ? "start" : stage_id(clock.from_stage), id, "starts",
                     "");
                break;
        }
        if (clock.to_stage != model::none) edge(id, stage_id(clock.to_stage), "met-by-leaving", "");
        for (const int stage : clock.done_on) edge(id, stage_id(stage), "met-by-entering", "");
        if (clock.on_expiry_to != model::none) edge(id, stage_id(clock.on_expiry_to), "expires", "");
        if (!clock.on_expiry_action.empty() && clock.from_stage != model::none)
            if (const auto* action = program_.action(clock.from_stage, clock.on_expiry_action))
                edge(id, action->to == model::none ? stage_id(clock.from_stage) : stage_id(action->to),
                     "expires", clock.on_expiry_action);
        if (clock.ladder == model::none) return;
        for (const auto& step : program_.ladders[static_cast<std::size_t>(clock.ladder)].steps)
            if (!step.start.empty()) opens(id, step.start, "step", step.text);
    }

    const model::Program& program_;
    Json nodes_ = Json::array(), edges_ = Json::array();
    std::set<std::string> opened_;
};

}  // namespace

Json drawn(const model::Program& program) { return Drawing(program).draw(); }

}  // namespace reeve::views
