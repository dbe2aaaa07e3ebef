// Writer: the one thread that decides. Its loop takes what waits, decides it, hands the batch to the
// committer and looks at the clock, again and again.
#pragma once

#include <atomic>
#include <deque>

#include "engine/runtime/committer.h"

namespace reeve::runtime {

class Writer {
  public:
    Writer(store::Store&, store::Catalog&, const Options&, std::shared_ptr<TimeSource>, Endings&);
    ~Writer();  // what was taken is committed and answered
    void start();

    void post(core::Command, Done);
    // Runs `job` on the writer thread while nothing is under way: everything before it is durable. Waits for
    // it. False when the engine is stopping.
    bool run_alone(const std::function<void()>& job);

    // For jobs, on the writer thread.
    Decider& decider() { return decider_; }
    // The wall clock, never before the last event; none when it jumped: clock_alarm() says how.
    std::optional<Instant> read_clock();
    Error clock_alarm() const;
    // After a failed commit the store could not be read anew: nothing is decided until it was.
    std::optional<Error> store_alarm() const;
    Instant now();                                      // never before the last event
    Result<void> commit_now();                          // the open batch; "not-durable" when it fails
    std::uint64_t play_until(ManualTime&, Instant);     // how many ticks
    void take(core::Command, const Done&, Instant at);  // decides it
    std::uint64_t failures() const { return failed_commits_; }

    std::shared_ptr<const org::Directory> directory() const { return decider_.directory(); }
    Health health() const;
    void accept_clock();

  private:
    struct Item {
        core::Command command;
        Done done;
        std::function<void()> job;  // or this
    };
    void run();
    void wait();   // for something to do
    void pause();  // for the committer
    void poke();
    bool may_take_front() const;
    void collect();  // the committer's outcome, if there is one
    void settle();   // until the committer is idle
    void drain();    // until nothing is under way
    void hand();     // the open batch, if the committer is idle
    void fail(const std::string& why, OpenBatch*);
    void recover();
    bool take_commands();
    std::uint64_t fire(Instant at);
    void look_at_clock();  // and at how late the earliest timer is
    std::optional<std::string> strange_at_opening(Instant wall) const;

    store::Store& store_;
    Options options_;
    std::shared_ptr<TimeSource> time_;
    Decider decider_;
    std::atomic<bool> failed_ = false;  // the store could not be read again; tried each second
    std::atomic<std::uint64_t> failed_commits_ = 0;
    std::string failure_;
    bool rests_ = false;  // a commit failed just now: timers wait for the next look, or for one that succeeds
    // The wall clock is held against the steady one.
    std::optional<Instant> wall_;
    Millis steady_{0};

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Item> queue_;
    bool stopping_ = false, poked_ = false;
    std::optional<std::string> clock_alarm_;
    Millis timer_late_{0};
    std::size_t stuck_timers_ = 0;
    bool accepted_ = false;
    Committer committer_;
    std::thread thread_;
};

}  // namespace reeve::runtime
