#include "engine/http/leasing.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/http/on_pool.h"
#include "engine/http/service.h"

namespace reeve::http {

namespace {

using Clock = std::chrono::steady_clock;

// A refusal that says no more than that somebody else was quicker, or the case has moved on.
bool is_lost(const Error& error) {
    for (const char* code :
         {"job-taken", "job-not-running", "unknown-job", "case-closed", "no-such-case", "not-permitted"})
        if (error.code == code) return true;
    return false;
}

// Those of the leases that are still held, with what their program needs.
Answer leased(const views::Sight& sight, const std::vector<runtime::Receipt>& receipts) {
    Json jobs = Json::array();
    for (const auto& receipt : receipts) {
        const auto file = store::find(sight.reader, sight.catalog, receipt.case_id);
        if (!file) continue;
        for (const auto& event : receipt.events)
            if (const auto* lease = std::get_if<core::JobLeased>(&event.event))
                for (const auto& job : store::project(file->state, *file->program).jobs)
                    if (job.lease == lease->lease) jobs.push_back(views::job_to_do(sight, *file, job));
    }
    return json_answer({{"jobs", std::move(jobs)}});
}

class Waiting : public std::enable_shared_from_this<Waiting> {
  public:
    Waiting(Service& service, const Request& request, const Leasing& leasing)
        : service_(service), request_(request), leasing_(leasing), timer_(service.io) {
        place_.kind = leasing.kind;
        place_.most = leasing.most;
        place_.wake = [this] { timer_.cancel(); };
        service_.jobs.enter(place_);
    }
    ~Waiting() { service_.jobs.leave(place_); }
    Waiting(const Waiting&) = delete;

    void watch(asio::ip::tcp::socket& socket) {
        socket.async_wait(asio::ip::tcp::socket::wait_read,
                          [weak = weak_from_this()](const boost::system::error_code& fault) {
                              const auto still = weak.lock();
                              if (!still || fault) return;
                              still->gone_ = true;
                              still->timer_.cancel();
                          });
    }

    asio::awaitable<Answer> answer() {
        const auto until = Clock::now() + leasing_.wait;
        while (!gone_) {
            if (service_.stopping) co_return problem({"stopping", "the service is ending", ""});
            if (place_.fault) co_return problem(*place_.fault);
            if (place_.taking) {
                const auto caller = who_asks(service_, request_, false);
                if (!caller) co_return problem(caller.error());
                co_await take(caller->person);
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
            if (Clock::now() >= now + service_.options.heartbeat) service_.jobs.look();
        }
        std::function<Answer()> work = [this]() -> Answer {
            try {
                Readers::Lease reader(service_.readers);
                return leased(
                    {*reader, service_.engine.catalog(), service_.engine.directory(), service_.engine.now()},
                    receipts_);
            } catch (const std::exception& e) {
                fmt::print(stderr, "reeve: what was leased could not be read: {}\n", e.what());
                return problem(store::trouble(e));
            }
        };
        co_return co_await on_pool(service_.pool, std::move(work));
    }

  private:
    // Every lease of what is offered is asked for at once, so that they are committed together. It is waited
    // for all of them, so that no answer outlives this; and the engine's threads hold no part of it, so that
    // it ends where it belongs.
    asio::awaitable<void> take(const std::string& person) {
        const auto offered = place_.offered;
        left_ = offered.size();
        for (const auto& job : offered) {
            core::Command command{
                .actor = person,
                .case_id = job.case_id,
                .wish = core::LeaseJob{
                    .job = job.id, .worker = leasing_.worker, .seconds = leasing_.lease_seconds}};
            service_.engine.post(std::move(command), [this, name = JobQueue::name_of(job)](auto receipt) {
                asio::post(service_.io, [this, name, receipt = std::move(receipt)]() mutable {
                    taken(name, std::move(receipt));
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
    asio::steady_timer timer_;
    JobQueue::Place place_;
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
    const auto waiting = std::make_shared<Waiting>(service, request, leasing);
    waiting->watch(socket);
    co_return co_await waiting->answer();
}

}  // namespace reeve::http
