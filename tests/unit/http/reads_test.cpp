// Who read what: recorded before the answer, kept over a restart, gone after its time, and no answer without.
#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "engine/http/access_file.h"
#include "engine/http/reads.h"
#include "engine/store/scratch.h"
#include "tests/unit/http/listener.h"

namespace reeve::http {
namespace {

struct ReadTest : testing::Test {
    Served service;
    void SetUp() override { service.office.ask(runtime::Office::start("permit-1")); }
    Json reads(const std::string& query = "") {
        return service.as("boss").get("/v1/reads" + query).json()["items"];
    }
};

TEST_F(ReadTest, WhoReadWhichCaseWhenAndOverWhichRoute) {
    auto ada = service.as("ada"), cyn = service.as("cyn");
    EXPECT_EQ(ada.get("/v1/cases/permit-1").status, 200);
    EXPECT_EQ(ada.get("/v1/cases/permit-1/history").status, 200);
    EXPECT_EQ(ada.send("HEAD", "/v1/cases/permit-1", "", {}).status, 200);
    EXPECT_EQ(cyn.get("/v1/cases/permit-1").status, 404) << "she did not see it, so she did not read it";
    EXPECT_EQ(ada.get("/v1/cases").status, 200);
    const auto all = reads("?case=permit-1");
    ASSERT_EQ(all.size(), 3u) << all;
    EXPECT_EQ(all[1]["route"], "showHistory") << "the newest first";
    EXPECT_EQ(all[2]["route"], "showCase");
    EXPECT_EQ(all[2]["person"], "ada");
    EXPECT_EQ(all[2]["token"], ada.token.substr(6, 8));
    EXPECT_EQ(all[2]["at"], time::to_utc_string(service.office.engine->now()));
    EXPECT_TRUE(reads("?person=cyn").empty());
    EXPECT_EQ(reads("?to=2026-01-01T00:00:00Z").size(), 0u);
    const auto page = service.as("boss").get("/v1/reads?limit=2").json();
    EXPECT_EQ(page["items"].size(), 2u);
    EXPECT_EQ(reads("?limit=2&after=" + page["next"].get<std::string>()).size(), 1u);
    EXPECT_EQ(ada.get("/v1/reads").status, 403);
}

TEST_F(ReadTest, WhoLeasesAJobReadsItsCase) {
    service.office.deploy("printing", runtime::printing);
    service.office.ask({.actor = "chief",
                        .case_id = "p1",
                        .wish = core::StartCase{.definition = "printing", .unit = "north"}});
    auto ada = service.as("ada");
    const auto leased = ada.post("/v1/jobs/lease", {{"handlers", {"printer"}}, {"worker", "w1"}});
    ASSERT_EQ(leased.json()["jobs"].size(), 1u) << leased.body;
    ASSERT_EQ(reads("?case=p1").size(), 1u);
    EXPECT_EQ(reads()[0]["route"], "leaseJobs");
    EXPECT_EQ(reads()[0]["person"], "ada");
    EXPECT_EQ(reads()[0]["token"], ada.token.substr(6, 8));
}

TEST_F(ReadTest, SomebodySignedInIsRecordedWithoutAToken) {
    const std::string words = "four grey herons wade";
    ASSERT_TRUE(service.server->accounts().set("ada", words, service.office.engine->now()));
    const auto opened = service.stranger().post("/v1/session", {{"person", "ada"}, {"password", words}});
    const auto& set = opened.headers.at("set-cookie");
    EXPECT_EQ(service.stranger().get("/v1/cases/permit-1", {{"Cookie", set.substr(0, set.find(';'))}}).status,
              200);
    ASSERT_EQ(reads().size(), 1u);
    EXPECT_EQ(reads()[0]["token"], "");
}

TEST_F(ReadTest, TheyAreInTheFileBeforeTheAnswerIsOut) {
    service.as("ada").get("/v1/cases/permit-1");
    // As another process sees them, while the service still runs: a kill would lose none.
    SQLite::Database beside((service.office.folder.path() / "access.db").string(), SQLite::OPEN_READONLY);
    EXPECT_EQ(beside.execAndGet("SELECT count(*) FROM reads").getInt(), 1);
    service.restart();
    EXPECT_EQ(reads().size(), 1u);
}

TEST_F(ReadTest, WhatCannotBeRecordedIsNotShown) {
    SQLite::Database beside((service.office.folder.path() / "access.db").string(), SQLite::OPEN_READWRITE);
    beside.exec("ALTER TABLE reads RENAME TO elsewhere");
    const auto refused = service.as("ada").get("/v1/cases/permit-1");
    EXPECT_EQ(refused.status, 500) << refused.body;
    EXPECT_EQ(refused.body.find("review"), std::string::npos);
    auto anyone = service.stranger();
    const auto ready = anyone.get("/readyz");
    EXPECT_EQ(ready.status, 503);
    EXPECT_THAT(ready.json()["why"].dump(), testing::HasSubstr("cannot be recorded who reads it"));
    beside.exec("ALTER TABLE elsewhere RENAME TO reads");
    // Whoever sees that and sends nobody here any more must see as well that it is over.
    EXPECT_TRUE(comes_true([&] { return anyone.get("/readyz").status == 200; }));
    EXPECT_EQ(service.as("ada").get("/v1/cases/permit-1").status, 200);
    EXPECT_EQ(reads().size(), 1u) << "the look whether it can be written leaves nothing";
}

// What would be written into a file that nobody opens again is not recorded.
TEST_F(ReadTest, ATakenOrCutFileIsToldAndNothingIsShown) {
    const auto file = service.office.folder.path() / "access.db",
               away = service.office.folder.path() / "away";
    const auto why = [&] { return service.stranger().get("/readyz").json()["why"].dump(); };
    ASSERT_EQ(service.as("ada").get("/v1/cases/permit-1").status, 200);
    auto ada = service.as("ada");
    std::filesystem::rename(file, away);
    EXPECT_EQ(service.stranger().get("/readyz").status, 503);
    EXPECT_THAT(why(), testing::HasSubstr("access.db was taken away"));
    EXPECT_EQ(ada.get("/v1/cases/permit-1").status, 500);
    std::filesystem::rename(away, file);
    EXPECT_TRUE(comes_true([&] { return service.stranger().get("/readyz").status == 200; }));
    EXPECT_EQ(service.as("ada").get("/v1/cases/permit-1").status, 200);
    auto later = service.as("ada");
    std::filesystem::resize_file(file, 0);
    EXPECT_EQ(later.get("/v1/cases/permit-1").status, 500);
    EXPECT_THAT(why(), testing::HasSubstr("access.db was cut off"));
}

TEST_F(ReadTest, AFileOverwrittenByALongerOneOrWithoutItsLogIsToldAndNothingIsShown) {
    const auto file = service.office.folder.path() / "access.db";
    const auto why = [&] { return service.stranger().get("/readyz").json()["why"].dump(); };
    for (const bool longer : {false, true}) {
        if (longer) service.restart();
        ASSERT_EQ(service.as("ada").get("/v1/cases/permit-1").status, 200);
        auto ada = service.as("ada");
        ASSERT_EQ(service.stranger().get("/readyz").status, 200);
        if (longer)
            std::filesystem::resize_file(file, std::filesystem::file_size(file) + (1 << 20));
        else
            std::filesystem::resize_file(file.string() + "-wal", 0);
        EXPECT_EQ(ada.get("/v1/cases/permit-1").status, 500);
        EXPECT_THAT(why(), testing::HasSubstr(longer ? "access.db was overwritten by"
                                                     : "access.db-wal was cut off, to 0 bytes of"));
    }
}

TEST_F(ReadTest, ALogThatWasCutOffIsNotTakenIntoTheFile) {
    store::ScratchFolder scratch;
    const auto file = scratch.path() / "access.db", log = scratch.path() / "access.db-wal";
    {
        const auto open = open_access_file(scratch.path());
        const auto read = [&] {
            open->exec("INSERT INTO reads VALUES (NULL, 1, 'ada', '', 'permit-1', 'showCase')");
        };
        read();
        open->exec("PRAGMA wal_checkpoint(TRUNCATE)");
        read();  // alone in the log: nothing in it is older than what is cut
        std::filesystem::resize_file(log, std::filesystem::file_size(log) - 4096);
    }
    SQLite::Database db(file.string());
    EXPECT_EQ(db.execAndGet("PRAGMA integrity_check").getString(), "ok");
    EXPECT_EQ(db.execAndGet("SELECT count(*) FROM reads").getInt(), 1);
}

TEST_F(ReadTest, NothingIsMadeNorChangedThroughALink) {
    store::ScratchFolder scratch;
    const auto link = scratch.path() / "access.db", target = scratch.path() / "target";
    std::filesystem::create_symlink(target, link);
    EXPECT_ANY_THROW(open_access_file(scratch.path()));
    EXPECT_FALSE(std::filesystem::exists(target));
    std::ofstream(target) << "somebody else's, which is no database";
    std::filesystem::permissions(target, std::filesystem::perms(0644));
    EXPECT_ANY_THROW(open_access_file(scratch.path()));
    EXPECT_EQ(std::filesystem::status(target).permissions(), std::filesystem::perms(0644));
}

TEST_F(ReadTest, TheyGoWhenTheirTimeIsOver) {
    const auto now = service.office.engine->now();
    const auto file = service.office.folder.path();
    {
        Reads reads(file, runtime::day);
        reads.record({.at = now, .person = "ada", .token = {}, .case_id = "permit-1", .route = "showCase"});
    }
    Reads later(file, runtime::day);
    ASSERT_EQ(later.list({}).size(), 1u);
    later.record(
        {.at = now + 2 * runtime::day, .person = "ben", .token = {}, .case_id = "b", .route = "showCase"});
    ASSERT_EQ(later.list({}).size(), 1u);
    EXPECT_EQ(later.list({})[0].person, "ben");
}

TEST_F(ReadTest, TheyGoWhenTheirTimeIsOverThoughNobodyReadsAnything) {
    const auto now = service.office.engine->now();
    std::atomic<std::int64_t> later{0};
    Reads reads(
        service.office.folder.path(), runtime::day, [&] { return now + time::Millis(later.load()); },
        std::chrono::milliseconds(5));
    reads.record({.at = now, .person = "ada", .token = {}, .case_id = "permit-1", .route = "showCase"});
    EXPECT_EQ(reads.list({}).size(), 1u);
    later = (2 * runtime::day).count();
    EXPECT_TRUE(comes_true([&] { return reads.list({}).empty(); }));
}

TEST_F(ReadTest, ABackupHoldsPasswordsTokensAndReads) {
    const std::string words = "four grey herons wade";
    const auto now = service.office.engine->now();
    ASSERT_TRUE(service.server->accounts().set("ada", words, now));
    const auto token = service.as("ada").token;
    service.as("ada").get("/v1/cases/permit-1");
    store::ScratchFolder scratch;
    const auto file = scratch.path() / "office.backup", again = scratch.path() / "again";
    // While the service runs.
    const auto made = store::backup(service.office.folder.path(), file);
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_TRUE(made->faults.empty());
    const auto expect_all = [&] {
        EXPECT_TRUE(Accounts(again).open("ada", words, now));
        EXPECT_TRUE(Access(again).find(token, now));
        EXPECT_EQ(Reads(again, runtime::day).list({}).size(), 1u);
        const auto mode = std::filesystem::status(again / "access.db").permissions();
        EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
                  std::filesystem::perms::none);
    };
    ASSERT_TRUE(store::restore(file, again));
    expect_all();
    // Over a folder in which all of that is another by now.
    ASSERT_TRUE(Accounts(again).set("ada", "five white egrets stand", now));
    ASSERT_TRUE(Access(again).revoke(token.substr(6, 8), now));
    const auto over = store::restore(file, again, {.over = true});
    ASSERT_TRUE(over) << over.error().text();
    expect_all();
    // Not while somebody has it open.
    SQLite::Database open((again / "access.db").string(), SQLite::OPEN_READWRITE);
    open.exec("PRAGMA journal_mode = WAL");
    EXPECT_GE(open.execAndGet("SELECT count(*) FROM tokens").getInt(), 1);
    const auto refused = store::restore(file, again, {.over = true});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "in-use");
}

}  // namespace
}  // namespace reeve::http
