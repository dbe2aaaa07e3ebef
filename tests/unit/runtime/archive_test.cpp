// Closed cases leave for a file: whole families, nothing that is not over, and everything stays explained.
#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "engine/store/archive.h"
#include "engine/store/fingerprint.h"
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
    void delivered() { sql("UPDATE outbox SET status = 'sent'"); }
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
    EXPECT_THAT(office.ids("permit"), ElementsAre("c-1"));
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
