// reeve bench engine: two durable commands a case, many in flight, beside raw SQLite with the same rows in
// batches of as many.
#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "engine/cli/bench.h"
#include "engine/store/bare.h"

namespace reeve::cli {

namespace {

// Keeps `in_flight` cases under way until `count` have ended: each is started, and acted on once its start
// was acknowledged.
class Load {
  public:
    Load(runtime::Engine& engine, std::uint64_t count) : engine_(engine), count_(count) {}

    void run(std::size_t in_flight) {
        for (std::size_t i = 0; i < in_flight; ++i) next();
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [&] { return done_ == count_; });
        if (!fault_.empty()) throw std::runtime_error(fault_);
    }

  private:
    void next() {
        const auto number = started_++;
        if (number >= count_) return;
        engine_.post(BenchOffice::start(number), [this](Result<runtime::Receipt> started) {
            if (!started) return end(started.error().text());
            engine_.post(BenchOffice::act(std::move(started->case_id)),
                         [this](const Result<runtime::Receipt>& acted) {
                             end(acted ? std::string() : acted.error().text());
                             next();
                         });
        });
    }
    void end(std::string fault) {
        std::lock_guard lock(mutex_);
        if (!fault.empty()) fault_ = std::move(fault);
        if (++done_ == count_) ended_.notify_one();
    }

    runtime::Engine& engine_;
    const std::uint64_t count_;
    std::atomic<std::uint64_t> started_ = 0;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::uint64_t done_ = 0;
    std::string fault_;
};

double engine_rate(const BenchOptions& options, std::uint64_t count) {
    BenchOffice office(options.store, {});
    const auto begun = runtime::stopwatch();
    Load(office.engine(), count).run(options.in_flight);
    return static_cast<double>(count) / runtime::seconds_since(begun);
}

// The commands of `in_flight` cases share a transaction, as in the engine: first their starts, then their
// acts. The rows are made before the watch runs.
double raw_rate(const BenchOptions& options, std::uint64_t count, const std::vector<store::Batch>& rows) {
    store::ScratchFolder folder(options.store);
    store::Bare bare(folder.path());
    double seconds = 0;
    for (std::uint64_t done = 0; done < count; done += options.in_flight) {
        const auto some = std::min<std::uint64_t>(options.in_flight, count - done);
        std::vector<std::vector<store::Batch>> commits;
        for (const auto& command : rows) {
            auto& commit = commits.emplace_back();
            for (std::uint64_t i = 0; i < some; ++i)
                commit.push_back(renamed(command, BenchOffice::start(done + i).case_id));
        }
        const auto begun = runtime::stopwatch();
        for (const auto& commit : commits) bare.commit(commit);
        seconds += runtime::seconds_since(begun);
    }
    return static_cast<double>(count) / seconds;
}

// One client: the next command goes out when the one before was acknowledged.
std::pair<double, double> latencies(const BenchOptions& options, const std::vector<store::Batch>& rows) {
    constexpr std::uint64_t count = 500;
    std::vector<double> engine, raw;
    BenchOffice office(options.store, {});
    store::ScratchFolder folder(options.store);
    store::Bare bare(folder.path());
    for (std::uint64_t i = 0; i < count; ++i) {
        auto start = BenchOffice::start(i);
        const auto id = start.case_id;
        for (auto& command : {std::move(start), BenchOffice::act(id)}) {
            const auto begun = runtime::stopwatch();
            if (auto done = office.engine().ask(command); !done)
                throw std::runtime_error(done.error().text());
            engine.push_back(runtime::seconds_since(begun) * 1e3);
        }
        for (const auto& command : rows) {
            const std::vector<store::Batch> one{renamed(command, id)};
            const auto begun = runtime::stopwatch();
            bare.commit(one);
            raw.push_back(runtime::seconds_since(begun) * 1e3);
        }
    }
    return {median(std::move(engine)), median(std::move(raw))};
}

}  // namespace

Json bench_engine(const BenchOptions& options) {
    const auto count = options.count ? options.count : 40'000;
    const auto rows = BenchOffice::rows(options.store);
    std::vector<double> engine, raw, ratio, one_engine, one_raw, one_ratio;
    for (int round = 0; round < options.rounds; ++round) {
        raw.push_back(raw_rate(options, count, rows));
        engine.push_back(engine_rate(options, count));
        ratio.push_back(engine.back() / raw.back());
        const auto [ours, bare] = latencies(options, rows);
        one_engine.push_back(ours);
        one_raw.push_back(bare);
        one_ratio.push_back(ours / bare);
    }
    return {{"bench", "engine"},
            {"cases", count},
            {"in_flight", options.in_flight},
            {"rounds", options.rounds},
            {"cases_per_second", spread(engine)},
            {"raw_cases_per_second", spread(raw)},
            {"ratio", spread(ratio)},
            {"one_at_a_time_ms", spread(one_engine)},
            {"one_at_a_time_raw_ms", spread(one_raw)},
            {"one_at_a_time_ratio", spread(one_ratio)}};
}

}  // namespace reeve::cli
