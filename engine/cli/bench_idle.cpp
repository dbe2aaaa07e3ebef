// reeve bench idle: what `reeve serve` takes of the machine while clocks of open cases are pending and nobody
// asks.
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "engine/cli/bench.h"

namespace reeve::cli {

namespace {

// The service as a process of its own, of the same program.
class ServiceProcess {
  public:
    // By way of one that is there: what throws here ends a service that does not start, too.
    explicit ServiceProcess(const std::string& folder) : ServiceProcess() {
        int ends[2];
        if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        ::posix_spawn_file_actions_addclose(&actions, ends[0]);
        ::posix_spawn_file_actions_addclose(&actions, ends[1]);
        std::vector<std::string> words{"reeve",    "serve",       "--data",      folder,
                                       "--listen", "127.0.0.1:0", "--log-level", "error"};
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        const int fault = ::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        out_ = ends[0];
        if (fault != 0) {
            pid_ = 0;
            throw std::runtime_error("reeve serve cannot be started");
        }
        // It has said everything, or ended.
        std::string said;
        char bytes[512];
        ssize_t got = 0;
        while (said.find(" at http") == said.npos && (got = ::read(out_, bytes, sizeof bytes)) > 0)
            said.append(bytes, static_cast<std::size_t>(got));
        if (said.find(" at http") == said.npos)
            throw std::runtime_error("reeve serve did not start: " + said);
    }
    ~ServiceProcess() {
        if (pid_ > 0) {
            ::kill(pid_, SIGTERM);
            ::waitpid(pid_, nullptr, 0);
        }
        if (out_ >= 0) ::close(out_);
    }
    ServiceProcess(const ServiceProcess&) = delete;

    double resident_mib() const {
        double all = 0, resident = 0;
        std::ifstream(fmt::format("/proc/{}/statm", pid_)) >> all >> resident;
        return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1024 / 1024;
    }
    double processor_seconds() const {
        std::ifstream file(fmt::format("/proc/{}/stat", pid_));
        std::string text((std::istreambuf_iterator<char>(file)), {});
        std::istringstream fields(text.substr(text.rfind(')') + 2));
        std::string skipped;
        for (int i = 0; i < 11; ++i) fields >> skipped;  // up to utime, the 14th of proc(5)
        double user = 0, system = 0;
        fields >> user >> system;
        return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }

  private:
    ServiceProcess() = default;
    pid_t pid_ = 0;
    int out_ = -1;
};

}  // namespace

Json bench_idle(const BenchOptions& options) {
    constexpr std::chrono::seconds settled{2}, watched{10};
    const auto count = options.count ? options.count : 100'000;
    BenchOffice office(options.store, {});
    run_load(office.engine(), count, options.in_flight, false);
    office.close();
    std::vector<double> resident, percent;
    for (int round = 0; round < options.rounds; ++round) {
        const ServiceProcess service(office.folder());
        std::this_thread::sleep_for(settled);
        const auto used = service.processor_seconds();
        const auto begun = runtime::stopwatch();
        std::this_thread::sleep_for(watched);
        percent.push_back(100 * (service.processor_seconds() - used) / runtime::seconds_since(begun));
        resident.push_back(service.resident_mib());
    }
    return {{"bench", "idle"},
            {"pending_clocks", count},
            {"rounds", options.rounds},
            {"resident_mib", spread(resident)},
            {"processor_percent", spread(percent)}};
}

}  // namespace reeve::cli
