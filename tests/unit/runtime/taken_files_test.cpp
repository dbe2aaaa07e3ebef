// An engine whose files somebody moves, replaces, cuts off, or works on by way of SQLite.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

// Somebody moves the folder's files while they are worked on: what would go into a file that nobody opens
// again is not acknowledged.
TEST(Engine, Law1AFolderTakenFromUnderItTakesNothingMore) {
    for (const char* name : {"reeve.db", "reeve.db-wal", "reeve.db-shm", "lock"}) {
        Office office;
        office.ask(Office::start("c-1"));
        office.reopen();  // nothing is committed before it is taken
        const auto file = office.folder.path() / name, away = office.folder.path() / "away";
        std::filesystem::rename(file, away);
        for (int tries = 0; tries < 2; ++tries) {
            const auto refused = office.engine->ask(Office::note("c-1", "is this kept?"));
            ASSERT_FALSE(refused) << name;
            EXPECT_EQ(refused.error().code, "not-durable");
            EXPECT_THAT(refused.error().message, testing::HasSubstr(file.string() + " was taken away"));
        }
        ASSERT_TRUE(office.engine->health().storage) << name;
        std::filesystem::rename(away, file);
        office.ask(Office::note("c-1", "it is back"));
        EXPECT_FALSE(office.engine->health().storage) << name;
        office.expect_clean();
    }
}

TEST(Engine, Law1AFolderReplacedUnderItTakesNothingMore) {
    Office office;
    office.ask(Office::start("c-1"));
    const auto file = office.folder.path() / "reeve.db", other = office.folder.path() / "other";
    std::filesystem::copy_file(file, other);
    std::filesystem::rename(other, file);
    const auto refused = office.engine->ask(Office::note("c-1", "is this kept?"));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, testing::HasSubstr(file.string() + " was replaced"));
}

TEST(Engine, Law1AFolderThatIsNoneAnyMoreTakesNothingMore) {
    Office office;
    office.ask(Office::start("c-1"));
    const auto folder = office.folder.path(), away = std::filesystem::path(folder.string() + ".away");
    std::filesystem::rename(folder, away);
    std::ofstream(folder) << "a file in its place";
    const auto refused = office.engine->ask(Office::note("c-1", "is this kept?"));
    std::filesystem::remove(folder);
    std::filesystem::rename(away, folder);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("was taken away"));
}

// `cp` writes an older database into the place of this one without taking its file away.
TEST(Engine, Law1AFolderCutOffUnderItTakesNothingMore) {
    for (const char* name : {"reeve.db", "reeve.db-wal"}) {
        Office office;
        office.ask(Office::start("c-1"));
        const auto file = office.folder.path() / name;
        const auto size = std::filesystem::file_size(file);
        ASSERT_GT(size, 4096u);
        std::filesystem::resize_file(file, size - 4096);
        const auto refused = office.engine->ask(Office::note("c-1", "is this kept?"));
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().code, "not-durable");
        EXPECT_THAT(refused.error().message,
                    testing::HasSubstr(
                        fmt::format("{} was cut off, to {} bytes of {}", file.string(), size - 4096, size)));
        EXPECT_TRUE(office.engine->health().storage) << name;
    }
}

TEST(Engine, Law1AFolderOverwrittenByALongerOneTakesNothingMore) {
    Office office;
    office.ask(Office::start("c-1"));
    const auto file = office.folder.path() / "reeve.db";
    std::filesystem::resize_file(file, std::filesystem::file_size(file) + (1 << 20));
    const auto refused = office.engine->ask(Office::note("c-1", "is this kept?"));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("reeve.db was overwritten by"));
}

// As programs do that copy the log elsewhere. It grows the database, and what is in it is lost to nobody.
TEST(Engine, ALogThatSomebodyTookIntoTheDatabaseIsNoTrouble) {
    Office office;
    const auto file = office.folder.path() / "reeve.db", log = office.folder.path() / "reeve.db-wal";
    for (int n = 0; n < 3; ++n) {
        for (int k = 0; k < 30; ++k) office.ask(Office::start(fmt::format("c-{}-{}", n, k)));
        const auto size = std::filesystem::file_size(file);
        SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA wal_checkpoint(TRUNCATE)");
        ASSERT_EQ(std::filesystem::file_size(log), 0u);
        ASSERT_GT(std::filesystem::file_size(file), size);
        office.ask(Office::note("c-0-0", "it goes on"));
        EXPECT_FALSE(office.engine->health().storage);
        if (n == 1) office.reopen();
    }
    office.expect_clean();
}

TEST(Engine, ALogThatSomebodyTakesIntoTheDatabaseAllTheTimeKeepsNobodyWaiting) {
    Office office;
    office.ask(Office::start("c-1"));
    int emptied = 0;
    {
        std::jthread other([&](const std::stop_token& stop) {
            SQLite::Database db((office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE, 10'000);
            while (!stop.stop_requested())
                emptied += db.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() == 0 ? 1 : 0;
        });
        for (int n = 0; n < 400; ++n) office.ask(Office::note("c-1", "a note"));
    }
    EXPECT_GT(emptied, 40);
    EXPECT_FALSE(office.engine->health().storage);
    office.expect_clean();
}

// Half of what it held last would get into the database, which nobody could read again.
TEST(Engine, Law1ALogThatWasCutOffIsNotTakenIntoTheDatabase) {
    for (const bool told : {true, false}) {
        SCOPED_TRACE(told ? "told" : "ended at once");
        Office office;
        for (int n = 0; n < 99; ++n) office.ask(Office::start(fmt::format("c-{}", n)));
        const auto file = office.folder.path() / "reeve.db", log = office.folder.path() / "reeve.db-wal";
        SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA wal_checkpoint(TRUNCATE)");
        office.ask(Office::start("c-99"));  // alone in the log: nothing in it is older than what is cut
        std::filesystem::resize_file(log, std::filesystem::file_size(log) - 4096);
        if (told) {
            EXPECT_FALSE(office.engine->ask(Office::note("c-1", "is this kept?")));
        }
        office.engine.reset();
        const auto report = store::check(office.folder.path());
        ASSERT_TRUE(report) << report.error().text();
        EXPECT_THAT(report->faults, testing::IsEmpty());
        EXPECT_EQ(report->cases, 99u);
        office.open();
    }
}

// It is nowhere else any more: whoever ends the engine, as it asks, is to find it in the database.
TEST(Engine, Law1ALogThatLostItsNameIsTakenIntoTheDatabase) {
    Office office;
    for (int n = 0; n < 30; ++n) office.ask(Office::start(fmt::format("c-{}", n)));
    std::filesystem::remove(office.folder.path() / "reeve.db-wal");
    EXPECT_FALSE(office.engine->ask(Office::note("c-1", "is this kept?")));
    office.reopen();
    EXPECT_EQ(office.engine->read()->totals().open, 30u);
    office.expect_clean();
}

// Beside a program that has the database open nobody reads its log again.
TEST(Engine, ALogThatWasCutOffIsToldByTheNextOneToo) {
    Office office;
    for (int n = 0; n < 30; ++n) office.ask(Office::start(fmt::format("c-{}", n)));
    const auto file = office.folder.path() / "reeve.db", log = office.folder.path() / "reeve.db-wal";
    SQLite::Database other(file.string(), SQLite::OPEN_READONLY);
    ASSERT_GT(other.execAndGet("SELECT count(*) FROM cases").getInt(), 0);
    std::filesystem::resize_file(log, std::filesystem::file_size(log) - 4096);
    office.engine.reset();
    std::ostringstream before, after;
    before << std::ifstream(file, std::ios::binary).rdbuf();
    try {
        store::open(office.folder.path(), {});
        ADD_FAILURE() << "it was opened";
    } catch (const std::exception& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("reeve.db-wal was cut off"));
    }
    after << std::ifstream(file, std::ios::binary).rdbuf();
    EXPECT_EQ(before.str() == after.str(), true);
    sqlite3_db_config(other.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace
}  // namespace reeve::runtime
