#include "engine/http/feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "engine/http/follower.h"
#include "engine/http/on_pool.h"
#include "engine/log.h"

namespace reeve::http {

namespace {

constexpr std::size_t most_kept = 4096;  // events, of a few hundred bytes each
// Between two readings: under load many commits are read at once, and nobody notices the delay.
constexpr std::chrono::milliseconds breath{10};

}  // namespace

Feed::Feed(runtime::Engine& engine, Readers& readers, asio::thread_pool& pool, asio::io_context& io)
    : engine_(engine),
      readers_(readers),
      pool_(pool),
      io_(io),
      pause_(io),
      listening_(engine.on_commit([this] {
          if (count_ == 0 || told_.exchange(true)) return;
          asio::post(io_, [this] {
              told_ = false;
              look();
          });
      })) {}

void Feed::enter(Follower& follower, std::uint64_t head) {
    if (followers_.empty()) {
        kept_.clear();
        kept_after_ = newest_ = head;
    }
    followers_.push_back(&follower);
    count_ = followers_.size();
    look();  // what was committed before anybody was counted told nobody
}

void Feed::leave(Follower& follower) {
    std::erase(followers_, &follower);
    count_ = followers_.size();
    if (followers_.empty()) kept_.clear();
}

std::size_t Feed::followers_of(const std::string& person) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        followers_, [&](const Follower* follower) { return follower->person() == person; }));
}

void Feed::stop() {
    stopping_ = true;
    pause_.cancel();
    wake();
}

void Feed::wake() {
    for (auto* follower : followers_) follower->wake();
}

void Feed::look() {
    again_ = true;
    if (reading_ || followers_.empty() || stopping_) return;
    reading_ = true;
    asio::co_spawn(io_, read_on(), asio::detached);
}

asio::awaitable<void> Feed::read_on() {
    const Wanted everything;
    while (again_ && !followers_.empty() && !stopping_) {
        again_ = false;
        auto stretch = co_await read(newest_, everything);
        if (!stretch) break;  // said where it was read; a heartbeat looks again
        again_ |= stretch->more;
        const bool wait = !stretch->more;
        // Those who followed may have gone meanwhile, and others come, who begin elsewhere.
        if (stretch->after == newest_)
            keep(std::move(*stretch));
        else
            again_ = true;
        wake();
        if (!wait || stopping_) continue;
        pause_.expires_after(breath);
        co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    reading_ = false;
}

void Feed::keep(Stretch stretch) {
    newest_ = stretch.upto;
    for (auto& told : stretch.told) kept_.push_back(std::move(told));
    while (kept_.size() > most_kept) {
        kept_after_ = kept_.front()->seq;
        kept_.pop_front();
    }
}

void Feed::kept(std::uint64_t after, const std::function<bool(const Told&)>& each) const {
    auto told = std::ranges::upper_bound(kept_, after, {}, [](const auto& one) { return one->seq; });
    while (told != kept_.end() && each(**told)) ++told;
}

asio::awaitable<Result<Stretch>> Feed::read(std::uint64_t after, const Wanted& wanted) {
    std::function<Result<Stretch>()> work = [this, after, &wanted]() -> Result<Stretch> {
        try {
            Readers::Lease reader(readers_);
            return read_stretch({*reader, engine_.catalog(), engine_.directory(), engine_.now()}, after,
                                wanted);
        } catch (const std::exception& e) {
            log::write(log::Level::error, "events-not-read", {{"error", e.what()}});
            return std::unexpected(store::trouble(e));
        }
    };
    co_return co_await on_pool(pool_, std::move(work));
}

}  // namespace reeve::http
