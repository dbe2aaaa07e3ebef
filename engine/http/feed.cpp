#include "engine/http/feed.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/http/follower.h"
#include "engine/http/on_pool.h"
#include "engine/log.h"

namespace reeve::http {

namespace {

constexpr std::size_t most_kept = 4096;  // events, of a few hundred bytes each

}  // namespace

Feed::Feed(runtime::Engine& engine, Readers& readers, asio::thread_pool& pool, asio::io_context& io)
    : engine_(engine),
      readers_(readers),
      pool_(pool),
      lookout_(engine, io, "events-not-read", [this] { return read_on(); }) {}

void Feed::enter(Follower& follower, std::uint64_t head) {
    if (followers_.empty()) {
        kept_.clear();
        kept_after_ = newest_ = head;
    }
    followers_.push_back(&follower);
    lookout_.waiting(followers_.size());
    look();  // what was committed before anybody was counted told nobody
}

void Feed::leave(Follower& follower) {
    std::erase(followers_, &follower);
    lookout_.waiting(followers_.size());
    if (followers_.empty()) kept_.clear();
}

std::size_t Feed::followers_of(const std::string& person) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        followers_, [&](const Follower* follower) { return follower->person() == person; }));
}

void Feed::stop() {
    lookout_.stop();
    wake();
}

void Feed::wake() {
    for (auto* follower : followers_) follower->wake();
}

asio::awaitable<Lookout::Next> Feed::read_on() {
    const Wanted everything;
    auto stretch = co_await read(newest_, everything);
    if (!stretch) co_return Lookout::Next::nothing;  // said where it was read; a heartbeat looks again
    auto next = stretch->more ? Lookout::Next::at_once : Lookout::Next::rest;
    // Those who followed may have gone meanwhile, and others come, who begin elsewhere.
    if (stretch->after == newest_)
        keep(std::move(*stretch));
    else
        next = Lookout::Next::at_once;
    wake();
    co_return next;
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
