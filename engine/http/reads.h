// Reads: who read what a case holds of persons, when and over which route, in FOLDER/access.db, apart from
// the journal, as it must be able to go. A read is written before its answer is sent, so that a process that
// is killed loses none; the disk is told to keep them once a second, and on a clean stop. Every member may be
// called from any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/describe.h"
#include "engine/time/time.h"

namespace reeve::http {

struct ReadRow {
    std::uint64_t id = 0;  // they count up
    time::Instant at;
    std::string person;
    std::string token;  // with which a program asked in the person's name; empty: the person, signed in
    std::string case_id;
    std::string route;  // its operation: "showCase"
};
Json to_json(const ReadRow&);

struct ReadFilter {
    std::string case_id, person;
    std::optional<time::Instant> from, to;  // from then on; before then
    std::uint64_t before = 0;               // the page begins behind this id; 0: with the newest
    std::size_t limit = 0;                  // 0: all
};

class Reads {
  public:
    // `kept`: what is older goes, as more is written; and while nobody reads anything, by the time that `now`
    // tells (on a thread of its own; none: not then), looked for so often.
    Reads(const std::filesystem::path& folder, time::Millis kept, std::function<time::Instant()> now = {},
          std::chrono::milliseconds between_sweeps = std::chrono::hours(1));
    ~Reads();

    // Throws when it cannot be written: then what was read is not sent.
    void record(const ReadRow&);
    // Why the last could not be written; empty once one can: that is tried every second.
    std::optional<std::string> trouble() const;
    std::vector<ReadRow> list(const ReadFilter&);  // the newest first

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace reeve::http
