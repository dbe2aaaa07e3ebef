// crash_worker FOLDER FIRST COUNT: the process that is killed. Works on matters FIRST, FIRST + 1 …, COUNT of
// them, many at once, and lets the clocks of all run. Says "open" when the folder is, then a line for each
// answer, once it has it: "done KEY CASE LAST_SEQ" or "refused KEY CODE". Goes on until it is killed.
#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>

#include "tests/crash/matter.h"

namespace {

using namespace reeve;

// One write a line, so that a line is there as a whole or not at all.
void say(const std::string& line) {
    if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
}

class Worker {
  public:
    explicit Worker(runtime::Engine& engine) : engine_(engine) {}

    void work(std::uint64_t first, std::uint64_t count) {
        for (auto number = first; number < first + count; ++number) {
            {
                std::unique_lock lock(mutex_);
                fewer_.wait(lock, [&] { return in_flight_ < most_in_flight; });
                ++in_flight_;
            }
            ask(crash::start(number), crash::follow_up(number));
        }
    }

  private:
    static constexpr int most_in_flight = 8;

    void ask(core::Command command, std::optional<core::Command> next) {
        const auto key = command.key;
        engine_.post(std::move(command), [this, key, next](Result<runtime::Receipt> receipt) {
            say(receipt ? fmt::format("done {} {} {}\n", key, receipt->case_id, receipt->last_seq)
                        : fmt::format("refused {} {}\n", key, receipt.error().code));
            if (next) return ask(*next, std::nullopt);
            std::lock_guard lock(mutex_);
            --in_flight_;
            fewer_.notify_one();
        });
    }

    runtime::Engine& engine_;
    std::mutex mutex_;
    std::condition_variable fewer_;
    int in_flight_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    auto engine = runtime::Engine::open({.folder = argv[1]});
    if (!engine) {
        fmt::print(stderr, "crash_worker: {}\n", engine.error().text());
        return 1;
    }
    say("open\n");
    Worker worker(**engine);
    worker.work(std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10));
    for (;;) ::pause();
}
