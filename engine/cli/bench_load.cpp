// The clients of a benchmark: many commands in flight, the next sent when one was acknowledged.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "engine/cli/bench.h"

namespace reeve::cli {

namespace {

// Keeps `in_flight` cases under way until there were `count`: each is started, and acted on once its start
// was acknowledged.
class Load {
  public:
    Load(runtime::Engine& engine, std::uint64_t count, bool act)
        : engine_(engine), count_(count), act_(act) {}

    void run(std::size_t in_flight) {
        for (std::size_t i = 0; i < in_flight; ++i) next();
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [&] { return done_ == count_; });
        if (!fault_.empty()) throw std::runtime_error(fault_);
    }

  private:
    void next() {
        const auto number = started_++;
        if (number >= count_) return;
        engine_.post(BenchOffice::start(number), [this](Result<runtime::Receipt> started) {
            if (!started || !act_) {
                next();
                return end(started ? std::string() : started.error().text());
            }
            engine_.post(BenchOffice::act(std::move(started->case_id)),
                         [this](const Result<runtime::Receipt>& acted) {
                             next();
                             end(acted ? std::string() : acted.error().text());
                         });
        });
    }
    // The last thing that is done: whoever waits for the last end takes the load away.
    void end(std::string fault) {
        std::lock_guard lock(mutex_);
        if (!fault.empty()) fault_ = std::move(fault);
        if (++done_ == count_) ended_.notify_one();
    }

    runtime::Engine& engine_;
    const std::uint64_t count_;
    const bool act_;
    std::atomic<std::uint64_t> started_ = 0;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::uint64_t done_ = 0;
    std::string fault_;
};

}  // namespace

void run_load(runtime::Engine& engine, std::uint64_t count, std::size_t in_flight, bool act) {
    Load(engine, count, act).run(in_flight);
}

}  // namespace reeve::cli
