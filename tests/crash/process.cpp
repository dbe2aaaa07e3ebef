#include "tests/crash/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <system_error>

namespace reeve::crash {

Process::Process(const std::vector<std::string>& words) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    std::vector<char*> argv;
    for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    const int failed = ::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    out_ = ends[0];
    if (failed != 0) throw std::system_error(failed, std::generic_category(), "starting " + words[0]);
}

Process::~Process() {
    kill();
    ::close(out_);
}

std::optional<std::string> Process::line() {
    for (;;) {
        if (const auto end = text_.find('\n'); end != std::string::npos) {
            auto line = text_.substr(0, end);
            text_.erase(0, end + 1);
            return line;
        }
        char bytes[4096];
        const auto read = ::read(out_, bytes, sizeof bytes);
        if (read < 0 && errno == EINTR) continue;
        if (read <= 0) return std::nullopt;
        text_.append(bytes, static_cast<std::size_t>(read));
    }
}

std::string Process::rest() {
    std::string all;
    while (auto one = line()) all += *one + "\n";
    return all;
}

bool Process::running() {
    if (status_) return false;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
    status_ = status;
    return false;
}

void Process::kill() {
    if (running()) ::kill(pid_, SIGKILL);
    (void)exit();
}

int Process::exit() {
    if (!status_) {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        status_ = status;
    }
    return WIFEXITED(*status_) ? WEXITSTATUS(*status_) : -1;
}

}  // namespace reeve::crash
