// What the benchmarks share: an office of one definition in a folder of its own on the disk to be measured,
// rounds, medians. Every figure is the median of its rounds; ratios are of one run, round by round.
#pragma once

#include <chrono>
#include <functional>

#include "engine/runtime/engine.h"
#include "engine/store/scratch.h"

namespace reeve::cli {

struct BenchOptions {
    std::filesystem::path store;  // a folder on the disk to be measured; empty: the temporary folder
    std::uint64_t count = 0;      // of cases, timers or clocks; 0: what the benchmark suggests
    int rounds = 5;
    std::size_t in_flight = 256;
    bool kill = false;  // storm: SIGKILL in the middle, and a restart
};

// The office: ten desks of ten clerks below one head; one definition, "matter": a task, a ladder, an end.
class BenchOffice {
  public:
    BenchOffice(const std::filesystem::path& base, runtime::Options);
    runtime::Engine& engine() { return *engine_; }
    void close() { engine_.reset(); }
    void reopen();
    const std::filesystem::path& folder() const { return folder_.path(); }

    static core::Command start(std::uint64_t number);  // 400 bytes of data
    static core::Command act(std::string case_id);     // the case's one action: it is closed
    // The rows that start() and then act() lead to, as an engine writes them.
    static std::vector<store::Batch> rows(const std::filesystem::path& base);
    // The rows of one case's first ladder step, and its moment.
    static std::pair<store::Batch, time::Instant> rows_of_step(const std::filesystem::path& base);

  private:
    store::ScratchFolder folder_;
    runtime::Options options_;
    std::unique_ptr<runtime::Engine> engine_;
};

// The same rows for another case.
store::Batch renamed(const store::Batch&, const std::string& case_id);

// Starts `count` cases and, if `act`, closes each; `in_flight` of them under way at once.
void run_load(runtime::Engine&, std::uint64_t count, std::size_t in_flight, bool act);
// Cases a second of raw SQLite: the commands of `in_flight` cases share a transaction, as in the engine:
// first their starts, then their acts. The rows are made before the watch runs.
double raw_rate(const BenchOptions&, std::uint64_t count, const std::vector<store::Batch>& rows);

double median(std::vector<double>);
double at_share(std::vector<double>& sorted, double share);  // a percentile; sorts what it is given
Json spread(const std::vector<double>&);                     // {"median":, "least":, "most":}

Json bench_engine(const BenchOptions&);
Json bench_http(const BenchOptions&);
Json bench_idle(const BenchOptions&);
Json bench_limit(const BenchOptions&);
Json bench_storm(const BenchOptions&);
Json bench_timers(const BenchOptions&);
Json bench_year(const BenchOptions&);
Json bench_scale(const BenchOptions&);

}  // namespace reeve::cli
