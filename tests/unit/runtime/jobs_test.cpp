// Jobs in the engine: the table by which they are found, and leases that end while nobody looks.
#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

struct JobTable : testing::Test {
    Office office;
    void SetUp() override {
        office.deploy("printing", printing);
        for (const char* id : {"p1", "p2", "p3"}) office.ask(Office::start(id, "printing"));
    }
    std::string job(const std::string& id) { return office.state(id).stages.at(0).job; }
    std::int64_t lease(const std::string& id, int seconds = 60) {
        office.ask({.actor = "ada",
                    .case_id = id,
                    .wish = core::LeaseJob{.job = job(id), .worker = "w", .seconds = seconds}});
        return office.state(id).stages.at(0).lease;
    }
    std::vector<store::JobRow> rows(const store::JobFilter& filter = {}) {
        return office.engine->read()->jobs(filter);
    }
};

TEST_F(JobTable, TellsWhatWaitsForWhomAndWhoHasIt) {
    EXPECT_EQ(rows({.handlers = {"printer"}, .status = "ready"}).size(), 3u);
    EXPECT_EQ(rows({.handlers = {"mail"}}).size(), 0u);
    EXPECT_EQ(rows({.units = {"south"}}).size(), 0u);
    const auto taken = lease("p2");
    const auto leased = rows({.status = "leased"});
    ASSERT_EQ(leased.size(), 1u);
    EXPECT_EQ(leased[0].case_id, "p2");
    EXPECT_EQ(leased[0].lease, taken);
    EXPECT_EQ(leased[0].person, "ada");
    office.ask({.actor = "ada", .case_id = "p2", .wish = core::FailJob{job("p2"), "no", true, taken}});
    EXPECT_EQ(rows({.status = "waiting"}).size(), 1u);
    office.ask({.actor = "chief", .case_id = "p3", .wish = core::Transfer{"south", "theirs"}});
    EXPECT_EQ(rows({.units = {"south"}}).at(0).case_id, "p3");
    office.ask({.actor = core::system_actor, .case_id = "p1", .wish = core::CompleteJob{.job = job("p1")}});
    EXPECT_EQ(rows({.case_id = "p1"}).size(), 0u);
    office.expect_clean();
}

TEST_F(JobTable, IsMadeForAFolderThatHadNone) {
    lease("p2");
    const auto before = rows();
    office.engine.reset();
    {
        SQLite::Database db((office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE);
        db.exec("DROP TABLE jobs; DROP TABLE requests");
        db.exec("PRAGMA user_version = 5");
    }
    office.open();
    EXPECT_EQ(rows(), before);
    EXPECT_EQ(before.size(), 3u);
    office.expect_clean();
}

TEST_F(JobTable, LeasesThatRanOutWhileNobodyLookedEndInTheirOrder) {
    lease("p1", 120);
    lease("p2", 60);
    office.engine.reset();
    office.time->set(monday + hour);
    office.open();
    ASSERT_TRUE(office.engine->run_until(monday + hour));
    const auto ended = office.events<core::JobFailed>();
    ASSERT_EQ(ended.size(), 2u);
    EXPECT_EQ(ended[0].first.case_id, "p2");
    EXPECT_EQ(ended[0].first.occurred, monday + Millis{60'000});
    EXPECT_EQ(rows({.status = "ready"}).size(), 3u);
    office.expect_clean();
}

// Two who take it in one batch: the second is decided on top of the first.
TEST_F(JobTable, OfTwoWhoTakeOneAtOnceOneIsRefused) {
    const auto wish = core::LeaseJob{.job = job("p1"), .worker = "w"};
    std::vector<std::future<Result<Receipt>>> answers;
    for (const char* person : {"ada", "ben", "chief", "boss"})
        answers.push_back(office.post({.actor = person, .case_id = "p1", .wish = wish}));
    int taken = 0;
    for (auto& answer : answers) {
        const auto receipt = answer.get();
        taken += receipt.has_value();
        EXPECT_EQ(receipt ? "job-taken" : receipt.error().code, "job-taken");
    }
    EXPECT_EQ(taken, 1);
    office.expect_clean();
}

// A lease whose commit failed is nobody's.
TEST_F(JobTable, ALeaseThatIsNotDurableIsNone) {
    office.faults->before_next([] { throw std::runtime_error("no"); });
    const core::Command wish{
        .actor = "ada", .case_id = "p1", .wish = core::LeaseJob{.job = job("p1"), .worker = "w"}};
    EXPECT_FALSE(office.engine->ask(wish));
    EXPECT_EQ(rows({.case_id = "p1"}).at(0).status, "ready");
    EXPECT_NE(lease("p1"), 0);
    office.expect_clean();
}

}  // namespace
}  // namespace reeve::runtime
