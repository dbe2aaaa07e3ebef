// Reads definition files with what stands around them: calendars, imported ladders, the other definitions.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/model/model.h"
#include "engine/model/node.h"
#include "engine/spelling.h"

namespace reeve::model {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_file(const fs::path& path) {
    if (!may_be_read(path)) return std::nullopt;
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// What a neighbouring file says of itself, as far as it can be read.
struct Glance {
    std::string id;
    std::vector<std::string> children;
    std::vector<std::string> required;  // the data that a case of it must have
};

std::optional<Glance> glance(const std::string& path) {
    auto document = load_json(path);
    if (!document) return std::nullopt;
    Node root(*document);
    Glance out{.id = root["id"].text()};
    if (out.id.empty() || !root.has("stages")) return std::nullopt;
    out.required = root["data"]["required"].texts();
    for (const auto& [name, stage] : root["stages"].members())
        if (auto child = stage["child"].text(); !child.empty()) out.children.push_back(child);
    return out;
}

class Loader {
  public:
    Loader(const std::vector<std::string>& paths, const std::vector<std::string>& dirs,
           std::optional<time::Instant> from)
        : paths_(paths), dirs_(dirs), from_(from) {
        for (const auto& path : paths) look_at(path);
    }

    std::vector<Loaded> run() {
        std::vector<Loaded> out;
        for (const auto& path : paths_) out.push_back(one(path));
        return out;
    }

  private:
    void look_at(const fs::path& path) {
        if (!seen_.insert(path.string()).second) return;
        if (auto found = glance(path.string())) known_.emplace(found->id, std::move(*found));
    }

    // A definition among those given, else in the same folder: under its own name, or under any.
    const Glance* find(const fs::path& folder, const std::string& id) {
        if (auto it = known_.find(id); it != known_.end()) return &it->second;
        look_at(folder / (id + ".json"));
        if (auto it = known_.find(id); it != known_.end()) return &it->second;
        std::error_code ignored;
        if (searched_.insert(folder.string()).second)
            for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, ignored))
                if (entry.path().extension() == ".json") look_at(folder / entry.path().filename());
        auto it = known_.find(id);
        return it == known_.end() ? nullptr : &it->second;
    }

    Loaded one(const std::string& path) {
        Loaded out{.path = path};
        auto text = read_file(path);
        if (!text) {
            out.errors.push_back({"no-file", "the file cannot be read; check its name", path});
            return out;
        }
        auto folder = fs::path(path).parent_path();
        Surroundings around;
        around.calendar = [&](const std::string& name) { return calendar(folder, name); };
        around.definition = [&](const std::string& id) { return find(folder, id) != nullptr; };
        around.from = from_;
        around.file = [&](const std::string& file) -> Result<std::string> {
            if (auto found = read_file(folder / file)) return *found;
            return refuse("no-file",
                          fmt::format("{} cannot be read; an import is looked for beside the definition",
                                      in_quotes(file)));
        };
        auto compiled = compile(*text, path, around);
        if (!compiled) {
            out.errors = std::move(compiled.error());
            return out;
        }
        auto [first, fresh] = taken_.emplace(compiled->program->id, path);
        if (!fresh) {
            auto document = parse_json(*text, path);
            out.errors.push_back({"id-taken",
                                  fmt::format("the id {} belongs to {} already; choose another",
                                              in_quotes(compiled->program->id), first->second),
                                  document ? document->place("/id") : path});
            return out;
        }
        if (auto cycle = child_cycle(folder, *compiled->program); !cycle.empty()) {
            out.errors.push_back({"child-cycle", cycle, child_place(path, *text)});
            return out;
        }
        check_opened(folder, *compiled->program, path, *text, out.errors);
        if (out.errors.empty()) out.compiled = std::move(*compiled);
        return out;
    }

    // A case that this one opens has the data its definition requires; else it would not be opened at all.
    void check_opened(const fs::path& folder, const Program& program, const std::string& path,
                      const std::string& text, Errors& errors) {
        auto document = parse_json(text, path);
        if (!document) return;
        const Node root(*document);
        auto check = [&](const std::string& id, const Node& at, const std::set<std::string>& given,
                         const char* remedy) {
            const auto* opened = id.empty() ? nullptr : find(folder, id);
            if (!opened) return;
            std::string missing;
            for (const auto& field : opened->required)
                if (!given.contains(field)) missing += (missing.empty() ? "" : ", ") + in_quotes(field);
            if (missing.empty()) return;
            errors.push_back({"data-not-given",
                              fmt::format("no case of {} would be opened: its data requires {}; {}",
                                          in_quotes(id), missing, remedy),
                              at.place()});
        };
        auto keys = [](const Json& data) {
            std::set<std::string> out;
            for (const auto& [key, value] : data.items()) out.insert(key);
            return out;
        };
        for (const auto& stage : program.stages) {
            const auto node = root["stages"][stage.name];
            check(stage.child, node["child"], keys(stage.child_data), "give it in the stage's \"data\"");
            if (stage.follow_up)
                check(stage.follow_up->start, node["follow_up"]["start"], {},
                      "a follow-up gives none, so leave it optional there");
        }
        for (const auto& ladder : program.ladders)
            for (std::size_t i = 0; i < ladder.steps.size(); ++i) {
                const auto node = root["ladders"][ladder.name];
                check(ladder.steps[i].start, node.is_list() ? node[i]["start"] : node,
                      keys(ladder.steps[i].start_data), "give it in the step's \"data\"");
            }
        for (const auto& pattern : program.patterns)
            check(pattern.start, root["patterns"][pattern.name]["start"],
                  {pattern.same.begin(), pattern.same.end()},
                  "a pattern gives what its cases have in common (\"same\"); add it there");
    }

    Result<time::CalendarPtr> calendar(const fs::path& folder, const std::string& name) {
        std::vector<fs::path> places{folder, folder / "calendars"};
        places.insert(places.end(), dirs_.begin(), dirs_.end());
        for (const auto& place : places) {
            auto path = place / (name + ".json");
            if (!fs::exists(path)) continue;
            auto key = fs::weakly_canonical(path).string();
            auto it = calendars_.find(key);
            if (it == calendars_.end())
                it = calendars_.emplace(key, time::load_calendar(path.string())).first;
            return it->second;
        }
        std::vector<std::string> known;
        for (std::size_t i = 1; i < places.size(); ++i) {
            std::error_code ignored;
            for (const auto& entry : fs::directory_iterator(places[i], ignored))
                if (entry.path().extension() == ".json") known.push_back(entry.path().stem().string());
        }
        std::ranges::sort(known);
        auto hint = did_you_mean(name, known);
        if (hint.empty())
            hint = known.empty()
                       ? "; put it into calendars/ beside the definition, or name its folder with --calendars"
                       : "; there is " + one_of(known);
        return refuse("unknown-calendar", fmt::format("there is no calendar {}{}", in_quotes(name), hint));
    }

    // "a waits for b, b for a": no case of either would end.
    std::string child_cycle(const fs::path& folder, const Program& program) {
        if (std::ranges::all_of(program.stages, [](const Stage& s) { return s.child.empty(); })) return {};
        const auto& id = program.id;
        std::vector<std::string> way{id};
        std::set<std::string> seen;
        std::function<bool(const std::string&)> search = [&](const std::string& at) {
            const auto* found = find(folder, at);
            if (!found || !seen.insert(at).second) return false;
            for (const auto& child : found->children) {
                way.push_back(child);
                if (child == id || search(child)) return true;
                way.pop_back();
            }
            return false;
        };
        if (!search(id)) return {};
        std::string ring;
        for (const auto& step : way) ring += (ring.empty() ? "" : " -> ") + step;
        return fmt::format(
            "child cases go round in a circle ({}), and none would end; let one of them \"start\" the other "
            "without waiting for it",
            ring);
    }

    static std::string child_place(const std::string& path, const std::string& text) {
        auto document = parse_json(text, path);
        if (!document) return path;
        for (const auto& [name, stage] : Node(*document)["stages"].members())
            if (stage.has("child")) return stage["child"].place();
        return path;
    }

    const std::vector<std::string>&paths_, &dirs_;
    std::optional<time::Instant> from_;
    std::map<std::string, Glance> known_;
    std::map<std::string, std::string> taken_;  // id -> the file it was first given in
    std::set<std::string> seen_, searched_;
    std::map<std::string, Result<time::CalendarPtr>> calendars_;
};

}  // namespace

std::vector<Loaded> load(const std::vector<std::string>& paths, const std::vector<std::string>& calendar_dirs,
                         std::optional<time::Instant> from) {
    return Loader(paths, calendar_dirs, from).run();
}

}  // namespace reeve::model
