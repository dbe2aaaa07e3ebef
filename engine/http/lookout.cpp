#include "engine/http/lookout.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/log.h"

namespace reeve::http {

namespace {

// Between two readings.
constexpr std::chrono::milliseconds breath{10};

}  // namespace

Lookout::Lookout(runtime::Engine& engine, asio::io_context& io, std::string_view failed,
                 std::function<asio::awaitable<Next>()> read)
    : io_(io), failed_(failed), read_(std::move(read)), pause_(io), listening_(engine.on_commit([this] {
          if (count_ == 0 || told_.exchange(true)) return;
          asio::post(io_, [this] {
              told_ = false;
              look();
          });
      })) {}

void Lookout::look() {
    again_ = true;
    if (reading_ || count_ == 0 || stopping_) return;
    reading_ = true;  // first: it may run, and end, before co_spawn returns
    try {
        asio::co_spawn(io_, read_on(), asio::detached);
    } catch (...) {
        reading_ = false;
        throw;
    }
}

void Lookout::stop() {
    stopping_ = true;
    pause_.cancel();
}

// Whatever a reading throws ends this one alone: the next commit, or a heartbeat, looks again.
asio::awaitable<Lookout::Next> Lookout::read_once() {
    try {
        co_return co_await read_();
    } catch (const std::exception& e) {
        log::write(log::Level::error, failed_, {{"error", e.what()}});
        co_return Next::nothing;
    }
}

asio::awaitable<void> Lookout::read_on() {
    const std::unique_ptr<bool, void (*)(bool*)> reading(&reading_, [](bool* flag) { *flag = false; });
    while (again_ && count_ > 0 && !stopping_) {
        again_ = false;
        const auto next = co_await read_once();
        if (next == Next::nothing) break;
        if (next == Next::at_once) again_ = true;
        const bool rest = next == Next::rest || (next == Next::when_told && again_);
        if (!rest || stopping_) continue;
        pause_.expires_after(breath);
        co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

}  // namespace reeve::http
