#include "engine/http/leasing.h"

#include <fmt/format.h>
#include <poll.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/http/on_pool.h"
#include "engine/http/service.h"
#include "engine/log.h"

namespace reeve::http {

namespace {

using Clock = std::chrono::steady_clock;

// A refusal that says no more than that this job is not to be had: somebody else was quicker, the case has
// moved on, or it cannot be read. The next one may be.
bool is_lost(const Error& error) {
    for (const char* code :
         {"job-taken", "job-not-running", "unknown-job", "case-closed", "no-such-case", "unknown-case",
          "archived", "damaged", "not-readable", "failed", "not-permitted"})
        if (error.code == code) return true;
    return false;
}

// The report on what a receipt leased, in the name of whoever asked for it. Refused where it is over already.
void post(runtime::Engine& engine, const std::string& person, const runtime::Receipt& receipt,
          const std::function<core::Wish(const core::JobLeased&)>& report) {
    for (const auto& event : receipt.events)
        if (const auto* lease = std::get_if<core::JobLeased>(&event.event))
            engine.post({.actor = person, .case_id = receipt.case_id, .wish = report(*lease)},
                        [](const auto&) {});
}

// Nobody has what was leased: it does not wait until the lease runs out.
void give_back(runtime::Engine& engine, const std::string& person,
               const std::vector<runtime::Receipt>& receipts) {
    for (const auto& receipt : receipts)
        post(engine, person, receipt, [](const core::JobLeased& lease) {
            return core::ReleaseJob{.job = lease.job, .lease = lease.lease};
        });
}

// Those of the leases that are still held, with what their program needs. That holds what the case holds of
// persons, so who reads it is written down before they have it. What cannot be read has failed: were it given
// back it would be the first to be leased again.
Answer leased(const views::Sight& sight, runtime::Engine& engine,
              const std::vector<runtime::Receipt>& receipts, const Caller& caller, Reads& reads) {
    Json jobs = Json::array();
    const auto add = [&](const runtime::Receipt& receipt, const core::JobLeased& lease) {
        const auto file = store::find(sight.reader, sight.catalog, receipt.case_id);
        if (!file) return;
        for (const auto& job : store::project(file->state, *file->program).jobs) {
            if (job.lease != lease.lease) continue;
            auto one = views::job_to_do(sight, *file, job);
            reads.record({.at = sight.now,
                          .person = caller.person,
                          .token = caller.token,
                          .case_id = receipt.case_id,
                          .route = "leaseJobs"});
            jobs.push_back(std::move(one));
        }
    };
    for (const auto& receipt : receipts)
        for (const auto& event : receipt.events) {
            const auto* lease = std::get_if<core::JobLeased>(&event.event);
            if (!lease) continue;
            try {
                add(receipt, *lease);
            } catch (const std::exception& e) {
                // The case is not to blame for access.db: the job comes back when its lease runs out.
                if (!store::is_damage(e) || dynamic_cast<const store::AccessDamaged*>(&e)) throw;
                log::write(log::Level::error, "job-not-read",
                           {{"case", receipt.case_id}, {"error", e.what()}});
                post(engine, caller.person, receipt, [](const core::JobLeased& of) {
                    return core::FailJob{.job = of.job,
                                         .error = "the case could not be read",
                                         .lease = of.lease,
                                         .retry_after = {}};
                });
            }
        }
    return json_answer({{"jobs", std::move(jobs)}});
}

// Whether the other end has closed, with or without something before that to read.
bool has_ended(asio::ip::tcp::socket& socket) {
    pollfd one{.fd = socket.native_handle(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&one, 1, 0) > 0;
}

class Waiting : public std::enable_shared_from_this<Waiting> {
  public:
    Waiting(Service& service, const Request& request, const Leasing& leasing, asio::ip::tcp::socket& socket)
        : service_(service),
          request_(request),
          leasing_(leasing),
          socket_(socket),
          timer_(service.io),
          looking_(service.io) {
        place_.kind = leasing.kind;
        place_.most = leasing.most;
        place_.wake = [this] { timer_.cancel(); };
        service_.jobs.enter(place_);
    }
    Waiting(const Waiting&) = delete;
    // On the network's thread; the last who holds this may be another.
    void leave() { service_.jobs.leave(place_); }

    // Until the client has gone. What it sends meanwhile is its next request, and no sign that it has.
    void watch() {
        socket_.async_wait(asio::ip::tcp::socket::wait_read,
                           [weak = weak_from_this()](const boost::system::error_code& fault) {
                               const auto still = weak.lock();
                               if (!still || fault) return;
                               if (!still->has_gone()) return still->watch_again();
                               still->timer_.cancel();
                           });
    }

    asio::awaitable<Answer> answer() {
        const auto until = Clock::now() + leasing_.wait;
        while (!has_gone()) {
            if (service_.stopping) co_return problem(ending());
            if (place_.fault) co_return problem(*place_.fault);
            if (place_.taking) {
                auto caller = who_asks(service_, request_, false);
                if (!caller) co_return problem(caller.error());
                caller_ = std::move(*caller);
                co_await take(caller_.person);
                if (!receipts_.empty()) break;
                if (refused_) co_return problem(*refused_);
                place_.looked = false;  // others were quicker: is there more?
                service_.jobs.look();
                continue;
            }
            const auto now = Clock::now();
            if (place_.looked && now >= until) break;
            // A commit of an unknown outcome tells nobody: from time to time it is looked all the same.
            timer_.expires_at(place_.looked ? std::min(until, now + service_.options.heartbeat)
                                            : Clock::time_point::max());
            co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (Clock::now() < now + service_.options.heartbeat) continue;
            place_.lost.clear();  // what was another's may have been given back
            service_.jobs.look();
        }
        // Who went while the leases were committed is told of none.
        if (has_gone()) give_back(service_.engine, caller_.person, std::exchange(receipts_, {}));
        std::function<Answer()> work = [this]() -> Answer {
            try {
                Readers::Lease reader(service_.readers);
                return leased(
                    {*reader, service_.engine.catalog(), service_.engine.directory(), service_.engine.now()},
                    service_.engine, receipts_, caller_, service_.reads);
            } catch (const std::exception& e) {
                log::write(log::Level::error, "jobs-not-read", {{"error", e.what()}});
                give_back(service_.engine, caller_.person, std::exchange(receipts_, {}));
                return problem(store::trouble(e));
            }
        };
        auto answer = co_await on_pool(service_.pool, std::move(work));
        if (has_gone()) give_back(service_.engine, caller_.person, std::exchange(receipts_, {}));
        if (!receipts_.empty())
            answer.unsent = [&engine = service_.engine, person = caller_.person,
                             receipts = std::move(receipts_)] { give_back(engine, person, receipts); };
        co_return answer;
    }

  private:
    // There is something to read, and will be: it is looked at from time to time.
    void watch_again() {
        looking_.expires_after(std::chrono::seconds(1));
        looking_.async_wait([weak = weak_from_this()](const boost::system::error_code& fault) {
            if (const auto still = weak.lock(); still && !fault) still->watch();
        });
    }
    // The end may come behind something else: over TLS its announcement.
    bool has_gone() { return gone_ = gone_ || has_ended(socket_); }

    // Every lease of what is offered is asked for at once, so that they are committed together.
    asio::awaitable<void> take(const std::string& person) {
        const auto offered = place_.offered;
        left_ = offered.size();
        for (const auto& job : offered) {
            core::Command command{
                .actor = person,
                .case_id = job.case_id,
                .wish = core::LeaseJob{
                    .job = job.id, .worker = leasing_.worker, .seconds = leasing_.lease_seconds}};
            service_.engine.post(std::move(command), [self = shared_from_this(),
                                                      name = JobQueue::name_of(job)](auto receipt) mutable {
                auto& io = self->service_.io;
                asio::post(io, [self = std::move(self), name, receipt = std::move(receipt)]() mutable {
                    self->taken(name, std::move(receipt));
                });
            });
        }
        while (left_ > 0) {
            timer_.expires_at(Clock::time_point::max());
            co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        service_.jobs.done(place_);
    }

    void taken(const std::string& name, Result<runtime::Receipt> receipt) {
        if (receipt) {
            receipts_.push_back(std::move(*receipt));
        } else if (is_lost(receipt.error())) {
            place_.lost.insert(name);
        } else {
            refused_ = receipt.error();
        }
        --left_;
        timer_.cancel();
    }

    Service& service_;
    const Request& request_;
    const Leasing& leasing_;
    asio::ip::tcp::socket& socket_;
    asio::steady_timer timer_, looking_;
    JobQueue::Place place_;
    Caller caller_;
    std::vector<runtime::Receipt> receipts_;
    std::optional<Error> refused_;
    std::size_t left_ = 0;
    bool gone_ = false;
};

}  // namespace

asio::awaitable<Answer> lease_jobs(Service& service, const Request& request, const Leasing& leasing,
                                   asio::ip::tcp::socket& socket) {
    if (service.jobs.waiting() >= service.options.waiting)
        co_return problem(
            {"too-many-waiting",
             fmt::format("{} programs wait for a job, and no more are kept: try again in a while",
                         service.options.waiting),
             ""});
    const auto waiting = std::make_shared<Waiting>(service, request, leasing, socket);
    const std::unique_ptr<Waiting, void (*)(Waiting*)> staying(waiting.get(),
                                                               [](Waiting* who) { who->leave(); });
    waiting->watch();
    co_return co_await waiting->answer();
}

}  // namespace reeve::http
