#include "engine/cli/season.h"

#include <fmt/format.h>

namespace reeve::cli {

struct Season::Visit {
    const Season& season;
    const core::CaseState& state;
    const std::string& what;
    std::vector<core::Command> commands = {};

    std::uint64_t draw(std::uint64_t below, const std::string& about) const {
        return season.casework_.draw(below, about);
    }

    void ask(const std::string& actor, core::Wish wish, const std::string& about) {
        core::Command command{.key = key(state.id, about), .actor = actor, .case_id = state.id};
        command.wish = std::move(wish);
        commands.push_back(std::move(command));
    }

    // Who was told acknowledges, and explains when asked; most do, some days later.
    void answer() {
        for (const auto& escalation : state.escalations) {
            if (escalation.told.empty() || escalation.overtaken) continue;
            const auto about = fmt::format("{}/{}", what, escalation.id);
            const auto& who = escalation.told.front();
            if (escalation.acknowledge_by && escalation.acknowledged_by.empty() && draw(100, about) < 60)
                ask(who, core::Acknowledge{escalation.id, "It is taken up today"}, about + "/seen");
            if (!escalation.ask.empty() && escalation.answer.empty() && draw(100, about + "?") < 60)
                ask(who, core::Answer{escalation.id, "The file had to wait for a colleague"},
                    about + "/answer");
        }
    }

    bool approve() {
        for (const auto& request : state.requests) {
            if (!request.open || request.of.empty()) continue;
            const auto about = fmt::format("{}/{}", what, request.id);
            if (draw(100, about) < 94)
                ask(request.of.front(), core::Approve{request.id, "Seen and right"}, what);
            else
                ask(request.of.front(), core::Refuse{request.id, "The file is not complete"}, what);
            return true;
        }
        return false;
    }

    void follow_up() {
        for (const auto& task : state.tasks) {
            if (task.status != core::TaskStatus::open || task.person.empty()) continue;
            core::CompleteTask done;
            done.task = task.id;
            done.reason = "Looked after";
            ask(task.person, done, what + "/" + task.id);
        }
    }

    bool work(const core::StageState& stage) {
        const auto about = fmt::format("{}/{}", what, stage.entry);
        const auto* errand = season.casework_.errand(state.definition, stage.stage, about);
        if (!errand) return false;
        if (errand->kind == Errand::Kind::wait) return true;
        std::string actor = state.owner, task;
        for (const auto& t : state.tasks) {
            if (t.entry != stage.entry || t.status != core::TaskStatus::open) continue;
            if (errand->kind == Errand::Kind::task && t.name != errand->name) continue;
            if (!t.person.empty()) actor = t.person;
            task = t.id;
        }
        if (!errand->by.empty()) actor = errand->by;
        if (actor.empty()) return false;
        if (errand->kind == Errand::Kind::task && task.empty()) return true;  // done already
        std::vector<core::Document> documents;
        if (!errand->document.empty()) documents.push_back(season.paper_(errand->document));
        ask(actor, wish(*errand, stage, task, documents), what);
        return true;
    }

    static core::Wish wish(const Errand& errand, const core::StageState& stage, const std::string& task,
                           const std::vector<core::Document>& documents) {
        switch (errand.kind) {
            case Errand::Kind::task: {
                core::CompleteTask done;
                done.task = task;
                done.data = errand.data;
                done.documents = documents;
                done.reason = errand.reason;
                return done;
            }
            case Errand::Kind::message: return core::SendMessage{errand.name, errand.data};
            case Errand::Kind::extend: return core::ExtendClock{errand.name, errand.extension, errand.reason};
            default: break;
        }
        core::Act act;
        act.action = errand.name;
        act.stage = stage.stage;
        act.data = errand.data;
        act.documents = documents;
        act.reason = errand.reason;
        return act;
    }
};

std::string Season::key(const std::string& case_id, const std::string& what) {
    return fmt::format("sample/{}/{}", case_id, what);
}

core::Command Season::open(const Arrival& arrival) const {
    core::StartCase start;
    start.definition = arrival.definition;
    start.unit = arrival.unit;
    start.data = arrival.data;
    for (const char* field : {"subject", "summary", "what", "about", "cause"})
        if (arrival.data.contains(field)) start.title = arrival.data.at(field);
    core::Command command{.key = key(arrival.id, "open"), .actor = core::system_actor, .case_id = arrival.id};
    command.occurred = arrival.discovered;
    command.wish = std::move(start);
    return command;
}

std::vector<core::Command> Season::visit(const core::CaseState& state, const std::string& what) const {
    Visit visit{*this, state, what};
    if (state.status != core::CaseStatus::open) {
        visit.follow_up();
        return std::move(visit.commands);
    }
    visit.answer();
    if (!visit.approve())
        for (const auto& stage : state.stages)
            if (visit.work(stage)) break;
    return std::move(visit.commands);
}

}  // namespace reeve::cli
