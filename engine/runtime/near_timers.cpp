#include "engine/runtime/near_timers.h"

namespace reeve::runtime {

void NearTimers::refill(store::Reader& reader) {
    const auto rows = reader.timers({time::Instant::min(), ""}, most_);
    timers_.clear();
    timers_.insert(rows.begin(), rows.end());
    all_ = rows.size() < most_;
    if (!all_) boundary_ = rows.back();
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
    all_ = false;
}

}  // namespace reeve::runtime
