// reeve bench storm: clocks all due in one second, each a ladder step with its event, light and alert, while
// people go on working; with --kill a SIGKILL in the middle and a restart.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <thread>

#include "engine/cli/bench.h"
#include "engine/store/bare.h"

namespace reeve::cli {

namespace {

// The system's clock, set forward as if the days between had passed.
class SetForward final : public runtime::TimeSource {
  public:
    time::Instant now() const override { return system_->now() + by_.load(); }
    time::Millis steady() const override { return system_->steady() + by_.load(); }
    void on_set(std::function<void()> listener) override {
        std::lock_guard lock(mutex_);
        listener_ = std::move(listener);
    }
    void to(time::Instant at) {
        by_ = by_.load() + (at - now());
        std::lock_guard lock(mutex_);
        if (listener_) listener_();
    }

  private:
    std::shared_ptr<runtime::TimeSource> system_ = runtime::system_time();
    std::atomic<time::Millis> by_{time::Millis{0}};
    std::mutex mutex_;
    std::function<void()> listener_;
};

struct Storm {
    double steps_per_second = 0;
    std::vector<double> people_ms;
};

core::Command note(std::uint64_t number) {
    return {.actor = "head",
            .case_id = BenchOffice::start(number).case_id,
            .wish = core::AddNote{.text = "seen"}};
}

// Whether every timer of that moment has fired, durably.
bool over(store::Reader& reader, time::Instant due) {
    const auto next = reader.timers({time::Instant::min(), ""}, 1);
    return next.empty() || next.front().at > due;
}

// From the moment at which all is due until the last step is durable.
Storm weather(BenchOffice& office, SetForward& clock, time::Instant due, std::uint64_t count) {
    Storm storm;
    auto& engine = office.engine();
    std::string refused;
    std::jthread people([&](const std::stop_token& stop) {
        for (std::uint64_t i = 0; !stop.stop_requested(); i = (i + 997) % count) {
            const auto begun = runtime::stopwatch();
            if (auto done = engine.ask(note(i)); !done) {
                refused = done.error().text();
                return;
            }
            storm.people_ms.push_back(runtime::seconds_since(begun) * 1e3);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    const auto begun = runtime::stopwatch();
    clock.to(due);
    const auto reader = engine.read();
    while (!over(*reader, due)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    storm.steps_per_second = static_cast<double>(count) / runtime::seconds_since(begun);
    people.request_stop();
    people.join();
    if (!refused.empty()) throw std::runtime_error(refused);
    return storm;
}

// The child's part of --kill: it works until it is killed.
[[noreturn]] void work_until_killed(BenchOffice& office, SetForward& clock, time::Instant due) {
    office.reopen();
    clock.to(due);
    for (;;) ::pause();
}

void kill_in_the_middle(BenchOffice& office, SetForward& clock, time::Instant due, std::uint64_t count) {
    office.close();  // a process with threads must not be forked
    const auto seen = [&] { return (*store::open_reader(office.folder()))->head().seq; };
    const auto before = seen();
    const pid_t child = ::fork();
    if (child == 0) work_until_killed(office, clock, due);
    while (seen() < before + count / 3) {
        if (::waitpid(child, nullptr, WNOHANG) != 0)
            throw std::runtime_error("the process that was to be killed ended by itself");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    office.reopen();
}

// None lost, none doubled, each with its planned time.
void expect_one_step_each(BenchOffice& office, time::Instant due, std::uint64_t count,
                          std::vector<double>& late_ms) {
    std::map<std::string, int> steps;
    for (const auto& row : office.engine().read()->escalations({})) {
        ++steps[row.case_id];
        if (row.step != 0 || row.planned != due)  // counted from 0
            throw std::runtime_error(fmt::format("{}: step {} planned {}", row.case_id, row.step,
                                                 time::to_utc_string(row.planned)));
        late_ms.push_back(static_cast<double>((row.at - row.planned).count()));
    }
    const auto once = std::ranges::count_if(steps, [](const auto& s) { return s.second == 1; });
    if (static_cast<std::uint64_t>(once) != count)
        throw std::runtime_error(fmt::format("{} of {} cases had their step exactly once", once, count));
}

double raw_steps(const BenchOptions& options, std::uint64_t count) {
    const auto [step, due] = BenchOffice::rows_of_step(options.store);
    store::ScratchFolder folder(options.store);
    store::Bare bare(folder.path());
    std::vector<store::TimerRow> timers;
    for (std::uint64_t i = 0; i < count; ++i) timers.push_back({due, BenchOffice::start(i).case_id});
    bare.set_timers(timers);
    double seconds = 0;
    for (std::uint64_t done = 0; done < count; done += options.in_flight) {
        std::vector<store::Batch> commit;
        for (auto i = done; i < std::min<std::uint64_t>(done + options.in_flight, count); ++i)
            commit.push_back(renamed(step, timers[i].id));
        const auto begun = runtime::stopwatch();
        bare.fire(commit);
        seconds += runtime::seconds_since(begun);
    }
    return static_cast<double>(count) / seconds;
}

}  // namespace

Json bench_storm(const BenchOptions& options) {
    const auto count = options.count ? options.count : 100'000;
    std::vector<double> engine, raw, ratio, people, late;
    runtime::Lateness health;  // of the last round, as the engine itself counts it
    for (int round = 0; round < options.rounds; ++round) {
        raw.push_back(raw_steps(options, count));
        const auto clock = std::make_shared<SetForward>();
        clock->to(*time::parse_instant("2026-03-02T09:00:00+08:00"));
        BenchOffice office(options.store, {.time = clock});
        run_load(office.engine(), count, options.in_flight, false);
        const auto due = office.engine().read()->timers({time::Instant::min(), ""}, 1).at(0).at;
        if (options.kill) kill_in_the_middle(office, *clock, due, count);
        auto storm = weather(office, *clock, due, count);
        engine.push_back(storm.steps_per_second);
        ratio.push_back(engine.back() / raw.back());
        people.insert(people.end(), storm.people_ms.begin(), storm.people_ms.end());
        expect_one_step_each(office, due, count, late);
        health = office.engine().health().lateness;
    }
    Json result{{"bench", "storm"}, {"clocks", count}, {"rounds", options.rounds}, {"killed", options.kill}};
    if (!options.kill) {
        result["steps_per_second"] = spread(engine);
        result["raw_steps_per_second"] = spread(raw);
        result["ratio"] = spread(ratio);
    }
    for (auto& [name, values] : {std::pair{"late_ms", &late}, {"people_ms", &people}})
        for (const auto& [share, word] : {std::pair{0.5, "p50"}, {0.99, "p99"}, {1.0, "max"}})
            result[fmt::format("{}_{}", name, word)] = at_share(*values, share);
    result["health_late_ms_p50"] = health.at(0.5).count();
    result["health_late_ms_p99"] = health.at(0.99).count();
    result["health_late_ms_max"] = health.greatest().count();
    result["health_timers"] = health.count();
    return result;
}

}  // namespace reeve::cli
