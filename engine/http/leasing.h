// Inside engine/http: a program asks for jobs, and waits until there is one. Belongs to the network's thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "engine/http/job_queue.h"
#include "engine/http/message.h"

namespace reeve::http {

struct Service;

// What a request to lease comes to.
struct Leasing {
    JobKind kind;
    std::string worker;
    std::size_t most = 1;
    int lease_seconds = 60;
    std::chrono::seconds wait{0};
};

// The answer, as soon as there is a job, or the time is over, or the service ends. Whoever has gone meanwhile
// is leased none, and what was leased to somebody who went just then, or whom the answer did not reach, is
// given back. The request says who asks, and is looked at again before anything is leased.
asio::awaitable<Answer> lease_jobs(Service&, const Request&, const Leasing&, asio::ip::tcp::socket&);

}  // namespace reeve::http
