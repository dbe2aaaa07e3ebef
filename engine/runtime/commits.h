// Commits: who is told that something was committed. Told by the committer. Thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace reeve::runtime {

class Commits {
  public:
    std::shared_ptr<void> listen(std::function<void()> told) {
        std::lock_guard lock(mutex_);
        const auto number = ++last_;
        listening_.emplace_back(number, std::move(told));
        return {this, [number](Commits* of) { of->forget(number); }};
    }

    // The lock is held while each is told: whoever stops listening waits until a call to them is over.
    void tell() {
        std::lock_guard lock(mutex_);
        for (const auto& [number, told] : listening_) told();
    }

  private:
    void forget(std::uint64_t number) {
        std::lock_guard lock(mutex_);
        std::erase_if(listening_, [&](const auto& one) { return one.first == number; });
    }

    std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::vector<std::pair<std::uint64_t, std::function<void()>>> listening_;
};

}  // namespace reeve::runtime
