#include "engine/http/monitor.h"

#include <fmt/format.h>

#include "engine/views/words.h"

namespace reeve::http {

namespace {

using time::Millis;

// A timer that is a minute late is one that somebody waits for.
constexpr Millis too_late{60'000};
// A mail server that is started again is no trouble yet.
constexpr Millis too_long_away{10 * 60'000};
// Counting takes at most a twentieth of one thread.
constexpr int rest_after_counting = 20;

}  // namespace

void Monitor::answered(std::string_view operation, int status, Time took) {
    std::lock_guard lock(mutex_);
    auto it = operations_.find(operation);
    if (it == operations_.end()) it = operations_.emplace(std::string(operation), Operation{}).first;
    ++it->second.by_status[status];
    it->second.took.add(took);
}

std::map<std::string, Monitor::Operation, std::less<>> Monitor::operations() const {
    std::lock_guard lock(mutex_);
    return operations_;
}

runtime::Dispatcher::Figures Monitor::alerts() const {
    return beside_.alerts ? beside_.alerts() : runtime::Dispatcher::Figures{};
}

std::vector<runtime::PluginHealth> Monitor::plugins() const {
    return beside_.plugins ? beside_.plugins() : std::vector<runtime::PluginHealth>{};
}

std::vector<std::string> Monitor::troubles(const runtime::Health& health, time::Instant now) const {
    std::vector<std::string> all;
    if (health.storage) all.push_back(health.storage->message);
    if (health.clock_alarm) all.push_back(*health.clock_alarm);
    if (health.clock_behind > too_late)
        all.push_back(
            fmt::format("the machine's clock lies {} before the last event: no clock moves on until it "
                        "has come there; set it right, or wait",
                        views::span_words(health.clock_behind.count())));
    if (health.timer_late > too_late) all.emplace_back("a timer is more than a minute late");
    if (health.stuck_timers > 0) all.emplace_back("a timer was due and took no effect");
    if (const auto why = reads_trouble())
        all.push_back("what cases hold of persons is not shown, as it cannot be recorded who reads it: " +
                      *why);
    const auto figures = alerts();
    if (!figures.trouble.empty()) all.push_back("alerts do not go out: " + figures.trouble);
    for (const auto& [name, channel] : figures.channels)
        if (channel.failing_since && now - *channel.failing_since > too_long_away)
            // What the other side answered may name people: /v1/health tells it.
            all.push_back(fmt::format("the channel \"{}\" has taken no alert since {}", name,
                                      time::to_utc_string(*channel.failing_since)));
    return all;
}

store::Waiting Monitor::waiting(store::Reader& reader, time::Instant now) {
    using Clock = std::chrono::steady_clock;
    const auto began = Clock::now();
    {
        // While one counts, the others take what was counted before.
        std::lock_guard lock(mutex_);
        if (counted_ && (counting_ || began < good_until_)) return *counted_;
        counting_ = true;
    }
    std::optional<store::Waiting> counted;
    try {
        counted = reader.waiting(now);
    } catch (...) {
        std::lock_guard lock(mutex_);
        counting_ = false;
        throw;
    }
    const auto ended = Clock::now();
    std::lock_guard lock(mutex_);
    counting_ = false;
    counted_ = std::move(counted);
    good_until_ = ended + (ended - began) * rest_after_counting;
    return *counted_;
}

}  // namespace reeve::http
