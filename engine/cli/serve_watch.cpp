#include "engine/cli/serve_watch.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <systemd/sd-daemon.h>

#include <chrono>
#include <memory>

#include "engine/log.h"

namespace reeve::cli {

namespace {

using time::Millis;
using Clock = std::chrono::steady_clock;

constexpr long answer_within_s = 20;

std::size_t take_nothing(char*, std::size_t, std::size_t size, void*) { return size; }

int look_around(void* over, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return (*static_cast<std::function<bool()>*>(over))() ? 1 : 0;
}

}  // namespace

Watch::Watch(std::string url, Millis every, Troubles troubles)
    : url_(std::move(url)), every_(every), troubles_(std::move(troubles)) {
    std::uint64_t micros = 0;
    // systemd wants a sign of life within the time; twice as often is safe.
    if (::sd_watchdog_enabled(0, &micros) > 0) watchdog_ = Millis{static_cast<std::int64_t>(micros / 2000)};
    ::sd_notify(0, "READY=1");
    if (!url_.empty()) ::curl_global_init(CURL_GLOBAL_DEFAULT);
    if (!url_.empty() || watchdog_.count() > 0)
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Watch::~Watch() { ::sd_notify(0, "STOPPING=1"); }

void Watch::sign() {
    if (watchdog_.count() == 0 || Clock::now() < next_sign_) return;
    ::sd_notify(0, "WATCHDOG=1");
    next_sign_ = Clock::now() + watchdog_;
}

void Watch::run(const std::stop_token& stop) {
    const auto far = Clock::time_point::max();
    auto next_beat = url_.empty() ? far : Clock::now();
    while (!stop.stop_requested()) {
        sign();
        if (next_beat <= Clock::now()) {
            beat(stop);
            next_beat = Clock::now() + every_;
        }
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, stop, std::min(watchdog_.count() > 0 ? next_sign_ : far, next_beat),
                            [] { return false; });
    }
}

void Watch::beat(const std::stop_token& stop) {
    // Silence is the message: whoever listens raises the alarm.
    if (const auto troubles = troubles_(); !troubles.empty()) {
        log::write(log::Level::warning, "heartbeat-held-back",
                   {{"error", fmt::format("{}", fmt::join(troubles, "; "))}});
        return;
    }
    // While the other side takes its time, systemd is told that this one lives; a stop waits for nobody.
    std::function<bool()> over = [&] {
        sign();
        return stop.stop_requested();
    };
    const std::unique_ptr<CURL, void (*)(CURL*)> curl(::curl_easy_init(), ::curl_easy_cleanup);
    const auto set = [&](CURLoption option, auto value) { ::curl_easy_setopt(curl.get(), option, value); };
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_TIMEOUT, answer_within_s);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_WRITEFUNCTION, take_nothing);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, look_around);
    set(CURLOPT_XFERINFODATA, &over);
    set(CURLOPT_USERAGENT, "Reeve/" REEVE_VERSION);
    const auto result = ::curl_easy_perform(curl.get());
    // The address may be a secret: it is not said.
    if (result != CURLE_OK && !failed_ && !stop.stop_requested())
        log::write(log::Level::warning, "heartbeat-failed", {{"error", ::curl_easy_strerror(result)}});
    failed_ = result != CURLE_OK;
}

}  // namespace reeve::cli
