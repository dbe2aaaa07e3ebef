#include "engine/runtime/plugin_voice.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <system_error>

#include "engine/log.h"
#include "engine/runtime/plugin_answer.h"
#include "engine/runtime/time_source.h"

namespace reeve::runtime {

namespace {

constexpr int most_in_a_second = 200;     // lines
constexpr std::size_t longest = 500;      // bytes of a line, as one_line() keeps them
constexpr std::size_t piece = 64 * 1024;  // what a pipe holds

}  // namespace

PluginVoice::PluginVoice(std::string plugin) : plugin_(std::move(plugin)) {
    if (::pipe2(ends_, O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "making a pipe");
    stop_ = ::eventfd(0, EFD_CLOEXEC);
    if (stop_ >= 0) return;
    const int error = errno;
    for (const int end : ends_) ::close(end);
    throw std::system_error(error, std::generic_category(), "making an eventfd");
}

PluginVoice::~PluginVoice() {
    const std::uint64_t one = 1;
    (void)!::write(stop_, &one, sizeof one);
    if (listener_.joinable()) listener_.join();
    for (const int file : {ends_[0], ends_[1], stop_})
        if (file >= 0) ::close(file);
}

void PluginVoice::begin() {
    ::close(std::exchange(ends_[1], -1));
    (void)::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    listener_ = std::thread([this] { listen(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// Until nobody can write any more, or this is to end: what a plugin started may outlive it and keep the pipe.
void PluginVoice::listen() {
    std::string bytes(piece, '\0');
    for (bool ending = false; !ending;) {
        pollfd both[] = {{ends_[0], POLLIN, 0}, {stop_, POLLIN, 0}};
        if (::poll(both, 2, -1) < 0 && errno != EINTR) break;
        ending = both[1].revents != 0;
        const auto n = ::read(ends_[0], bytes.data(), bytes.size());
        if (n == 0) break;
        for (ssize_t i = 0; i < n; ++i) {
            const char c = bytes[static_cast<std::size_t>(i)];
            if (c != '\n') {
                if (!cut_) unended_ += c;
                if (unended_.size() < longest) continue;
                cut_ = true;
            }
            if (!unended_.empty()) tell(std::exchange(unended_, {}));
            if (c == '\n') cut_ = false;
        }
    }
    if (!unended_.empty()) tell(std::move(unended_));
    tell_lost();
}

void PluginVoice::tell(std::string line) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(stopwatch()).count();
    if (now != second_) {
        tell_lost();
        second_ = now;
        told_ = 0;
    }
    if (++told_ > most_in_a_second) {
        ++lost_;
        return;
    }
    log::write(log::Level::info, "plugin-said", {{"plugin", plugin_}, {"line", one_line(std::move(line))}});
}

void PluginVoice::tell_lost() {
    if (lost_ > 0)
        log::write(log::Level::warning, "plugin-lines-lost",
                   {{"plugin", plugin_}, {"lines", std::exchange(lost_, 0)}});
}

}  // namespace reeve::runtime
