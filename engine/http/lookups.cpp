#include "engine/http/lookups.h"

#include <algorithm>
#include <cmath>

#include "engine/runtime/time_source.h"

namespace reeve::http {

namespace {

Lookups::Ticks of_the_machine() { return std::chrono::duration_cast<Lookups::Ticks>(runtime::stopwatch()); }

}  // namespace

Lookups::Lookups(const LookupLimits& limits, std::function<Ticks()> ticks)
    : limits_(limits),
      ticks_(ticks ? std::move(ticks) : of_the_machine),
      all_misses_{limits.all_misses.burst, Ticks::min()} {}

void Lookups::fill(Bucket& bucket, const Rate& rate, Ticks now) {
    // Of the time before the first look nothing is known, and the bucket is full.
    if (bucket.last != Ticks::min() && now > bucket.last) {
        const auto minutes = static_cast<double>((now - bucket.last).count()) / 60'000;
        bucket.tokens = std::min(rate.burst, bucket.tokens + minutes * rate.each_minute);
    }
    bucket.last = std::max(bucket.last, now);
}

Lookups::Ticks Lookups::wait_for(const Bucket& bucket, const Rate& rate, double tokens) {
    const double minutes = (tokens - bucket.tokens) / rate.each_minute;
    return Ticks(static_cast<Ticks::rep>(std::ceil(minutes * 60'000)));
}

Lookups::Known& Lookups::known(const std::string& address, Ticks now) {
    if (const auto it = by_address_.find(address); it != by_address_.end()) {
        known_.splice(known_.begin(), known_, it->second);
    } else {
        if (known_.size() >= limits_.addresses) {
            by_address_.erase(known_.back().address);
            known_.pop_back();
        }
        known_.push_front({address, {limits_.asks.burst, now}, {limits_.misses.burst, now}});
        by_address_.emplace(address, known_.begin());
    }
    auto& one = known_.front();
    fill(one.asks, limits_.asks, now);
    fill(one.misses, limits_.misses, now);
    fill(all_misses_, limits_.all_misses, now);
    return one;
}

std::optional<Lookups::Ticks> Lookups::ask(const std::string& address, Ticks now) {
    std::lock_guard lock(mutex_);
    auto& one = known(address, now);
    if (one.asks.tokens < 1) return wait_for(one.asks, limits_.asks, 1);
    if (one.misses.tokens < 1) return wait_for(one.misses, limits_.misses, 1);
    if (all_misses_.tokens < 1 && one.misses.tokens < limits_.misses.burst)
        return std::min(wait_for(all_misses_, limits_.all_misses, 1),
                        wait_for(one.misses, limits_.misses, limits_.misses.burst));
    one.asks.tokens -= 1;
    return std::nullopt;
}

void Lookups::missed(const std::string& address, Ticks now) {
    std::lock_guard lock(mutex_);
    auto& one = known(address, now);
    // Many may have been let in at once: what they took is owed, and no more than that.
    one.misses.tokens = std::max(one.misses.tokens - 1, -limits_.misses.burst);
    all_misses_.tokens = std::max(all_misses_.tokens - 1, -limits_.all_misses.burst);
}

std::size_t Lookups::remembered() const {
    std::lock_guard lock(mutex_);
    return known_.size();
}

}  // namespace reeve::http
