// Programs that wait for a job: they are told at once, in the order in which they came, and cost nothing.
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>

#include "tests/unit/http/jobs.h"

namespace reeve::http {
namespace {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;

// A program's bare connection, on which it may do what no client does. It hangs up at its end.
struct Program {
    asio::io_context io;
    asio::ip::tcp::socket socket{io};
    std::string request;
    explicit Program(JobService& jobs, int lease_seconds = 60) {
        const auto body = JobService::wanted(50, lease_seconds).dump();
        request = fmt::format(
            "POST /v1/jobs/lease HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{}",
            jobs.service.token("ada", {Scope::work}), body.size(), body);
        socket.connect({asio::ip::address_v4::loopback(), jobs.service.server->port()});
    }
    void ask() { send(request); }
    void send(const std::string& bytes) { asio::write(socket, asio::buffer(bytes)); }
};

TEST(WaitingForAJob, EndsAtOnceWhenThereIsOne) {
    JobService jobs;
    auto reply = jobs.waiting();
    const auto before = Clock::now();
    jobs.start("p1");
    EXPECT_EQ(JobService::jobs(reply.get())[0]["case"], "p1");
    EXPECT_LT(Clock::now() - before, std::chrono::seconds(5));
    EXPECT_EQ(jobs.service.server->waiting(), 0u);
}

TEST(WaitingForAJob, EndsWithItsTimeAndNone) {
    JobService jobs;
    auto worker = jobs.worker();
    const auto before = Clock::now();
    EXPECT_TRUE(jobs.lease(worker, 1).is_null());
    EXPECT_GE(Clock::now() - before, std::chrono::seconds(1));
    // The connection serves on.
    jobs.start("p1");
    EXPECT_EQ(jobs.lease(worker)["case"], "p1");
}

TEST(WaitingForAJob, EndsWhenARetryIsDue) {
    JobService jobs;
    jobs.start("p1");
    auto worker = jobs.worker();
    jobs.report(worker, jobs.lease(worker), "fail", {{"error", "no paper"}});
    auto reply = jobs.waiting();
    jobs.pass(minute);
    EXPECT_EQ(JobService::jobs(reply.get())[0]["attempt"], 2);
}

TEST(WaitingForAJob, IsServedInTheOrderOfComing) {
    JobService jobs;
    std::vector<std::future<Reply>> replies;
    for (int n = 0; n < 5; ++n) replies.push_back(jobs.waiting(50, "ada", fmt::format("w{}", n)));
    for (int n = 0; n < 5; ++n) {
        jobs.start(fmt::format("p{}", n));
        const auto got = JobService::jobs(replies[static_cast<std::size_t>(n)].get());
        EXPECT_EQ(got[0]["case"], fmt::format("p{}", n));
    }
}

TEST(WaitingForAJob, IsNotServedWhatIsOfOtherUnits) {
    JobService jobs;
    auto north = jobs.waiting(50, "ada"), south = jobs.waiting(50, "cyn");
    jobs.start("p1", "south");
    EXPECT_EQ(JobService::jobs(south.get())[0]["case"], "p1");
    EXPECT_EQ(jobs.service.server->waiting(), 1u);
    jobs.start("p2", "north");
    EXPECT_EQ(JobService::jobs(north.get())[0]["case"], "p2");
}

TEST(WaitingForAJob, CostsNoThread) {
    JobService jobs;
    std::vector<std::future<Reply>> replies;
    for (int n = 0; n < 60; ++n) replies.push_back(jobs.waiting());
    EXPECT_EQ(jobs.service.as("chief").get("/v1/cases").status, 200);
    for (int n = 0; n < 60; ++n) jobs.start(fmt::format("p{}", n));
    std::set<std::string> cases;
    for (auto& reply : replies) cases.insert(JobService::jobs(reply.get())[0]["case"]);
    EXPECT_EQ(cases.size(), 60u);
    jobs.expect_clean();
}

TEST(WaitingForAJob, EndsWhenTheServiceDoes) {
    JobService jobs;
    auto reply = jobs.waiting();
    const auto before = Clock::now();
    jobs.service.server.reset();
    EXPECT_LT(Clock::now() - before, std::chrono::seconds(5));
    const auto answer = reply.get();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.json()["code"], "stopping");
}

TEST(WaitingForAJob, LeavesTheJobsToOthersOnceItsProgramHasGone) {
    JobService jobs;
    {
        Program program(jobs);
        program.ask();
        ASSERT_TRUE(comes_true([&] { return jobs.service.server->waiting() == 1; }));
    }
    EXPECT_TRUE(comes_true([&] { return jobs.service.server->waiting() == 0; }));
    jobs.start("p1");
    EXPECT_EQ(jobs.status("p1"), "ready");
    auto worker = jobs.worker();
    EXPECT_EQ(jobs.lease(worker)["attempt"], 1);
}

// It went after the engine was asked for the lease, and before that was committed.
TEST(WaitingForAJob, GivesBackAtOnceWhatWasLeasedToAProgramThatHadGone) {
    JobService jobs;
    auto& office = jobs.service.office;
    std::promise<void> asked, gone;
    {
        Program program(jobs, 3600);
        jobs.start("p1");
        office.faults->before_next([&] {
            asked.set_value();
            gone.get_future().wait();
        });
        program.ask();
        asked.get_future().wait();
    }
    // The service's network hears of its going before the commit is let on: it answers others meanwhile.
    for (int n = 0; n < 3; ++n) EXPECT_EQ(jobs.service.stranger().get("/healthz").status, 200);
    gone.set_value();
    auto other = jobs.worker("ben");
    const auto got = jobs.lease(other, 50, 60, "w2");
    ASSERT_TRUE(got.is_object()) << "it is kept until its lease runs out, in an hour";
    EXPECT_EQ(got["case"], "p1");
    EXPECT_EQ(got["attempt"], 1) << "whoever never had it has spent nothing";
    jobs.expect_clean();
}

// Over TLS whoever goes says so first: the end comes behind bytes that nobody reads.
TEST(WaitingForAJob, KnowsThatItsClientHasGoneBehindWhatItSent) {
    JobService jobs;
    {
        Program program(jobs);
        program.ask();
        ASSERT_TRUE(comes_true([&] { return jobs.service.server->waiting() == 1; }));
        program.send("bye");
        for (int n = 0; n < 3; ++n) EXPECT_EQ(jobs.service.stranger().get("/healthz").status, 200);
        ASSERT_EQ(jobs.service.server->waiting(), 1u);
    }
    jobs.start("p1");
    EXPECT_TRUE(comes_true([&] { return jobs.service.server->waiting() == 0; }));
    EXPECT_EQ(jobs.status("p1"), "ready");
    EXPECT_EQ(jobs.service.office.events<core::JobLeased>().size(), 0u);
    jobs.expect_clean();
}

// A client may send its next request before it has this answer.
TEST(WaitingForAJob, GoesOnWhenItsClientHasSentMore) {
    JobService jobs;
    Program program(jobs);
    program.ask();
    ASSERT_TRUE(comes_true([&] { return jobs.service.server->waiting() == 1; }));
    program.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    // The service has seen that by the time it has answered others.
    for (int n = 0; n < 3; ++n) EXPECT_EQ(jobs.service.stranger().get("/healthz").status, 200);
    EXPECT_EQ(jobs.service.server->waiting(), 1u);
    jobs.start("p1");
    std::string answers;
    boost::system::error_code end;
    asio::read(program.socket, asio::dynamic_buffer(answers), end);
    EXPECT_THAT(answers, testing::HasSubstr("\"case\":\"p1\""));
    EXPECT_EQ(jobs.status("p1"), "leased");
    EXPECT_THAT(answers.substr(answers.find("p1")), testing::HasSubstr("HTTP/1.1 200")) << "the second one's";
}

TEST(WaitingForAJob, EndsWithTheToken) {
    JobService jobs;
    auto client = jobs.worker();
    auto& access = jobs.service.server->access();
    auto reply =
        std::async(std::launch::async, [&] { return client.post("/v1/jobs/lease", JobService::wanted(50)); });
    ASSERT_TRUE(comes_true([&] { return jobs.service.server->waiting() == 1; }));
    ASSERT_TRUE(access.revoke(client.token.substr(6, 8), jobs.service.office.engine->now()));
    jobs.start("p1");
    EXPECT_EQ(reply.get().status, 401);
    EXPECT_EQ(jobs.status("p1"), "ready");
    auto worker = jobs.worker("ben");
    EXPECT_EQ(jobs.lease(worker)["case"], "p1");
}

TEST(WaitingForAJob, IsForSoManyAndNoMore) {
    Options options;
    options.waiting = 2;
    JobService jobs(options);
    auto one = jobs.waiting(), two = jobs.waiting();
    auto third = jobs.worker();
    const auto refused = third.post("/v1/jobs/lease", JobService::wanted(50));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.json()["code"], "too-many-waiting");
    for (const char* id : {"p1", "p2"}) jobs.start(id);
    for (auto* reply : {&one, &two}) EXPECT_EQ(reply->get().status, 200);
}

// The commit was durable, and nobody could tell.
TEST(WaitingForAJob, HearsOfACommitOfUnknownOutcome) {
    Options options;
    options.heartbeat = std::chrono::milliseconds(50);
    JobService jobs(options);
    auto reply = jobs.waiting();
    auto& office = jobs.service.office;
    office.faults->after_next([] { throw std::runtime_error("no answer from the disk"); });
    (void)office.engine->ask({.actor = "chief",
                              .case_id = "p1",
                              .wish = core::StartCase{.definition = "printing", .unit = "north"}});
    EXPECT_EQ(JobService::jobs(reply.get())[0]["case"], "p1");
}

}  // namespace
}  // namespace reeve::http
