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
    const store::TimerRow* earliest() const;
    void change(const std::string& id, std::optional<time::Instant> before,
                std::optional<time::Instant> after);
    // `row` took no effect and stays as it is in the store; it comes again at `again`. What is read from then
    // on begins behind it: else those that wait would be all that is ever read.
    void postpone(const store::TimerRow& row, time::Instant again);
    void drop(const store::TimerRow&);
    void clear() { *this = NearTimers(most_); }

  private:
    std::size_t most_;
    std::set<store::TimerRow> timers_, postponed_;
    bool all_ = false;                                 // nothing lies beyond
    store::TimerRow boundary_;                         // else: complete up to here
    store::TimerRow begin_{time::Instant::min(), ""};  // the last in the store that was postponed
};

}  // namespace reeve::runtime
