// Writer: the one thread that decides. Its loop takes what waits, decides it, hands the batch to the
// committer and looks at the clock, again and again.
#pragma once

#include <atomic>
#include <deque>

#include "engine/runtime/committer.h"

namespace reeve::runtime {

class Writer {
  public:
    Writer(store::Store&, store::Catalog&, const Options&, std::shared_ptr<TimeSource>, Endings&, Commits&);
    ~Writer();  // what was taken is committed and answered
    void start();

    void post(core::Command, Done);
    void post(std::vector<store::OutboxDelivery>, Done);
    // Runs `job` on the writer thread while nothing is under way: everything before it is durable. Waits for
    // it. False when the engine is stopping.
    bool run_alone(const std::function<void()>& job);

    // For jobs, on the writer thread.
    Decider& decider() { return decider_; }
    // The wall clock, never before the last event; none when it jumped: clock_alarm() says how.
    std::optional<Instant> read_clock();
    Error clock_alarm() const;
    // Why nothing can be written and nothing may be decided; none: all is well.
    std::optional<Error> storage_trouble() const;
    Instant now();                                      // never before the last event
    Result<void> commit_now();                          // the open batch; "not-durable" when it fails
    std::uint64_t play_until(ManualTime&, Instant);     // how many ticks
    void take(core::Command, const Done&, Instant at);  // decides it
    // Forgets what a job had decided when it was broken off by what it met, and reads everything anew.
    Error give_up(const std::exception&);
    std::uint64_t failures() const { return failed_commits_; }
    Error last_failure() const;

    std::shared_ptr<const org::Directory> directory() const { return decider_.directory(); }
    Health health() const;
    void accept_clock();

  private:
    struct Item {
        core::Command command;
        Done done;
        std::function<void()> job = {};                      // or this
        std::vector<store::OutboxDelivery> deliveries = {};  // or these
    };
    void post(Item);
    void run();
    void wait();   // for something to do
    void pause();  // for the committer
    void poke();
    bool may_take(const Item&) const;
    void take(Item);
    void collect();  // the committer's outcome, if there is one
    void settle();   // until the committer is idle
    void drain();    // until nothing is under way
    void hand();     // the open batch, if the committer is idle
    // `unanswered`: of the batch that failed.
    void fail(const Error& why, std::vector<OpenBatch::Answer> unanswered);
    void recover();  // when it is time to try
    bool take_commands();
    std::uint64_t fire(Instant at);
    void look_at_files();
    void look_at_clock();  // and at how late the earliest timer is
    std::optional<std::string> strange_at_opening(Instant wall) const;
    void alarm(std::string what);  // under mutex_

    store::Store& store_;
    Options options_;
    std::shared_ptr<TimeSource> time_;
    Decider decider_;
    // Set by a failed commit. Nothing is decided until the store was opened and read anew and can be written:
    // tried at once, and where that was of no use each second.
    std::atomic<bool> failed_ = false;
    bool read_anew_ = true;  // since the last failure
    std::uint64_t failures_in_a_row_ = 0;
    Millis try_again_{0};  // on the steady clock
    std::atomic<std::uint64_t> failed_commits_ = 0;
    Millis next_look_{0};  // at the files; on the steady clock
    // What the wall clock is held against: what it showed when it was last looked at, and, where it was set
    // back since, what it showed before that.
    struct Shown {
        Instant wall;
        Millis steady;
        Instant at(Millis now) const { return wall + (now - steady); }
    };
    std::optional<Shown> shown_, before_setback_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Item> queue_;
    std::deque<Item> taking_;                   // out of the queue, not begun; the writer thread's own
    std::atomic<std::size_t> taking_size_ = 0;  // how many
    bool stopping_ = false, poked_ = false;
    std::optional<std::string> clock_alarm_;
    Millis clock_behind_{0};
    std::optional<Error> trouble_;
    Error last_failure_;
    Millis timer_late_{0};
    std::size_t stuck_timers_ = 0;
    Lateness lateness_;
    CommitTime commit_time_;
    BatchSize batch_size_;
    bool accepted_ = false;
    Committer committer_;
    std::thread thread_;
};

}  // namespace reeve::runtime
