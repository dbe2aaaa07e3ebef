#include "engine/runtime/near_timers.h"

namespace reeve::runtime {

void NearTimers::refill(store::Reader& reader) {
    if (postponed_.empty()) begin_ = {time::Instant::min(), ""};
    const auto rows = reader.timers(begin_, most_);
    timers_.clear();
    timers_.insert(rows.begin(), rows.end());
    all_ = rows.size() < most_;
    if (!all_) boundary_ = rows.back();
}

const store::TimerRow* NearTimers::earliest() const {
    if (postponed_.empty()) return timers_.empty() ? nullptr : &*timers_.begin();
    return timers_.empty() || *postponed_.begin() < *timers_.begin() ? &*postponed_.begin()
                                                                     : &*timers_.begin();
}

void NearTimers::postpone(const store::TimerRow& row, time::Instant again) {
    const store::TimerRow copy = row;  // it may lie in one of them
    if (postponed_.erase(copy) == 0) {
        timers_.erase(copy);
        begin_ = std::max(begin_, copy);
    }
    postponed_.insert({again, copy.id});
}

void NearTimers::drop(const store::TimerRow& row) {
    // Found in both before it goes from either: it may lie in one of them.
    const auto near = timers_.find(row);
    const auto later = postponed_.find(row);
    if (near != timers_.end()) timers_.erase(near);
    if (later != postponed_.end()) postponed_.erase(later);
}

void NearTimers::change(const std::string& id, std::optional<time::Instant> before,
                        std::optional<time::Instant> after) {
    if (before) timers_.erase({*before, id});
    if (!after) return;
    store::TimerRow row{*after, id};
    if (!all_ && row > boundary_) return;
    timers_.insert(std::move(row));
    if (timers_.size() <= 2 * most_) return;
    // Grown beyond measure: the farther half is left to the store.
    auto last = std::next(timers_.begin(), static_cast<std::ptrdiff_t>(most_));
    timers_.erase(last, timers_.end());
    boundary_ = *timers_.rbegin();
    begin_ = std::min(begin_, boundary_);
    all_ = false;
}

}  // namespace reeve::runtime
