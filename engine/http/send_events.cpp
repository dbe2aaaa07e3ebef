// How the events of a stream reach a client: pieces of a body that does not end, each in its time.
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>

#include "engine/http/follower.h"
#include "engine/http/service.h"

namespace reeve::http {

namespace {

// What the system keeps for a client that does not read: little, so that it is noticed soon, and many cost
// little.
constexpr int kept_by_system = 64 << 10;

}  // namespace

asio::awaitable<void> send_events(Wire& wire, Follower& follower, std::chrono::milliseconds patience,
                                  bool chunked) {
    boost::system::error_code ignored;
    wire.tcp().socket().set_option(asio::socket_base::send_buffer_size(kept_by_system), ignored);
    for (;;) {
        const auto text = co_await follower.next();
        if (text.empty()) break;
        wire.tcp().expires_after(patience);
        boost::system::error_code fault;
        if (chunked) {
            const auto chunk = boost::beast::http::make_chunk(asio::buffer(text));
            std::tie(fault, std::ignore) = co_await asio::async_write(wire, chunk, as_result);
        } else {
            const auto plain = asio::buffer(text);
            std::tie(fault, std::ignore) = co_await asio::async_write(wire, plain, as_result);
        }
        // The client has gone, or is too slow: it comes back, and goes on where it was.
        if (fault) co_return;
    }
    if (!chunked) co_return;
    const auto last = boost::beast::http::make_chunk_last();
    wire.tcp().expires_after(patience);
    co_await asio::async_write(wire, last, as_result);
}

}  // namespace reeve::http
