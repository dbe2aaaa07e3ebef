#include "engine/cli/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "engine/cli/casework.h"
#include "engine/cli/folder.h"

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

    // What was asked at the moment at which the play was cut short, by its key.
    void again(std::set<std::string> keys) { asked_ = std::move(keys); }

    void visit(const std::string& id, const std::string& what) {
        // The last thing of a visit is asked under the visit's own name, whatever it is: once it stands, all
        // of the visit was done, and the state that it finds is the state that it made.
        if (asked_.contains(key(id, what))) return;
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
            // A case that opened at this very moment may have come of the round itself.
            if (planned_.contains(row.id) || row.started >= at) continue;
            const auto what = fmt::format("{}/round/{}", row.id, day);
            if (casework_.taken_up(row.definition, what)) visit(row.id, what);
        }
    }

    static std::string key(const std::string& id, const std::string& what) {
        return fmt::format("sample/{}/{}", id, what);
    }

  private:
    void ask(const std::string& id, const std::string& actor, core::Wish wish, const std::string& what,
             std::optional<time::Instant> occurred = {}) {
        core::Command command;
        command.case_id = id;
        command.actor = actor;
        command.wish = std::move(wish);
        command.occurred = occurred;
        command.key = key(id, what);
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
                ask(state.id, request.of.front(), core::Approve{request.id, "Seen and right"}, what);
            else
                ask(state.id, request.of.front(), core::Refuse{request.id, "The file is not complete"}, what);
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
        ask(state.id, actor, wish(*errand, stage, task, documents), what);
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
    std::set<std::string> planned_, asked_;
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

namespace {

std::set<std::string> keys_at(store::Reader& reader, time::Instant at) {
    std::set<std::string> keys;
    reader.journal(1, [&](const store::JournalRow& row) {
        if (row.at == at && row.key.starts_with("sample/")) keys.insert(row.key);
        return true;
    });
    return keys;
}

// The beginning that the keys of a moment's commands share.
std::string begins(const Moment& moment, const Casework& casework) {
    const auto& arrival = casework.arrivals[moment.index];
    return Season::key(arrival.id, moment.kind == Moment::open ? "open" : fmt::format("visit/{}", moment.k));
}

bool begun(const Moment& moment, const Casework& casework, const std::set<std::string>& keys) {
    const auto round = "/round/" + time::to_utc_string(moment.at);
    if (moment.kind == Moment::round)
        return std::ranges::any_of(keys, [&](const auto& key) { return key.contains(round); });
    const auto key = begins(moment, casework);
    return std::ranges::any_of(keys,
                               [&](const auto& one) { return one == key || one.starts_with(key + "/"); });
}

}  // namespace

std::optional<Error> sample_refuses(const fs::path& folder) {
    std::error_code ignored;
    if (folder.empty() || !fs::exists(folder / "reeve.db", ignored)) return std::nullopt;
    const Error other{"other-data", "the folder holds something else than the sample county; name a new one",
                      folder.string()};
    auto reader = store::open_reader(folder);
    if (!reader) return reader.error();
    if ((*reader)->head().seq == 0) return std::nullopt;
    if ((*reader)->case_ids("", 1).empty())
        return store::is_rehearsal(folder) ? std::nullopt : std::optional(other);
    // Before the plan opens its first case, nobody but the engine has done anything.
    bool ours = true;
    (*reader)->journal(1, [&](const store::JournalRow& row) {
        const bool planned = row.key.starts_with("sample/");
        ours = planned || row.actor == core::system_actor;
        return ours && !planned;
    });
    return ours ? std::nullopt : std::optional(other);
}

std::expected<PlayedSample, Errors> play_sample(const fs::path& folder, const SampleProgress& progress) {
    const auto calendar = time::load_calendar((workflows_folder() / "calendars" / "cn-office.json").string());
    if (!calendar) return std::unexpected(Errors{calendar.error()});
    auto casework = Casework::load((workflows_folder() / "sample" / "casework.json").string(), **calendar);
    if (!casework) return std::unexpected(Errors{casework.error()});

    PlayedSample played;
    auto start = casework->from;
    if (auto no = sample_refuses(folder)) return std::unexpected(Errors{*no});
    std::set<std::string> asked;
    std::error_code ignored;
    if (!folder.empty() && fs::exists(folder / "reeve.db", ignored)) {
        auto reader = store::open_reader(folder);
        if (!reader) return std::unexpected(Errors{reader.error()});
        const bool begun = !(*reader)->case_ids("", 1).empty();
        const bool unfinished = fs::exists(folder / sample_mark, ignored);
        played.report.resumed = begun && unfinished;
        played.report.complete = begun && !unfinished;
        if (const auto last = (*reader)->head().at) start = std::max(start, *last);
        asked = keys_at(**reader, start);
    }
    // Until its end the folder says that it is no whole season.
    if (!folder.empty() && !played.report.complete) {
        fs::create_directories(folder);
        std::ofstream(folder / sample_mark) << "reeve init " << folder.string() << " --sample\n";
    }
    played.world = std::make_unique<World>(start, folder);
    if (!folder.empty()) store::mark_rehearsal(folder, true);
    auto& world = *played.world;
    if (auto errors = load_sample(world.engine(), core::system_actor); !errors.empty())
        return std::unexpected(errors);

    // Whatever the plan has before the journal's last moment was asked before the play was cut short; at that
    // very moment, whatever comes before the last that had begun. That one is asked again, and its keys keep
    // it from happening twice.
    Season season(world, *casework, played.report);
    auto moments = plan(*casework);
    auto last = std::ranges::find_if(moments, [&](const auto& moment) { return moment.at >= start; });
    for (auto it = last; it != moments.end() && it->at == start; ++it)
        if (begun(*it, *casework, asked)) last = it;
    season.again(std::move(asked));
    moments.erase(moments.begin(), last);
    for (const auto& moment : moments) {
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
    if (!folder.empty()) {
        write_rehearsal(folder, world.now());
        fs::remove(folder / sample_mark);
    }
    return played;
}

}  // namespace reeve::cli
