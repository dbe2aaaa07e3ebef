// A World is an engine under a virtual clock, driven from one thread: what scenarios, recorded logs and the
// demo play in. Timers fire, in the order in which they fall due, as the clock is moved; nothing else moves
// it. Failing machinery throws.
#pragma once

#include <filesystem>

#include "engine/runtime/engine.h"

namespace reeve::cli {

class World {
  public:
    // An empty folder: a scratch one that lives as long as the World and does not wait for the disk.
    explicit World(time::Instant start, std::filesystem::path folder = {});
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    runtime::Engine& engine() const { return *engine_; }
    time::Instant now() const { return time_->now(); }
    void run_until(time::Instant);  // forward only
    // What a power cut leaves: the files as they are at this moment are copied, and a new engine opens them.
    // The old one is never told.
    void crash();

    // Definitions given together know each other; calendars are found as docs/definition-language.md says.
    Errors deploy(const std::vector<std::string>& paths);
    Errors load_organisation(const std::string& path);
    Result<runtime::Receipt> ask(core::Command);
    // The same at `at`: the clock comes there first, and what falls due at that very moment follows the
    // command.
    Result<runtime::Receipt> ask_at(core::Command, time::Instant at);

    // A sheet of paper to attach, of this kind; what it says is nobody's concern here.
    core::Document paper(const std::string& kind, const std::string& name = {});

    // The journal behind `seq`, in order: of one case, or of all when `case_id` is empty.
    std::vector<core::Recorded> since(std::uint64_t seq, const std::string& case_id = {}) const;
    std::uint64_t last_seq() const;

  private:
    void open(const std::filesystem::path& folder);
    std::shared_ptr<runtime::ManualTime> time_;
    std::unique_ptr<runtime::Engine> engine_;
    std::vector<std::filesystem::path> scratch_;  // removed at the end
    std::map<std::string, core::Document> papers_;
};

// The definitions among `paths` that hold no fault, and every fault; what deploying and sample loading share.
Errors deploy(runtime::Engine&, const std::vector<std::string>& paths, const std::string& actor);
Errors load_organisation(runtime::Engine&, const std::string& path, const std::string& actor);

}  // namespace reeve::cli
