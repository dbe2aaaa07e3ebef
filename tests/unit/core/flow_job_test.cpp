// Jobs: who has one and for how long, the late worker, and what becomes of a job that fails.
#include "engine/json.h"
#include "tests/unit/core/flow_bench.h"

namespace reeve::core::flow_testing {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const std::string job =
    R"("send": {"job": "mail", "due": "1 day", "attempts": 3, "backoff": "1 min", "timeout": "10 min",
        "then": "closed", "on_failure": "by-hand",
        "actions": {"return": {"to": "by-hand", "require": ["reason"]}, "keep": {},
            "waive": {"to": "closed", "second": "head"}, "drop": {"to": "closed", "by": "head"}}},
    "by-hand": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"}}},
    "closed": {"end": "closed"})";
const std::string more = R"("owner": "registrar",
    "data": {"type": "object", "properties": {"persons": {"type": "integer"}}},)";

struct Jobs : testing::Test {
    Office office{definition(job, more)};
    std::string id;
    void SetUp() override {
        office.open();
        ASSERT_EQ(office.code(), "");
        id = office.all<JobRequested>().at(0).job;
    }
    const StageState& stage() const { return office.state.stages.at(0); }
    // The number of the lease; 0: refused.
    std::int64_t lease(int seconds = 60, const std::string& worker = "w1",
                       const std::string& person = "ann") {
        office.submit(person, LeaseJob{.job = id, .worker = worker, .seconds = seconds});
        return office.refused ? 0 : office.all<JobLeased>().back().lease;
    }
    void heartbeat(std::int64_t lease, int seconds = 60) {
        office.submit("ann", ExtendLease{.job = id, .lease = lease, .seconds = seconds});
    }
    void complete(std::int64_t lease, const std::string& action = {}, const std::string& reason = {}) {
        office.submit("ann", CompleteJob{.job = id, .lease = lease, .action = action, .reason = reason});
    }
    void fail(std::int64_t lease, std::optional<Duration> after = {}) {
        office.submit("ann", FailJob{.job = id, .error = "refused", .lease = lease, .retry_after = after});
    }
    // So many seconds after it was opened.
    void at(int seconds) {
        office.now = Office::when("2026-03-02T09:00:00+08:00") + std::chrono::seconds(seconds);
        office.tick();
    }
};

TEST_F(Jobs, ATryFollowsAfterAWaitThatDoublesAndThenPeopleDoIt) {
    fail(lease());
    EXPECT_EQ(stage().job_retry_at, Office::when("2026-03-02T09:01:00+08:00"));
    EXPECT_EQ(lease(), 0);
    EXPECT_EQ(office.code(), "job-not-running");
    at(60);
    EXPECT_EQ(stage().attempt, 2);
    fail(lease());
    EXPECT_EQ(stage().job_retry_at, Office::when("2026-03-02T09:03:00+08:00"));
    at(180);
    fail(lease());
    EXPECT_THAT(office.stages(), ElementsAre("by-hand"));
    EXPECT_THAT(office.all<JobRequested>(), SizeIs(3));
    // It has never been without an owner or a clock; the owner hears of it, and somebody has it to do.
    EXPECT_EQ(office.state.owner, "ren");
    EXPECT_THAT(office.told(), Contains("ren"));
    EXPECT_THAT(office.holders("by-hand"), SizeIs(1));
}

TEST_F(Jobs, AWorkerSaysWhenItIsTriedAgainAndThatItNeverIs) {
    fail(lease(), time::parse_duration("2 hours").value());
    EXPECT_EQ(stage().job_retry_at, Office::when("2026-03-02T11:00:00+08:00"));
    at(2 * 3600);
    const auto taken = lease();
    office.submit("ann", FailJob{.job = id, .error = "", .lease = taken});
    EXPECT_EQ(office.code(), "missing-field");
    fail(taken, Duration{.elapsed = -std::chrono::hours(1)});
    EXPECT_EQ(office.code(), "bad-duration");
    office.submit("ann", FailJob{.job = id, .error = "no such person", .retry = false, .lease = taken});
    EXPECT_THAT(office.stages(), ElementsAre("by-hand"));
}

TEST_F(Jobs, ThatNobodyTakesLoseNoAttemptAndTheirClockRuns) {
    at(20 * 3600);
    EXPECT_EQ(stage().attempt, 1);
    EXPECT_FALSE(office.all<JobFailed>().size());
    at(40 * 3600);  // its day is over
    EXPECT_THAT(office.all<EscalationFired>(), SizeIs(1));
    EXPECT_NE(lease(), 0);
}

TEST_F(Jobs, AreHadByOneAtATime) {
    const auto first = lease();
    EXPECT_EQ(stage().worker, "w1");
    EXPECT_EQ(lease(60, "w2"), 0);
    EXPECT_EQ(office.code(), "job-taken");
    EXPECT_THAT(office.refused->message, HasSubstr("w1 has"));
    complete(first + 1);
    EXPECT_EQ(office.code(), "lease-lost");
    office.submit("ben", CompleteJob{.job = id, .lease = first});  // it was leased in another's name
    EXPECT_EQ(office.code(), "lease-lost");
    complete(first);
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

TEST_F(Jobs, ThatAreGivenBackWaitAgainAndSpendNoAttempt) {
    const auto first = lease();
    office.submit("ben", ReleaseJob{.job = id, .lease = first});
    EXPECT_EQ(office.code(), "lease-lost") << "it is not his";
    EXPECT_THAT(office.refused->message, HasSubstr("w1 took it in the name of ann, not of ben"));
    office.submit("ann", ReleaseJob{.job = id, .lease = first});
    EXPECT_EQ(stage().lease, 0);
    EXPECT_EQ(stage().job_times_out, std::nullopt);
    EXPECT_THAT(office.all<JobRequested>(), SizeIs(1)) << "as it was asked for it still waits";
    complete(first);
    EXPECT_EQ(office.code(), "lease-lost");
    const auto second = lease(60, "w2");
    EXPECT_GT(second, first);
    EXPECT_EQ(stage().attempt, 1);
    office.submit("ann", ReleaseJob{.job = id, .lease = first});
    EXPECT_EQ(office.code(), "lease-lost");
    complete(second);
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

TEST_F(Jobs, AnErrorOfAnyLengthIsKeptShort) {
    std::string error = "纸";
    while (error.size() < 100'000) error += error;
    office.submit("ann", FailJob{.job = id, .error = error, .lease = lease(), .retry_after = {}});
    const auto kept = office.all<JobFailed>().back().error;
    EXPECT_LT(kept.size(), 4'010u);
    EXPECT_EQ(bad_utf8(kept), std::string::npos);
    EXPECT_THAT(kept, testing::EndsWith("纸…"));
}

TEST_F(Jobs, ComeBackWhenTheLeaseRunsOutAndTheLateWorkerIsRefused) {
    const auto first = lease(60);
    at(59);
    EXPECT_EQ(stage().lease, first);
    at(60);  // nobody ticked in between
    EXPECT_EQ(stage().lease, 0);
    EXPECT_EQ(stage().attempt, 2);
    EXPECT_THAT(office.all<JobFailed>().back().error, HasSubstr("w1 said nothing"));
    complete(first);
    EXPECT_EQ(office.code(), "lease-lost");
    const auto second = lease(60, "w2");
    EXPECT_GT(second, first);
    complete(first);
    EXPECT_EQ(office.code(), "lease-lost");
    EXPECT_THAT(office.refused->message, HasSubstr("w2 has the job"));
    fail(first);
    EXPECT_EQ(office.code(), "lease-lost");
    heartbeat(first);
    EXPECT_EQ(office.code(), "lease-lost");
    complete(second);
    EXPECT_EQ(office.code(), "");
    complete(second);
    EXPECT_EQ(office.code(), "case-closed");
}

TEST_F(Jobs, ThatKillEveryWorkerEndWithPeople) {
    for (int attempt = 1; attempt <= 3; ++attempt) {
        ASSERT_NE(lease(60), 0) << attempt;
        at(attempt * 60);
    }
    EXPECT_THAT(office.stages(), ElementsAre("by-hand"));
    EXPECT_EQ(office.state.owner, "ren");
}

TEST_F(Jobs, ALeaseEndsByItsTimeThoughNoTimerHasFired) {
    const auto first = lease(60);
    office.now += std::chrono::seconds(61);
    complete(first);
    EXPECT_EQ(office.code(), "lease-lost");
    const auto second = lease(60, "w2");
    EXPECT_GT(second, first);
    // What comes at the very moment is in time.
    office.now += std::chrono::seconds(60);
    complete(second);
    EXPECT_EQ(office.code(), "");
}

TEST_F(Jobs, AHeartbeatKeepsALeaseAndWritesNoMoreThanItMust) {
    const auto held = lease(60);
    office.now += std::chrono::seconds(20);
    heartbeat(held);
    EXPECT_EQ(office.code(), "");
    EXPECT_THAT(office.all<JobLeaseExtended>(), SizeIs(0));
    office.now += std::chrono::seconds(20);
    heartbeat(held);
    EXPECT_THAT(office.all<JobLeaseExtended>(), SizeIs(1));
    EXPECT_EQ(stage().lease_until, Office::when("2026-03-02T09:01:40+08:00"));
    for (int seconds = 60; seconds < 600; seconds += 20) {
        at(seconds);
        heartbeat(held);
        EXPECT_EQ(office.code(), "") << seconds;
    }
    // An attempt takes no longer than the definition says, whoever has it.
    EXPECT_EQ(stage().lease_until, Office::when("2026-03-02T09:10:00+08:00"));
    at(600);
    EXPECT_THAT(office.all<JobFailed>().back().error, HasSubstr("longer than it may"));
    EXPECT_EQ(stage().job_retry_at, Office::when("2026-03-02T09:11:00+08:00"));
}

TEST_F(Jobs, AreTakenForATimeThatIsSaidAndInAName) {
    for (const int seconds : {0, -1, 3601}) {
        EXPECT_EQ(lease(seconds), 0);
        EXPECT_EQ(office.code(), "bad-duration");
    }
    EXPECT_EQ(lease(60, ""), 0);
    EXPECT_EQ(office.code(), "missing-name");
    EXPECT_EQ(lease(60, "w1", "wim"), 0);  // of another unit
    EXPECT_EQ(office.code(), "not-permitted");
    EXPECT_EQ(lease(60, "w1", petitioner_actor), 0);
    EXPECT_EQ(office.code(), "not-permitted");
    EXPECT_NE(lease(60, "w1", "hu"), 0);  // of the unit above
    heartbeat(stage().lease, 0);
    EXPECT_EQ(office.code(), "bad-duration");
}

TEST_F(Jobs, AWorkerChoosesAnActionWhereItsStageOffersOne) {
    const auto held = lease();
    complete(held, "fly");
    EXPECT_EQ(office.code(), "unknown-action");
    complete(held, "return");
    EXPECT_EQ(office.code(), "missing-reason");
    complete(held, "waive");  // takes a second person
    EXPECT_EQ(office.code(), "action-not-offered");
    complete(held, "keep");  // the job would be done, and asked for still
    EXPECT_EQ(office.code(), "action-not-offered");
    complete(held, "drop");  // for a head
    EXPECT_EQ(office.code(), "not-permitted");
    EXPECT_EQ(stage().lease, held);
    complete(held, "return", "no address");
    EXPECT_EQ(office.code(), "");
    EXPECT_THAT(office.stages(), ElementsAre("by-hand"));
    EXPECT_EQ(office.all<ActionTaken>().back().reason, "no address");
}

TEST_F(Jobs, GiveDataThatFitsOrNone) {
    const auto held = lease();
    office.submit("ann", CompleteJob{.job = id, .data = {{"persons", "many"}}, .lease = held});
    EXPECT_EQ(office.code(), "bad-data");
    office.submit("ann", CompleteJob{.job = id, .data = {{"persons", 2}}, .lease = held});
    EXPECT_EQ(office.state.data["persons"], 2);
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

TEST_F(Jobs, APersonDoesItByHandThoughAWorkerHasIt) {
    const auto held = lease();
    office.submit("ann", CompleteJob{.job = id});  // is not the owner, and says no lease
    EXPECT_EQ(office.code(), "not-permitted");
    office.submit("eva", Act{.action = "return", .reason = "by hand"});
    EXPECT_EQ(office.code(), "");
    complete(held);
    EXPECT_EQ(office.code(), "lease-lost");
}

TEST_F(Jobs, ACancelledCaseTakesNothingMore) {
    const auto held = lease();
    office.submit("eva", Cancel{.reason = "a mistake"});
    complete(held);
    EXPECT_EQ(office.code(), "case-closed");
    EXPECT_EQ(next_moment(office.state), std::nullopt);
}

TEST_F(Jobs, TakingOneIsNoProgress) {
    const auto progress = office.state.last_progress;
    office.now += std::chrono::hours(1);
    const auto held = lease();
    office.now += std::chrono::seconds(40);
    heartbeat(held);
    fail(held);
    EXPECT_EQ(office.state.last_progress, progress);
}

TEST_F(Jobs, AreUnknownWhereNoStageAsksForThem) {
    office.submit(system_actor, CompleteJob{.job = "j99"});
    EXPECT_EQ(office.code(), "unknown-job");
    office.submit("ann", LeaseJob{.job = "j99", .worker = "w1"});
    EXPECT_EQ(office.code(), "unknown-job");
    office.submit(system_actor, CompleteJob{.job = id});
    EXPECT_EQ(office.state.status, CaseStatus::closed);
}

// An event keeps its meaning: before there were leases, the time of an attempt began when it was asked for.
TEST_F(Jobs, AskedForBeforeThereWereLeasesStillTimeOut) {
    auto asked = office.history.back();
    ++asked.revision;
    asked.event = JobRequested{.job = id,
                               .handler = "mail",
                               .entry = stage().entry,
                               .attempt = 1,
                               .times_out = office.now + std::chrono::minutes(10)};
    apply(office.state, asked, *office.program);
    office.history.push_back(asked);
    at(600);
    EXPECT_THAT(office.all<JobFailed>(), SizeIs(1));
    EXPECT_EQ(stage().job_retry_at, office.now + std::chrono::minutes(1));
}

}  // namespace
}  // namespace reeve::core::flow_testing
