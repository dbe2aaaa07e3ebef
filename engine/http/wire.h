// Inside engine/http: the bytes to and from one client, in TLS or plain; times and closing belong to the
// connection below either. A stream as Asio and Beast want one.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <optional>

#include "engine/http/server.h"

namespace reeve::http {

namespace asio = boost::asio;
// What a co_await gives: the fault beside what was done, nothing thrown.
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// What the certificate of the options gives; null: they name none. Refuses "bad-certificate".
Result<std::shared_ptr<asio::ssl::context>> tls_context(const Options&);

class Wire {
  public:
    // `tls` null: plain.
    Wire(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> tls)
        : tcp_(std::move(socket)), context_(std::move(tls)) {
        if (context_) tls_.emplace(tcp_, *context_);
    }
    using executor_type = boost::beast::tcp_stream::executor_type;
    executor_type get_executor() { return tcp_.get_executor(); }
    boost::beast::tcp_stream& tcp() { return tcp_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        if (tls_) return tls_->async_read_some(buffers, std::forward<Token>(token));
        return tcp_.async_read_some(buffers, std::forward<Token>(token));
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        if (tls_) return tls_->async_write_some(buffers, std::forward<Token>(token));
        return tcp_.async_write_some(buffers, std::forward<Token>(token));
    }

    // Agrees on keys with the client. False: it speaks no TLS that is good enough, or was too slow.
    asio::awaitable<bool> open(std::chrono::milliseconds within);
    // Says that no more comes.
    asio::awaitable<void> close();

  private:
    boost::beast::tcp_stream tcp_;
    std::shared_ptr<asio::ssl::context> context_;
    std::optional<asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace reeve::http
