// The faulty disk itself: it must be no kinder and no harsher than a real one.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "engine/store/scratch.h"
#include "tests/simulation/faulty_vfs.h"

namespace reeve::simulation {
namespace {

using Trouble = FaultyDisk::Trouble;

struct Table {
    store::ScratchFolder folder;
    FaultyDisk& disk = FaultyDisk::get();
    std::unique_ptr<SQLite::Database> db;

    explicit Table(const char* synchronous = "FULL") {
        disk.mount(folder.path(), 7);
        open(synchronous);
        db->exec("CREATE TABLE t (n INTEGER)");
    }
    ~Table() {
        db.reset();
        disk.unmount();
    }
    void open(const std::string& synchronous = "FULL") {
        db = std::make_unique<SQLite::Database>((folder.path() / "t.db").string(),
                                                SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        db->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = " + synchronous);
    }
    void insert() { db->exec("INSERT INTO t VALUES (1)"); }
    void power_cut() {
        disk.power_off();
        db.reset();
        disk.power_on();
        open();
    }
    int rows() { return db->execAndGet("SELECT count(*) FROM t").getInt(); }
};

TEST(FaultyDisk, KeepsWhatWasSyncedOverAPowerCut) {
    Table table;
    for (int n = 1; n <= 20; ++n) {
        table.insert();
        table.power_cut();
        ASSERT_EQ(table.rows(), n);
        ASSERT_EQ(table.db->execAndGet("PRAGMA integrity_check").getString(), "ok");
    }
}

// Or the simulation would prove nothing about syncing.
TEST(FaultyDisk, LosesWhatWasNotSynced) {
    Table table("OFF");
    table.db->exec("PRAGMA wal_checkpoint(TRUNCATE)");
    int lost = 0;
    for (int n = 0; n < 20 && lost == 0; ++n) {
        table.insert();
        const int before = table.rows();
        table.disk.power_off();
        table.db.reset();
        table.disk.power_on();
        table.open("OFF");
        try {
            lost += before - table.rows();
        } catch (const SQLite::Exception&) {
            ++lost;  // even the table is gone, or torn
        }
    }
    EXPECT_GT(lost, 0);
}

TEST(FaultyDisk, ASyncThatFailedLeavesDoubtThatALaterOneDoesNotRemove) {
    store::ScratchFolder folder;
    auto& disk = FaultyDisk::get();
    disk.mount(folder.path(), 7);
    auto& file = disk.open((folder.path() / "x").string());
    const auto read = [](char* into, int amount, std::int64_t) { std::fill_n(into, amount, 'x'); };
    disk.wrote(file, 0, 1000);
    disk.plan(Trouble::sync_fails, 0);
    const int failed = disk.may_sync();
    EXPECT_NE(failed, 0);
    disk.synced(file, failed, 1000, read);
    EXPECT_EQ(disk.may_sync(), 0);
    disk.synced(file, 0, 1000, read);
    EXPECT_EQ(file.platter, std::string(1000, '\0'));
    EXPECT_EQ(file.doubted.size(), 2u);
    disk.wrote(file, 0, 1000);  // written anew, it can be synced
    disk.synced(file, 0, 1000, read);
    EXPECT_EQ(file.platter, std::string(1000, 'x'));
    EXPECT_TRUE(file.doubted.empty());
    disk.unmount();
}

TEST(FaultyDisk, AFullOneRefusesWhatGrowsAndReadsOn) {
    Table table;
    table.insert();
    table.disk.set_full(true);
    EXPECT_THROW(table.insert(), SQLite::Exception);
    EXPECT_EQ(table.rows(), 1);
    table.disk.set_full(false);
    table.insert();
    EXPECT_EQ(table.rows(), 2);
}

TEST(FaultyDisk, FailsOnceAtTheWritePlanned) {
    Table table;
    for (const auto trouble : {Trouble::write_fails, Trouble::write_torn, Trouble::sync_fails}) {
        const int before = table.rows();
        table.disk.plan(trouble, 0);
        EXPECT_THROW(table.insert(), SQLite::Exception);
        EXPECT_FALSE(table.disk.pending());
        table.db->tryExec("ROLLBACK");
        EXPECT_EQ(table.rows(), before);
        table.insert();
        EXPECT_EQ(table.rows(), before + 1);
    }
}

}  // namespace
}  // namespace reeve::simulation
