// Committer: the thread that makes batches durable, one at a time, and answers those who waited. While it
// syncs, the writer decides the next batch, and hands it on as soon as the one before is durable: what the
// answers bring on belongs to the batch after, so that both threads always have work.
#pragma once

#include <condition_variable>
#include <thread>

#include "engine/runtime/commits.h"
#include "engine/runtime/decider.h"
#include "engine/runtime/endings.h"

namespace reeve::runtime {

// What is told when the store fails: "disk-full", "damaged" or "not-durable".
Error not_durable(const std::exception&);

class Committer {
  public:
    // `finished` is called on the commit thread once a batch is durable, or failed.
    Committer(store::Store&, Endings&, Commits&, std::function<void()> finished);
    ~Committer();

    struct Outcome {
        std::vector<std::string> pinned, keys;  // those of the batch
        std::vector<Instant> due = {};          // of its timers
        bool wrote = false;                     // there was something in it
        std::chrono::microseconds took{0};      // to write and to sync it
        std::int64_t events = 0;
        std::optional<Error> failure = {};            // why nothing of it is durable (or nobody knows)
        std::vector<OpenBatch::Answer> answers = {};  // of a failure: the writer's to give
    };
    void hand(OpenBatch);  // only when idle
    bool idle() const;     // nothing to be made durable and no outcome to be taken
    // The outcome, once there is one. What batches are done with is taken apart here, on the thread that made
    // it: memory goes back to where it came from.
    std::optional<Outcome> take();

  private:
    void run(const std::stop_token&);
    store::Store& store_;
    Endings& endings_;
    Commits& commits_;
    std::function<void()> finished_;
    mutable std::mutex mutex_;
    std::condition_variable_any handed_;
    std::optional<OpenBatch> batch_;
    std::optional<Outcome> outcome_;
    std::optional<store::Batch> spent_;
    bool busy_ = false;
    std::jthread thread_;
};

}  // namespace reeve::runtime
