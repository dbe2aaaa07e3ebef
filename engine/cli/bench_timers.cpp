// reeve bench timers: what timers that are pending cost an engine that has nothing to do.
#include <unistd.h>

#include <fstream>
#include <thread>

#include "engine/cli/bench.h"
#include "engine/store/bare.h"

namespace reeve::cli {

namespace {

double resident_bytes() {
    double all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double database_bytes(const BenchOffice& office) {
    return static_cast<double>(std::filesystem::file_size(office.folder() / "reeve.db"));
}

// Timers of as many cases, a second apart from 2100 on, so that none is due while it is measured.
double insert_rate(const BenchOffice& office, std::uint64_t count) {
    constexpr std::uint64_t batch = 10'000;
    const auto first = *time::parse_instant("2100-01-01T00:00:00Z");
    double seconds = 0;
    for (std::uint64_t done = 0; done < count; done += batch) {
        std::vector<store::TimerRow> rows;
        for (auto i = done; i < std::min(done + batch, count); ++i)
            rows.push_back({first + time::Millis(1000 * i), BenchOffice::start(i).case_id});
        const auto begun = runtime::stopwatch();
        store::pend_timers(office.folder(), rows);
        seconds += runtime::seconds_since(begun);
    }
    return static_cast<double>(count) / seconds;
}

// The share of one processor that an engine with nothing due takes, in hundredths.
double idle_percent() {
    constexpr auto watched = std::chrono::seconds(3);
    const auto used = runtime::processor_time();
    const auto begun = runtime::stopwatch();
    std::this_thread::sleep_for(watched);
    return 100 * std::chrono::duration<double>(runtime::processor_time() - used).count() /
           runtime::seconds_since(begun);
}

// One command at a time.
double ask_ms(BenchOffice& office, const std::string& name) {
    std::vector<double> took;
    for (std::uint64_t i = 0; i < 200; ++i) {
        const auto begun = runtime::stopwatch();
        auto start = BenchOffice::start(i);
        start.case_id = name + "-" + std::to_string(i);
        if (auto done = office.engine().ask(start); !done) throw std::runtime_error(done.error().text());
        took.push_back(runtime::seconds_since(begun) * 1e3);
    }
    return median(std::move(took));
}

}  // namespace

Json bench_timers(const BenchOptions& options) {
    const auto count = options.count ? options.count : 1'000'000;
    const auto each = static_cast<double>(count);
    std::vector<double> inserts, disk, resident, opening, idle, asked, asked_before;
    for (int round = 0; round < options.rounds; ++round) {
        BenchOffice office(options.store, {});
        asked_before.push_back(ask_ms(office, "without"));
        office.close();
        office.reopen();
        const auto resident_before = resident_bytes();
        office.close();
        const auto disk_before = database_bytes(office);
        inserts.push_back(insert_rate(office, count));
        disk.push_back((database_bytes(office) - disk_before) / each);
        const auto begun = runtime::stopwatch();
        office.reopen();
        opening.push_back(runtime::seconds_since(begun) * 1e3);
        resident.push_back((resident_bytes() - resident_before) / 1024 / 1024);
        idle.push_back(idle_percent());
        asked.push_back(ask_ms(office, "with"));
    }
    return {{"bench", "timers"},
            {"pending", count},
            {"rounds", options.rounds},
            {"inserts_per_second", spread(inserts)},
            {"disk_bytes_per_timer", spread(disk)},
            {"resident_mib", spread(resident)},
            {"open_ms", spread(opening)},
            {"idle_percent", spread(idle)},
            {"command_ms", spread(asked)},
            {"command_ms_without", spread(asked_before)}};
}

}  // namespace reeve::cli
