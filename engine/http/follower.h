// Inside engine/http: one who follows the events of the journal, for as long as they may and want. Belongs to
// the network's thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "engine/http/feed.h"

namespace reeve::http {

struct Service;
class Wire;

class Follower {
  public:
    // Takes its place among those who follow, if there is one: code "too-many-streams". The request says who
    // asks, and whether they still may: it is looked at again and again, and outlives the follower.
    static Result<std::shared_ptr<Follower>> enter(Service&, const Request&, const Following&);
    ~Follower();
    Follower(const Follower&) = delete;

    // What is to be sent next, as soon as there is something: events, or a sign that nothing happened. The
    // last one says why it ends; after it there is nothing: empty.
    asio::awaitable<std::string> next();
    // Ends when the client goes, or says something where it should listen.
    static void watch(const std::shared_ptr<Follower>&, asio::ip::tcp::socket&);
    void wake() { timer_.cancel(); }
    const std::string& person() const { return caller_.person; }

  private:
    Follower(Service&, const Request&, const Following&, Caller);
    std::optional<Error> over();  // why it ends here
    std::string take_kept();
    std::string take(const Stretch&);
    std::string beat();
    std::string end(const Error&);

    using Clock = std::chrono::steady_clock;
    Service& service_;
    const Request& request_;
    const Wanted wanted_;
    Caller caller_;
    std::shared_ptr<const org::Directory> directory_;  // by which the caller is known
    std::uint64_t place_;                              // all up to here was told, or is not for them
    asio::steady_timer timer_;
    Clock::time_point looked_, beat_at_;
    bool begun_ = false, ended_ = false, gone_ = false;
};

// Sends what the follower is to be told, until either has enough. A client that does not take what it was
// sent within `patience` is let go.
asio::awaitable<void> send_events(Wire&, Follower&, std::chrono::milliseconds patience, bool chunked);

}  // namespace reeve::http
