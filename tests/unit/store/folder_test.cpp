// A data folder: who may open it, what a backup, a restore and an older schema make of it.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "engine/store/part_file.h"
#include "engine/store/scratch.h"
#include "engine/store/upkeep.h"

namespace reeve::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Folder, ANewerSchemaIsRefused) {
    ScratchFolder folder;
    { auto store = open(folder.path(), {.create = true, .durable = false}); }
    SQLite::Database((folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE)
        .exec("PRAGMA user_version = 99");
    auto opened = open(folder.path(), {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, "newer-schema");
    EXPECT_EQ(open_reader(folder.path()).error().code, "newer-schema");
}

// Where the reopening after a failed commit fails, what lay there before is still known.
TEST(Folder, AReopeningThatFailsForgetsNothing) {
    ScratchFolder working;
    const auto file = working.path() / "reeve.db", other = working.path() / "other";
    auto store = *open(working.path(), {.create = true, .durable = false});
    store->commit({.started = {{"permit", 1}}});
    std::filesystem::copy_file(file, other);
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{1000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    EXPECT_THROW(store->reopen(), NoRoom);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::filesystem::rename(other, file);
    try {
        store->reopen();
        FAIL() << "it goes on in another database";
    } catch (const std::runtime_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("reeve.db was replaced"));
    }
}

TEST(Folder, IsOnlyForItsOwnerToRead) {
    using std::filesystem::perms;
    ScratchFolder scratch;
    const auto office = scratch.path() / "office", copy = scratch.path() / "copy";
    const auto others = [](const std::filesystem::path& file) {
        return std::filesystem::status(file).permissions() & (perms::group_all | perms::others_all);
    };
    {
        auto store = *open(office, {.create = true});
        store->probe();
        for (const char* name : {"", "reeve.db", "reeve.db-wal", "attachments"})
            EXPECT_EQ(others(office / name), perms::none) << name;
        ASSERT_TRUE(backup(office, copy));
        EXPECT_EQ(others(copy), perms::none);
    }
    // Whoever opened it to others is asked by nobody twice.
    std::filesystem::permissions(office / "reeve.db", perms::group_read, std::filesystem::perm_options::add);
    ASSERT_TRUE(restore(copy, office, {.over = true}));
    EXPECT_EQ(others(office / "reeve.db"), perms::group_read);
    ASSERT_TRUE(restore(copy, scratch.path() / "again", {}));
    for (const char* name : {"", "reeve.db", "attachments"})
        EXPECT_EQ(others(scratch.path() / "again" / name), perms::none) << name;
}

// The administrator works as root, the service does not.
TEST(Folder, WhatRootRestoresOrRebuildsKeepsItsOwner) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives a file to another user";
    constexpr uid_t service = 65534;
    ScratchFolder scratch;
    const auto office = scratch.path() / "office", copy = scratch.path() / "copy", file = office / "reeve.db";
    const auto owner = [](const std::filesystem::path& of) {
        struct stat is {};
        EXPECT_EQ(::stat(of.c_str(), &is), 0) << of;
        return std::pair(is.st_uid, is.st_gid);
    };
    { auto store = *open(office, {.create = true, .durable = false}); }
    ASSERT_TRUE(backup(office, copy));
    for (const auto& of : {office, file}) ASSERT_EQ(::chown(of.c_str(), service, service), 0);
    ASSERT_TRUE(restore(copy, office, {.over = true}));
    EXPECT_EQ(owner(file), std::pair(service, service));
    // One that is made new goes to whom the folder belongs.
    std::filesystem::remove(file);
    ASSERT_TRUE(restore(copy, office, {.over = true}));
    EXPECT_EQ(owner(file), std::pair(service, service));
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("DROP TABLE tasks");
    ASSERT_TRUE(rebuild(office));
    EXPECT_EQ(owner(file), std::pair(service, service));
    // Of a damaged backup it is made in a folder of its own.
    const auto page = SQLite::Database(copy.string())
                          .execAndGet("SELECT rootpage FROM sqlite_master WHERE name = 'tasks'")
                          .getInt();
    std::fstream(copy, std::ios::in | std::ios::out | std::ios::binary)
        .seekp((page - 1) * 4096)
        .write(std::string(4096, '\xff').data(), 4096);
    std::filesystem::remove(file);
    const auto torn = restore(copy, office, {.over = true, .faulty = true});
    ASSERT_TRUE(torn) << torn.error().text();
    EXPECT_FALSE(torn->faults.empty());
    EXPECT_EQ(owner(file), std::pair(service, service));
}

TEST(Folder, WhatRootMakesInItBelongsToItsOwnerAndNothingElseDoes) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives a file to another user";
    constexpr uid_t service = 65534;
    ScratchFolder scratch;
    const auto office = scratch.path() / "office", outside = scratch.path() / "outside";
    const auto owner = [](const std::filesystem::path& of) {
        struct stat is {};
        EXPECT_EQ(::lstat(of.c_str(), &is), 0) << of;
        return is.st_uid;
    };
    std::filesystem::create_directory(office);
    ASSERT_EQ(::chown(office.c_str(), service, service), 0);
    {
        auto store = *open(office, {.create = true});
        store->probe();
        ASSERT_TRUE(attach_bytes(office, "a letter", "letter.txt", "letter"));
        for (const auto& made : std::filesystem::recursive_directory_iterator(office))
            EXPECT_EQ(owner(made.path()), service) << made.path();
    }
    std::ofstream(outside) << "somebody else's";
    std::filesystem::remove(office / "lock");
    std::filesystem::create_symlink(outside, office / "lock");
    { auto store = open(office, {}); }
    EXPECT_EQ(owner(outside), 0u);
    // What was there keeps its owner.
    std::filesystem::remove(office / "lock");
    std::ofstream(office / "lock").flush();
    { ASSERT_TRUE(open(office, {})); }
    EXPECT_EQ(owner(office / "lock"), 0u);
}

TEST(Folder, ABackupIsNotMadeThroughALinkThatLiesInItsWay) {
    ScratchFolder scratch;
    const auto office = scratch.path() / "office", victim = scratch.path() / "victim";
    { auto store = *open(office, {.create = true, .durable = false}); }
    std::filesystem::create_directory(victim);
    std::ofstream(victim / "kept") << "kept";
    std::filesystem::create_directory_symlink(victim, part_beside(scratch.path() / "copy"));
    EXPECT_TRUE(backup(office, scratch.path() / "copy"));
    EXPECT_TRUE(std::filesystem::exists(victim / "kept"));
}

TEST(Folder, ARestoreIsNotMadeThroughALinkThatLiesInItsWay) {
    ScratchFolder scratch;
    const auto office = scratch.path() / "office", victim = scratch.path() / "victim";
    { auto store = *open(office, {.create = true, .durable = false}); }
    ASSERT_TRUE(backup(office, scratch.path() / "copy"));
    for (const char* name : {"replacing.rehearsal.json", "restoring.db", "replacing.db"}) {
        std::ofstream(victim) << "kept";
        std::filesystem::create_symlink(victim, office / name);
        const auto made = restore(scratch.path() / "copy", office, {.over = true});
        EXPECT_TRUE(made) << name << made.error().text();
        EXPECT_EQ(std::filesystem::file_size(victim), 4u) << name;
        EXPECT_FALSE(std::filesystem::is_symlink(office / name)) << name;
        EXPECT_TRUE(check(office)->faults.empty()) << name;
    }
}

// It would be taken away, or replaced, before it was read.
TEST(Folder, ABackupThatLiesAmongItsOwnFilesIsNotRestored) {
    ScratchFolder scratch;
    const auto office = scratch.path() / "office", copy = office / "restoring.db";
    { auto store = *open(office, {.create = true, .durable = false}); }
    ASSERT_TRUE(backup(office, scratch.path() / "copy"));
    std::filesystem::rename(scratch.path() / "copy", copy);
    const auto refused = restore(copy, office, {.over = true});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "file-inside");
    EXPECT_TRUE(std::filesystem::exists(copy));
}

// Before the engine wrote anything into the log itself.
TEST(Folder, WhatAnotherProcessWroteAndTookIntoTheDatabaseIsNoTrouble) {
    ScratchFolder scratch;
    { auto made = *open(scratch.path() / "office", {.create = true}); }
    auto store = *open(scratch.path() / "office", {});
    const auto file = scratch.path() / "office" / "reeve.db";
    const auto size = std::filesystem::file_size(file);
    SQLite::Database other(file.string(), SQLite::OPEN_READWRITE);
    other.exec("CREATE TABLE others AS SELECT zeroblob(100000)");
    other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    ASSERT_GT(std::filesystem::file_size(file), size);
    EXPECT_NO_THROW(store->probe());
}

TEST(Folder, OneBackupOfANameIsMadeAtATime) {
    ScratchFolder scratch;
    const auto office = scratch.path() / "office", copy = scratch.path() / "copy";
    { auto store = *open(office, {.create = true, .durable = false}); }
    const PartFolder other(part_beside(copy));
    {
        const FolderHold held(other.path(), FolderHold::Kind::alone);
        const auto refused = backup(office, copy);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "in-use");
    }
    EXPECT_TRUE(backup(office, copy));
    EXPECT_FALSE(std::filesystem::exists(other.path()));
    const auto refused = restore(office / "reeve.db", scratch.path() / "again", {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "no-backup");
}

// SQLite takes the log of an empty database away: here it is all that is left of it.
TEST(Folder, AnEmptiedDatabaseKeepsItsLog) {
    ScratchFolder working, emptied;
    const auto file = emptied.path() / "reeve.db", log = emptied.path() / "reeve.db-wal";
    {
        auto store = *open(working.path(), {.create = true, .durable = false});
        store->commit({.started = {{"permit", 1}}});
        std::filesystem::copy_file(working.path() / "reeve.db-wal", log);
    }
    std::ofstream(file).flush();
    const auto size = std::filesystem::file_size(log);
    ASSERT_GT(size, 0u);
    ASSERT_EQ(std::filesystem::file_size(file), 0u);
    EXPECT_THROW((void)open_reader(emptied.path()), Emptied);
    EXPECT_THROW((void)open(emptied.path(), {}), Emptied);
    EXPECT_THROW((void)rebuild(emptied.path()), Emptied);
    EXPECT_EQ(std::filesystem::file_size(file), 0u);
    ASSERT_TRUE(std::filesystem::exists(log));
    EXPECT_EQ(std::filesystem::file_size(log), size);
}

// Every schema that was ever on main is kept under tests/schemas and comes forward whole.
class Older : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Schema, Older, testing::Values(1, 2, 3, 4, 5, 6));

TEST_P(Older, SchemaComesForwardAfterACopy) {
    ScratchFolder folder;
    const auto file = folder.path() / "reeve.db";
    std::ifstream in(fmt::format(REEVE_SOURCE "/tests/schemas/schema-{}.sql", GetParam()));
    const std::string sql(std::istreambuf_iterator<char>(in), {});
    ASSERT_FALSE(sql.empty());
    std::vector<std::string> bodies;
    {
        SQLite::Database db(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        db.exec(sql);
        SQLite::Statement rows(db, "SELECT body FROM journal ORDER BY seq");
        while (rows.executeStep()) {
            std::istringstream lines(rows.getColumn(0).getString());
            for (std::string body; std::getline(lines, body);) bodies.push_back(body);
        }
    }
    ASSERT_EQ(bodies.size(), 33u);
    EXPECT_EQ(open_reader(folder.path()).error().code, "older-schema");
    {
        auto opened = open(folder.path(), {});
        ASSERT_TRUE(opened) << opened.error().text();
        std::vector<std::string> now;
        (*opened)->read()->journal(1, [&](const JournalRow& row) {
            now.push_back(row.body);
            return true;
        });
        EXPECT_EQ(now, bodies);  // not a byte of what happened changes
        EXPECT_EQ((*opened)->read()->receipt("first")->last_seq,
                  (*opened)->read()->receipt("first")->first_seq + 5);
    }
    const auto copy = fmt::format("{}.schema-{}.backup", file.string(), GetParam());
    EXPECT_EQ(SQLite::Database(copy).execAndGet("PRAGMA user_version").getInt(), GetParam());
    const auto report = check(folder.path());
    ASSERT_TRUE(report);
    EXPECT_THAT(report->faults, ElementsAre());
    EXPECT_EQ(report->cases, 2u);
    EXPECT_FALSE(rebuild(folder.path())->changed);
}

// A file that nobody may change, kept for years: it is read, and restored, as it is.
TEST_P(Older, BackupIsReadAndRestored) {
    ScratchFolder folder;
    const auto file = folder.path() / "office.backup", again = folder.path() / "again";
    std::ifstream in(fmt::format(REEVE_SOURCE "/tests/schemas/schema-{}.sql", GetParam()));
    {
        SQLite::Database db(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        db.exec(std::string(std::istreambuf_iterator<char>(in), {}));
        db.exec("CREATE TABLE attachments (sha256 TEXT PRIMARY KEY, body BLOB NOT NULL)");
        db.exec("PRAGMA journal_mode = DELETE");
    }
    const auto bytes = [&] {
        std::ifstream kept(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(kept), {});
    };
    const auto before = bytes();
    std::vector<std::string> bodies;
    {
        auto reader = open_reader(file);
        ASSERT_TRUE(reader) << reader.error().text();
        EXPECT_EQ((*reader)->totals().cases, 2u);
        (*reader)->journal(1, [&](const JournalRow& row) {
            bodies.push_back(row.body);
            return true;
        });
    }
    EXPECT_EQ(bodies.size(), 33u);
    EXPECT_THAT(check(file)->faults, ElementsAre());
    const auto restored = restore(file, again);
    ASSERT_TRUE(restored) << restored.error().text();
    EXPECT_THAT(check(again)->faults, ElementsAre());
    std::vector<std::string> now;
    (*open_reader(again))->journal(1, [&](const JournalRow& row) {
        now.push_back(row.body);
        return true;
    });
    EXPECT_EQ(now, bodies);
    EXPECT_EQ(bytes(), before);
    std::vector<std::string> beside;
    for (const auto& one : std::filesystem::directory_iterator(folder.path()))
        beside.push_back(one.path().filename());
    EXPECT_THAT(beside, testing::UnorderedElementsAre("again", "office.backup"));
}

TEST(Folder, WithoutDataIsRefusedUnlessItIsToBeMade) {
    ScratchFolder folder;
    EXPECT_EQ(open(folder.path(), {}).error().code, "no-folder");
    EXPECT_EQ(open_reader(folder.path()).error().code, "no-folder");
}

TEST(Attachments, LieUnderTheirContent) {
    ScratchFolder folder;
    auto document = attach_bytes(folder.path(), "abc", "note.txt", "notice");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(document->bytes, 3u);
    std::ifstream in(attachment_path(folder.path(), document->sha256));
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "abc");
    EXPECT_TRUE(attach_bytes(folder.path(), "abc", "again.txt", "notice"));
    EXPECT_EQ(attach(folder.path(), folder.path() / "missing", "notice").error().code, "no-such-file");
}

}  // namespace
}  // namespace reeve::store
