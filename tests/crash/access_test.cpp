// access.db: who may use the service and who read what. No journal makes it again, so damage to it is told by
// its own name and with its own way out, and keeps nobody from backing up the journal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

#include "engine/store/upkeep.h"
#include "tests/crash/process.h"
#include "tests/unit/cli/office.h"

namespace reeve::crash {
namespace {

namespace fs = std::filesystem;
using cli::Office;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::streamoff access_page = 4096;

// Nonsense from one byte of a file up to another.
void spoil(const fs::path& path, std::streamoff from, std::streamoff to) {
    std::fstream out(path, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(from);
    out << std::string(static_cast<std::size_t>(to - from), '\xa5');
}

// The file, what it is for, and a way out that is none of the journal's.
const auto names_access =
    AllOf(HasSubstr("access.db, which holds passwords, tokens and who read what, is damaged"),
          HasSubstr("remove it with its -wal and -shm"), Not(HasSubstr("reeve rebuild")));

class AccessDamage : public testing::Test {
  protected:
    Office office;
    const fs::path file = office.folder() / "office" / "access.db";

    void SetUp() override {
        office.start();
        office.did("reeve token add intake --person li-na --scope read --as chen-yu");
        office.did("reeve backup whole.backup");
        office.did("reeve check");
    }
    // The page of the tokens, the first table that was made.
    void spoil_tokens() { spoil(file, access_page, 2 * access_page); }
    // The head, without which nothing of it can be read.
    void spoil_head() { spoil(file, 0, access_page); }
    bool there(const char* name) const { return fs::exists(office.folder() / name); }
};

TEST_F(AccessDamage, IsFoundAndNamedByCheck) {
    spoil_tokens();
    auto ran = office.run("reeve check");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, AllOf(names_access, HasSubstr("table tokens")));
    // Of the journal nothing is wrong: a rebuild mends nothing of this, and says so.
    ran = office.run("reeve rebuild");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.out, HasSubstr("every row was as before"));
    EXPECT_THAT(ran.err, HasSubstr("not mended: access.db"));
    spoil_head();
    ran = office.run("reeve check");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, names_access);
}

// Of what could not be looked at it is not known that it is damaged, and nobody is told to remove it.
TEST_F(AccessDamage, IsNotSaidOfAFileThatCannotBeOpened) {
    for (const char* tail : {"", "-wal", "-shm"}) fs::remove(file.string() + tail);
    fs::create_directory(file);
    const auto ran = office.run("reeve check");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err,
                AllOf(HasSubstr("reeve: access.db could not be looked at"), Not(HasSubstr("remove"))));
    EXPECT_EQ(ran.out, "");
}

// It is for the service's user alone: that another may not read it is no fault of the folder.
TEST_F(AccessDamage, IsNotLookedForByWhoMayNotReadTheFile) {
    const auto folder = file.parent_path();
    for (const auto& entry : fs::directory_iterator(folder)) fs::permissions(entry, fs::perms(0755));
    for (auto up = folder; up != up.root_path() && up != fs::temp_directory_path(); up = up.parent_path())
        fs::permissions(up, fs::perms(0755));
    fs::permissions(file, fs::perms(0));
    const auto uid = ::geteuid();
    if (uid == 0) {  // whom no permission keeps out
        ASSERT_EQ(::seteuid(65534), 0);
    }
    const auto report = store::check(folder);
    if (uid == 0) {
        ASSERT_EQ(::seteuid(0), 0);
    }
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_THAT(report->faults, testing::ElementsAre());
    EXPECT_THAT(report->not_looked_at, testing::ElementsAre(HasSubstr("access.db, which this user may not")));
}

// SQLite would take the log of an empty database away: here it is all that is left of it.
TEST_F(AccessDamage, OfAnEmptiedFileLeavesItsLog) {
    const auto told =
        AllOf(HasSubstr("access.db was emptied, its log was not: nothing was touched. Cases are not in it"),
              HasSubstr("put the access.db of a backup there"), Not(HasSubstr("remove it")));
    fs::resize_file(file, 0);
    std::ofstream(file.string() + "-wal") << std::string(4096, 'x');
    for (const char* command :
         {"reeve check", "reeve token list", "reeve token add b --person li-na --scope read --as chen-yu",
          "reeve restore whole.backup --data office --force", "reeve backup without.backup"}) {
        const auto ran = office.run(command);
        EXPECT_EQ(ran.exit, 1) << command;
        EXPECT_THAT(ran.err, told) << command;
    }
    EXPECT_EQ(fs::file_size(file), 0u);
    EXPECT_EQ(fs::file_size(file.string() + "-wal"), 4096u);
    office.did("reeve restore without.backup --data again");  // the journal was backed up all the same
    EXPECT_THAT(office.did("reeve case list --data again").out, HasSubstr("noise-1"));
}

TEST_F(AccessDamage, OfAFileThatWasTakenAwayLeavesItsLog) {
    const auto told = HasSubstr("access.db was taken away, its log was not: nothing was touched");
    fs::remove(file);
    std::ofstream(file.string() + "-wal") << std::string(4096, 'x');
    for (const char* command : {"reeve check", "reeve token list", "reeve backup without.backup"}) {
        const auto ran = office.run(command);
        EXPECT_EQ(ran.exit, 1) << command;
        EXPECT_THAT(ran.err, told) << command;
    }
    EXPECT_FALSE(fs::exists(file));
    EXPECT_EQ(fs::file_size(file.string() + "-wal"), 4096u);
}

TEST_F(AccessDamage, OfAFileThatWasEmptiedIsNamed) {
    fs::resize_file(file, 0);
    for (const char* command : {"reeve check", "reeve backup without.backup"}) {
        const auto ran = office.run(command);
        EXPECT_EQ(ran.exit, 1) << command;
        EXPECT_THAT(ran.err, AllOf(names_access, HasSubstr("(it is empty)"))) << command;
    }
}

TEST_F(AccessDamage, IsNamedByWhatCannotReadIt) {
    spoil_tokens();
    const auto ran = office.run("reeve token list --json");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, AllOf(HasSubstr("\"code\":\"damaged\""), names_access));
    spoil_head();
    EXPECT_THAT(office.run("reeve token list").err, names_access);
    EXPECT_THAT(office.run("reeve access list").err, names_access);
    EXPECT_THAT(office.run("reeve password li-na --as chen-yu").err, names_access);
    EXPECT_THAT(office.run("reeve token add more --person li-na --scope read --as chen-yu").err,
                names_access);
}

// What of it is whole may be wanted one day, so it goes along as it is.
TEST_F(AccessDamage, OfAPageGoesIntoABackupAndIsNamedByAllThatReadsIt) {
    spoil_tokens();
    auto ran = office.run("reeve backup torn.backup");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, AllOf(names_access, HasSubstr("table tokens")));
    EXPECT_EQ(ran.out, "Written with faults: torn.backup\n");
    ran = office.run("reeve check --data torn.backup");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, names_access);
    ran = office.run("reeve restore torn.backup --data again");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, AllOf(names_access, HasSubstr("nothing was restored"), HasSubstr("--faulty")));
    EXPECT_FALSE(there("again/reeve.db"));
    ran = office.run("reeve restore torn.backup --data again --faulty");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, names_access);
    EXPECT_THAT(ran.out, HasSubstr("Restored with faults: again\n"));
    EXPECT_THAT(office.did("reeve case list --data again").out, HasSubstr("noise-1"));
}

TEST_F(AccessDamage, OfItsHeadIsNoReasonNotToBackUpTheJournal) {
    spoil_head();
    auto ran = office.run("reeve backup without.backup");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, AllOf(HasSubstr("the backup is without access.db"), names_access));
    EXPECT_EQ(ran.out, "Written with faults: without.backup\n");
    office.did("reeve check --data without.backup");
    office.did("reeve restore without.backup --data again");
    EXPECT_FALSE(there("again/access.db"));
    EXPECT_THAT(office.did("reeve case list --data again").out, HasSubstr("noise-1"));
}

TEST_F(AccessDamage, IsOverWithThatOfABackup) {
    spoil_tokens();
    office.did("reeve restore whole.backup --data again");
    office.did("rm -f office/access.db office/access.db-wal office/access.db-shm");
    office.did("cp again/access.db office/access.db");
    office.did("reeve check");
    EXPECT_THAT(office.did("reeve token list").out, HasSubstr("intake"));
}

TEST_F(AccessDamage, IsOverOnceItIsRemovedAndAllIsGivenAnew) {
    office.did("reeve init plain; reeve token list --data plain");
    const auto plain = office.folder() / "plain";
    spoil(plain / "access.db", access_page, static_cast<std::streamoff>(fs::file_size(plain / "access.db")));
    const auto ran = office.run("timeout 60 reeve serve --data plain --listen 127.0.0.1:0");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, names_access);
    office.did("rm -f plain/access.db plain/access.db-wal plain/access.db-shm; reeve check --data plain");
    Process serve({REEVE_BIN "/reeve", "serve", "--data", plain.string(), "--listen", "127.0.0.1:0"});
    std::string said;
    while (const auto line = serve.line()) {
        said += *line + "\n";
        if (line->starts_with("reeve serves")) break;
    }
    EXPECT_THAT(said, HasSubstr("administrator signs in first, with the password"));
}

}  // namespace
}  // namespace reeve::crash
