// Jobs over HTTP: lease, heartbeat, complete, fail; who may, and what a late worker hears.
#include "tests/unit/http/jobs.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <thread>

namespace reeve::http {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(Jobs, AreLeasedWithWhatTheirProgramNeedsAndDone) {
    JobService jobs;
    auto worker = jobs.worker();
    EXPECT_TRUE(jobs.lease(worker).is_null());
    jobs.start("p1");
    const auto job = jobs.lease(worker, 0, 120);
    EXPECT_EQ(job["job"], "p1/" + jobs.service.office.state("p1").stages[0].job);
    EXPECT_EQ(job["handler"], "printer");
    EXPECT_EQ(job["unit"], "north");
    EXPECT_EQ(job["attempt"], 1);
    EXPECT_EQ(job["until"], "2026-03-02T09:02:00+08:00");
    EXPECT_EQ(job["times_out"], "2026-03-02T09:10:00+08:00");
    EXPECT_TRUE(job["data"].is_object());
    EXPECT_TRUE(jobs.lease(worker).is_null()) << "somebody has it";
    const auto done = jobs.report(worker, job, "complete", {{"data", {{"copies", 3}}}});
    EXPECT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(jobs.service.office.state("p1").status, core::CaseStatus::closed);
    EXPECT_EQ(jobs.service.office.state("p1").data["copies"], 3);
    EXPECT_EQ(jobs.status("p1"), "none");
    jobs.expect_clean();
}

TEST(Jobs, OfManyWorkersWhoRaceEachIsHadByOne) {
    JobService jobs;
    constexpr int cases = 40, workers = 8;
    for (int n = 0; n < cases; ++n) jobs.start(fmt::format("p{}", n));
    std::mutex mutex;
    std::multiset<std::string> had;
    std::vector<std::thread> threads;
    for (int w = 0; w < workers; ++w)
        threads.emplace_back([&, client = std::make_shared<Client>(jobs.worker())] {
            for (;;) {
                auto body = JobService::wanted();
                body["most"] = 3;
                const auto got = JobService::jobs(client->post("/v1/jobs/lease", body));
                if (got.empty()) return;
                for (const auto& job : got) {
                    const auto done = JobService::report(*client, job, "complete");
                    EXPECT_EQ(done.status, 200) << done.body;
                    std::lock_guard lock(mutex);
                    had.insert(job["case"]);
                }
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(had.size(), static_cast<std::size_t>(cases));
    EXPECT_EQ(std::set(had.begin(), had.end()).size(), had.size());
    EXPECT_EQ(jobs.service.office.events<core::JobCompleted>().size(), had.size());
    jobs.expect_clean();
}

TEST(Jobs, ComeBackWhenTheLeaseRunsOutAndTheLateWorkerIsRefused) {
    JobService jobs;
    jobs.start("p1");
    auto first = jobs.worker("ada"), second = jobs.worker("ben");
    const auto late = jobs.lease(first, 0, 30);
    auto next = jobs.waiting(50, "ben", "w2");
    jobs.pass(29 * second_ms);
    EXPECT_EQ(jobs.status("p1"), "leased");
    jobs.pass(2 * second_ms);
    const auto job = JobService::jobs(next.get())[0];
    EXPECT_EQ(job["attempt"], 2);
    EXPECT_GT(job["lease"], late["lease"]);
    for (const char* what : {"complete", "heartbeat"}) {
        const auto refused = jobs.report(first, late, what);
        EXPECT_EQ(refused.status, 409) << what;
        EXPECT_EQ(refused.json()["code"], "lease-lost");
        EXPECT_THAT(refused.body, HasSubstr("w2 has the job"));
    }
    EXPECT_EQ(jobs.report(first, late, "fail", {{"error", "no paper"}}).json()["code"], "lease-lost");
    EXPECT_EQ(jobs.report(second, job, "complete").status, 200);
    EXPECT_EQ(jobs.report(first, late, "complete").json()["code"], "case-closed");
    jobs.expect_clean();
}

TEST(Jobs, OfACaseThatIsDamagedKeepNoOtherWaiting) {
    JobService jobs;
    jobs.start("broken");
    jobs.start("whole");
    jobs.service.server.reset();
    jobs.service.office.engine.reset();
    SQLite::Database((jobs.service.office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE)
        .exec("DROP TRIGGER journal_stands; UPDATE journal SET digest = digest + 1 WHERE stream = 'broken'");
    jobs.service.office.open();
    jobs.service.restart();
    auto worker = jobs.worker();
    const auto job = jobs.lease(worker);
    ASSERT_TRUE(job.is_object());
    EXPECT_EQ(job["case"], "whole");
    EXPECT_EQ(jobs.report(worker, job, "complete").status, 200);
    EXPECT_TRUE(jobs.lease(worker).is_null());
}

TEST(Jobs, MayBeGivenBack) {
    JobService jobs;
    jobs.start("p1");
    auto one = jobs.worker(), other = jobs.worker("ben");
    const auto job = jobs.lease(one);
    EXPECT_EQ(jobs.report(other, job, "release").status, 409);
    EXPECT_EQ(jobs.report(one, job, "release").status, 200);
    EXPECT_EQ(jobs.report(one, job, "release").json()["repeated"], true);
    EXPECT_EQ(jobs.status("p1"), "ready");
    EXPECT_EQ(jobs.report(one, job, "complete").json()["code"], "lease-lost");
    const auto again = jobs.lease(other, 0, 60, "w2");
    EXPECT_EQ(again["attempt"], 1);
    EXPECT_EQ(jobs.report(other, again, "complete").status, 200);
    jobs.expect_clean();
}

TEST(Jobs, AHeartbeatKeepsThem) {
    JobService jobs;
    jobs.start("p1");
    auto worker = jobs.worker();
    const auto job = jobs.lease(worker, 0, 30);
    for (int beat = 0; beat < 6; ++beat) {
        jobs.pass(20 * second_ms);
        const auto kept = jobs.report(worker, job, "heartbeat", {{"lease_seconds", 30}});
        ASSERT_EQ(kept.status, 200) << kept.body;
        EXPECT_EQ(kept.json()["lease"], job["lease"]);
    }
    EXPECT_EQ(jobs.status("p1"), "leased");
    EXPECT_EQ(jobs.report(worker, job, "complete").status, 200);
    jobs.expect_clean();
}

TEST(Jobs, ThatFailAreTriedAgainAndAtLastTheOwnerHearsAndDoesIt) {
    JobService jobs;
    jobs.start("p1");
    auto worker = jobs.worker("ben");
    const auto owner = jobs.service.office.state("p1").owner;
    auto job = jobs.lease(worker);
    ASSERT_EQ(jobs.report(worker, job, "fail", {{"error", "no paper"}}).status, 200);
    EXPECT_EQ(jobs.status("p1"), "waiting");
    EXPECT_TRUE(jobs.lease(worker).is_null());
    jobs.pass(59 * second_ms);
    EXPECT_EQ(jobs.status("p1"), "waiting");
    jobs.pass(second_ms);
    job = jobs.lease(worker);
    ASSERT_EQ(job["attempt"], 2);
    // Its answer got lost, and it says so again.
    ASSERT_EQ(jobs.report(worker, job, "fail", {{"error", "no ink"}}).json()["repeated"], false);
    EXPECT_EQ(jobs.report(worker, job, "fail", {{"error", "no ink"}}).json()["repeated"], true);
    const auto state = jobs.service.office.state("p1");
    EXPECT_EQ(state.stages.at(0).stage, "by-hand");
    EXPECT_EQ(state.owner, owner);
    EXPECT_EQ(state.tasks.back().person, owner);
    std::vector<std::string> told;
    for (const auto& alert : jobs.service.office.engine->read()->outbox({.person = owner, .case_id = "p1"}))
        told.push_back(alert.body);
    EXPECT_NE(owner, "ben") << "nobody is told what they did themselves";
    EXPECT_THAT(told, Contains(HasSubstr("failed: no ink")));
    EXPECT_EQ(jobs.status("p1"), "none");
    jobs.service.office.ask(jobs.service.office.act("p1", "done"));
    jobs.expect_clean();
}

TEST(Jobs, AWorkerSaysWhenToTryAgainOrThatItIsInVain) {
    JobService jobs;
    jobs.start("p1");
    auto worker = jobs.worker();
    auto job = jobs.lease(worker);
    jobs.report(worker, job, "fail", {{"error", "busy"}, {"retry_after_seconds", 5}});
    jobs.pass(5 * second_ms);
    job = jobs.lease(worker);
    EXPECT_EQ(job["attempt"], 2);
    jobs.start("p2");
    auto other = jobs.lease(worker);
    ASSERT_EQ(other["case"], "p2");
    EXPECT_EQ(jobs.report(worker, other, "fail", {{"error", "no such file"}, {"retry", false}}).status, 200);
    EXPECT_EQ(jobs.service.office.state("p2").stages.at(0).stage, "by-hand");
    jobs.expect_clean();
}

TEST(Jobs, MayBeReportedDoneTwice) {
    JobService jobs;
    jobs.start("p1");
    auto worker = jobs.worker();
    const auto job = jobs.lease(worker);
    const auto once = jobs.report(worker, job, "complete"), again = jobs.report(worker, job, "complete");
    EXPECT_EQ(once.json()["repeated"], false);
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.json()["repeated"], true);
    EXPECT_EQ(again.json()["revision"], once.json()["revision"]);
    EXPECT_EQ(jobs.service.office.events<core::JobCompleted>().size(), 1u);
    // Wherever the case has gone since, and across a restart.
    jobs.restart();
    auto later = jobs.worker();
    EXPECT_EQ(jobs.report(later, job, "complete").json()["repeated"], true);
    jobs.expect_clean();
}

TEST(Jobs, ARestartLosesNoLeaseAndTakesNoStaleOne) {
    JobService jobs;
    for (const char* id : {"p1", "p2"}) jobs.start(id);
    auto worker = jobs.worker();
    auto kept = jobs.lease(worker, 0, 600), stale = jobs.lease(worker, 0, 30);
    jobs.restart();
    auto after = jobs.worker();
    EXPECT_TRUE(jobs.lease(after).is_null()) << "both are taken";
    EXPECT_EQ(jobs.report(after, kept, "complete").status, 200);
    jobs.service.server.reset();
    jobs.service.office.engine.reset();
    jobs.service.office.time->set(jobs.service.office.time->now() +
                                  minute);  // it runs out while nobody looks
    jobs.service.office.open();
    jobs.service.restart();
    auto last = jobs.worker();
    EXPECT_EQ(jobs.report(last, stale, "complete").json()["code"], "lease-lost");
    const auto anew = jobs.lease(last, 10);
    ASSERT_EQ(anew["case"], stale["case"]);
    EXPECT_GT(anew["lease"], stale["lease"]);
    EXPECT_EQ(jobs.report(last, stale, "complete").json()["code"], "lease-lost");
    EXPECT_EQ(jobs.report(last, anew, "complete").status, 200);
    jobs.expect_clean();
}

TEST(Jobs, OfACaseThatIsCancelledAreOver) {
    JobService jobs;
    jobs.start("p1");
    auto worker = jobs.worker();
    const auto job = jobs.lease(worker);
    jobs.service.office.ask({.actor = "chief", .case_id = "p1", .wish = core::Cancel{"a mistake"}});
    const auto refused = jobs.report(worker, job, "complete");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.json()["code"], "case-closed");
    EXPECT_EQ(jobs.status("p1"), "none");
    jobs.pass(10 * minute);
    EXPECT_TRUE(jobs.lease(worker).is_null());
    jobs.expect_clean();
}

TEST(Jobs, AreForTokensThatMayWorkAndForTheirUnits) {
    JobService jobs;
    jobs.start("p1", "south");
    auto& office = jobs.service.office;
    auto reader = jobs.service.as("cyn", {Scope::read, Scope::act, Scope::administer});
    const auto refused = reader.post("/v1/jobs/lease", jobs.wanted());
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.json()["code"], "out-of-scope");
    auto outside = jobs.worker("ada"), inside = jobs.worker("cyn");
    EXPECT_TRUE(jobs.lease(outside).is_null());
    EXPECT_EQ(outside.post("/v1/jobs/lease?unit=south", jobs.wanted()).status, 403);
    const auto job = jobs.lease(inside);
    ASSERT_EQ(job["case"], "p1");
    for (const char* what : {"heartbeat", "complete"}) EXPECT_EQ(jobs.report(outside, job, what).status, 404);
    // Another of the same unit has not got the lease either.
    auto chief = jobs.worker("chief");
    EXPECT_EQ(jobs.report(chief, job, "complete").json()["code"], "lease-lost");
    EXPECT_EQ(jobs.report(inside, job, "complete").status, 200);
    // A program of the county does those of every unit below it.
    ASSERT_TRUE(office.engine->change({org::PersonSet{{.id = "robot", .name = "Robot"}},
                                       org::PostSet{{"county", "job_worker", 1, {"robot"}}}},
                                      core::system_actor));
    for (const char* unit : {"north", "south"}) {
        jobs.start(std::string("r-") + unit, unit);
        auto robot = jobs.worker("robot");
        EXPECT_EQ(jobs.lease(robot)["unit"], unit);
    }
}

TEST(Jobs, AreListedForThoseWhoSeeTheCase) {
    JobService jobs;
    jobs.start("p1");
    jobs.start("p2", "south");
    auto worker = jobs.worker();
    const auto job = jobs.lease(worker, 0, 60, "press 7");
    auto chief = jobs.service.as("chief"), cyn = jobs.service.as("cyn");
    const auto all = chief.get("/v1/jobs");
    EXPECT_EQ(against_description("GET", "/v1/jobs", all), "");
    ASSERT_EQ(all.json()["items"].size(), 2u);
    EXPECT_EQ(all.json()["items"][0]["worker"], "press 7");
    EXPECT_EQ(all.json()["items"][0]["person"], "ada");
    EXPECT_FALSE(all.json()["items"][0].contains("data"));
    EXPECT_EQ(cyn.get("/v1/jobs").json()["items"].size(), 1u);
    EXPECT_EQ(chief.get("/v1/jobs?status=ready").json()["items"][0]["case"], "p2");
    const auto unknown = chief.get("/v1/jobs?handler=prniter");
    EXPECT_EQ(unknown.status, 422);
    EXPECT_EQ(unknown.json()["code"], "unknown-handler");
    EXPECT_EQ(chief.get("/v1/jobs?handler=printer&case=p2").json()["items"].size(), 1u);
    EXPECT_EQ(chief.get("/v1/jobs?status=gone").status, 400);
    auto page = chief.get("/v1/jobs?limit=1").json();
    EXPECT_EQ(page["items"].size(), 1u);
    EXPECT_EQ(
        chief.get("/v1/jobs?limit=1&after=" + page["next"].get<std::string>()).json()["items"][0]["case"],
        "p2");
}

TEST(Jobs, AskedForWronglyAreRefusedInASentence) {
    JobService jobs;
    jobs.start("p1");
    auto worker = jobs.worker();
    const auto job = jobs.lease(worker);
    const std::string of_job = "/v1/jobs/" + job["job"].get<std::string>();
    const auto good = jobs.wanted();
    const auto with = [](Json body, const char* name, const Json& value) {
        body[name] = value;
        return body;
    };
    struct Wrong {
        std::string target;
        Json body;
        int status;
        const char* code;
        const char* says;
    };
    for (const auto& [target, body, status, code, says] : std::vector<Wrong>{
             {"/v1/jobs/lease", Json::array(), 422, "bad-shape", "an object"},
             {"/v1/jobs/lease", {{"worker", "w"}}, 422, "bad-shape", "which handlers"},
             {"/v1/jobs/lease", with(good, "worker", ""), 422, "missing-name", "calls itself"},
             {"/v1/jobs/lease", with(good, "worker", std::string(201, 'w')), 422, "missing-name",
              "200 bytes"},
             {"/v1/jobs/lease", with(good, "handlers", {"prniter"}), 422, "unknown-handler", "printer"},
             {"/v1/jobs/lease", with(good, "most", 0), 422, "bad-shape", "from 1 to 100"},
             {"/v1/jobs/lease", with(good, "lease_seconds", 3601), 422, "bad-shape", "from 1 to 3600"},
             {"/v1/jobs/lease", with(good, "wait_seconds", 61), 422, "bad-shape", "from 0 to 60"},
             {"/v1/jobs/lease", with(good, "topics", 1), 422, "unknown-field", "known are: handlers"},
             {of_job + "/complete", Json::object(), 422, "missing-field", "which lease"},
             {of_job + "/complete", {{"lease", "x"}}, 422, "bad-shape", "a whole number"},
             {of_job + "/complete", {{"lease", 7777}}, 409, "lease-lost", "w1 has the job"},
             {"/v1/jobs/p1/j99/complete", {{"lease", 7}}, 409, "lease-lost", "no stage waits"},
             {"/v1/jobs/p9/j1/complete", {{"lease", 7}}, 404, "unknown-case", "no case"},
             {of_job + "/complete", with(job, "x", 1), 422, "unknown-field", "known are: lease"},
             {of_job + "/complete",
              {{"lease", job["lease"]}, {"data", {{"copies", "many"}}}},
              422,
              "bad-data",
              "copies"},
             {of_job + "/complete",
              {{"lease", job["lease"]}, {"action", "fly"}},
              409,
              "unknown-action",
              "skip"},
             {of_job + "/fail", {{"lease", job["lease"]}}, 422, "missing-field", "what went wrong"},
             {of_job + "/fail",
              {{"lease", job["lease"]}, {"error", "x"}, {"retry_after_seconds", -1}},
              422,
              "bad-shape",
              "from 0"},
             {of_job + "/heartbeat",
              {{"lease", job["lease"]}, {"lease_seconds", 0}},
              422,
              "bad-shape",
              "1 to 3600"}}) {
        const auto reply = worker.post(target, body);
        EXPECT_EQ(reply.status, status) << target << body << reply.body;
        EXPECT_EQ(reply.json()["code"], code) << target << body << reply.body;
        EXPECT_THAT(reply.body, HasSubstr(says)) << target;
    }
    // Nothing of that took the job away.
    EXPECT_EQ(jobs.report(worker, job, "complete", {{"action", "skip"}}).status, 200);
}

}  // namespace
}  // namespace reeve::http
