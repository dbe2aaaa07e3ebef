// FailingVfs: SQLite's own way to the files, which fails when a test says so. While it lives, every database
// that is opened goes through it.
#pragma once

#include <atomic>

namespace reeve::crash {

class FailingVfs {
  public:
    FailingVfs();
    ~FailingVfs();  // all databases that were opened through it must be closed
    FailingVfs(const FailingVfs&) = delete;

    // Of the log and the database; the n-th from now fails, once, counted from 0; negative: none does.
    std::atomic<int> fail_write{-1}, fail_sync{-1};
    std::atomic<bool> every_sync_fails{false};
    std::atomic<bool> full{false};            // no write finds room
    std::atomic<bool> database_fails{false};  // what is written into the database, not into its log
    std::atomic<int> failed{0};               // how often it has failed
};

}  // namespace reeve::crash
