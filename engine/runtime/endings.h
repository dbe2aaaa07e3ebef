// Endings: who waits for which case to end. Told by the committer once the end is durable. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/store/store.h"

namespace reeve::runtime {

class Endings {
  public:
    using Ended = std::function<void()>;

    void await(const std::string& case_id, Ended ended) {
        std::lock_guard lock(mutex_);
        waiting_.emplace(case_id, std::move(ended));
    }

    // Tells those who wait for a case that is open no more; each is told once.
    void tell(const std::string& case_id) {
        std::vector<Ended> told;
        {
            std::lock_guard lock(mutex_);
            const auto [first, last] = waiting_.equal_range(case_id);
            for (auto it = first; it != last; ++it) told.push_back(std::move(it->second));
            waiting_.erase(first, last);
        }
        for (auto& ended : told) ended();
    }

    void committed(const store::Batch& batch) {
        for (const auto& change : batch.cases)
            if (change.after->row.status != "open") tell(change.after->row.id);
    }

  private:
    std::mutex mutex_;
    std::multimap<std::string, Ended> waiting_;
};

}  // namespace reeve::runtime
