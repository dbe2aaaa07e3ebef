// The front door of engine/http: the service on an engine. One thread speaks with the network, a few read and
// wait for it; commands go straight to the engine's queue. Every member may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/http/access.h"
#include "engine/http/accounts.h"
#include "engine/runtime/engine.h"

namespace reeve::http {

struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  // 0: any that is free
    std::size_t readers = 2;    // threads that read for answers
    std::size_t connections = 1024;
    std::size_t body = 1 << 20;                                     // bytes of a JSON body, at most
    std::uint64_t upload = std::uint64_t{64} << 20;                 // bytes of a file, at most
    time::Millis reads_kept{731 * std::int64_t{24} * 3600 * 1000};  // who read personal data: two years
    // For a header to come whole, the wait before it included; and for each further part of a body.
    std::chrono::milliseconds patience{30'000};
    // Streams of events: in all, and of one person; what is said when nothing happens; how long a client may
    // take for what it was sent (64 KiB at most) before it is let go.
    std::size_t streams = 256, streams_each = 16;
    std::chrono::milliseconds heartbeat{15'000}, stream_patience{10'000};
};

class Server {
  public:
    // Listens before it returns. Refuses "cannot-listen" with why.
    static Result<std::unique_ptr<Server>> start(runtime::Engine&, const Options&);
    // Takes no more requests, answers those it has (for ten seconds at most), and ends.
    ~Server();

    std::uint16_t port() const;
    std::size_t streams() const;  // of events, that are open
    Access& access();
    Accounts& accounts();

  private:
    Server();
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reeve::http
