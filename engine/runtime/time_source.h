// TimeSource: where the engine gets the time. The only place in the engine that reads a clock is the system
// source; everything else is told. Safe to use from several threads.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "engine/time/time.h"

namespace reeve::runtime {

using time::Instant;
using time::Millis;

class TimeSource {
  public:
    virtual ~TimeSource() = default;
    virtual Instant now() const = 0;  // the wall clock
    virtual Millis steady()
        const = 0;  // since some beginning; never steps, and runs on while the machine sleeps
    virtual bool real() const { return true; }  // false: virtual time, which nobody sets wrongly
    // Called whenever the time was set; the system's never is. One listener.
    virtual void on_set(std::function<void()>) {}
};

std::shared_ptr<TimeSource> system_time();

// For measuring, never for deciding: time that only runs forward, and how long ago it was.
std::chrono::nanoseconds stopwatch();
double seconds_since(std::chrono::nanoseconds begun);
std::chrono::nanoseconds processor_time();  // that this process has used, all threads together

// Virtual time: stands still until it is set. `set` moves both clocks forward, `jump` the wall clock alone,
// as a bad time server would.
class ManualTime final : public TimeSource {
  public:
    explicit ManualTime(Instant start) : now_(start) {}
    Instant now() const override;
    Millis steady() const override;
    bool real() const override { return false; }
    void on_set(std::function<void()>) override;
    void set(Instant);
    void advance(Millis);
    void jump(Instant);

  private:
    mutable std::mutex mutex_;
    Instant now_;
    Millis steady_{0};
    std::function<void()> listener_;
};

}  // namespace reeve::runtime
