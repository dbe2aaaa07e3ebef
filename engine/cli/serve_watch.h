// Those who watch the service from outside: systemd, and whoever listens for its heartbeat.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/time/time.h"

namespace reeve::cli {

// From its making to its end: systemd is told that the service is ready, that it lives (where the unit has a
// WatchdogSec), and that it ends; and `url`, unless empty, is asked each `every` for as long as nothing is
// wrong.
class Watch {
  public:
    // `troubles`: why not all is well; called on the watch's own thread.
    using Troubles = std::function<std::vector<std::string>()>;
    Watch(std::string url, time::Millis every, Troubles troubles);
    ~Watch();

  private:
    void run(const std::stop_token&);
    void beat(const std::stop_token&);
    void sign();  // of life, when it is due
    std::string url_;
    time::Millis every_, watchdog_{0};
    Troubles troubles_;
    bool failed_ = false;  // the last heartbeat did not arrive
    std::chrono::steady_clock::time_point next_sign_{};
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;
};

}  // namespace reeve::cli
