#include "engine/log.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace reeve::log {

namespace {

constexpr int silent = -1;
std::atomic<int> least_written = silent;
std::atomic<Form> form = Form::text;
// Never destroyed: it is asked as long as anything is written.
std::function<time::Instant()>& clock() {
    static auto* const one = new std::function<time::Instant()>;
    return *one;
}

std::string name(Level level) { return describe::write(level, Times::text).get<std::string>(); }

// Always with three places, so that lines stand in columns.
std::string moment(time::Instant at) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(at);
    auto text = time::to_utc_string(whole);
    text.pop_back();
    return fmt::format("{}.{:03}Z", text, (at - whole).count());
}

// A word stands as it is; anything else is quoted as JSON does it, so that a line stays a line.
std::string shown(const Json& value) {
    const auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (!value.is_string()) return text;
    const auto plain = value.get<std::string>();
    constexpr std::string_view apart = " \t=\"\\";
    const bool word =
        !plain.empty() && text.size() == plain.size() + 2 && plain.find_first_of(apart) == std::string::npos;
    return word ? plain : text;
}

// What waits to be written, by a thread of its own: standard error may be a pipe that nobody empties, and who
// writes a line may hold what everybody else waits for. What finds no room is lost, and counted.
class Queue {
  public:
    void start() {
        // A signal is for those who wait for it.
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        // Never joined: it may hang in a write when the process ends.
        std::thread([this] { run(); }).detach();
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    void add(std::string line) {
        std::lock_guard lock(mutex_);
        if (bytes_ + line.size() > most_bytes) {
            ++lost_;
            return;
        }
        say_lost();
        push(std::move(line));
        changed_.notify_all();
    }
    // Until all of it is written, or the time is over.
    void flush(std::chrono::milliseconds within) {
        // Tried, not waited for: whoever flushes as the process ends may have ended within this lock. And not
        // by a mutex with a time limit, whose locking the thread sanitizer does not see.
        constexpr std::chrono::milliseconds pause{1};
        std::unique_lock lock(mutex_, std::defer_lock);
        for (auto left = within; !lock.try_lock(); left -= pause) {
            if (left.count() <= 0) return;
            std::this_thread::sleep_for(pause);
        }
        changed_.wait_for(lock, within, [&] { return lines_.empty() && lost_ == 0; });
    }

  private:
    static constexpr std::size_t most_bytes = 1 << 20;

    void push(std::string line) {
        bytes_ += line.size();
        lines_.push_back(std::move(line));
    }
    void say_lost() {
        if (lost_ == 0) return;
        push(line(form, clock()(), Level::warning, "log-lines-lost", {{"lines", std::exchange(lost_, 0)}}) +
             "\n");
    }
    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [&] { return !lines_.empty() || lost_ > 0; });
            if (lines_.empty()) say_lost();
            {
                // It stays in the list until it is written: who flushes waits for it too.
                const auto& text = lines_.front();
                lock.unlock();
                // One call a line: what others write there does not come between. What cannot be written is
                // lost; the engine goes on.
                (void)!::write(STDERR_FILENO, text.data(), text.size());
                lock.lock();
            }
            bytes_ -= lines_.front().size();
            lines_.pop_front();
            changed_.notify_all();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> lines_;
    std::size_t bytes_ = 0;
    std::uint64_t lost_ = 0;
};

// It outlives everything that may still write while the process ends.
Queue& queue() {
    static auto* const one = new Queue;
    return *one;
}

}  // namespace

void begin(Level least, Form wanted, std::function<time::Instant()> now) {
    clock() = std::move(now);
    form = wanted;
    static std::once_flag once;
    std::call_once(once, [] {
        queue().start();
        // What led to an end that nobody wanted is told before it.
        static std::terminate_handler end = std::set_terminate([] {
            queue().flush(std::chrono::seconds(1));
            end();
        });
    });
    least_written = static_cast<int>(least);
}

void flush(std::chrono::milliseconds within) { queue().flush(within); }

bool writes(Level level) { return static_cast<int>(level) <= least_written; }

std::string line(Form form, time::Instant at, Level level, std::string_view event, const Json& fields) {
    if (form == Form::json) {
        Json all{{"time", moment(at)}, {"level", name(level)}, {"event", event}};
        for (const auto& [key, value] : fields.items()) all[key] = value;
        return all.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    auto text = fmt::format("{} {} {}", moment(at), name(level), event);
    for (const auto& [key, value] : fields.items()) text += fmt::format(" {}={}", key, shown(value));
    return text;
}

void write(Level level, std::string_view event, Json fields) {
    if (!writes(level)) return;
    queue().add(line(form, clock()(), level, event, fields) + "\n");
}

}  // namespace reeve::log
