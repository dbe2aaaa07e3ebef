// The front door of engine/http: the service on an engine. One thread speaks with the network, a few read and
// wait for it; commands go straight to the engine's queue. Every member may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/http/access.h"
#include "engine/http/accounts.h"
#include "engine/http/lookups.h"
#include "engine/http/monitor.h"
#include "engine/runtime/engine.h"

namespace reeve::http {

struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  // 0: any that is free
    std::size_t readers = 2;    // threads that read for answers
    std::size_t heavy = 2;      // others, for requests that read many cases
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
    // PEM files: a chain of certificates, its own first, and the key. Empty: plain HTTP. TLS 1.2 and 1.3.
    std::filesystem::path certificate, key;
    // Clients reach it through a proxy that speaks TLS: cookies are for HTTPS only, as with a certificate.
    bool behind_tls = false;
    Beside beside = {};
    // Of receipt codes, by whoever asks; and the time they are counted in. Without `ticks`, the machine's.
    LookupLimits lookups;
    std::function<Lookups::Ticks()> ticks;
    // Whose X-Forwarded-For is believed: the addresses of proxies.
    std::vector<std::string> trusted_proxies;
    std::size_t waiting = 256;  // programs that wait for a job, at most
};

class Server {
  public:
    // Refuses what start would refuse of files that the options name.
    static Result<void> check(const Options&);
    // Listens before it returns. Refuses "cannot-listen" or "bad-certificate" with why.
    static Result<std::unique_ptr<Server>> start(runtime::Engine&, const Options&);
    // Reads the certificate again, for connections from now on. Refuses what `check` would; then the former
    // one stays.
    Result<void> renew();
    // Takes no more requests, answers those it has (for ten seconds at most), and ends.
    ~Server();

    std::uint16_t port() const;
    std::size_t streams() const;  // of events, that are open
    // Why not all is well, as /readyz says it; empty: it is.
    std::vector<std::string> troubles() const;
    std::size_t waiting() const;  // programs, for a job
    Access& access();
    Accounts& accounts();

  private:
    Server();
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reeve::http
