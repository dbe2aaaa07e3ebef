#include "engine/runtime/rounds.h"

#include "engine/log.h"

namespace reeve::runtime {

Rounds::Rounds(Engine& engine, std::string name, std::function<bool()> turn)
    : name_(std::move(name)), turn_(std::move(turn)), listening_(engine.on_commit([this] {
          {
              std::lock_guard lock(mutex_);
              told_ = true;
          }
          changed_.notify_one();
      })) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Rounds::~Rounds() {
    listening_.reset();
    ask_to_stop();
    thread_.join();
}

void Rounds::ask_to_stop() { thread_.request_stop(); }

void Rounds::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, stop, std::chrono::seconds(1), [&] { return told_; });
            told_ = false;
        }
        while (!stop.stop_requested() && once()) {
        }
    }
}

std::string Rounds::fault() const {
    std::lock_guard lock(mutex_);
    return fault_;
}

bool Rounds::once() {
    std::string fault;
    bool more = false;
    try {
        more = turn_();
    } catch (const std::exception& e) {
        fault = e.what();
        more = false;
    }
    const bool known = fault.empty() || fault == this->fault();
    if (!known) log::write(log::Level::error, "plugin-stopped", {{"plugin", name_}, {"error", fault}});
    std::lock_guard lock(mutex_);
    fault_ = std::move(fault);
    return more;
}

}  // namespace reeve::runtime
