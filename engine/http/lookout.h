// Inside engine/http: looks at the journal whenever something was committed, for as long as somebody waits to
// hear of it. One reading at a time; commits that come meanwhile are looked at together, in the next one.
//
// It belongs to the network's thread. The engine never waits for it: a commit only sets it going.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "engine/runtime/engine.h"

namespace reeve::http {

namespace asio = boost::asio;

class Lookout {
  public:
    enum class Next {
        at_once,    // there is more to read
        rest,       // under load many commits are read at once, and nobody notices the delay
        when_told,  // the same, but only if there was another commit meanwhile
        nothing     // until the next look(): it cannot be read now
    };
    // `failed`: the event under which the log is told of a reading that threw.
    Lookout(runtime::Engine&, asio::io_context&, std::string_view failed,
            std::function<asio::awaitable<Next>()> read);
    Lookout(const Lookout&) = delete;

    void waiting(std::size_t count) { count_ = count; }  // so many; none: commits are not looked at
    std::size_t waiting() const { return count_; }       // from any thread
    void look();                                         // whether there is something new
    void stop();

  private:
    asio::awaitable<void> read_on();
    asio::awaitable<Next> read_once();

    asio::io_context& io_;
    const std::string_view failed_;
    const std::function<asio::awaitable<Next>()> read_;
    asio::steady_timer pause_;
    bool reading_ = false, again_ = false, stopping_ = false;
    std::atomic<std::size_t> count_ = 0;
    std::atomic<bool> told_ = false;  // of a commit that has not been looked at
    std::shared_ptr<void>
        listening_;  // last: no commit tells of anything before, or after, the rest is there
};

}  // namespace reeve::http
