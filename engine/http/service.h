// Inside engine/http: what connections share. All of it belongs to the network's thread but for the pool.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <set>

#include "engine/http/feed.h"
#include "engine/http/job_queue.h"
#include "engine/http/plans.h"
#include "engine/http/reads.h"
#include "engine/http/route.h"
#include "engine/http/server.h"
#include "engine/http/wire.h"

namespace reeve::http {

struct Service {
    Service(runtime::Engine& e, const Options& o, asio::io_context& context)
        : engine(e),
          io(context),
          options(o),
          access(e.folder()),
          accounts(e.folder()),
          receipts(e.folder()),
          lookups(o.lookups, o.ticks),
          plans(e.folder()),
          reads(e.folder(), o.reads_kept, [&e] { return e.now(); }),
          readers(e),
          pool(o.readers),
          heavy(o.heavy),
          feed(e, readers, pool, io),
          monitor(o.beside),
          jobs(e, readers, pool, io) {
        monitor.streams = [this] { return feed.followers(); };
        monitor.reads_trouble = [this] { return reads.trouble(); };
    }
    runtime::Engine& engine;
    asio::io_context& io;  // of the network's thread
    Options options;
    Access access;
    Accounts accounts;
    KnownRights rights;
    Receipts receipts;
    Lookups lookups;
    Plans plans;
    Reads reads;
    Readers readers;
    asio::thread_pool pool, heavy;  // heavy: of requests that read many cases
    std::set<std::string> busy;     // the persons of whom there is such a request
    Feed feed;
    Monitor monitor;
    JobQueue jobs;
    std::uint64_t uploads = 0;           // begun; they name the files in which they come
    std::atomic<bool> stopping = false;  // read on any thread
};

// A request whose route is known, and whose caller may ask for it.
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
    Connection(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> tls)
        : wire(std::move(socket), std::move(tls)) {}
    Wire wire;
    bool idle = true;  // nothing of a request has come
};
// Speaks with one client until either has enough.
asio::awaitable<void> converse(std::shared_ptr<Connection>, Service&);

}  // namespace reeve::http
