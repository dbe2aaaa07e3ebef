// The reeve command.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/cli/commands.h"
#include "engine/runtime/plugin.h"
#include "engine/store/process.h"

// Read by jemalloc: what a busy hour took goes back to the machine in the quiet one after it.
extern "C" const char* const malloc_conf;
const char* const malloc_conf = "background_thread:true";

namespace {

// What cannot be written to standard error, as when the disk of the log is full or nobody reads any more,
// stops no work: it would end the process otherwise, as nobody is left who could be told.
ssize_t write_to_standard_error(void*, const char* bytes, std::size_t size) {
    sigset_t pipe, before;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
    for (std::size_t at = 0; at < size;) {
        const auto written = ::write(STDERR_FILENO, bytes + at, size - at);
        if (written >= 0) {
            at += static_cast<std::size_t>(written);
        } else if (errno == EAGAIN) {
            pollfd room{STDERR_FILENO, POLLOUT, 0};
            if (::poll(&room, 1, 1000) == 0) break;  // nobody reads
        } else if (errno == EPIPE) {
            const timespec at_once{};
            ::sigtimedwait(&pipe, nullptr, &at_once);  // it came of this write, and waits for this thread
            break;
        } else if (errno != EINTR) {
            break;
        }
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return static_cast<ssize_t>(size);
}

void settle_standard_files() {
    // Where one is closed, the next file that is opened would get its number, and with it what is said there.
    while (true) {
        const int fd = ::open("/dev/null", O_RDONLY);
        if (fd < 0 || fd > STDERR_FILENO) {
            if (fd > STDERR_FILENO) ::close(fd);
            break;
        }
    }
    if (auto* file = ::fopencookie(nullptr, "w",
                                   {.read = {}, .write = write_to_standard_error, .seek = {}, .close = {}})) {
        std::setvbuf(file, nullptr, _IONBF, 0);
        stderr = file;
    }
}

}  // namespace

int main(int argc, char** argv) {
    settle_standard_files();
    // A file that may grow no further is an error of the write, not the end of the process.
    std::signal(SIGXFSZ, SIG_IGN);
    reeve::store::count_no_memory();
    std::vector<std::string> words(argv + 1, argv + argc);
    // Not a command for people: reeve starts itself so, once for each plugin.
    if (words == std::vector<std::string>{"plugin-host"}) return reeve::runtime::host_plugin();
    CLI::App app{"Reeve runs casework: every case has an owner and a clock, and no clock is forgotten."};
    app.set_version_flag("--version", "reeve " REEVE_VERSION, "Print the version and end");
    reeve::cli::Cli cli;
    reeve::cli::add_commands(app, cli);
    if (const auto bad = reeve::cli::bad_argument(words)) {
        cli.json = std::ranges::find(words, "--json") != words.end();
        return reeve::cli::refused(cli, *bad);
    }
    if (words.empty())
        return reeve::cli::report_wrong_use(
            words, "say what to do, as in reeve case list; reeve --help lists the commands");
    if (words == std::vector<std::string>{"--version", "--json"} ||
        words == std::vector<std::string>{"--json", "--version"}) {
        fmt::print("{{\"version\": \"{}\"}}\n", REEVE_VERSION);
        return reeve::cli::finish(0);
    }
    // As people type it: reeve help, reeve help case start.
    if (words.front() == "help") {
        words.erase(words.begin());
        if (const auto fault = reeve::cli::unknown_command(app, words); !fault.empty())
            return reeve::cli::report_wrong_use(words, fault);
        words.push_back("--help");
    }
    try {
        app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::ParseError& e) {
        // CLI11 would only say that a command is missing.
        for (const auto& fault :
             {reeve::cli::unknown_command(app, words), reeve::cli::unknown_option(app, words)}) {
            if (e.get_exit_code() == 0 || fault.empty()) continue;
            return reeve::cli::report_wrong_use(words, fault);
        }
        if (e.get_exit_code() == 0) return reeve::cli::finish(app.exit(e));
        return reeve::cli::report_wrong_use(words, reeve::cli::in_words(app, words, e));
    }
    return reeve::cli::finish(cli.status);
}
