// JobQueue: the programs that wait for a job, and which of them is offered which, in the order in which they
// came. It looks into the table of jobs when somebody comes and after each commit: one reading for all who
// wait for the same. What is offered is not theirs before the engine has committed the lease; of two
// services, or of two who were offered the same, one is refused.
//
// All of it belongs to the network's thread but for reading, which is done on the pool. Whoever waits costs
// no thread; while nobody does it does nothing.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <list>
#include <memory>
#include <set>

#include "engine/http/lookout.h"
#include "engine/http/readers.h"

namespace reeve::http {

namespace asio = boost::asio;

// Which jobs: of these handlers, in cases of these units; no units: everywhere.
struct JobKind {
    std::vector<std::string> handlers, units;
    bool operator==(const JobKind&) const = default;
};

class JobQueue {
  public:
    struct Place {
        JobKind kind;
        std::size_t most = 1;
        std::function<void()> wake;          // when something of what follows has changed
        bool counted = false;                // it is being looked for what it wants
        bool looked = false;                 // whether it was looked for jobs since it came
        bool taking = false;                 // it has been offered some and is not done with them
        std::vector<store::JobRow> offered;  // until it calls done()
        std::set<std::string> lost;          // what others had taken: not offered again
        std::optional<Error> fault;          // why nothing could be read
    };

    JobQueue(runtime::Engine&, Readers&, asio::thread_pool&, asio::io_context&);
    JobQueue(const JobQueue&) = delete;

    void enter(Place&);
    void leave(Place&);
    void done(Place&);                                          // with what it was offered
    std::size_t waiting() const { return lookout_.waiting(); }  // from any thread
    void look() { lookout_.look(); }                            // whether there is a job for somebody
    void stop();                                                // everybody is woken

    static std::string name_of(const store::JobRow&);  // of one attempt

  private:
    struct Found {
        JobKind kind;
        std::vector<store::JobRow> rows;
    };
    asio::awaitable<Lookout::Next> read_on();
    asio::awaitable<Result<std::vector<Found>>> read();
    void deal(const Found&);

    runtime::Engine& engine_;
    Readers& readers_;
    asio::thread_pool& pool_;
    std::list<Place*> places_;       // in the order in which they came
    std::set<std::string> offered_;  // to somebody who has not answered yet
    Lookout lookout_;                // last: it reads into the rest
};

}  // namespace reeve::http
