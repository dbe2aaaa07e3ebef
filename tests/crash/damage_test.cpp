// Damage to a folder, as the command line finds it, names it and mends what can be mended.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "engine/store/fingerprint.h"
#include "engine/store/upkeep.h"
#include "tests/unit/cli/office.h"

namespace reeve::crash {
namespace {

namespace fs = std::filesystem;
using cli::Office;
using testing::HasSubstr;

class Damage : public testing::Test {
  protected:
    Office office;
    const fs::path data = office.folder() / "office", db = data / "reeve.db";

    void SetUp() override {
        for (int n = 0; n < 12; ++n) office.start();
        office.did("reeve case list --now 2026-03-10T09:00:00+08:00");
        office.did("reeve backup whole.backup");
    }
    void execute(const std::string& sql) { SQLite::Database(db.string(), SQLite::OPEN_READWRITE).exec(sql); }
    std::string value(const std::string& sql) {
        return SQLite::Database(db.string(), SQLite::OPEN_READONLY).execAndGet(sql).getString();
    }
    // Nonsense over a page, the first being 1.
    void overwrite(std::uint64_t page) {
        std::fstream file(db, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>((page - 1) * 4096));
        file << std::string(4096, '\xa5');
    }
    std::uint64_t root_of(const std::string& name) {
        return std::stoull(value("SELECT rootpage FROM sqlite_master WHERE name = '" + name + "'"));
    }
    // What check says; it must find something.
    std::string found() {
        const auto ran = office.run("reeve check");
        EXPECT_EQ(ran.exit, 1) << ran.out;
        EXPECT_EQ(ran.out, "");
        return ran.err;
    }
    std::pair<std::string, std::string> content() {
        auto reader = *store::open_reader(data);
        return {store::fingerprint_journal(*reader), reader->fingerprint()};
    }
};

TEST_F(Damage, AFileThatWasEmptiedIsNoOfficeWithoutCases) {
    std::filesystem::resize_file(db, 0);
    for (const char* command : {"reeve check", "reeve case list", "reeve case note noise-1 seen --as li-na",
                                "reeve rebuild", "reeve backup other.backup"}) {
        const auto said = office.run(command);
        EXPECT_EQ(said.exit, 1) << command;
        EXPECT_THAT(said.err, HasSubstr("this file holds nothing of Reeve")) << command;
    }
}

TEST_F(Damage, APageOfAnyTableIsNamedAndRebuilt) {
    const auto whole = content();
    for (const char* table : {"cases", "tasks", "clocks", "escalations", "timers", "outbox", "loads",
                              "started", "marks", "links"}) {
        SCOPED_TRACE(table);
        overwrite(root_of(table));
        EXPECT_THAT(found(), HasSubstr(std::string("table ") + table + ": the rows from "));
        const auto rebuilt = office.run("reeve rebuild");
        const std::map<std::string, std::string> lost{
            {"outbox", "they are pending again"},
            {"cases", "the rows of some cases could not be read, and so not be held against the journal"}};
        const auto told = lost.find(table);
        EXPECT_EQ(rebuilt.exit, told == lost.end() ? 0 : 1) << rebuilt.err;
        if (told != lost.end()) {
            EXPECT_THAT(rebuilt.err, HasSubstr(told->second));
        }
        EXPECT_THAT(office.did("reeve check").out, HasSubstr("All is well"));
        EXPECT_EQ(content(), whole);
    }
    office.did("reeve case note noise-1 seen --as li-na");
    office.did("reeve check");
}

TEST_F(Damage, APageOfAnyIndexIsNamedAndRebuilt) {
    const auto whole = content();
    for (const auto& [index, table] : {std::pair{"cases_open", "cases"},
                                       {"journal_stream", "journal"},
                                       {"journal_key", "journal"},
                                       {"outbox_waiting", "outbox"}}) {
        SCOPED_TRACE(index);
        overwrite(root_of(index));
        EXPECT_THAT(found(), HasSubstr(std::string("table ") + table + ": an index of it is damaged"));
        office.did("reeve rebuild");
        EXPECT_THAT(office.did("reeve check").out, HasSubstr("All is well"));
        EXPECT_EQ(content(), whole);
    }
}

TEST_F(Damage, APageOfTheJournalIsNamedByItsEventsAndTheBackupHasThem) {
    const auto whole = content();
    const auto page =
        std::stoull(value("SELECT pageno FROM dbstat WHERE name = 'journal' AND pagetype = 'leaf' ORDER BY "
                          "pageno LIMIT 1 OFFSET 2"));
    overwrite(page);
    std::ifstream before(db, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(before)), {});
    EXPECT_THAT(found(),
                testing::ContainsRegex("table journal: the rows from [0-9]+ to [0-9]+ cannot all be read"));
    const auto rebuilt = office.run("reeve rebuild --json");
    EXPECT_EQ(rebuilt.exit, 1);
    EXPECT_EQ(nlohmann::json::parse(rebuilt.err)["error"]["code"], "journal-damaged");
    EXPECT_THAT(rebuilt.err, HasSubstr("cannot be read behind event"));
    std::ifstream after(db, std::ios::binary);
    EXPECT_EQ(std::string((std::istreambuf_iterator<char>(after)), {}), bytes) << "it was changed";
    // Whatever else is asked of it says what to do.
    const auto list = office.run("reeve case note noise-1 seen --as li-na --json");
    EXPECT_EQ(list.exit, 1);
    EXPECT_EQ(nlohmann::json::parse(list.err)["error"]["code"], "damaged") << list.err;
    office.did("reeve restore whole.backup --data office --force");
    EXPECT_EQ(content(), whole);
    office.did("reeve check");
}

TEST_F(Damage, AFileThatIsNoDatabaseAnyMoreIsSaidAndRestored) {
    overwrite(1);
    EXPECT_THAT(found(), HasSubstr("the file itself: file is not a database"));
    EXPECT_EQ(office.run("reeve rebuild").exit, 1);
    office.did("reeve restore whole.backup --data office --force");
    office.did("reeve check");
}

TEST_F(Damage, AJournalRowIsNamedByItsEventAndItsCase) {
    const std::pair<const char*, const char*> faults[]{
        {"UPDATE journal SET body = substr(body, 2) WHERE stream = 'noise-2' AND revision = 1",
         "case noise-2: event "},
        // Readable and harmless, and yet not what was written.
        {"UPDATE journal SET body = replace(body, 'Mill', 'Hill') WHERE stream = 'noise-2' AND revision = 1",
         "(noise-2 revision 1): it is not what was written, as its digest tells"},
        {"UPDATE journal SET \"key\" = 'another' WHERE stream = 'noise-2' AND revision = 1",
         "it is not what was written"},
        {"UPDATE journal SET digest = digest + 1 WHERE stream = '$org'", "it is not what was written"},
        {"UPDATE journal SET revision = 77 WHERE stream = 'noise-2' AND revision = 1",
         "revision 77 of noise-2 follows revision 0"},
        {"UPDATE journal SET actor = 'nobody' WHERE stream = 'noise-2'", "it is not what was written"},
        {"UPDATE journal SET at = at + 1 WHERE stream = 'noise-2'", "it is not what was written"},
        {"UPDATE journal SET occurred = at WHERE stream = 'noise-2'", "it is not what was written"},
        {"UPDATE journal SET body = replace(body, '\"PersonSet\"', '\"PersonWas\"') WHERE stream = '$org'",
         "event "},
        {"UPDATE journal SET body = substr(body, 3) WHERE stream = '$definitions'", "$definitions"},
        {"UPDATE journal SET seq = seq + 100000 WHERE seq = (SELECT max(seq) FROM journal)", "is missing"},
    };
    for (const auto& [sql, told] : faults) {
        SCOPED_TRACE(sql);
        execute(std::string("DROP TRIGGER journal_stands; ") + sql);
        EXPECT_THAT(found(), HasSubstr(told));
        office.did("reeve restore whole.backup --data office --force");
    }
}

// SQLite would take its log away: nothing may open it.
TEST_F(Damage, ADatabaseThatWasEmptiedIsLeftAloneAndTheWayOutIsSaid) {
    fs::resize_file(db, 0);
    const auto log = db.string() + "-wal";
    std::ofstream(log) << std::string(4096, 'x');
    for (const char* command : {"reeve check", "reeve rebuild", "reeve case list",
                                "reeve restore whole.backup --data office --force"}) {
        const auto ran = office.run(command);
        EXPECT_EQ(ran.exit, 1) << command;
        EXPECT_THAT(ran.err,
                    HasSubstr("reeve.db was emptied, its log was not: nothing was touched. Keep both "
                              "as they are; `reeve restore BACKUP --data NEW`"))
            << command;
    }
    EXPECT_EQ(fs::file_size(db), 0u);
    EXPECT_EQ(fs::file_size(log), 4096u);
    EXPECT_FALSE(fs::exists(data / "replacing.access.db"));
    office.did("reeve restore whole.backup --data again");
}

// What keeps the journal from being changed, and what finds rows, is looked at as the rows are.
TEST_F(Damage, AGuardOrIndexThatIsGoneIsNamedAndMadeAgain) {
    const auto guard = value("SELECT sql FROM sqlite_master WHERE name = 'journal_stays'");
    const std::vector<std::pair<std::string, std::string>> faults{
        {"DROP TRIGGER journal_stays", "trigger journal_stays of table journal is missing"},
        {"DROP INDEX tasks_open", "index tasks_open of table tasks is missing"},
        {"DROP TABLE marks", "table marks is missing"},
        {"DROP TRIGGER journal_stays; CREATE TRIGGER journal_stays BEFORE DELETE ON journal BEGIN SELECT 1; "
         "END",
         "trigger journal_stays of table journal is not what it was: CREATE TRIGGER"},
        {"CREATE TRIGGER quiet AFTER INSERT ON cases BEGIN UPDATE cases SET revision = revision + 1 WHERE id "
         "= NEW.id; END",
         "trigger quiet of table cases is not of Reeve: CREATE TRIGGER"},
        {"CREATE TRIGGER \"qu\"\"iet\" BEFORE DELETE ON tasks BEGIN SELECT RAISE(ABORT, 'no'); END",
         "is not of Reeve"},
        {"CREATE UNIQUE INDEX quiet ON cases(unit) WHERE id = 'noise-1'",
         "index quiet of table cases is not of Reeve"},
        {"DROP TABLE marks; CREATE VIEW marks AS SELECT 1", "table marks is not what it was: CREATE VIEW"},
        {"CREATE TABLE bare AS SELECT * FROM tasks; DROP TABLE tasks; ALTER TABLE bare RENAME TO tasks; "
         "CREATE INDEX tasks_open ON tasks(person) WHERE status = 'open'",
         "table tasks is not what it was: CREATE TABLE"},
        {"ALTER TABLE clocks ADD COLUMN note TEXT", "table clocks is not what it was: CREATE TABLE"},
    };
    for (const auto& [sql, told] : faults) {
        SCOPED_TRACE(sql);
        execute(sql);
        EXPECT_THAT(found(), HasSubstr(told));
        office.did("reeve rebuild");
        EXPECT_THAT(office.did("reeve check").out, HasSubstr("All is well"));
        office.did("reeve case note noise-1 seen --as li-na");
        EXPECT_EQ(value("SELECT sql FROM sqlite_master WHERE name = 'journal_stays'"), guard);
        EXPECT_EQ(value("SELECT count(*) FROM sqlite_master WHERE name IN ('tasks_open', 'marks', 'quiet')"),
                  "2");
    }
}

// The events of one command share a row: one fault, so that the others are not pushed off the list.
TEST_F(Damage, ARowOfManyEventsIsNamedOnce) {
    const auto first = "WHERE stream = '$org' AND revision = 1";
    ASSERT_GT(std::stoi(value(std::string("SELECT events FROM journal ") + first)), 1);
    execute(std::string("DROP TRIGGER journal_stands; UPDATE journal SET digest = digest + 1 ") + first);
    const auto told = found();
    EXPECT_NE(told.find("it is not what was written"), std::string::npos);
    EXPECT_EQ(told.find("it is not what was written"), told.rfind("it is not what was written")) << told;
}

TEST_F(Damage, ARowIsNamedByItsColumnAndRebuilt) {
    execute(
        "UPDATE tasks SET person = 'nobody' WHERE case_id = 'noise-3'; DELETE FROM timers WHERE id = "
        "'noise-4'");
    const auto said = found();
    EXPECT_THAT(
        said,
        testing::ContainsRegex(
            "table tasks, case_id \"noise-3\", id \"[^\"]*\", column person: found \"nobody\", expected"));
    EXPECT_THAT(said, HasSubstr("table timers, id \"noise-4\": the row is missing"));
    office.did("reeve rebuild");
    office.did("reeve check");
}

// A log that could not be taken into the new file was once thrown away with it, and with it the journal.
TEST_F(Damage, ARebuildThatFindsNoRoomChangesNothing) {
    const auto whole = content();
    overwrite(root_of("tasks"));
    const auto blocks = fs::file_size(db) / 512;
    int refused = 0;
    for (const auto percent : {10u, 30u, 60u, 80u, 90u, 95u, 99u, 105u, 120u, 150u}) {
        SCOPED_TRACE(percent);
        const auto ran = office.run(fmt::format("ulimit -f {}; reeve rebuild", blocks * percent / 100));
        if (ran.exit == 0) break;
        ++refused;
        EXPECT_THAT(ran.err, HasSubstr("the disk is full"));
        EXPECT_EQ(store::fingerprint_journal(**store::open_reader(data)), whole.first);
        EXPECT_FALSE(fs::exists(data / "rebuilding"));
    }
    EXPECT_GT(refused, 3);
    office.did("reeve rebuild");
    EXPECT_EQ(content(), whole);
    office.did("reeve check");
}

// Killed when the new one had its name beside the old one: the old one's log is of no use any more.
TEST_F(Damage, WhatWasToReplaceAFolderDoesSoWhenItIsOpenedNext) {
    const auto whole = content();
    fs::copy_file(db, data / "replacing.db");
    execute("UPDATE tasks SET person = 'nobody'");
    // Who only reads opens it too: nobody is shown what is on its way out.
    office.did("reeve check");
    EXPECT_FALSE(fs::exists(data / "replacing.db"));
    office.did("reeve case note noise-1 seen --as li-na");
    office.did("reeve check");
    office.did("reeve restore whole.backup --data office --force");
    EXPECT_EQ(content(), whole);
}

// What is whole of it may be all that is left one day: it is written, and nobody takes it for a whole one.
TEST_F(Damage, OfAFolderGoesIntoItsBackupWhichSaysSo) {
    execute(
        "DROP TRIGGER journal_stands; UPDATE journal SET digest = digest + 1 WHERE stream = 'noise-2' AND "
        "revision = 1");
    auto ran = office.run("reeve backup torn.backup");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, HasSubstr("(noise-2 revision 1): it is not what was written"));
    EXPECT_EQ(ran.out, "Written with faults: torn.backup\n");
    ran = office.run("reeve restore torn.backup --data again");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, HasSubstr("nothing was restored"));
    EXPECT_FALSE(fs::exists(office.folder() / "again" / "reeve.db"));
    ran = office.run("reeve restore torn.backup --data again --faulty");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, HasSubstr("(noise-2 revision 1): it is not what was written"));
    EXPECT_THAT(ran.out, HasSubstr("Restored with faults: again\n"));
    EXPECT_THAT(office.did("reeve case show noise-1 --data again").out, HasSubstr("noise-1"));
}

TEST_F(Damage, ADatabaseThatIsGoneIsNoNewOffice) {
    office.did("reeve case document noise-1 photo=notice.pdf --as chen-yu");
    fs::rename(db, office.folder() / "kept.db");
    for (const char* command : {"reeve check", "reeve case list", "reeve rebuild", "reeve init office"}) {
        const auto said = office.run(command);
        EXPECT_EQ(said.exit, 1) << command;
        EXPECT_THAT(said.err, HasSubstr("reeve.db is gone from this folder, and attachments is there"))
            << command;
    }
    fs::rename(office.folder() / "kept.db", db);
    office.did("reeve check");
}

TEST_F(Damage, OfAFileThatIsNoDatabaseNothingIsSaidBesides) {
    const auto said = office.run("reeve check --data notice.pdf");
    EXPECT_EQ(said.exit, 1);
    EXPECT_THAT(said.err, testing::Not(HasSubstr("access.db")));
}

TEST_F(Damage, OfTheTimeOfARehearsalIsNamed) {
    std::ofstream(data / "rehearsal.json").flush();
    EXPECT_THAT(found(), HasSubstr("rehearsal.json:1:1: the file is empty"));
}

// What no journal tells goes with its table: told twice rather than never, and not in silence.
TEST_F(Damage, DeliveriesThatAreLostAreSaidByTheRebuild) {
    for (const char* change :
         {"DELETE FROM outbox WHERE rowid % 2", "DROP TABLE outbox", "ALTER TABLE outbox RENAME TO old",
          "ALTER TABLE outbox RENAME COLUMN status TO stat",
          "UPDATE outbox SET id = id || 'x' WHERE rowid % 2"}) {
        execute("UPDATE outbox SET status = 'sent'");
        execute(change);
        const auto ran = office.run("reeve rebuild");
        EXPECT_EQ(ran.exit, 1) << change;
        EXPECT_THAT(
            ran.err,
            HasSubstr("alerts it cannot be told whether they had been delivered: they are pending again"))
            << change;
        EXPECT_EQ(office.run("reeve check").exit, 0) << change;
    }
}

// A change by hand to what happened: no rebuild makes it good, and none says that it did.
TEST_F(Damage, AnEventThatWasChangedIsNotRebuilt) {
    execute(
        "DROP TRIGGER journal_stands; UPDATE journal SET digest = digest + 1 WHERE stream = 'noise-2' AND "
        "revision = 1");
    const auto said = office.run("reeve rebuild --json");
    EXPECT_EQ(said.exit, 1);
    EXPECT_THAT(said.err, testing::AllOf(HasSubstr("\"code\":\"journal-damaged\""),
                                         HasSubstr("as its digest tells; no row was changed")));
}

TEST_F(Damage, ALostDocumentIsSaidByTheBackupThatIsWrittenWithoutIt) {
    office.did("reeve case document noise-1 photo=notice.pdf --as chen-yu");
    fs::remove_all(data / "attachments");
    fs::create_directory(data / "attachments");
    const auto ran = office.run("reeve backup torn.backup");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, HasSubstr("is missing from attachments"));
    EXPECT_EQ(ran.out, "Written with faults: torn.backup\n");
}

TEST_F(Damage, ABackupThatIsDamagedIsNotRestoredOverWhatIsThere) {
    const auto whole = content();
    const auto file = office.folder() / "whole.backup";
    std::fstream backup(file, std::ios::in | std::ios::out | std::ios::binary);
    backup.seekp(4096 * 2);
    backup << std::string(4096 * 3, '\xa5');
    backup.close();
    EXPECT_EQ(office.run("reeve restore whole.backup --data office --force").exit, 1);
    EXPECT_EQ(content(), whole);
    office.did("reeve check");
}

}  // namespace
}  // namespace reeve::crash
