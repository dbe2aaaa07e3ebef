// What the service knows of itself and of what runs beside it: for health, readiness and metrics. Every
// member may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/dispatcher.h"
#include "engine/runtime/plugin.h"

namespace reeve::http {

// Of the process around the service; empty: there is none. Called on the service's threads.
struct Beside {
    std::function<runtime::Dispatcher::Figures()> alerts;
    std::function<std::vector<runtime::PluginHealth>()> plugins;
};

class Monitor {
  public:
    explicit Monitor(Beside beside) : beside_(std::move(beside)) {}

    using Time = std::chrono::microseconds;
    struct Operation {
        std::map<int, std::uint64_t> by_status;
        runtime::Histogram<Time, runtime::commit_bounds> took;  // from the whole request to the answer
    };
    void answered(std::string_view operation, int status, Time took);
    std::map<std::string, Operation, std::less<>> operations() const;
    std::atomic<std::size_t> connections = 0;
    std::function<std::size_t()> streams;                       // of events, that are open
    std::function<std::optional<std::string>()> reads_trouble;  // why it cannot be recorded who reads what

    runtime::Dispatcher::Figures alerts() const;
    std::vector<runtime::PluginHealth> plugins() const;
    // Why not all is well; empty: work is taken, clocks are kept and alerts go out.
    std::vector<std::string> troubles(const runtime::Health&, time::Instant now) const;
    // What waits, as it was some seconds ago at most: on a great folder counting takes a while, and must not
    // be what the machine does all day.
    store::Waiting waiting(store::Reader&, time::Instant now);

  private:
    Beside beside_;
    mutable std::mutex mutex_;
    std::map<std::string, Operation, std::less<>> operations_;
    bool counting_ = false;
    std::optional<store::Waiting> counted_;
    std::chrono::steady_clock::time_point good_until_{};
};

// All figures in Prometheus' text format.
std::string metrics(const runtime::Engine&, store::Reader&, Monitor&);

}  // namespace reeve::http
