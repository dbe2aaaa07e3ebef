#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

TEST(Engine, StartsACaseAndAnswersWithItsEvents) {
    Office office;
    const auto receipt = office.ask(Office::start(""));
    EXPECT_EQ(receipt.case_id, "permit-1");
    ASSERT_FALSE(receipt.events.empty());
    EXPECT_EQ(receipt.revision, receipt.events.size());
    EXPECT_EQ(office.state("permit-1").revision, receipt.revision);
    EXPECT_FALSE(office.state("permit-1").owner.empty());
    EXPECT_EQ(office.ask(Office::start("")).case_id, "permit-2");
    office.expect_clean();
}

TEST(Engine, RefusesWithAReason) {
    Office office;
    EXPECT_EQ(office.engine->ask(Office::start("", "unheard-of")).error().code, "unknown-definition");
    EXPECT_EQ(office.engine->ask(Office::note("c-9", "x")).error().code, "no-such-case");
    EXPECT_EQ(office.engine->ask(Office::start("a/b")).error().code, "bad-case-id");
    office.ask(Office::start("c-1"));
    EXPECT_EQ(office.engine->ask(Office::start("c-1")).error().code, "case-exists");
    EXPECT_FALSE(office.engine->ask(Office::act("c-1", "fly")));
    EXPECT_EQ(office.engine->ask(Office::note("c-1", "\xff")).error().code, "bad-utf8");
    office.expect_clean();
}

TEST(Engine, ACoroutineAwaitsItsAnswer) {
    Office office;
    boost::asio::io_context context;
    std::optional<Result<Receipt>> answer;
    boost::asio::co_spawn(
        context,
        [&]() -> boost::asio::awaitable<void> {
            answer = co_await office.engine->submit(Office::start("c-1"));
        },
        boost::asio::detached);
    context.run();
    ASSERT_TRUE(answer && *answer);
    EXPECT_EQ((*answer)->case_id, "c-1");
}

// Law 1: nothing is acknowledged before it is durable.
TEST(Engine, Law1AnswersOnlyWhatIsDurable) {
    Office office;
    auto hold = office.hold_next();
    auto answer = office.post(Office::start("c-1"));
    hold->held.get_future().wait();
    // Decided and on its way to the disk: nobody has heard of it, and no reader sees it.
    EXPECT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    EXPECT_FALSE(office.engine->read()->find_case("c-1"));
    // A refusal that rests on it waits as well.
    auto refusal = office.post(Office::start("c-1"));
    EXPECT_EQ(refusal.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
    hold->release.set_value();
    EXPECT_TRUE(answer.get());
    EXPECT_TRUE(office.engine->read()->find_case("c-1"));
    EXPECT_EQ(refusal.get().error().code, "case-exists");
}

TEST(Engine, TheSameKeyGivesTheFirstReceiptAgain) {
    Office office;
    office.ask(Office::start("c-1"));
    const auto first = office.ask(Office::note("c-1", "seen", "key-1"));
    const auto again = office.ask(Office::note("c-1", "seen", "key-1"));
    EXPECT_FALSE(first.repeated);
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.first_seq, first.first_seq);
    EXPECT_EQ(again.revision, first.revision);
    EXPECT_EQ(office.events<core::NoteAdded>().size(), 1u);
    // Within one batch too, and while the first is not durable yet.
    auto hold = office.hold_next();
    auto a = office.post(Office::note("c-1", "again", "key-2"));
    hold->held.get_future().wait();
    auto b = office.post(Office::note("c-1", "again", "key-2"));
    auto c = office.post(Office::note("c-1", "other", "key-3"));
    auto d = office.post(Office::note("c-1", "other", "key-3"));
    hold->release.set_value();
    EXPECT_EQ(a.get()->first_seq, b.get()->first_seq);
    EXPECT_EQ(c.get()->first_seq, d.get()->first_seq);
    EXPECT_EQ(office.events<core::NoteAdded>().size(), 3u);
    office.reopen();
    EXPECT_TRUE(office.ask(Office::note("c-1", "seen", "key-1")).repeated);
    office.expect_clean();
}

TEST(Engine, WhatWasDecidedOnTopOfAFailedCommitIsThrownAway) {
    Office office;
    office.ask(Office::start("c-0"));
    auto hold = office.hold_next("the disk is full");
    auto first = office.post(Office::start("c-1"));
    hold->held.get_future().wait();
    // Decided while c-1 is being committed, and resting on it.
    auto second = office.post(Office::note("c-1", "on top", "key-1"));
    auto third = office.post(Office::note("c-0", "beside it", "key-2"));
    auto duplicate = office.post(Office::note("c-0", "beside it", "key-2"));
    while (office.engine->health().waiting > 0) std::this_thread::yield();
    hold->release.set_value();
    for (auto* answer : {&first, &second, &third, &duplicate})
        EXPECT_EQ(answer->get().error().code, "not-durable");
    EXPECT_EQ(office.engine->health().failed_commits, 1u);
    EXPECT_EQ(office.engine->ask(Office::note("c-1", "x")).error().code, "no-such-case");
    // Tried again with the same keys, all of it happens once.
    office.ask(Office::start("c-1"));
    EXPECT_FALSE(office.ask(Office::note("c-1", "on top", "key-1")).repeated);
    EXPECT_FALSE(office.ask(Office::note("c-0", "beside it", "key-2")).repeated);
    office.expect_clean();
}

TEST(Engine, AnUnknownOutcomeIsReadBeforeItIsTriedAgain) {
    Office office;
    office.ask(Office::start("c-1"));
    office.faults->after_next([] { throw std::runtime_error("the connection went"); });
    EXPECT_EQ(office.engine->ask(Office::note("c-1", "seen", "key-1")).error().code, "not-durable");
    EXPECT_TRUE(
        office.ask(Office::note("c-1", "seen", "key-1")).repeated);  // it had been committed after all
    EXPECT_EQ(office.events<core::NoteAdded>().size(), 1u);
    office.expect_clean();
}

TEST(Engine, AnyCommitMayFailOnce) {
    Office office;
    for (int n = 0; n < 12; ++n) {
        auto started = Office::start(fmt::format("c-{}", n));
        started.key = "start " + started.case_id;
        office.faults->before_next([] { throw std::runtime_error("once"); });
        EXPECT_EQ(office.engine->ask(started).error().code, "not-durable");
        office.ask(started);
    }
    EXPECT_EQ(office.engine->read()->totals().open, 12u);
    office.expect_clean();
}

TEST(Engine, ASecondOneOnTheFolderIsRefused) {
    Office office;
    auto second = Engine::open({.folder = office.folder.path()});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, "in-use");
}

TEST(Engine, AKeyThatWasUsedForSomethingElseIsRefused) {
    Office office;
    auto first = Office::start("", "permit");
    first.key = "k-1";
    const auto id = office.ask(first).case_id;
    office.ask(Office::start("c-2"));
    EXPECT_EQ(office.ask(first).case_id, id);  // the same command again
    office.ask(Office::note(id, "heard", "k-2"));
    for (bool reopened : {false, true}) {
        SCOPED_TRACE(reopened);
        if (reopened) office.reopen();
        EXPECT_TRUE(office.ask(Office::note(id, "heard", "k-2")).repeated);
        auto act = Office::act(id, "approve");
        act.key = "k-2";
        auto inspection = Office::start("", "inspection");
        inspection.key = "k-1";
        auto named = Office::start("c-9", "permit");
        named.key = "k-1";
        for (const auto& command : {Office::note("c-2", "heard", "k-2"), Office::note(id, "heard", "k-1"),
                                    act, inspection, named}) {
            const auto refused = office.engine->ask(command);
            ASSERT_FALSE(refused);
            EXPECT_EQ(refused.error().code, "key-used");
        }
    }
    EXPECT_EQ(office.events<core::NoteAdded>().size(), 1u);
    // In one batch, before any of it is durable.
    auto hold = office.hold_next();
    auto busy = office.post(Office::note("c-2", "holds the committer"));
    hold->held.get_future().wait();
    auto noted = office.post(Office::note(id, "again", "k-3"));
    auto elsewhere = office.post(Office::note("c-2", "again", "k-3"));
    hold->release.set_value();
    EXPECT_TRUE(noted.get());
    EXPECT_EQ(elsewhere.get().error().code, "key-used");
}

TEST(Engine, StoppingAnswersWhatWasTaken) {
    Office office;
    std::vector<std::future<Result<Receipt>>> answers;
    for (int n = 0; n < 50; ++n) answers.push_back(office.post(Office::start("")));
    office.engine.reset();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
    office.open();
    EXPECT_EQ(office.engine->read()->totals().open, 50u);
    office.expect_clean();
}

TEST(Engine, AWallClockThatJumpsAheadRaisesAnAlarmAndFiresNothing) {
    Office office;
    office.ask(Office::start("c-1"));
    office.time->jump(monday + 30 * day);
    EXPECT_EQ(office.engine->ask(Office::note("c-1", "x")).error().code, "clock-jumped");
    EXPECT_EQ(office.engine->change({}, "boss").error().code, "clock-jumped");
    office.time->jump(monday + hour / 60);
    EXPECT_TRUE(office.engine->ask(Office::note("c-1", "back")));
    EXPECT_TRUE(office.events<core::EscalationFired>().empty());
    office.time->jump(monday + 30 * day);
    EXPECT_FALSE(office.engine->ask(Office::note("c-1", "x")));
    office.engine->accept_clock();
    EXPECT_TRUE(office.engine->ask(Office::note("c-1", "it is right")));
    EXPECT_FALSE(office.events<core::EscalationFired>().empty());
}

// A wall clock, as the machine's is one.
class WallTime final : public TimeSource {
  public:
    explicit WallTime(Instant at) : at_(at) {}
    Instant now() const override { return at_; }
    Millis steady() const override { return Millis{0}; }
    void set(Instant at) { at_ = at; }

  private:
    std::atomic<Instant> at_;
};

TEST(Engine, AWallClockFarFromTheLastEventRaisesTheAlarmOnOpening) {
    Office office;
    office.ask(Office::start("c-1"));
    office.engine.reset();
    auto open = [&](Instant at) {
        auto wall = std::make_shared<WallTime>(at);
        return std::pair(*Engine::open({.folder = office.folder.path(), .time = wall}), wall);
    };
    for (const auto at : {monday - 2 * day, monday + 31 * day, monday + 20 * 366 * day}) {
        auto [engine, wall] = open(at);
        const auto alarm = engine->health().clock_alarm;
        ASSERT_TRUE(alarm);
        EXPECT_THAT(*alarm, testing::HasSubstr(time::to_utc_string(at)));
        EXPECT_THAT(*alarm, testing::HasSubstr(time::to_utc_string(monday)));
        EXPECT_THAT(*alarm, testing::HasSubstr("--accept-clock"));
        EXPECT_EQ(engine->ask(Office::note("c-1", "x")).error().code, "clock-jumped");
        EXPECT_EQ(engine->change({}, "boss").error().code, "clock-jumped");
        EXPECT_TRUE(engine->find("c-1"));
        EXPECT_EQ(engine->read()->escalations({}).size(), 0u) << "a timer fired";
        // The clock is put right.
        wall->set(monday);
        EXPECT_TRUE(engine->ask(Office::note("c-1", "right")));
    }
    for (const auto at : {monday, monday + 29 * day}) EXPECT_FALSE(open(at).first->health().clock_alarm);
}

TEST(Engine, AStrangeWallClockIsAcceptedByAPerson) {
    Office office;
    office.ask(Office::start("c-1"));
    office.engine.reset();
    auto wall = std::make_shared<WallTime>(monday + 40 * day);
    auto engine = *Engine::open({.folder = office.folder.path(), .time = wall});
    engine->accept_clock();
    EXPECT_FALSE(engine->health().clock_alarm);
    ASSERT_TRUE(engine->ask(Office::note("c-1", "it is right")));
    EXPECT_EQ(*engine->read()->head().at, monday + 40 * day);
}

TEST(Engine, TimeNeverRunsBackInTheJournal) {
    Office office;
    office.ask(Office::start("c-1"));
    office.time->jump(monday - hour);
    office.ask(Office::note("c-1", "early"));
    EXPECT_EQ(office.events<core::NoteAdded>()[0].first.at, monday);
    office.expect_clean();
}

TEST(Engine, StatesThatLeftTheCacheAreReplayed) {
    Office office;
    office.reopen({.cached_cases = 2});
    for (int n = 0; n < 20; ++n) office.ask(Office::start(fmt::format("c-{}", n)));
    for (int n = 0; n < 20; ++n) office.ask(Office::note(fmt::format("c-{}", n), "seen"));
    EXPECT_EQ(office.events<core::NoteAdded>().size(), 20u);
    office.expect_clean();
}

TEST(Engine, LoadsAreKeptFromEvents) {
    Office office;
    std::map<std::string, int> owners;
    for (int n = 0; n < 10; ++n) ++owners[office.state(office.ask(Office::start("")).case_id).owner];
    EXPECT_EQ(owners["ada"], 5);
    EXPECT_EQ(owners["ben"], 5);
    office.reopen();
    for (int n = 0; n < 4; ++n) ++owners[office.state(office.ask(Office::start("")).case_id).owner];
    EXPECT_EQ(owners["ada"], 7);
    EXPECT_EQ(owners["ben"], 7);
    office.expect_clean();
}

// Law 7: an alert reaches someone at least once with a stable id, or stands on a list. It is never dropped.
TEST(Engine, Law7AlertsAreWrittenWithTheirEventsOrNotAtAll) {
    Office office;
    office.ask(Office::start("c-1"));
    const auto before = office.engine->read()->outbox({}).size();
    office.faults->before_next([] { throw std::runtime_error("no"); });
    EXPECT_FALSE(office.engine->run_until(monday + 24 * hour));
    (void)office.engine->run_until(monday + 24 * hour);
    const auto fired = office.events<core::EscalationFired>("c-1");
    ASSERT_EQ(fired.size(), 1u);
    const auto outbox = office.engine->read()->outbox({.status = "pending"});
    EXPECT_EQ(outbox.size(), before + fired[0].second.told.size());
    for (const auto& person : fired[0].second.told) {
        const auto id = fmt::format("c-1/{}/{}", fired[0].first.revision, person);
        EXPECT_TRUE(std::any_of(outbox.begin(), outbox.end(), [&](const auto& row) { return row.id == id; }))
            << id;
    }
    office.expect_clean();
}

}  // namespace
}  // namespace reeve::runtime
