#include "engine/cli/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "engine/cli/casework.h"
#include "engine/cli/folder.h"
#include "engine/cli/season.h"

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

// The season as the demo plays it: one command after another, each answered before the next.
class Play {
  public:
    Play(World& world, const Casework& casework, SampleReport& report)
        : world_(world),
          casework_(casework),
          season_(casework, [&world](const std::string& kind) { return world.paper(kind); }),
          report_(report) {
        for (const auto& arrival : casework.arrivals) planned_.insert(arrival.id);
    }

    void open(const Arrival& arrival) { ask(season_.open(arrival)); }

    // What was asked at the moment at which the play was cut short, by its key.
    void again(std::set<std::string> keys) { asked_ = std::move(keys); }

    void visit(const std::string& id, const std::string& what) {
        // Once the last of a visit stands, all of it was done, and the state found is the state that it made.
        if (asked_.contains(Season::key(id, what))) return;
        auto found = world_.engine().find(id);
        if (!found) return;
        for (auto& command : season_.visit(found->state, what)) ask(std::move(command));
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

  private:
    void ask(core::Command command) {
        ++report_.commands;
        if (auto receipt = world_.ask(std::move(command)); !receipt) {
            ++report_.refused;
            ++report_.refusals[receipt.error().code];
        }
    }

    World& world_;
    const Casework& casework_;
    Season season_;
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
    Play season(world, *casework, played.report);
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
