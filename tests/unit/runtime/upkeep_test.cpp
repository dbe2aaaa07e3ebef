// check, rebuild, backup, restore on a folder in which things have happened; and a process killed in the
// midst.
#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

void live_a_little(Office& office) {
    office.deploy("patrol", patrol);
    for (int n = 0; n < 6; ++n) office.ask(Office::start("", "permit", n % 2 ? "mill" : "bridge"));
    office.ask(Office::act("permit-1", "inspect"));
    office.ask(Office::act("permit-2", "approve"));
    auto document = *store::attach_bytes(office.folder.path(), "a letter", "letter.txt", "letter");
    office.ask({.actor = "chief", .case_id = "permit-3", .wish = core::AddDocument{document}});
    ASSERT_TRUE(office.engine->run_until(monday + 5 * day));
    office.ask(Office::note("permit-4", "seen"));
}

void tamper(Office& office, const std::string& sql) {
    SQLite::Database db((office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE);
    EXPECT_GT(db.exec(sql), 0) << sql;
}

TEST(Check, FindsEachFaultAndRebuildMendsIt) {
    const std::pair<const char*, const char*> faults[]{
        {"DELETE FROM timers WHERE id = 'permit-4'", "timers"},
        {"UPDATE cases SET owner = '' WHERE id = 'permit-4'",
         "table cases, id \"permit-4\", column owner: found \"\", expected "},
        {"UPDATE tasks SET person = 'nobody' WHERE case_id = 'permit-4'",
         "table tasks, case_id \"permit-4\""},
        {"DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox)", "outbox"},
        {"UPDATE outbox SET status = 'sebt' WHERE id = (SELECT max(id) FROM outbox)", "outbox"},
        {"INSERT INTO loads VALUES ('ghost', 3, 1)", "ghost"},
        {"DELETE FROM escalations WHERE case_id = 'permit-4'", "table escalations, case_id \"permit-4\""},
        {"UPDATE clocks SET due = due + 1 WHERE due IS NOT NULL AND case_id = 'permit-4'",
         "table clocks, case_id \"permit-4\""},
        {"DELETE FROM timers WHERE id LIKE '$duty%'", "$duty/patrol/evening"},
    };
    Office office;
    live_a_little(office);
    office.engine.reset();
    auto clean = store::check(office.folder.path());
    ASSERT_TRUE(clean);
    EXPECT_THAT(clean->faults, ElementsAre());
    EXPECT_GT(clean->open, 0u);
    for (const auto& [sql, told] : faults) {
        tamper(office, sql);
        auto report = store::check(office.folder.path());
        ASSERT_TRUE(report);
        EXPECT_THAT(report->faults, Contains(HasSubstr(told))) << sql;
        auto rebuilt = store::rebuild(office.folder.path());
        ASSERT_TRUE(rebuilt);
        EXPECT_TRUE(rebuilt->changed) << sql;
        EXPECT_THAT(store::check(office.folder.path())->faults, ElementsAre()) << sql;
    }
}

// However many rows are wrong, a hundred are named and the rest is said to be there.
TEST(Check, NamesAHundredFaultsOfMany) {
    Office office;
    for (int n = 0; n < 150; ++n) office.ask(Office::start("", "permit", "mill"));
    office.engine.reset();
    tamper(office, "UPDATE cases SET owner = 'nobody'");
    auto report = store::check(office.folder.path());
    ASSERT_TRUE(report);
    ASSERT_EQ(report->faults.size(), 101u);
    EXPECT_EQ(report->faults.back(), "and more; the rest is not listed");
    report->faults.pop_back();
    EXPECT_THAT(report->faults, testing::Each(HasSubstr("column owner: found \"nobody\", expected ")));
    EXPECT_EQ(std::set(report->faults.begin(), report->faults.end()).size(), 100u) << "each names another";
}

TEST(Check, FindsATornJournalAndALostAttachment) {
    Office office;
    live_a_little(office);
    const auto sha = office.state("permit-3").documents.at(0).sha256;
    office.engine.reset();
    std::filesystem::remove(store::attachment_path(office.folder.path(), sha));
    EXPECT_THAT(store::check(office.folder.path())->faults,
                ElementsAre(HasSubstr("missing from attachments")));
    {
        SQLite::Database db((office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE);
        db.exec("DROP TRIGGER journal_stays");
        db.exec(
            "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal WHERE seq < "
            "(SELECT max(seq) FROM journal))");
    }
    EXPECT_THAT(store::check(office.folder.path())->faults, Contains(HasSubstr("is missing")));
}

TEST(Check, FindsADocumentThatIsNotWhatWasAttached) {
    Office office;
    live_a_little(office);
    const auto sha = office.state("permit-3").documents.at(0).sha256;
    office.engine.reset();
    const auto file = store::attachment_path(office.folder.path(), sha);
    const auto told =
        testing::AllOf(HasSubstr("permit-3"), HasSubstr("letter.txt"), HasSubstr("is not what was attached"));
    for (const char* content : {"A letter", "a let", ""}) {
        std::ofstream(file) << content;
        EXPECT_THAT(store::check(office.folder.path())->faults, ElementsAre(told)) << content;
    }
    store::ScratchFolder elsewhere;
    const auto backup = elsewhere.path() / "copy.reeve";
    EXPECT_THAT(store::backup(office.folder.path(), backup)->faults, ElementsAre(told));
    EXPECT_EQ(store::restore(backup, elsewhere.path() / "again").error().code, "backup-damaged");
    EXPECT_FALSE(std::filesystem::exists(elsewhere.path() / "again" / "restoring.db"));
    // The same document attached again is whole again.
    ASSERT_TRUE(store::attach_bytes(office.folder.path(), "a letter", "letter.txt", "letter"));
    EXPECT_THAT(store::check(office.folder.path())->faults, ElementsAre());
}

// Rows that know more than the journal are the last trace of what was lost: they do not go unasked.
TEST(Rebuild, AJournalThatLostItsEndIsNotBelievedUnasked) {
    Office office;
    live_a_little(office);
    office.engine.reset();
    const auto folder = office.folder.path();
    const auto rows = [&] { return (*store::open_reader(folder))->fingerprint(); };
    {
        SQLite::Database db((folder / "reeve.db").string(), SQLite::OPEN_READWRITE);
        db.exec("DROP TRIGGER journal_stays; DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)");
    }
    const auto cases = (*store::open_reader(folder))->cases({}).size();
    const auto before = rows();
    const auto refused = store::rebuild(folder);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "journal-shorter");
    EXPECT_THAT(refused.error().message, HasSubstr("the rows know more than the journal (permit-4 is"));
    EXPECT_EQ(rows(), before);
    const auto believed = store::rebuild(folder, {}, store::Believe::journal);
    ASSERT_TRUE(believed) << believed.error().text();
    EXPECT_TRUE(believed->changed);
    EXPECT_THAT(store::check(folder)->faults, ElementsAre());
    {
        SQLite::Database db((folder / "reeve.db").string(), SQLite::OPEN_READWRITE);
        db.exec("DROP TRIGGER journal_stays; DELETE FROM journal");
    }
    const auto none = store::rebuild(folder);
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message, HasSubstr("the rows know more than the journal ("));
    EXPECT_THAT(none.error().message,
                HasSubstr(fmt::format("and ends with 0 in the journal; and {} more)", cases - 1)));
    EXPECT_EQ((*store::open_reader(folder))->cases({}).size(), cases);
}

// Nonsense over the first page of a table.
void spoil(SQLite::Database& db, const std::string& table) {
    const auto page =
        db.execAndGet("SELECT rootpage FROM sqlite_master WHERE name = '" + table + "'").getInt();
    std::fstream file(db.getFilename(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp((page - 1) * 4096);
    file << std::string(4096, '\xa5');
}

// A case that is gone from the journal is missed however many rows there are, and in a damaged file too:
// where its own row cannot be read, other rows know of it.
TEST(Rebuild, ACaseThatIsGoneFromTheJournalIsMissed) {
    for (const std::string spoilt : {"", "tasks", "cases", "DROP TABLE cases", "DELETE FROM cases"}) {
        SCOPED_TRACE(spoilt);
        Office office;
        live_a_little(office);
        office.engine.reset();
        const auto folder = office.folder.path();
        {
            SQLite::Database db((folder / "reeve.db").string(), SQLite::OPEN_READWRITE);
            db.exec(
                "DROP TRIGGER journal_stays; DELETE FROM journal WHERE stream = 'permit-5';"
                "DELETE FROM cases WHERE id = 'permit-6'; PRAGMA journal_mode = DELETE");
            if (spoilt.contains(' '))
                db.exec(spoilt);
            else if (!spoilt.empty())
                spoil(db, spoilt);
        }
        const auto refused = store::rebuild(folder);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "journal-shorter");
        EXPECT_THAT(refused.error().message,
                    HasSubstr(spoilt.contains("cases") ? "tasks know permit-5, and the journal does not)"
                                                       : "permit-5 is at revision"));
        EXPECT_TRUE(store::rebuild(folder, {}, store::Believe::journal));
    }
}

// The last that the journal knew was given to somebody: of that only how busy they are tells, where the rows
// of cases cannot be read.
TEST(Rebuild, AnEndThatIsLostIsMissedWithoutTheRowsOfCases) {
    Office office;
    live_a_little(office);
    office.ask(Office::start("permit-99"));
    office.engine.reset();
    const auto folder = office.folder.path();
    {
        SQLite::Database db((folder / "reeve.db").string(), SQLite::OPEN_READWRITE);
        db.exec(
            "DROP TRIGGER journal_stays; DELETE FROM journal WHERE stream = 'permit-99';"
            "DROP TABLE tasks; DROP TABLE clocks; PRAGMA journal_mode = DELETE");
        spoil(db, "cases");
    }
    const auto refused = store::rebuild(folder);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("something, and the journal ends with "));
}

TEST(Rebuild, MakesWhatIsGoneAnewAndEveryIndex) {
    Office office;
    live_a_little(office);
    office.engine.reset();
    for (const char* sql :
         {"DROP TABLE timers", "DROP TABLE escalations", "DROP INDEX tasks_open",
          "DROP INDEX cases_open; CREATE INDEX cases_open ON cases(unit) WHERE status = 'ended';"
          "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'ended', 'open') "
          "WHERE name = 'cases_open'"}) {
        {
            SQLite::Database db((office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE);
            db.exec(sql);
        }
        auto rebuilt = store::rebuild(office.folder.path());
        ASSERT_TRUE(rebuilt) << sql << ": " << rebuilt.error().text();
        EXPECT_THAT(rebuilt->faults, ElementsAre()) << sql;
        EXPECT_THAT(store::check(office.folder.path())->faults, ElementsAre()) << sql;
    }
}

TEST(Rebuild, SaysWhatItCannotMend) {
    Office office;
    live_a_little(office);
    const auto sha = office.state("permit-3").documents.at(0).sha256;
    office.engine.reset();
    std::filesystem::remove(store::attachment_path(office.folder.path(), sha));
    auto rebuilt = store::rebuild(office.folder.path());
    ASSERT_TRUE(rebuilt) << rebuilt.error().text();
    EXPECT_THAT(rebuilt->faults, ElementsAre(HasSubstr("missing from attachments")));
}

// While it lives, no file may grow beyond a few bytes: what a full disk does.
struct NoRoom {
    rlimit before{};
    NoRoom() {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before);
        rlimit small{1000, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~NoRoom() { ::setrlimit(RLIMIT_FSIZE, &before); }
};

std::vector<std::string> files_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(folder).string());
    std::ranges::sort(names);
    return names;
}

TEST(FullDisk, LeavesNothingHalfWritten) {
    Office office;
    live_a_little(office);
    office.engine.reset();
    store::ScratchFolder elsewhere;
    const auto backup = elsewhere.path() / "copy.reeve";
    ASSERT_TRUE(store::backup(office.folder.path(), backup));
    const auto attachments = office.folder.path() / "attachments";
    const auto before = files_in(attachments);
    {
        NoRoom full;
        EXPECT_ANY_THROW((void)store::attach_bytes(office.folder.path(), std::string(5000, 'x'), "a", "b"));
        EXPECT_ANY_THROW((void)store::backup(office.folder.path(), elsewhere.path() / "second.reeve"));
        EXPECT_ANY_THROW((void)store::restore(backup, elsewhere.path() / "again"));
    }
    EXPECT_EQ(files_in(attachments), before);
    EXPECT_THAT(files_in(elsewhere.path()), ElementsAre("copy.reeve"));
}

TEST(Kill, WhatItLeftHalfWrittenIsClearedByTheNextEngine) {
    Office office;
    office.engine.reset();
    const auto before = files_in(office.folder.path());
    std::filesystem::create_directories(office.folder.path() / "attachments");
    std::ofstream(office.folder.path() / "restoring.db") << "half";
    std::ofstream(office.folder.path() / "attachments" / "abc.17.part") << "half";
    office.open();
    office.engine.reset();
    EXPECT_EQ(files_in(office.folder.path()), before);
}

TEST(ReadOnly, AFolderThatMayNotBeWrittenIsReadAndSaysWhyItDoesNotChange) {
    Office office;
    live_a_little(office);
    office.engine.reset();
    const auto& folder = office.folder.path();
    for (const auto& name : files_in(folder))
        std::filesystem::permissions(folder / name, std::filesystem::perms(0444));
    std::filesystem::permissions(folder, std::filesystem::perms(0555));
    const bool root = ::geteuid() == 0;  // whom no permission keeps out
    if (root) {
        ASSERT_EQ(::seteuid(65534), 0);
    }
    auto opened = store::open(folder, {});
    auto reader = store::open_reader(folder);
    const auto cases = reader ? (*reader)->cases({}).size() : 0;
    if (root) {
        ASSERT_EQ(::seteuid(0), 0);
    }
    std::filesystem::permissions(folder, std::filesystem::perms(0755));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, "not-writable");
    ASSERT_TRUE(reader);
    EXPECT_GT(cases, 5u);
}

TEST(Rehearsal, TheMarkGoesThroughBackupAndRestore) {
    Office office;
    live_a_little(office);
    office.engine.reset();
    store::ScratchFolder elsewhere;
    const auto backup = elsewhere.path() / "copy.reeve", live = elsewhere.path() / "live.reeve";
    ASSERT_TRUE(store::backup(office.folder.path(), live));
    store::mark_rehearsal(office.folder.path(), true);
    ASSERT_TRUE(store::backup(office.folder.path(), backup));
    ASSERT_TRUE(store::restore(backup, elsewhere.path() / "again"));
    EXPECT_TRUE(store::is_rehearsal(elsewhere.path() / "again"));
    ASSERT_TRUE(store::restore(live, elsewhere.path() / "again", {.over = true}));
    EXPECT_FALSE(store::is_rehearsal(elsewhere.path() / "again"));
}

TEST(Check, WorksBesideARunningEngine) {
    Office office;
    live_a_little(office);
    auto report = store::check(office.folder.path());
    ASSERT_TRUE(report);
    EXPECT_THAT(report->faults, ElementsAre());
    EXPECT_EQ(store::rebuild(office.folder.path()).error().code, "in-use");
}

TEST(Backup, IsMadeOnlineAndRestoredEqual) {
    Office office;
    live_a_little(office);
    const store::ScratchFolder copies;
    const auto file = copies.path() / "copy.reeve";
    auto made = store::backup(office.folder.path(), file);
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_THAT(made->faults, ElementsAre());
    EXPECT_EQ(store::backup(office.folder.path(), file).error().code, "file-exists");
    const auto owner = office.state("permit-4").owner;
    office.ask(Office::note("permit-4", "after the backup"));
    office.engine.reset();

    store::ScratchFolder elsewhere;
    auto restored = store::restore(file, elsewhere.path());
    ASSERT_TRUE(restored) << restored.error().text();
    EXPECT_THAT(restored->faults, ElementsAre());
    EXPECT_EQ(restored->events, made->events);
    EXPECT_EQ(store::restore(file, elsewhere.path()).error().code, "folder-in-use");

    // Over the folder it came from: what came after it is gone, by force only.
    EXPECT_FALSE(store::restore(file, office.folder.path()));
    ASSERT_TRUE(store::restore(file, office.folder.path(), {.over = true}));
    office.open();
    EXPECT_EQ(office.state("permit-4").owner, owner);
    EXPECT_EQ(office.events<core::NoteAdded>("permit-4").size(), 1u);
    office.expect_clean();
}

// The child works until it is killed; each byte says that one more case was answered for.
[[noreturn]] void work_until_killed(Office& office, int pipe) {
    for (int n = 0;; ++n) {
        const auto id = fmt::format("c-{}", n);
        if (!office.engine->ask(Office::start(id)) || !office.engine->ask(Office::note(id, "seen")))
            ::_exit(1);
        if (n % 10 == 9) (void)office.engine->run_until(office.time->now() + 12 * hour);
        const char byte = 1;
        if (::write(pipe, &byte, 1) != 1) ::_exit(1);
    }
}

TEST(Kill, LeavesNothingBrokenAndKeepsEveryAnswer) {
    int pipe[2], path_pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    ASSERT_EQ(::pipe(path_pipe), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto* office = new Office;
        const auto path = office->folder.path().string() + "\n";
        if (::write(path_pipe[1], path.data(), path.size()) < 0) ::_exit(1);
        work_until_killed(*office, pipe[1]);
    }
    ::close(pipe[1]);
    ::close(path_pipe[1]);
    std::string path;
    for (char byte; ::read(path_pipe[0], &byte, 1) == 1 && byte != '\n';) path += byte;
    int answered = 0;
    for (char byte; answered < 60 && ::read(pipe[0], &byte, 1) == 1;) ++answered;
    ::kill(child, SIGKILL);
    for (char byte; ::read(pipe[0], &byte, 1) == 1;) ++answered;
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_GE(answered, 60);

    auto report = store::check(path);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_THAT(report->faults, ElementsAre());
    auto reader = *store::open_reader(path);
    for (int n = 0; n < answered; ++n)
        ASSERT_TRUE(reader->find_case(fmt::format("c-{}", n))) << "answered and lost";
    // The next engine goes on from there.
    auto time = std::make_shared<ManualTime>(*reader->head().at);
    auto engine = Engine::open({.folder = path, .time = time});
    ASSERT_TRUE(engine) << engine.error().text();
    EXPECT_TRUE((*engine)->ask(Office::start("after")));
    EXPECT_TRUE((*engine)->run_until(time->now() + 10 * day));
    engine->reset();
    EXPECT_THAT(store::check(path)->faults, ElementsAre());
    reader.reset();
    std::filesystem::remove_all(path);
}

}  // namespace
}  // namespace reeve::runtime
