// Committer: the thread that makes batches durable, one at a time, and answers those who waited. While it
// syncs, the writer decides the next batch.
#pragma once

#include <condition_variable>
#include <thread>

#include "engine/runtime/decider.h"
#include "engine/runtime/endings.h"

namespace reeve::runtime {

// What is told when the store fails: "disk-full", "damaged" or "not-durable".
Error not_durable(const std::exception&);

class Committer {
  public:
    // `finished` is called on the commit thread after each batch.
    Committer(store::Store&, Endings&, std::function<void()> finished);
    ~Committer();

    struct Outcome {
        OpenBatch batch;
        std::optional<Error> failure;  // why nothing of it is durable (or nobody knows)
    };
    void hand(OpenBatch);           // only when idle
    bool idle() const;              // nothing under way and no outcome to be taken
    std::optional<Outcome> take();  // the outcome, once there is one

  private:
    void run(const std::stop_token&);
    store::Store& store_;
    Endings& endings_;
    std::function<void()> finished_;
    mutable std::mutex mutex_;
    std::condition_variable_any handed_;
    std::optional<OpenBatch> batch_;
    std::optional<Outcome> outcome_;
    bool busy_ = false;
    std::jthread thread_;
};

}  // namespace reeve::runtime
