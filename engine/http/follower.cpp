#include "engine/http/follower.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/http/service.h"

namespace reeve::http {

namespace {

constexpr std::size_t most_bytes = 64 << 10;  // sent at once
// Rights are looked at anew when the organisation changes, and a token or a session that has ended tells
// nobody: after this much at the latest where events come, and with each heartbeat where none do.
constexpr std::chrono::seconds looked_again{1};
constexpr int retry_ms = 2000;  // a client that lost the connection comes back after this

}  // namespace

Result<std::shared_ptr<Follower>> Follower::enter(Service& service, const Request& request,
                                                  const Following& following) {
    auto caller = who_asks(service, request, false);
    if (!caller) return std::unexpected(caller.error());
    if (service.feed.followers_of(caller->person) >= service.options.streams_each)
        return refuse("too-many-streams",
                      fmt::format("{} has {} streams of events open, and no more are kept for one person",
                                  caller->person, service.options.streams_each),
                      "");
    if (service.feed.followers() >= service.options.streams)
        return refuse("too-many-streams",
                      fmt::format("{} streams of events are open, and no more are kept: try again in a while",
                                  service.options.streams),
                      "");
    return std::shared_ptr<Follower>(new Follower(service, request, following, std::move(*caller)));
}

Follower::Follower(Service& service, const Request& request, const Following& following, Caller caller)
    : service_(service),
      request_(request),
      wanted_(following.wanted),
      caller_(std::move(caller)),
      directory_(service.engine.directory()),
      place_(following.after),
      timer_(service.io),
      looked_(Clock::now()),
      beat_at_(looked_) {
    service_.feed.enter(*this, following.head);
}

Follower::~Follower() { service_.feed.leave(*this); }

void Follower::watch(const std::shared_ptr<Follower>& follower, asio::ip::tcp::socket& socket) {
    socket.async_wait(asio::ip::tcp::socket::wait_read,
                      [weak = std::weak_ptr(follower)](const boost::system::error_code& fault) {
                          const auto still = weak.lock();
                          if (!still || fault) return;
                          still->gone_ = true;
                          still->wake();
                      });
}

asio::awaitable<std::string> Follower::next() {
    if (!begun_) {
        begun_ = true;
        // Whoever is cut off before the first event goes on from here all the same.
        co_return fmt::format("retry: {}\n", retry_ms) + beat();
    }
    while (!ended_ && !gone_) {
        if (const auto why = over()) co_return end(*why);
        std::string text;
        if (place_ < service_.feed.newest()) {
            if (service_.feed.keeps(place_)) {
                text = take_kept();
            } else {
                const auto stretch = co_await service_.feed.read(place_, wanted_);
                if (!stretch)
                    co_return end({"failed", "the journal could not be read; come back for more", ""});
                if (over()) continue;  // while it was read
                text = take(*stretch);
            }
        }
        if (!text.empty()) {
            beat_at_ = Clock::now() + service_.options.heartbeat;
            co_return text;
        }
        if (Clock::now() >= beat_at_) co_return beat();
        if (place_ < service_.feed.newest()) continue;
        timer_.expires_at(beat_at_);
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return std::string();
}

std::optional<Error> Follower::over() {
    if (service_.stopping) return Error{"stopping", "the service is ending", ""};
    auto directory = service_.engine.directory();
    if (directory == directory_ && Clock::now() < looked_ + looked_again) return std::nullopt;
    auto caller = who_asks(service_, request_, false);
    if (!caller) return caller.error();
    caller_ = std::move(*caller);
    directory_ = std::move(directory);
    looked_ = Clock::now();
    return std::nullopt;
}

std::string Follower::take_kept() {
    std::string text;
    bool all = true;
    service_.feed.kept(place_, [&](const Told& told) {
        if (hears(caller_, wanted_, *directory_, told)) text += told.text;
        place_ = told.seq;
        all = text.size() < most_bytes;
        return all;
    });
    if (all) place_ = service_.feed.newest();
    return text;
}

std::string Follower::take(const Stretch& stretch) {
    std::string text;
    for (const auto& told : stretch.told)
        if (hears(caller_, wanted_, *directory_, *told)) text += told->text;
    place_ = stretch.upto;
    return text;
}

// Says how far it was read, too: a client for whom there was little need not go through all of it again.
std::string Follower::beat() {
    beat_at_ = Clock::now() + service_.options.heartbeat;
    service_.feed.look();
    return fmt::format(": nothing more by now\nid: {}\n\n", place_);
}

std::string Follower::end(const Error& why) {
    ended_ = true;
    return fmt::format("event: ended\ndata: {}\n\n",
                       Json{{"code", why.code}, {"detail", why.message}}.dump());
}

}  // namespace reeve::http
