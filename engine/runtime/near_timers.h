// NearTimers: the earliest pending moments, in memory; the rest lie in the store, found by their index. What
// is held is complete up to a boundary, so the earliest here is the earliest there is. Belongs to the writer
// thread.
#pragma once

#include <set>

#include "engine/store/store.h"

namespace reeve::runtime {

class NearTimers {
  public:
    explicit NearTimers(std::size_t most) : most_(most) {}
    // Reads the earliest from the store. Only when everything decided is durable.
    void refill(store::Reader&);
    bool needs_refill() const { return timers_.empty() && !all_; }
    const store::TimerRow* earliest() const { return timers_.empty() ? nullptr : &*timers_.begin(); }
    void change(const std::string& id, std::optional<time::Instant> before,
                std::optional<time::Instant> after);

  private:
    std::size_t most_;
    std::set<store::TimerRow> timers_;
    bool all_ = false;          // nothing lies beyond
    store::TimerRow boundary_;  // else: complete up to here
};

}  // namespace reeve::runtime
