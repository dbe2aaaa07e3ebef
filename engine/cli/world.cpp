#include "engine/cli/world.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <stdexcept>

namespace reeve::cli {

namespace fs = std::filesystem;

World::World(time::Instant start, fs::path folder) : time_(std::make_shared<runtime::ManualTime>(start)) {
    open(folder);
}

World::~World() {
    engine_.reset();
    std::error_code ignored;
    for (const auto& folder : scratch_) fs::remove_all(folder, ignored);
}

void World::open(const fs::path& folder) {
    runtime::Options options;
    options.folder = folder;
    options.create = true;
    options.time = time_;
    auto engine = runtime::Engine::open(std::move(options));
    if (!engine) throw std::runtime_error("cannot open the data folder: " + engine.error().text());
    engine_ = std::move(*engine);
}

void World::crash() {
    auto pattern = (fs::temp_directory_path() / "reeve-crash-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make a folder under " + pattern);
    scratch_.emplace_back(pattern);
    for (const auto& entry : fs::directory_iterator(engine_->folder())) {
        const auto name = entry.path().filename();
        if (name == "lock" || name.string().ends_with("-shm")) continue;
        fs::copy(entry.path(), fs::path(pattern) / name, fs::copy_options::recursive);
    }
    engine_.reset();
    open(pattern);
}

void World::run_until(time::Instant until) {
    auto played = engine_->run_until(until);
    if (!played) throw std::runtime_error(played.error().text());
}

Errors World::deploy(const std::vector<std::string>& paths) {
    return cli::deploy(*engine_, paths, core::system_actor);
}

Errors World::load_organisation(const std::string& path) {
    return cli::load_organisation(*engine_, path, core::system_actor);
}

Result<runtime::Receipt> World::ask(core::Command command) { return engine_->ask(std::move(command)); }

Result<runtime::Receipt> World::ask_at(core::Command command, time::Instant at) {
    return engine_->ask_at(std::move(command), at);
}

core::Document World::paper(const std::string& kind, const std::string& name) {
    auto [it, first] = papers_.try_emplace(kind);
    if (first) {
        auto document = store::attach_bytes(engine_->folder(), kind + "\n", kind, kind);
        if (!document) throw std::runtime_error(document.error().text());
        it->second = *document;
    }
    auto document = it->second;
    if (!name.empty()) document.name = name;
    return document;
}

std::vector<core::Recorded> World::since(std::uint64_t seq, const std::string& case_id) const {
    std::vector<core::Recorded> events;
    auto take = [&](const store::JournalRow& row) {
        if (row.seq > seq && !row.stream.starts_with('$')) events.push_back(store::recorded(row));
        return true;
    };
    auto reader = engine_->read();
    if (case_id.empty())
        reader->journal(seq + 1, take);
    else
        reader->stream(case_id, 1, take);
    return events;
}

std::uint64_t World::last_seq() const { return engine_->read()->totals().events; }

Errors deploy(runtime::Engine& engine, const std::vector<std::string>& paths, const std::string& actor) {
    Errors errors;
    const auto loaded = model::load(paths, {}, engine.now());
    for (const auto& one : loaded) errors.insert(errors.end(), one.errors.begin(), one.errors.end());
    if (!errors.empty()) return errors;
    for (const auto& one : loaded) {
        const auto& program = *one.compiled->program;
        auto deployed =
            engine.deploy(program.source, one.path, time::canonical_text(*program.calendar), actor);
        if (!deployed) errors.insert(errors.end(), deployed.error().begin(), deployed.error().end());
    }
    return errors;
}

Errors load_organisation(runtime::Engine& engine, const std::string& path, const std::string& actor) {
    auto events = org::load(path, *engine.directory());
    if (!events) return events.error();
    if (events->empty()) return {};
    auto done = engine.change(std::move(*events), actor);
    if (!done) return {done.error()};
    return {};
}

}  // namespace reeve::cli
