#include "engine/runtime/writer.h"

#include <future>

#include "engine/log.h"
#include "engine/thread_name.h"

namespace reeve::runtime {
namespace {

constexpr Millis storage_pause{1000};  // between two attempts on a store that fails
constexpr Millis files_pause{1000};    // between two looks at the files of one at rest

}  // namespace

Writer::Writer(store::Store& store, store::Catalog& catalog, const Options& options,
               std::shared_ptr<TimeSource> time, Endings& endings, Commits& commits)
    : store_(store),
      options_(options),
      time_(std::move(time)),
      decider_(store, catalog, options),
      committer_(store, endings, commits, [this] { poke(); }) {
    decider_.load();
}

void Writer::start() {
    time_->on_set([this] { poke(); });
    look_at_clock();  // so that health() tells the truth from the first moment
    thread_ = std::thread([this] {
        name_thread("reeve-writer");
        run();
    });
}

Writer::~Writer() {
    time_->on_set({});
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    poke();
    if (thread_.joinable()) thread_.join();
}

void Writer::poke() {
    std::lock_guard lock(mutex_);
    poked_ = true;
    wake_.notify_one();
}

void Writer::post(core::Command command, Done done) {
    post({.command = std::move(command), .done = std::move(done)});
}

void Writer::post(std::vector<store::OutboxDelivery> deliveries, Done done) {
    post({.command = {}, .done = std::move(done), .deliveries = std::move(deliveries)});
}

void Writer::post(Item item) {
    {
        std::lock_guard lock(mutex_);
        if (!stopping_) {
            queue_.push_back(std::move(item));
            if (queue_.size() == 1) wake_.notify_one();
            return;
        }
    }
    item.done(refuse("stopped", "the engine is stopping; nothing of this was done"));
}

bool Writer::run_alone(const std::function<void()>& job) {
    std::promise<void> ended;
    {
        std::lock_guard lock(mutex_);
        if (stopping_) return false;
        queue_.push_back({{}, {}, [&] {
                              try {
                                  job();
                                  ended.set_value();
                              } catch (...) {
                                  ended.set_exception(std::current_exception());
                              }
                          }});
        wake_.notify_one();
    }
    ended.get_future().get();
    return true;
}

// The loop.
void Writer::run() {
    for (;;) {
        wait();
        collect();
        if (failed_) recover();
        look_at_files();
        const bool stop = take_commands();
        if (failed_)
            look_at_clock();
        else if (const auto at = read_clock(); at && !stop)
            fire(*at);
        hand();
        if (stop && decider_.idle() && committer_.idle()) return;
    }
}

void Writer::wait() {
    auto limit = std::chrono::milliseconds(1000);  // whatever happens, it looks again
    if (const auto* next = decider_.timers().earliest()) {
        const auto until = next->at - time_->now();
        if (until.count() > 0) limit = std::min(limit, std::chrono::milliseconds(until));
    }
    std::unique_lock lock(mutex_);
    if (stopping_) limit = std::chrono::milliseconds(10);
    const bool takes = taking_.empty() || may_take(taking_.front());
    wake_.wait_for(lock, limit, [&] { return poked_ || (takes && !(taking_.empty() && queue_.empty())); });
    poked_ = false;
}

bool Writer::may_take(const Item& item) const {
    if (item.job) return decider_.idle() && committer_.idle();
    return decider_.open().commands < options_.batch;
}

void Writer::pause() {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, std::chrono::milliseconds(100), [&] { return poked_; });
    poked_ = false;
}

void Writer::collect() {
    auto outcome = committer_.take();
    if (!outcome) return;
    if (outcome->failure) {
        fail(*outcome->failure, std::move(outcome->answers));
    } else {
        if (outcome->wrote) failures_in_a_row_ = 0;
        decider_.durable(outcome->pinned, outcome->keys);
        if (!outcome->wrote) return;
        const auto at = time_->now();
        std::lock_guard lock(mutex_);
        commit_time_.add(outcome->took);
        batch_size_.add(outcome->events);
        for (const auto due : outcome->due) lateness_.add(at - due);
    }
}

void Writer::settle() {
    for (;; pause()) {
        collect();
        if (committer_.idle()) return;
    }
}

void Writer::drain() {
    for (;; pause()) {
        collect();
        hand();
        if (decider_.idle() && committer_.idle()) return;
    }
}

void Writer::hand() {
    if (!decider_.idle() && committer_.idle()) committer_.hand(decider_.close());
}

// Nothing decided on top of what failed may stand. The committer is idle.
void Writer::fail(const Error& why, std::vector<OpenBatch::Answer> unanswered) {
    ++failed_commits_;
    {
        std::lock_guard lock(mutex_);
        if (!trouble_)
            log::write(log::Level::error, "storage-failed", {{"code", why.code}, {"error", why.message}});
        trouble_ = last_failure_ = why;
    }
    auto open = decider_.close();
    failed_ = true;
    read_anew_ = false;
    // A failure that comes alone passes at once; a disk that stays full is not asked all the time.
    try_again_ = time_->steady() + (++failures_in_a_row_ > 1 && time_->real() ? storage_pause : Millis{0});
    recover();
    look_at_clock();  // what had been decided is late again
    for (auto* answers : {&unanswered, &open.answers})
        for (auto& answer : *answers) answer.done(std::unexpected(why));
}

// The outcome of a failed commit is unknown until the store has been opened and read anew; and what cannot be
// written need not be decided.
void Writer::recover() {
    if (time_->steady() < try_again_) return;
    std::optional<Error> still;
    try {
        if (!read_anew_) {
            store_.reopen();
            decider_.load();
            read_anew_ = true;
        }
        store_.probe();
        failed_ = false;
    } catch (const std::exception& e) {
        still = not_durable(e);
        if (time_->real()) try_again_ = time_->steady() + storage_pause;
    }
    std::lock_guard lock(mutex_);
    if (trouble_ && !still) log::write(log::Level::info, "storage-back");
    trouble_ = still;
}

std::optional<Error> Writer::storage_trouble() const {
    if (!failed_) return std::nullopt;
    std::lock_guard lock(mutex_);
    return trouble_;
}

// Takes what waits, as much as a batch holds. Whether the engine stops and nothing waits any more.
bool Writer::take_commands() {
    for (;;) {
        if (taking_.empty()) {
            std::lock_guard lock(mutex_);
            if (queue_.empty()) return stopping_;
            taking_.swap(queue_);  // all at once: those who post and this thread seldom meet
            taking_size_ = taking_.size();
        }
        if (!may_take(taking_.front())) return false;
        Item item = std::move(taking_.front());
        taking_.pop_front();
        --taking_size_;
        if (failed_) recover();  // whoever asks now need not hear how it was before
        take(std::move(item));
        // The disk does not wait for the queue to run empty.
        collect();
        hand();
    }
}

void Writer::take(Item item) {
    if (item.job) {
        item.job();
    } else if (!item.deliveries.empty()) {
        // Whatever the clock says, it was delivered.
        if (auto trouble = storage_trouble()) return item.done(std::unexpected(*std::move(trouble)));
        decider_.deliver(std::move(item.deliveries), std::move(item.done));
    } else if (const auto at = read_clock()) {
        take(std::move(item.command), item.done, *at);
    } else {
        item.done(std::unexpected(clock_alarm()));
    }
}

void Writer::take(core::Command command, const Done& done, Instant at) {
    if (auto trouble = storage_trouble()) return done(std::unexpected(*std::move(trouble)));
    command.at = std::max(at, decider_.last_at().value_or(at));
    try {
        decider_.take(std::move(command), done);
    } catch (const std::exception& e) {
        done(std::unexpected(give_up(e)));
    }
}

// Part of it may be in memory and not in the batch: all of it goes.
Error Writer::give_up(const std::exception& e) {
    auto why = not_durable(e);
    settle();
    fail(why, {});
    return why;
}

// What is due takes effect, the earliest first. A herd of timers goes through a slice at a time, between
// which people's commands have their turn.
std::uint64_t Writer::fire(Instant at) {
    constexpr std::uint64_t slice = 64;
    std::uint64_t ticks = 0;
    try {
        while (ticks < slice && decider_.open().due.size() < options_.herd) {
            if (decider_.timers().needs_refill()) {
                if (!decider_.idle() || !committer_.idle()) break;
                decider_.refill_timers();
            }
            const auto* next = decider_.timers().earliest();
            if (!next || next->at > at) break;
            decider_.tick(*next, at);
            ++ticks;
        }
    } catch (const std::exception& e) {
        give_up(e);
    }
    const auto* next = decider_.timers().earliest();
    const bool more =
        next && next->at <= at && (committer_.idle() || decider_.open().due.size() < options_.herd);
    std::lock_guard lock(mutex_);
    timer_late_ = next && next->at < at ? Millis(at - next->at) : Millis{0};
    stuck_timers_ = decider_.stuck_timers();
    if (more) poked_ = true;
    return ticks;
}

Error Writer::last_failure() const {
    std::lock_guard lock(mutex_);
    return last_failure_;
}

Instant Writer::now() {
    const Instant wall = time_->now();
    return std::max(wall, decider_.last_at().value_or(wall));
}

// A wall clock that parts far from the steady one was set wrongly. Ahead, firing everything up to there could
// not be taken back; behind, everything would stand still unseen. It waits until the clock is back, or a
// person says that it is right.
std::optional<Instant> Writer::read_clock() {
    const Instant wall = time_->now();
    const Millis steady = time_->steady();
    std::lock_guard lock(mutex_);
    const bool accepted = std::exchange(accepted_, false);
    if (accepted) shown_ = before_setback_ = std::nullopt;
    if (!shown_ && !accepted && time_->real())
        if (auto strange = strange_at_opening(wall)) {
            alarm(std::move(*strange));
            return std::nullopt;
        }
    const Instant expected = shown_ ? shown_->at(steady) : wall;
    const Instant formerly = before_setback_ ? before_setback_->at(steady) : expected;
    const auto near = [&](Instant at) {
        return wall - at <= options_.greatest_jump && at - wall <= options_.greatest_jump;
    };
    if ((wall > expected && !near(expected) && !near(formerly)) ||
        formerly - wall > options_.greatest_setback) {
        alarm(fmt::format(
            "the clock jumped from {} to {}; nothing is done until it is set right, or, where it is right, "
            "accepted as it is: start reeve anew (or call Engine::accept_clock)",
            time::to_utc_string(expected), time::to_utc_string(wall)));
        return std::nullopt;
    }
    if (clock_alarm_) log::write(log::Level::info, "clock-right");
    clock_alarm_.reset();
    // One that was set back may be set right again: that is no jump.
    if (near(formerly))
        before_setback_.reset();
    else if (!before_setback_)
        before_setback_ = shown_;
    shown_ = {wall, steady};
    const Instant last = decider_.last_at().value_or(wall);
    const Millis behind = std::max(Millis{0}, Millis(last - wall));
    if (behind > options_.greatest_jump && clock_behind_ <= options_.greatest_jump)
        log::write(log::Level::warning, "clock-behind", {{"behind_ms", std::to_string(behind.count())}});
    clock_behind_ = behind;
    return std::max(wall, last);
}

void Writer::alarm(std::string what) {
    if (!clock_alarm_) log::write(log::Level::error, "clock-alarm", {{"error", what}});
    clock_alarm_ = std::move(what);
}

// A command that runs alone sees no jump: what it can hold the wall clock against is what happened last.
std::optional<std::string> Writer::strange_at_opening(Instant wall) const {
    const auto last = decider_.last_at();
    if (!last || (wall >= *last - options_.longest_setback && wall <= *last + options_.longest_silence))
        return std::nullopt;
    return fmt::format(
        "the machine's clock says {}, {} the last event of this folder, of {}; nothing is done and no timer "
        "fires until the clock is put right, or accepted as it is (--accept-clock on a command that changes "
        "the folder)",
        time::to_utc_string(wall), wall < *last ? "before" : "long after", time::to_utc_string(*last));
}

// Every commit looks for itself; where there is none for hours, a folder that was taken away is told too.
void Writer::look_at_files() {
    if (failed_ || !time_->real() || !committer_.idle() || time_->steady() < next_look_) return;
    next_look_ = time_->steady() + files_pause;
    try {
        store_.check_files();
    } catch (const std::exception& e) {
        give_up(e);
    }
}

void Writer::look_at_clock() {
    const auto at = read_clock();
    const auto* next = decider_.timers().earliest();
    std::lock_guard lock(mutex_);
    timer_late_ = at && next && next->at < *at ? Millis(*at - next->at) : Millis{0};
}

Error Writer::clock_alarm() const {
    std::lock_guard lock(mutex_);
    return {"clock-jumped", clock_alarm_.value_or(""), ""};
}

void Writer::accept_clock() {
    {
        std::lock_guard lock(mutex_);
        accepted_ = true;
    }
    run_alone([this] { look_at_clock(); });
    poke();
}

Health Writer::health() const {
    std::lock_guard lock(mutex_);
    return {
        timer_late_,   clock_alarm_, clock_behind_, trouble_,   failed_commits_, queue_.size() + taking_size_,
        stuck_timers_, lateness_,    commit_time_,  batch_size_};
}

Result<void> Writer::commit_now() {
    const auto failures = failed_commits_.load();
    drain();
    if (failed_commits_ == failures) return {};
    return std::unexpected(last_failure());
}

std::uint64_t Writer::play_until(ManualTime& time, Instant until) {
    std::uint64_t ticks = 0;
    const auto failures = failed_commits_.load();
    while (failed_commits_ == failures && !failed_) {
        collect();
        if (decider_.timers().needs_refill()) {
            drain();
            decider_.refill_timers();
        }
        const auto* next = decider_.timers().earliest();
        if (!next || next->at > until) break;
        if (next->at > time.now()) time.set(next->at);
        ticks += fire(now());
        hand();
        if (decider_.open().due.size() >= options_.herd) pause();
    }
    drain();
    if (failed_commits_ == failures && until > time.now()) time.set(until);
    return ticks;
}

}  // namespace reeve::runtime
