// The only file of the engine that reads a clock.
#include "engine/runtime/time_source.h"

#include <time.h>

namespace reeve::runtime {
namespace {

class SystemTime final : public TimeSource {
  public:
    Instant now() const override {
        return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
    }
    Millis steady() const override {
        // Not steady_clock: that one stands still while the machine sleeps, and waking would look like a
        // jump.
        timespec t{};
        ::clock_gettime(CLOCK_BOOTTIME, &t);
        return Millis(static_cast<std::int64_t>(t.tv_sec) * 1000 + t.tv_nsec / 1'000'000);
    }
};

}  // namespace

std::shared_ptr<TimeSource> system_time() { return std::make_shared<SystemTime>(); }

std::chrono::nanoseconds stopwatch() { return std::chrono::steady_clock::now().time_since_epoch(); }
std::chrono::nanoseconds processor_time() {
    timespec t{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}
double seconds_since(std::chrono::nanoseconds begun) {
    return std::chrono::duration<double>(stopwatch() - begun).count();
}

Instant ManualTime::now() const {
    std::lock_guard lock(mutex_);
    return now_;
}

Millis ManualTime::steady() const {
    std::lock_guard lock(mutex_);
    return steady_;
}

void ManualTime::on_set(std::function<void()> listener) {
    std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
}

void ManualTime::set(Instant at) {
    std::lock_guard lock(mutex_);
    if (at > now_) steady_ += at - now_;
    now_ = at;
    if (listener_) listener_();
}

void ManualTime::advance(Millis by) {
    std::lock_guard lock(mutex_);
    steady_ += by;
    now_ += by;
    if (listener_) listener_();
}

void ManualTime::jump(Instant at) {
    std::lock_guard lock(mutex_);
    now_ = at;
    if (listener_) listener_();
}

}  // namespace reeve::runtime
