// The contract of a store, exercised on SQLite: the same for every backend that comes.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "engine/store/scratch.h"

namespace reeve::store {
namespace {

using testing::ElementsAre;

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

}  // namespace
}  // namespace reeve::store
