// Feed: reads the journal once for all who follow it, as it grows, and keeps its end in memory. Follower: one
// who follows, with a place of their own in the journal; who falls behind what is kept reads from the
// journal.
//
// All of it belongs to the network's thread but for reading, which is done on the pool. The engine never
// waits for it: a commit only sets it going. While nobody follows it does nothing and keeps nothing.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <deque>
#include <expected>
#include <functional>
#include <list>

#include "engine/http/lookout.h"
#include "engine/http/readers.h"
#include "engine/http/told.h"

namespace reeve::http {

namespace asio = boost::asio;

// What a request to follow comes to.
struct Following {
    Wanted wanted;
    std::uint64_t after = 0;  // the first event is that behind this number
    std::uint64_t head = 0;   // the journal's last number, when it was asked
};

class Follower;

class Feed {
  public:
    Feed(runtime::Engine&, Readers&, asio::thread_pool&, asio::io_context&);
    Feed(const Feed&) = delete;

    void enter(Follower&, std::uint64_t head);
    void leave(Follower&);
    std::size_t followers() const { return lookout_.waiting(); }  // from any thread
    std::size_t followers_of(const std::string& person) const;
    void stop();                      // every stream ends
    void look() { lookout_.look(); }  // whether there is more in the journal

    // The number up to which it has read.
    std::uint64_t newest() const { return newest_; }
    // Whether all that lies behind `after` up to newest() is kept.
    bool keeps(std::uint64_t after) const { return after >= kept_after_; }
    // What is kept and lies behind `after`, in order, until `each` says false.
    void kept(std::uint64_t after, const std::function<bool(const Told&)>& each) const;
    // What lies behind `after`, from the journal.
    asio::awaitable<Result<Stretch>> read(std::uint64_t after, const Wanted& wanted);

  private:
    asio::awaitable<Lookout::Next> read_on();
    void keep(Stretch);
    void wake();

    runtime::Engine& engine_;
    Readers& readers_;
    asio::thread_pool& pool_;
    std::list<Follower*> followers_;
    std::deque<std::shared_ptr<const Told>> kept_;
    std::uint64_t kept_after_ = 0, newest_ = 0;
    Lookout lookout_;  // last: it reads into the rest
};

}  // namespace reeve::http
