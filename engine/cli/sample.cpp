#include "engine/cli/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/cli/casework.h"

namespace reeve::cli {

namespace fs = std::filesystem;

namespace {

// PREFIX/bin/reeve -> PREFIX/share/reeve/NAME, or the source tree the command was built from.
fs::path shipped(const char* name, const char* in_source) {
    std::error_code ignored;
    const auto self = fs::read_symlink("/proc/self/exe", ignored);
    const auto installed = self.parent_path().parent_path() / "share" / "reeve" / name;
    if (!self.empty() && fs::is_directory(installed, ignored)) return installed;
    return fs::path(REEVE_SOURCE_FOLDER) / in_source;
}

}  // namespace

fs::path workflows_folder() {
    auto folder = shipped("workflows", "workflows");
    if (!fs::is_directory(folder))
        throw std::runtime_error("the shipped workflows are not where they should be: " + folder.string());
    return folder;
}

fs::path stories_folder() { return shipped("stories", "tests/stories"); }

std::vector<std::string> shipped_definitions() {
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(workflows_folder()))
        if (entry.path().extension() == ".json" && !entry.path().string().ends_with(".schema.json"))
            paths.push_back(entry.path().string());
    std::ranges::sort(paths);
    return paths;
}

Errors load_sample(runtime::Engine& engine, const std::string& actor) {
    auto paths = shipped_definitions();
    std::erase_if(paths, [&](const std::string& path) {
        return engine.catalog().newest(fs::path(path).stem().string()) > 0;
    });
    if (!paths.empty())
        if (auto errors = deploy(engine, paths, actor); !errors.empty()) return errors;
    if (!engine.directory()->units().empty()) return {};
    return load_organisation(engine, (workflows_folder() / "sample" / "county.json").string(), actor);
}

namespace {

// The people of the county at work: at each visit whoever has the case does the next thing.
class Season {
  public:
    Season(World& world, const Casework& casework, SampleReport& report)
        : world_(world), casework_(casework), report_(report) {
        for (const auto& arrival : casework.arrivals) planned_.insert(arrival.id);
    }

    void open(const Arrival& arrival) {
        core::StartCase start;
        start.definition = arrival.definition;
        start.unit = arrival.unit;
        start.data = arrival.data;
        for (const char* field : {"subject", "summary", "what", "about", "cause"})
            if (arrival.data.contains(field)) start.title = arrival.data.at(field);
        ask(arrival.id, core::system_actor, std::move(start), "open", arrival.discovered);
    }

    void visit(const std::string& id, const std::string& what) {
        auto found = world_.engine().find(id);
        if (!found) return;
        const auto& state = found->state;
        if (state.status != core::CaseStatus::open) return follow_up(state, what);
        answer(state, what);
        if (approve(state, what)) return;
        for (const auto& stage : state.stages)
            if (work(state, stage, what)) return;
    }

    void round(time::Instant at) {
        store::CaseFilter open;
        open.status = "open";
        const auto day = time::to_utc_string(at);
        for (const auto& row : world_.engine().read()->cases(open)) {
            if (planned_.contains(row.id)) continue;
            const auto what = fmt::format("{}/round/{}", row.id, day);
            if (casework_.taken_up(row.definition, what)) visit(row.id, what);
        }
    }

  private:
    void ask(const std::string& id, const std::string& actor, core::Wish wish, const std::string& what,
             std::optional<time::Instant> occurred = {}) {
        core::Command command;
        command.case_id = id;
        command.actor = actor;
        command.wish = std::move(wish);
        command.occurred = occurred;
        command.key = fmt::format("sample/{}/{}", id, what);
        ++report_.commands;
        if (auto receipt = world_.ask(std::move(command)); !receipt) {
            ++report_.refused;
            ++report_.refusals[receipt.error().code];
        }
    }

    // Who was told acknowledges, and explains when asked; most do, some days later.
    void answer(const core::CaseState& state, const std::string& what) {
        for (const auto& escalation : state.escalations) {
            if (escalation.told.empty() || escalation.overtaken) continue;
            const auto about = fmt::format("{}/{}", what, escalation.id);
            const auto& who = escalation.told.front();
            if (escalation.acknowledge_by && escalation.acknowledged_by.empty() &&
                casework_.draw(100, about) < 60)
                ask(state.id, who, core::Acknowledge{escalation.id, "It is taken up today"}, about + "/seen");
            if (!escalation.ask.empty() && escalation.answer.empty() && casework_.draw(100, about + "?") < 60)
                ask(state.id, who, core::Answer{escalation.id, "The file had to wait for a colleague"},
                    about + "/answer");
        }
    }

    bool approve(const core::CaseState& state, const std::string& what) {
        for (const auto& request : state.requests) {
            if (!request.open || request.of.empty()) continue;
            const auto about = fmt::format("{}/{}", what, request.id);
            if (casework_.draw(100, about) < 94)
                ask(state.id, request.of.front(), core::Approve{request.id, "Seen and right"}, about);
            else
                ask(state.id, request.of.front(), core::Refuse{request.id, "The file is not complete"},
                    about);
            return true;
        }
        return false;
    }

    void follow_up(const core::CaseState& state, const std::string& what) {
        for (const auto& task : state.tasks) {
            if (task.status != core::TaskStatus::open || task.person.empty()) continue;
            core::CompleteTask done;
            done.task = task.id;
            done.reason = "Looked after";
            ask(state.id, task.person, done, what + "/" + task.id);
        }
    }

    bool work(const core::CaseState& state, const core::StageState& stage, const std::string& what) {
        const auto about = fmt::format("{}/{}", what, stage.entry);
        const auto* errand = casework_.errand(state.definition, stage.stage, about);
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
        if (!errand->document.empty()) documents.push_back(world_.paper(errand->document));
        ask(state.id, actor, wish(*errand, stage, task, documents), about);
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

    World& world_;
    const Casework& casework_;
    SampleReport& report_;
    std::set<std::string> planned_;
};

struct Moment {
    time::Instant at;
    enum Kind { open, visit, round } kind;
    std::size_t index = 0;
    std::size_t k = 0;
};

std::vector<Moment> plan(const Casework& casework) {
    std::vector<Moment> moments;
    for (std::size_t i = 0; i < casework.arrivals.size(); ++i) {
        const auto& arrival = casework.arrivals[i];
        moments.push_back({arrival.opened, Moment::open, i, 0});
        for (std::size_t k = 0; k < arrival.visits.size(); ++k)
            moments.push_back({arrival.visits[k], Moment::visit, i, k});
    }
    for (std::size_t i = 0; i < casework.rounds.size(); ++i)
        moments.push_back({casework.rounds[i], Moment::round, i, 0});
    std::ranges::sort(moments, {}, [](const Moment& m) { return std::tuple(m.at, m.kind, m.index, m.k); });
    return moments;
}

}  // namespace

std::expected<PlayedSample, Errors> play_sample(const fs::path& folder, const SampleProgress& progress) {
    const auto calendar = time::load_calendar((workflows_folder() / "calendars" / "cn-office.json").string());
    if (!calendar) return std::unexpected(Errors{calendar.error()});
    auto casework = Casework::load((workflows_folder() / "sample" / "casework.json").string(), **calendar);
    if (!casework) return std::unexpected(Errors{casework.error()});

    PlayedSample played;
    auto start = casework->from;
    std::error_code ignored;
    if (!folder.empty() && fs::exists(folder / "reeve.db", ignored)) {
        auto reader = store::open_reader(folder);
        if (!reader) return std::unexpected(Errors{reader.error()});
        const auto totals = (*reader)->totals();
        const auto first = fmt::format("sample/{}/open", casework->arrivals.front().id);
        if (totals.cases > 0 && !(*reader)->receipt(first))
            return std::unexpected(Errors{
                {"other-data", "the folder holds cases that are not the sample county's; name a new one",
                 folder.string()}});
        played.report.resumed = totals.cases > 0;
        if (const auto last = (*reader)->head().at) start = std::max(start, *last);
    }
    played.world = std::make_unique<World>(start, folder);
    auto& world = *played.world;
    if (auto errors = load_sample(world.engine(), core::system_actor); !errors.empty())
        return std::unexpected(errors);

    // Whatever the plan has before the journal's last moment was asked before the play was cut short. At that
    // very moment some of it may be missing: it is asked again, and its keys keep it from happening twice.
    Season season(world, *casework, played.report);
    for (const auto& moment : plan(*casework)) {
        if (moment.at < start) continue;
        world.run_until(moment.at);
        if (progress) progress(moment.at, casework->from, casework->until);
        if (moment.kind == Moment::open)
            season.open(casework->arrivals[moment.index]);
        else if (moment.kind == Moment::visit)
            season.visit(casework->arrivals[moment.index].id, fmt::format("visit/{}", moment.k));
        else
            season.round(moment.at);
    }
    if (casework->until > world.now()) world.run_until(casework->until);
    return played;
}

}  // namespace reeve::cli
