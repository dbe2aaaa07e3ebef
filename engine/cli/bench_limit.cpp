// reeve bench limit: what the disk and SQLite allow, without an engine.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "engine/cli/bench.h"
#include "engine/store/bare.h"

namespace reeve::cli {

namespace {

std::system_error failed(const std::filesystem::path& path) {
    return {errno, std::generic_category(), "writing " + path.string()};
}

// Milliseconds for 4 KiB more in a file to be on the disk: the least that a commit can take.
double write_and_sync_ms(const BenchOptions& options) {
    constexpr int times = 200;
    store::ScratchFolder folder(options.store);
    const auto path = folder.path() / "bare";
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) throw failed(path);
    const std::string block(4096, 'x');
    std::vector<double> took;
    for (int i = 0; i < times; ++i) {
        const auto begun = runtime::stopwatch();
        const bool written =
            ::write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
            ::fdatasync(file) == 0;
        if (!written) {
            ::close(file);
            throw failed(path);
        }
        took.push_back(runtime::seconds_since(begun) * 1e3);
    }
    ::close(file);
    return median(std::move(took));
}

}  // namespace

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

Json bench_limit(const BenchOptions& options) {
    const auto count = options.count ? options.count : 40'000;
    const auto rows = BenchOffice::rows(options.store);
    std::vector<double> raw, sync;
    for (int round = 0; round < options.rounds; ++round) {
        raw.push_back(raw_rate(options, count, rows));
        sync.push_back(write_and_sync_ms(options));
    }
    return {{"bench", "limit"},
            {"cases", count},
            {"in_flight", options.in_flight},
            {"rounds", options.rounds},
            {"raw_cases_per_second", spread(raw)},
            {"write_and_sync_ms", spread(sync)}};
}

}  // namespace reeve::cli
