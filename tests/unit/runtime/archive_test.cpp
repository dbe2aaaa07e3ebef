// Closed cases leave for a file: whole families, nothing that is not over, and everything stays explained.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include <fstream>

#include "engine/store/archive.h"
#include "engine/store/documents.h"
#include "engine/store/fingerprint.h"
#include "engine/store/part_file.h"
#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Archiving : testing::Test {
    Office office;
    store::ScratchFolder beside;
    const std::filesystem::path file = beside.path() / "old.archive";

    std::filesystem::path database() const { return office.folder.path() / "reeve.db"; }
    void sql(const std::string& text) {
        SQLite::Database db(database().string(), SQLite::OPEN_READWRITE, 10'000);
        db.exec(text);
    }
    void closed(const std::string& id, const std::string& place = {}, const std::string& key = {}) {
        auto start = Office::start(id, "permit", place);
        start.key = key;
        office.ask(start);
        office.ask(Office::act(id, "approve"));
    }
    // As the dispatcher leaves them: nobody has an address of the person who asked.
    void delivered() {
        std::vector<store::OutboxDelivery> all;
        for (const auto& row : office.engine->read()->outbox({}))
            if (row.status == "pending")
                all.push_back(
                    {.id = row.id, .status = row.person == core::petitioner_actor ? "undelivered" : "sent"});
        ASSERT_TRUE(office.engine->record_deliveries(std::move(all)));
    }
    std::string attached(const std::string& id, std::string_view bytes) {
        const auto document = *store::attach_bytes(office.folder.path(), bytes, "plan.txt", "plan");
        office.ask({.actor = "boss", .case_id = id, .wish = core::AddDocument{document}});
        return document.sha256;
    }
    bool lies_there(const std::string& sha256) const {
        return std::filesystem::exists(store::attachment_path(office.folder.path(), sha256));
    }
    void sent_long_ago(const std::string& sha256) const {
        const auto path = store::attachment_path(office.folder.path(), sha256);
        std::filesystem::last_write_time(path,
                                         std::filesystem::last_write_time(path) - std::chrono::hours(25));
    }
    Result<Archived> archive(Instant before, bool dry_run = false) {
        return office.engine->archive(
            {.file = file, .before = before, .reason = "kept long enough", .dry_run = dry_run}, "boss");
    }
    Archived archived(Instant before) {
        auto done = archive(before);
        EXPECT_TRUE(done) << (done ? "" : done.error().text());
        return done.value_or(Archived{});
    }
    void expect_whole() {
        office.expect_clean();
        auto rebuilt = store::rebuild(office.folder.path());
        ASSERT_TRUE(rebuilt) << rebuilt.error().text();
        EXPECT_FALSE(rebuilt->changed);
        EXPECT_EQ(rebuilt->events, store::check(office.folder.path())->events);
        const auto checked = store::check(file);
        ASSERT_TRUE(checked) << checked.error().text();
        EXPECT_THAT(checked->faults, IsEmpty());
    }
};

TEST_F(Archiving, WhatIsOverLeavesAndIsReadInTheFile) {
    closed("c-1", "mill", "first");
    office.ask(Office::start("c-2"));
    delivered();
    const auto events = office.engine->read()->find_case("c-1")->revision;
    ASSERT_TRUE(office.engine->run_until(monday + 70 * day));
    delivered();
    const auto done = archived(monday + 10 * day);
    EXPECT_EQ(done.cases, 1u);
    EXPECT_EQ(done.events, events);
    EXPECT_THAT(office.ids("permit"), ElementsAre("c-2"));
    auto kept = *store::open_reader(file);
    EXPECT_EQ(kept->find_case("c-1")->status, "closed");
    EXPECT_EQ(office.engine->read()->archived("c-1")->sha256, done.sha256);
    // Its name and its key are never given again, also by an engine that has just started.
    office.reopen();
    for (auto command : {Office::start("c-1"), Office::note("c-1", "late"), Office::start("", "permit")}) {
        if (command.case_id.empty()) command.key = "first";
        auto again = office.engine->ask(command);
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().code, "archived");
        EXPECT_THAT(again.error().message, HasSubstr(file.string()));
    }
    expect_whole();
}

TEST_F(Archiving, ARowOfWhatLeftThatIsMissingIsNamedAndRebuilt) {
    closed("c-1", "mill", "first");
    ASSERT_TRUE(office.engine->run_until(monday + 70 * day));
    delivered();
    ASSERT_EQ(archived(monday + 10 * day).cases, 1u);
    office.engine.reset();
    for (const auto& [table, row] :
         {std::pair{"archived", "table archived, id \"c-1\": the row is missing"},
          {"archived_keys", "table archived_keys, key \"first\": the row is missing"}}) {
        sql(std::string("DELETE FROM ") + table);
        EXPECT_THAT(store::check(office.folder.path())->faults, ElementsAre(row));
        auto rebuilt = store::rebuild(office.folder.path());
        ASSERT_TRUE(rebuilt);
        EXPECT_THAT(rebuilt->faults, IsEmpty());
    }
}

// Whatever happens between the choice and the leaving: here to a case that is no member of the family yet.
TEST_F(Archiving, WhatCameLaterLeansOnWhatItNames) {
    closed("c-1");
    office.ask(Office::start("c-2"));
    const auto then = office.engine->read()->head().seq;
    auto reader = office.engine->read();
    EXPECT_THAT(store::leaned_on_since(*reader, then), IsEmpty());
    auto start = Office::start("c-3");
    std::get<core::StartCase>(start.wish).parent = "c-1";
    office.ask(start);
    EXPECT_THAT(store::leaned_on_since(*reader, then), ElementsAre("c-1", "c-3"));
}

TEST_F(Archiving, WhatIsNumberedGoesOn) {
    office.ask(Office::start("", "permit"));
    office.ask(Office::act("permit-1", "approve"));
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + day));
    EXPECT_EQ(archived(monday + day).cases, 1u);
    EXPECT_EQ(office.ask(Office::start("", "permit")).case_id, "permit-2");
    expect_whole();
}

TEST_F(Archiving, AFamilyStaysTogetherAndSaysWhy) {
    office.ask(Office::start("c-1"));
    office.ask(Office::act("c-1", "inspect"));
    const auto child = office.ids("inspection").at(0);
    office.ask(Office::act(child, "done"));
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 4 * day));
    delivered();
    const auto done = archived(monday + 3 * day);
    EXPECT_EQ(done.cases, 2u);
    closed("c-3");
    office.ask(Office::start("c-4"));
    auto command = Office::start("c-5");
    std::get<core::StartCase>(command.wish).parent = "c-4";
    office.ask(command);
    office.ask(Office::act("c-5", "approve"));
    delivered();
    sql("UPDATE outbox SET status = 'undelivered' WHERE case_id = 'c-3'");
    ASSERT_TRUE(office.engine->run_until(monday + 5 * day));
    const auto rest = archive(monday + 5 * day, true);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->staying.count("of a case that belongs to it: it is open"), 1u);
    expect_whole();
}

TEST_F(Archiving, APatternCountsAsBefore) {
    closed("c-1", "mill");
    closed("c-2", "mill");
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 20 * day));
    auto done = archived(monday + day);
    EXPECT_EQ(done.cases, 0u);
    EXPECT_EQ(done.staying["a pattern may still count it"], 2u);
    closed("c-3", "mill");
    ASSERT_EQ(office.ids("screening").size(), 1u);  // what stayed was needed
    office.ask(Office::act(office.ids("screening")[0], "done"));
    closed("c-4", "bridge");
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 90 * day));
    delivered();
    EXPECT_EQ(archived(monday + 30 * day).cases, 5u);
    expect_whole();
}

TEST_F(Archiving, AnAlertThatReachedNobodyHoldsItsCaseUnlessThatIsSaid) {
    closed("c-1");
    ASSERT_TRUE(office.engine->run_until(monday + 2 * day));
    const auto alerts = office.engine->read()->outbox({.case_id = "c-1"});
    ASSERT_FALSE(alerts.empty());
    EXPECT_EQ(archive(monday + day, true)->staying.at("an alert of it is not delivered"), 1u);
    const auto done = office.engine->archive(
        {.file = file, .before = monday + day, .reason = "there is no channel", .with_undelivered = true},
        "boss");
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_EQ(done->cases, 1u);
    EXPECT_EQ((*store::open_reader(file))->outbox({.case_id = "c-1"}), alerts) << "they stand there";
    expect_whole();
}

TEST_F(Archiving, WhatSomebodyWasToldOtherwiseHoldsNothing) {
    closed("c-1");
    for (const auto& row : office.engine->read()->outbox({.case_id = "c-1"})) {
        if (row.person == core::petitioner_actor) continue;
        EXPECT_EQ(office.engine->told_otherwise(row.id, "", "boss").error().code, "missing-reason");
        ASSERT_TRUE(office.engine->told_otherwise(row.id, "at the desk", "boss"));
        ASSERT_TRUE(office.engine->told_otherwise(row.id, "twice", "chief")) << "it is off the list";
        // What was on its way then changes nothing any more.
        ASSERT_TRUE(office.engine->record_deliveries({{.id = row.id, .status = "undelivered"}}));
        EXPECT_EQ(office.engine->read()->outbox({.id = row.id}).at(0).error,
                  "told otherwise by boss: at the desk");
        const auto notes = office.events<core::NoteAdded>("c-1");
        EXPECT_EQ(notes.back().first.actor, "boss");
        EXPECT_EQ(notes.back().second.text,
                  "told " + row.person + " otherwise what alert " + row.id + " says: at the desk");
    }
    closed("c-2");
    delivered();
    for (const auto& row : office.engine->read()->outbox({.case_id = "c-2", .status = "sent"}))
        EXPECT_EQ(office.engine->told_otherwise(row.id, "twice", "boss").error().code, "alert-sent");
    EXPECT_EQ(office.engine->told_otherwise("c-9/1/ada", "by letter", "boss").error().code, "unknown-alert");
    ASSERT_TRUE(office.engine->run_until(monday + 2 * day));
    EXPECT_EQ(archived(monday + day).cases, 2u);
    expect_whole();
}

TEST_F(Archiving, ACaseStaysWhileItMayBeReopened) {
    auto text = permit;
    office.deploy("permit", text.insert(1, R"("reopen": {"within": "30 days"}, )"));
    closed("c-1");
    office.ask(Office::start("c-2"));
    office.ask({.actor = "boss", .case_id = "c-2", .wish = core::Cancel{"by mistake"}});
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 29 * day));
    EXPECT_EQ(archived(monday + day).staying.at("it may still be reopened"), 2u);
    ASSERT_TRUE(office.engine->run_until(monday + 32 * day));
    EXPECT_EQ(archived(monday + day).cases, 2u);
    expect_whole();
}

TEST_F(Archiving, DocumentsThatNothingNamesAnyMoreLeaveToo) {
    closed("c-1");
    office.ask(Office::start("c-2"));
    const auto alone = attached("c-1", "alone"), shared = attached("c-1", "shared"),
               again = attached("c-1", "again");
    attached("c-2", "shared");
    for (const auto& one : {alone, shared, again}) sent_long_ago(one);
    // Somebody sends it just now, for a command that is to come.
    ASSERT_TRUE(store::attach_bytes(office.folder.path(), "again", "again.txt", "plan"));
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 2 * day));
    const auto done = archived(monday + day);
    EXPECT_EQ(done.documents, 1u);
    EXPECT_EQ(done.documents_later, 1u);
    EXPECT_FALSE(lies_there(alone));
    EXPECT_TRUE(lies_there(shared));
    EXPECT_TRUE(lies_there(again));
    std::string read;
    store::Documents kept(file);
    EXPECT_TRUE(kept.read(alone, [&](std::string_view bytes) { read += bytes; }));
    EXPECT_EQ(read, "alone");
    sent_long_ago(again);
    {
        const store::FolderHold hold(office.folder.path() / "attachments", store::FolderHold::Kind::shared);
        EXPECT_EQ(archived(monday + day).documents_later, 1u) << "a backup is being made";
    }
    const auto later = archived(monday + day);
    EXPECT_EQ(later.before_this_run, 1u);
    EXPECT_EQ(later.documents, 1u);
    EXPECT_FALSE(lies_there(again));
    expect_whole();
}

// A case that names one of a lot that has not left yet, between two lots.
TEST_F(Archiving, WhatIsNamedBetweenTwoLotsStays) {
    office.reopen({.archive_lot = 1});
    for (const char* id : {"c-1", "c-2", "c-3"}) closed(id);
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 2 * day));
    std::future<Result<Receipt>> named;
    office.faults->before_next([&] {
        auto start = Office::start("c-4");
        std::get<core::StartCase>(start.wish).related = {"c-3"};
        named = office.post(start);
    });
    const auto done = archived(monday + day);
    EXPECT_TRUE(named.get());
    EXPECT_EQ(done.cases, 2u);
    EXPECT_EQ(done.changed, 1u);
    EXPECT_THAT(office.ids("permit"), ElementsAre("c-3", "c-4"));
    expect_whole();
}

TEST_F(Archiving, TheFileIsItsOwnersAndItsFolderIsThere) {
    closed("c-1");
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 2 * day));
    const auto nowhere = office.engine->archive(
        {.file = beside.path() / "not" / "mounted.archive", .before = monday + day, .reason = "old"}, "boss");
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code, "no-folder");
    EXPECT_FALSE(std::filesystem::exists(beside.path() / "not"));
    EXPECT_EQ(archived(monday + day).cases, 1u);
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Archiving, AFileThatIsGoneIsSaidAndItsNameIsNotTakenAgain) {
    closed("c-1");
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 2 * day));
    ASSERT_EQ(archived(monday + day).cases, 1u);
    const auto elsewhere = beside.path() / "elsewhere";
    std::filesystem::rename(file, elsewhere);
    const auto report = *store::check(office.folder.path());
    EXPECT_THAT(report.absent_archives, ElementsAre(HasSubstr("is not there now")));
    EXPECT_THAT(report.faults, IsEmpty());
    closed("c-2");
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 4 * day));
    EXPECT_EQ(archive(monday + 4 * day).error().code, "file-used");
    EXPECT_THAT(office.ids("permit"), ElementsAre("c-2"));
    std::filesystem::copy_file(elsewhere, file);
    EXPECT_THAT(store::check(office.folder.path())->absent_archives, IsEmpty());
    std::ofstream(file, std::ios::app) << "more";
    const auto wrong = *store::check(office.folder.path());
    EXPECT_THAT(wrong.wrong_archives, ElementsAre(HasSubstr("is not what it was")));
    EXPECT_THAT(wrong.faults, IsEmpty());
    // What lies outside the folder makes no backup of it worse.
    const auto kept = beside.path() / "kept.backup";
    EXPECT_THAT(store::backup(office.folder.path(), kept)->faults, IsEmpty());
    EXPECT_TRUE(store::restore(kept, beside.path() / "again"));
}

// What cannot be proved leaves nothing behind and takes nothing away.
TEST_F(Archiving, ACaseWhoseDocumentIsGoneIsNotArchived) {
    closed("c-1");
    std::filesystem::remove(store::attachment_path(office.folder.path(), attached("c-1", "a plan")));
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 2 * day));
    const auto done = archive(monday + day);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, "archive-not-proved");
    EXPECT_THAT(done.error().message, HasSubstr("plan.txt"));
    EXPECT_THAT(office.ids("permit"), ElementsAre("c-1"));
    EXPECT_TRUE(std::filesystem::is_empty(beside.path()));
}

TEST_F(Archiving, ACaseStaysAsLongAsItsDefinitionKeepsIt) {
    closed("c-1");
    delivered();
    const auto keeps = [&](const char* how_long) {
        auto text = permit;
        office.deploy("permit", text.insert(1, fmt::format("\"keep\": \"{}\", ", how_long)));
    };
    keeps("2 years");
    ASSERT_TRUE(office.engine->run_until(monday + 729 * day));  // a day of them is left
    EXPECT_EQ(archive(monday + 60 * day, true)->staying.at("its definition keeps it longer"), 1u);
    EXPECT_EQ(archived(monday + 60 * day).cases, 0u);
    keeps("23 months");
    delivered();
    EXPECT_EQ(archived(monday + 60 * day).cases, 1u);
    expect_whole();
}

TEST_F(Archiving, AnotherFileIsNotOverwrittenAndNothingIsAnAnswer) {
    EXPECT_EQ(archived(monday).cases, 0u);
    EXPECT_FALSE(std::filesystem::exists(file));
    std::ofstream(file) << "mine";
    closed("c-1");
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + day));
    EXPECT_EQ(archive(monday + day).error().code, "file-exists");
    EXPECT_EQ(archive(monday + 2 * day).error().code, "bad-time");
    const ArchiveClosed unsaid{.file = file, .before = monday + day, .reason = " "};
    EXPECT_EQ(office.engine->archive(unsaid, "boss").error().code, "missing-reason");
    EXPECT_THAT(office.ids("permit"), ElementsAre("c-1"));
}

TEST_F(Archiving, NothingOfTheFolderAndNothingOfOthersIsInItsWay) {
    closed("c-1");
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + 2 * day));
    const auto into = [&](const std::filesystem::path& place) {
        const auto done =
            office.engine->archive({.file = place, .before = monday + day, .reason = "old"}, "boss");
        return done ? std::string() : done.error().code;
    };
    // Names that SQLite takes for itself, also through a link.
    EXPECT_EQ(into(office.folder.path() / "reeve.db-journal"), "file-inside");
    EXPECT_EQ(into(office.folder.path() / "attachments" / "old.archive"), "file-inside");
    const auto link = beside.path() / "link";
    std::filesystem::create_directory_symlink(office.folder.path(), link);
    EXPECT_EQ(into(link / "old.archive"), "file-inside");
    ASSERT_EQ(::mkfifo((beside.path() / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(into(beside.path() / "fifo"), "file-exists");
    const auto near = beside.path() / "old.archive.part";
    std::ofstream(near) << "another's";
    const auto part = store::part_beside(file);
    std::filesystem::create_directory(part);
    {
        const store::FolderHold other(part, store::FolderHold::Kind::alone);
        EXPECT_EQ(into(file), "in-use");
        EXPECT_TRUE(std::filesystem::exists(part)) << "it is another's, who is at it";
    }
    EXPECT_THAT(office.ids("permit"), ElementsAre("c-1"));
    EXPECT_EQ(into(file), "");
    EXPECT_FALSE(std::filesystem::exists(part));
    EXPECT_TRUE(std::filesystem::exists(near));
}

TEST_F(Archiving, ACaseThatIsGoneWithoutARecordIsFound) {
    closed("c-1");
    closed("c-2");
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + day));
    office.engine.reset();
    sql("INSERT INTO archived VALUES ('c-1', 0, 'f', 'd'); DELETE FROM journal WHERE stream = 'c-1'");
    EXPECT_THAT(store::check(office.folder.path())->faults, testing::Contains(HasSubstr("is missing")));
}

TEST_F(Archiving, TheJournalLetsNothingElseGo) {
    closed("c-1");
    EXPECT_ANY_THROW(sql("DELETE FROM journal WHERE stream = 'c-1'"));
}

TEST_F(Archiving, AChangedFileIsFound) {
    closed("c-1");
    closed("c-2");
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + day));
    EXPECT_EQ(archived(monday + day).cases, 2u);
    SQLite::Database db(file.string(), SQLite::OPEN_READWRITE);
    db.exec("INSERT INTO archived VALUES ('c-2', 0, 'f', 'd'); DELETE FROM journal WHERE stream = 'c-2'");
    db.exec("DELETE FROM archived");
    EXPECT_THAT(store::check(file)->faults, testing::Contains(HasSubstr("does not hold the events")));
}

// What was proved differs from what would leave: it stays.
TEST_F(Archiving, ACaseThatChangedSinceTheFileWasMadeStays) {
    closed("c-1");
    closed("c-2");
    delivered();
    ASSERT_TRUE(office.engine->run_until(monday + day));
    office.faults->before_next([] { throw std::runtime_error("killed"); });
    EXPECT_FALSE(archive(monday + day));
    ASSERT_TRUE(std::filesystem::exists(file));
    EXPECT_THAT(office.ids("permit"), ElementsAre("c-1", "c-2"));
    office.ask(Office::note("c-1", "a letter came"));
    const auto done = archived(monday + day);
    EXPECT_EQ(done.cases, 1u);
    EXPECT_EQ(done.changed, 1u);
    EXPECT_THAT(office.ids("permit"), ElementsAre("c-1"));
    expect_whole();
}

}  // namespace
}  // namespace reeve::runtime
