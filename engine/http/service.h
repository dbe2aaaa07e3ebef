// Inside engine/http: what connections share. All of it belongs to the network's thread but for the pool.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "engine/http/feed.h"
#include "engine/http/job_queue.h"
#include "engine/http/route.h"
#include "engine/http/server.h"

namespace reeve::http {

namespace asio = boost::asio;

struct Service {
    Service(runtime::Engine& e, const Options& o, asio::io_context& context)
        : engine(e),
          io(context),
          options(o),
          access(e.folder()),
          accounts(e.folder()),
          readers(e),
          pool(o.readers),
          feed(e, readers, pool, io),
          jobs(e, readers, pool, io) {}
    runtime::Engine& engine;
    asio::io_context& io;  // of the network's thread
    Options options;
    Access access;
    Accounts accounts;
    Readers readers;
    asio::thread_pool pool;
    Feed feed;
    JobQueue jobs;
    bool stopping = false;
};

// What the request is answered with: matched, its caller known and its right held. `take_body` brings the
// body once it is known what the route takes, and how much of it.
struct Opened {
    Match match;
    Caller caller;
};
// Whoever asks, by token or by session. `used`: by its person, now; false: it is only looked whether they
// still may.
Result<Caller> who_asks(Service&, const Request&, bool used);
// The route and the caller of a request whose body has not been read yet.
std::expected<Opened, Answer> open(Service&, const Request&);
// The answer, once the body is there. In what is awaited nothing is made on the spot: GCC 12 destroys it
// twice.
asio::awaitable<Answer> answer(Service&, const Request&, Opened&);

struct Connection {
    explicit Connection(asio::ip::tcp::socket socket) : stream(std::move(socket)) {}
    boost::beast::tcp_stream stream;
    bool idle = true;  // nothing of a request has come
};
// Speaks with one client until either has enough.
asio::awaitable<void> converse(std::shared_ptr<Connection>, Service&);

}  // namespace reeve::http
