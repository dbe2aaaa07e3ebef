// check, rebuild, backup, restore on a folder in which things have happened; and a process killed in the
// midst.
#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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
        db.exec("DELETE FROM journal WHERE seq = (SELECT max(seq) - 5 FROM journal)");
    }
    EXPECT_THAT(store::check(office.folder.path())->faults, Contains(HasSubstr("is missing")));
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
    const auto file = office.folder.path() / "copy.reeve";
    auto made = store::backup(office.folder.path(), file);
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_THAT(made->faults, ElementsAre());
    EXPECT_EQ(store::backup(office.folder.path(), file).error().code, "file-exists");
    const auto owner = office.state("permit-4").owner;
    office.ask(Office::note("permit-4", "after the backup"));
    office.engine.reset();

    store::ScratchFolder elsewhere;
    auto restored = store::restore(file, elsewhere.path(), false);
    ASSERT_TRUE(restored) << restored.error().text();
    EXPECT_THAT(restored->faults, ElementsAre());
    EXPECT_EQ(restored->events, made->events);
    EXPECT_EQ(store::restore(file, elsewhere.path(), false).error().code, "folder-in-use");

    // Over the folder it came from: what came after it is gone, by force only.
    EXPECT_FALSE(store::restore(file, office.folder.path(), false));
    ASSERT_TRUE(store::restore(file, office.folder.path(), true));
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
