#include "engine/runtime/plugin_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include "engine/log.h"

namespace reeve::runtime {

namespace {

constexpr int look_every_ms = 50;               // at memory, and at whether it is to stop
constexpr int die_within_ms = 1'000;            // between the last word of a process and its end
constexpr std::uint32_t greatest = 256u << 20;  // bytes of a request

[[noreturn]] void cannot(const char* what, int error = errno) {
    throw std::system_error(error, std::generic_category(), what);
}

// A plugin sees the language, the zone, where to look for programs, libraries and certificates, and what a
// sanitizer is told; nothing else that the engine was started with, least of all its secrets.
std::vector<char*> environment() {
    static constexpr std::string_view passed[] = {"LANG=",          "LC_",           "TZ=",
                                                  "PATH=",          "HOME=",         "LD_LIBRARY_PATH=",
                                                  "SSL_CERT_FILE=", "SSL_CERT_DIR=", "ASAN_OPTIONS=",
                                                  "UBSAN_OPTIONS=", "TSAN_OPTIONS=", "LSAN_OPTIONS="};
    // What the allocator takes for itself counts as the plugin's: one arena, no thread.
    static char sparing[] = "MALLOC_CONF=narenas:1,background_thread:false";
    std::vector<char*> kept{sparing};
    for (char** one = environ; one && *one; ++one)
        for (const auto name : passed)
            if (std::string_view(*one).starts_with(name)) kept.push_back(*one);
    kept.push_back(nullptr);
    return kept;
}

// A session of its own: Ctrl-C in a terminal is for the engine, which ends its plugins in order; and what the
// plugin starts can be killed with it. `mouth`: its standard error; -1: the engine's.
int spawn(pid_t& pid, const char* program, int socket, int mouth) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    // First the one that may be 3 itself.
    if (mouth >= 0) posix_spawn_file_actions_adddup2(&files, mouth, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&files, socket, 3);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, 4);
    posix_spawnattr_t how;
    posix_spawnattr_init(&how);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    char name[] = "reeve", word[] = "plugin-host";
    char* words[] = {name, word, nullptr};
    auto kept = environment();
    const int failed = ::posix_spawn(&pid, program, &files, &how, words, kept.data());
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

std::string size_text(std::uint64_t bytes) {
    return bytes >= 1 << 20 ? fmt::format("{} MiB", bytes >> 20) : fmt::format("{} bytes", bytes);
}

}  // namespace

PluginProcess::PluginProcess(const PluginSettings& settings) : limits_(settings.limits) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) cannot("making a socket");
    int failed = 0;
    try {
        // Without a log it speaks where the engine's own process does.
        if (log::writes(log::Level::error)) voice_ = std::make_unique<PluginVoice>(settings.name);
        failed = spawn(pid_, settings.program.c_str(), ends[1], voice_ ? voice_->mouth() : -1);
        if (voice_) voice_->begin();
    } catch (const std::system_error&) {
        if (pid_ > 0) (void)reap();
        ::close(ends[0]);
        ::close(ends[1]);
        throw;
    }
    ::close(ends[1]);
    socket_ = ends[0];
    // Not glibc's pidfd_open: its header in 2.36 is not for C++.
    if (failed == 0) pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (failed == 0 && pidfd_ >= 0) return;
    const int error = failed ? failed : errno;
    if (failed == 0) (void)reap();
    ::close(socket_);
    cannot("starting its process", error);
}

PluginProcess::~PluginProcess() {
    (void)reap();  // before what it said last is told
    voice_.reset();
    ::close(socket_);
    ::close(pidfd_);
}

int PluginProcess::reap() {
    if (!status_) {
        ::kill(-pid_, SIGKILL);
        ::kill(pid_, SIGKILL);  // before it is the leader of its session
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        status_ = status;
    }
    return *status_;
}

std::string PluginProcess::killed(std::string why) {
    (void)reap();
    return why;
}

bool PluginProcess::wait_for_end(int within_ms) const {
    pollfd end{pidfd_, POLLIN, 0};
    int ready = 0;
    while ((ready = ::poll(&end, 1, within_ms)) < 0 && errno == EINTR) {
    }
    return ready > 0;
}

std::string PluginProcess::why_ended() {
    if (!status_ && !wait_for_end(die_within_ms))
        return killed("closed its connection to the engine and was ended");
    const int status = reap();
    if (WIFSIGNALED(status))
        return fmt::format("was ended by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) == out_of_memory)
        return fmt::format("wanted more memory than its {} and was ended", size_text(limits_.memory));
    return fmt::format("ended by itself (exit status {})", WEXITSTATUS(status));
}

// What it may write to, shared memory too; programs and libraries, read from their files, are not its own.
std::uint64_t PluginProcess::memory_used() const {
    std::ifstream in(fmt::format("/proc/{}/status", pid_));
    std::uint64_t kib = 0;
    for (std::string line; std::getline(in, line);)
        for (const char* part : {"RssAnon:", "RssShmem:"})
            if (line.starts_with(part)) kib += std::strtoull(line.c_str() + std::strlen(part), nullptr, 10);
    return kib << 10;
}

std::expected<PluginReply, std::string> PluginProcess::exchange(std::string_view request, Millis within,
                                                                const std::atomic<bool>& stopping) {
    if (request.size() > greatest) return PluginReply{plugin_word::fault, "the request is too large for it"};
    std::string out(4, '\0');
    const auto length = static_cast<std::uint32_t>(request.size());
    std::memcpy(out.data(), &length, 4);
    out += request;
    std::string in;
    std::size_t sent = 0, wanted = 4;
    auto until = stopwatch() + within;
    bool hurried = false;
    for (;;) {
        if (stopping && !hurried) {
            hurried = true;
            until = std::min(until, stopwatch() + limits_.close);
        }
        const auto left = std::chrono::duration_cast<Millis>(until - stopwatch()).count();
        if (left <= 0)
            return std::unexpected(killed(
                hurried ? "was ended with the engine, within a call"
                        : fmt::format("took longer than {} s and was ended", within.count() / 1000.0)));
        if (memory_used() > limits_.memory)
            return std::unexpected(
                killed(fmt::format("took more memory than its {} and was ended", size_text(limits_.memory))));
        pollfd socket{socket_, static_cast<short>(sent < out.size() ? POLLIN | POLLOUT : POLLIN), 0};
        const int ready = ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left, look_every_ms)));
        if (ready < 0 && errno != EINTR) cannot("waiting for a plugin");
        if (ready <= 0) continue;
        if (socket.revents & POLLOUT) {
            const auto n = ::send(socket_, out.data() + sent, out.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n > 0) sent += static_cast<std::size_t>(n);
            if (n < 0 && errno != EAGAIN && errno != EINTR) return std::unexpected(why_ended());
        }
        if (!(socket.revents & (POLLIN | POLLHUP | POLLERR))) continue;
        char bytes[64 * 1024];
        const auto n = ::recv(socket_, bytes, std::min(sizeof bytes, wanted - in.size()), MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (n <= 0) return std::unexpected(why_ended());
        in.append(bytes, static_cast<std::size_t>(n));
        if (in.size() < wanted) continue;
        if (wanted == 4) {
            std::uint32_t size = 0;
            std::memcpy(&size, in.data(), 4);
            if (size > limits_.answer + 1)
                return std::unexpected(
                    killed(fmt::format("gave more than {} and was ended", size_text(limits_.answer))));
            wanted += size;
        }
        if (in.size() < wanted) continue;
        if (wanted == 4 || sent < out.size())
            return std::unexpected(killed("wrote into its connection to the engine and was ended"));
        return PluginReply{in[4], in.substr(5)};
    }
}

void PluginProcess::end(Millis within) {
    ::shutdown(socket_, SHUT_WR);
    (void)wait_for_end(static_cast<int>(within.count()));
    (void)reap();
}

}  // namespace reeve::runtime
