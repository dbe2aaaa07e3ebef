// reeve bench engine: two durable commands a case, many in flight, beside raw SQLite with the same rows in
// batches of as many.
#include <fmt/format.h>

#include <stdexcept>

#include "engine/cli/bench.h"
#include "engine/store/bare.h"

namespace reeve::cli {

namespace {

struct Rate {
    double cases_per_second, processor_us_per_case;
};

Rate engine_rate(const BenchOptions& options, std::uint64_t count) {
    BenchOffice office(options.store, {});
    const auto begun = runtime::stopwatch();
    const auto used = runtime::processor_time();
    run_load(office.engine(), count, options.in_flight, true);
    const auto cases = static_cast<double>(count);
    return {cases / runtime::seconds_since(begun),
            std::chrono::duration<double, std::micro>(runtime::processor_time() - used).count() / cases};
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
    std::vector<double> engine, raw, ratio, processor, one_engine, one_raw, one_ratio;
    for (int round = 0; round < options.rounds; ++round) {
        raw.push_back(raw_rate(options, count, rows));
        const auto rate = engine_rate(options, count);
        engine.push_back(rate.cases_per_second);
        processor.push_back(rate.processor_us_per_case);
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
            {"processor_us_per_case", spread(processor)},
            {"one_at_a_time_ms", spread(one_engine)},
            {"one_at_a_time_raw_ms", spread(one_raw)},
            {"one_at_a_time_ratio", spread(one_ratio)}};
}

}  // namespace reeve::cli
