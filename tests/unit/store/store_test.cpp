// The contract of a store, exercised on SQLite: the same for every backend that comes.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <sys/resource.h>

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

Instant at(std::int64_t ms) { return Instant(time::Millis(ms)); }

class StoreContract : public testing::Test {
  protected:
    ScratchFolder folder;
    std::unique_ptr<Store> store = *open(folder.path(), {.create = true, .durable = false});

    static JournalRow event(std::uint64_t seq, std::string stream, std::uint64_t revision,
                            std::string key = {}, int events = 1) {
        return {seq,
                std::move(stream),
                revision,
                at(1000 + static_cast<std::int64_t>(seq)),
                std::nullopt,
                "li-na",
                R"({"event":"NoteAdded","text":"说明"})",
                std::move(key),
                events};
    }
    // The next event of the command that `first` begins.
    static JournalRow then(const JournalRow& first, std::uint64_t steps) {
        auto row = first;
        row.seq += steps;
        row.revision += steps;
        row.key.clear();
        row.events = 0;
        row.body = fmt::format(R"({{"event":"NoteAdded","text":"{}"}})", steps);
        return row;
    }
    std::vector<std::uint64_t> numbers(std::uint64_t from) {
        std::vector<std::uint64_t> found;
        store->read()->journal(from, [&](const JournalRow& row) {
            found.push_back(row.seq);
            return true;
        });
        return found;
    }
    static std::shared_ptr<CaseView> view(const std::string& id) {
        auto v = std::make_shared<CaseView>();
        v->row.id = id;
        v->row.definition = "petition";
        v->row.unit = "town";
        v->row.status = "open";
        v->row.light = "green";
        return v;
    }
    std::vector<std::uint64_t> revisions(const std::string& stream) {
        std::vector<std::uint64_t> found;
        store->read()->stream(stream, 1, [&](const JournalRow& row) {
            found.push_back(row.revision);
            return true;
        });
        return found;
    }
};

TEST_F(StoreContract, GivesBackWhatWasCommitted) {
    auto written = event(1, "c-1", 1, "key-1", 2);
    written.occurred = at(7);
    const auto second = then(written, 1), third = event(3, "$org", 1);
    store->commit({.journal = {written, second, third}});
    auto reader = store->read();
    std::vector<JournalRow> rows;
    reader->journal(1, [&](const JournalRow& row) {
        rows.push_back(row);
        return true;
    });
    EXPECT_THAT(rows, ElementsAre(written, second, third));
    EXPECT_EQ(reader->head().seq, 3u);
    EXPECT_EQ(reader->head().at, at(1003));
    EXPECT_THAT(revisions("c-1"), ElementsAre(1, 2));
    EXPECT_THAT(reader->case_ids("", 10), ElementsAre("c-1"));
}

// The events of a command lie together; they are read one by one all the same.
TEST_F(StoreContract, IsReadFromTheMiddleOfACommand) {
    const auto first = event(1, "c-1", 1, "", 3), other = event(4, "c-1", 4, "", 2);
    store->commit({.journal = {first, then(first, 1), then(first, 2), other, then(other, 1)}});
    EXPECT_THAT(numbers(1), ElementsAre(1, 2, 3, 4, 5));
    EXPECT_THAT(numbers(3), ElementsAre(3, 4, 5));
    EXPECT_THAT(numbers(5), ElementsAre(5));
    EXPECT_THAT(numbers(6), ElementsAre());
    EXPECT_EQ(store->read()->head().seq, 5u);
    std::vector<std::uint64_t> found;
    store->read()->stream("c-1", 2, [&](const JournalRow& row) {
        found.push_back(row.revision);
        return found.size() < 3;
    });
    EXPECT_THAT(found, ElementsAre(2, 3, 4));
}

TEST_F(StoreContract, TakesWholeCommandsOnly) {
    const auto first = event(1, "c-1", 1, "", 2);
    auto stranger = then(first, 1);
    stranger.actor = "wang-wei";
    EXPECT_THROW(store->commit({.journal = {first}}), std::logic_error);
    EXPECT_THROW(store->commit({.journal = {first, stranger}}), std::logic_error);
    EXPECT_THROW(store->commit({.journal = {then(first, 1)}}), std::logic_error);
    store->reopen();
    EXPECT_THAT(numbers(1), ElementsAre());
}

TEST_F(StoreContract, KeepsOneReceiptAKey) {
    const auto first = event(1, "c-1", 1, "key-1", 2);
    store->commit({.journal = {first, then(first, 1)}});
    const auto receipt = store->read()->receipt("key-1");
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->case_id, "c-1");
    EXPECT_EQ(receipt->revision, 2u);
    EXPECT_EQ(receipt->first_seq, 1u);
    EXPECT_EQ(receipt->last_seq, 2u);
    EXPECT_FALSE(store->read()->receipt("key-2"));
    EXPECT_ANY_THROW(store->commit({.journal = {event(3, "c-1", 3, "key-1")}}));
}

TEST_F(StoreContract, AllOfABatchOrNothing) {
    auto v = view("c-1");
    v->next = at(5);
    // The second event's number is taken: the first goes with it, and so do the rows.
    EXPECT_ANY_THROW(
        store->commit({.journal = {event(1, "c-1", 1), event(1, "c-1", 2)}, .cases = {{nullptr, v}}}));
    store->reopen();
    EXPECT_EQ(store->read()->head().seq, 0u);
    EXPECT_EQ(store->read()->rows(), 0u);
    store->commit({.journal = {event(1, "c-1", 1)}, .cases = {{nullptr, v}}});
    EXPECT_EQ(store->read()->head().seq, 1u);
}

TEST_F(StoreContract, TimersComeInTheOrderOfTheirMoments) {
    Batch batch;
    for (const auto& [id, moment] : {std::pair{"c-1", 30}, {"c-2", 10}, {"c-3", 20}}) {
        auto v = view(id);
        v->next = at(moment);
        batch.cases.push_back({nullptr, v});
    }
    store->commit(batch);
    auto ids = [&] {
        std::vector<std::string> found;
        for (const auto& row : store->read()->timers({Instant::min(), ""}, 0)) found.push_back(row.id);
        return found;
    };
    EXPECT_THAT(ids(), ElementsAre("c-2", "c-3", "c-1"));
    auto moved = std::make_shared<CaseView>(*batch.cases[1].after);
    moved->next = at(40);
    auto done = std::make_shared<CaseView>(*batch.cases[2].after);
    done->next.reset();
    store->commit({.cases = {{batch.cases[1].after, moved}, {batch.cases[2].after, done}}});
    EXPECT_THAT(ids(), ElementsAre("c-1", "c-2"));
    EXPECT_EQ(store->read()->timers({at(30), "c-1"}, 5).size(), 1u);
}

TEST_F(StoreContract, OfACaseOnlyWhatChangedIsWritten) {
    auto before = view("c-1");
    before->tasks = {{.case_id = "c-1", .id = "t1", .person = "li-na", .status = "open", .light = "green"}};
    store->commit({.cases = {{nullptr, before}}});
    auto after = std::make_shared<CaseView>(*before);
    after->tasks[0].status = "done";
    after->tasks.push_back(
        {.case_id = "c-1", .id = "t2", .person = "wang-wei", .status = "open", .light = "green"});
    store->commit({.cases = {{before, after}}});
    EXPECT_EQ(store->read()->tasks({.case_id = "c-1", .open_only = false}).size(), 2u);
    EXPECT_EQ(store->read()->tasks({.person = "li-na"}).size(), 0u);
    EXPECT_EQ(store->read()->tasks({.person = "wang-wei"}).size(), 1u);
    EXPECT_EQ(store->read()->cases_of("petition"), 1u);
}

TEST_F(StoreContract, FiltersNarrow) {
    auto a = view("c-1"), b = view("c-2");
    b->row.unit = "county";
    b->row.owner = "li-na";
    b->clocks = {{.case_id = "c-2",
                  .id = "k1",
                  .name = "answer",
                  .kind = "limit",
                  .status = "running",
                  .light = "red",
                  .due = at(50)}};
    b->escalations.push_back(
        {.id = "e1", .clock = "k1", .at = at(50), .planned = at(50), .told = {"li-na", "wang-wei"}});
    store->commit({.cases = {{nullptr, a}, {nullptr, b}}});
    auto reader = store->read();
    EXPECT_EQ(reader->cases({}).size(), 2u);
    EXPECT_EQ(reader->cases({.units = {"county", "moon"}}).size(), 1u);
    EXPECT_EQ(reader->cases({.owner = "li-na"}).size(), 1u);
    EXPECT_EQ(reader->cases({.overdue_at = at(50)}).size(), 0u);  // an act at the due instant is in time
    EXPECT_EQ(reader->cases({.overdue_at = at(51)}).size(), 1u);
    EXPECT_EQ(reader->cases({.after = "c-1", .limit = 5}).size(), 1u);
    EXPECT_EQ(reader->overdue(at(51)).size(), 1u);
    EXPECT_EQ(reader->escalations({.told = "wang-wei"}).size(), 1u);
    EXPECT_EQ(reader->escalations({.told = "wang"}).size(), 0u);
    EXPECT_EQ(reader->escalations({.units = {"town"}}).size(), 0u);
    EXPECT_EQ(reader->escalations({.acknowledged = true}).size(), 0u);
}

// The row of an escalation names its clock, and a migration may give that another name.
TEST_F(StoreContract, ARenamedClockIsRenamedInTheEscalationsItHad) {
    auto before = view("c-1");
    before->clocks = {{.case_id = "c-1", .id = "k1", .name = "answer", .status = "running"}};
    for (const char* id : {"e1", "e2"}) before->escalations.push_back({.id = id, .clock = "k1"});
    store->commit({.cases = {{nullptr, before}}});
    auto answered = std::make_shared<CaseView>(*before);
    answered->escalations.edit(1, [](core::EscalationState& one) { one.answer = "It was late"; });
    store->commit({.cases = {{before, answered}}});
    const auto rows = [&] { return store->read()->escalations({.case_id = "c-1"}); };
    EXPECT_EQ(rows()[1].answer, "It was late");
    auto renamed = std::make_shared<CaseView>(*answered);
    renamed->clocks[0].name = "reply";
    store->commit({.cases = {{answered, renamed}}});
    for (const auto& row : rows()) EXPECT_EQ(row.clock, "reply");
}

TEST_F(StoreContract, ReplacingRowsKeepsTheDeliveryOfAlerts) {
    const OutboxRow row{.id = "c-1/3/li-na", .person = "li-na", .case_id = "c-1", .at = at(5), .body = "{}"};
    auto sent = row;
    sent.status = "sent";
    sent.attempts = 2;
    store->commit({.outbox = {sent}});
    store->replace_rows([&](const Store::Write& write) { write({.outbox = {row}}); });
    ASSERT_EQ(store->read()->outbox({}).size(), 1u);
    EXPECT_EQ(store->read()->outbox({})[0], sent);
}

TEST_F(StoreContract, ReplacingRowsThatFailsLeavesThemAlone) {
    store->commit({.cases = {{nullptr, view("c-1")}}});
    EXPECT_ANY_THROW(store->replace_rows([&](const Store::Write&) { throw std::runtime_error("no"); }));
    store->reopen();
    EXPECT_EQ(store->read()->cases({}).size(), 1u);
}

// Law 2: what happened is never changed.
TEST_F(StoreContract, Law2TheJournalRefusesChangeAndDeletion) {
    store->commit({.journal = {event(1, "c-1", 1)}});
    SQLite::Database db((folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE);
    EXPECT_THROW(db.exec("UPDATE journal SET actor = 'nobody'"), SQLite::Exception);
    EXPECT_THROW(db.exec("DELETE FROM journal"), SQLite::Exception);
    EXPECT_EQ(store->read()->head().seq, 1u);
}

TEST_F(StoreContract, OneEngineAFolder) {
    auto second = open(folder.path(), {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, "in-use");
    EXPECT_TRUE(open_reader(folder.path()));  // readers are welcome
    store.reset();
    EXPECT_TRUE(open(folder.path(), {}));
}

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
        EXPECT_THAT(e.what(), testing::HasSubstr("reeve.db was replaced"));
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
