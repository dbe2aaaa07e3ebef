// Bare: SQLite itself, on the same disk, with the same settings, writing the rows that an engine writes and
// doing nothing else. It is what the engine's speed is held to (`reeve bench limit`), never a place for data.
// Belongs to one thread; failing machinery throws.
#pragma once

#include <memory>
#include <span>

#include "engine/store/store.h"

namespace reeve::store {

class Bare {
  public:
    explicit Bare(const std::filesystem::path& folder);  // makes FOLDER/bare.db, which must not exist yet
    ~Bare();
    // One transaction with the rows of several commands. Of each: one journal row with all its events, the
    // rows of case, tasks and clocks that changed, its alerts, the timer that goes and the one that comes.
    // The tables have their keys and no other index.
    void commit(std::span<const Batch> commands);
    // One transaction as a herd of due timers needs at least: of each command the timer that goes, one
    // journal row and the case's row.
    void fire(std::span<const Batch> commands);
    void set_timers(std::span<const TimerRow>);

  private:
    struct Database;
    std::unique_ptr<Database> db_;
    std::uint64_t seq_ = 0;
};

// One transaction that gives the engine of this folder, which must be closed, timers of cases that there are
// not: to measure what pending timers cost.
void pend_timers(const std::filesystem::path& folder, std::span<const TimerRow>);

}  // namespace reeve::store
