// Auditor: reads what the engine leaves in its folder and asks plain questions of it, law by law. It keeps
// its own copy of what it has seen, so that nothing can be changed or lost behind its back.
#pragma once

#include <map>
#include <set>

#include "engine/runtime/engine.h"
#include "tests/simulation/model.h"

namespace reeve::simulation {

class Auditor {
  public:
    // Law 1: the engine has answered with this.
    void acknowledged(const runtime::Receipt&);
    // Reads what is new in the journal. Each event belongs to a whole command, each key to one command, what
    // was acknowledged is there.
    void look(store::Reader&);
    // All that is due has taken effect: the rows are those of a replay, and what the model foretells.
    void settled(store::Reader&, const store::Catalog&, Instant now);
    // Law 2: everything seen so far stands as it was, but for what left for an archive.
    void reread(store::Reader&);
    // The folder of an engine that was stopped: `reeve check` and `reeve rebuild` find nothing, nobody who
    // was to be told lacks an alert, and the archives hold every event that left for them.
    void closed(const std::filesystem::path& folder);
    // While time is played and nobody acts, what takes effect does so in the order in which it was due.
    void begin_burst() { burst_ = Instant::min(); }
    void end_burst() { burst_.reset(); }

    void fault(std::string text);
    const std::vector<std::string>& faults() const { return faults_; }

    struct Counts {
        std::uint64_t events = 0, cases = 0, steps = 0, foretold = 0, looks = 0, cases_compared = 0,
                      archived = 0;
    };
    Counts counts() const;
    // Of every event there ever was, wherever it is now; of the records of archives only which cases left, as
    // files have other names each time.
    std::string bytes() const;

  private:
    void take(const store::JournalRow&);
    void compare(store::Reader&, const store::Catalog&, const std::string& case_id, Instant now);
    void leave(const store::JournalRow&);
    void read_archives(std::set<std::string>& outbox);
    std::vector<std::uint64_t> digests_;         // of each event, by number
    std::uint64_t sum_ = 0;                      // of them, without the names of files
    std::map<std::uint64_t, std::string> left_;  // numbers of events -> archive
    std::map<std::uint64_t, std::pair<std::string, std::string>> promised_;  // number -> case and body
    std::map<std::string, ModelCase> cases_;
    std::set<std::string> touched_, keys_;
    std::vector<std::string> told_;  // ids of the alerts that must stand in the outbox
    std::optional<Instant> burst_;
    int of_command_ = 0;
    std::vector<std::string> faults_;
    Counts counts_;
};

}  // namespace reeve::simulation
