#include "tests/unit/runtime/eventually.h"
#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

using testing::ElementsAre;

std::vector<Instant> planned(Office& office, const std::string& id = {}) {
    std::vector<Instant> moments;
    for (const auto& [recorded, fired] : office.events<core::EscalationFired>(id))
        moments.push_back(fired.planned);
    return moments;
}

// Law 5: a timer takes effect exactly once and never early, across crash, clock jump, restore and loss of a
// node.
TEST(Timers, Law5NeverEarlyAndExactlyOnce) {
    Office office;
    office.ask(Office::start("c-1"));
    ASSERT_TRUE(office.engine->run_until(monday + 24 * hour - Millis{1}));
    EXPECT_THAT(planned(office), ElementsAre());
    ASSERT_TRUE(office.engine->run_until(monday + 24 * hour));
    EXPECT_THAT(planned(office), ElementsAre(monday + 24 * hour));
    ASSERT_TRUE(office.engine->run_until(monday + 24 * hour));
    office.reopen();
    ASSERT_TRUE(office.engine->run_until(monday + 48 * hour));
    EXPECT_THAT(planned(office), ElementsAre(monday + 24 * hour, monday + 48 * hour));
    office.expect_clean();
}

TEST(Timers, Law5ACommitThatFailsFiresNothingTwice) {
    Office office;
    office.ask(Office::start("c-1"));
    office.faults->before_next([] { throw std::runtime_error("no"); });
    EXPECT_FALSE(office.engine->run_until(monday + 25 * hour));
    office.faults->after_next([] { throw std::runtime_error("unknown outcome"); });
    (void)office.engine->run_until(monday + 25 * hour);
    ASSERT_TRUE(office.engine->run_until(monday + 25 * hour));
    EXPECT_THAT(planned(office), ElementsAre(monday + 24 * hour));
    office.expect_clean();
}

TEST(Timers, Law5AfterAnOutageEverythingFiresInTheOrderItFellDue) {
    Office office;
    for (int n = 0; n < 5; ++n) {
        office.ask(Office::start(fmt::format("c-{}", n)));
        ASSERT_TRUE(office.engine->run_until(monday + (n + 1) * hour));
    }
    office.engine.reset();
    office.time->set(monday +
                     60 * hour);  // each case's first two steps fell due meanwhile, among the others'
    office.open();
    ASSERT_TRUE(office.engine->run_until(monday + 60 * hour));
    const auto moments = planned(office);
    EXPECT_EQ(moments.size(), 10u);
    EXPECT_TRUE(std::is_sorted(moments.begin(), moments.end()));
    for (const auto& [recorded, fired] : office.events<core::EscalationFired>()) {
        EXPECT_EQ(recorded.at, monday + 60 * hour);
        EXPECT_EQ(recorded.occurred, fired.planned);
    }
    EXPECT_THAT(planned(office, "c-0"), ElementsAre(monday + 24 * hour, monday + 48 * hour));
    office.expect_clean();
}

TEST(Timers, MissedRepeatsAreCollapsedIntoTheLatest) {
    Office office;
    office.ask(Office::start("c-1"));
    office.ask(Office::start("c-2"));
    office.engine.reset();
    const Instant back = monday + 48 * hour + 10 * day + hour;
    office.time->set(back);
    office.open();
    ASSERT_TRUE(office.engine->run_until(back));
    EXPECT_THAT(planned(office, "c-1"), ElementsAre(monday + 24 * hour, monday + 48 * hour,
                                                    monday + 72 * hour, monday + 48 * hour + 10 * day));
    EXPECT_EQ(planned(office, "c-2"), planned(office, "c-1"));
    EXPECT_EQ(office.engine->health().stuck_timers, 0u);
    office.expect_clean();
}

TEST(Timers, HowLateEachTookEffectIsCounted) {
    Office office;
    office.ask(Office::start("c-1"));
    ASSERT_TRUE(office.engine->run_until(monday + 24 * hour));
    const auto in_time = office.engine->health().lateness;
    ASSERT_EQ(in_time.count(), 1u);
    EXPECT_EQ(in_time.greatest(), Millis{0});
    office.engine.reset();
    office.time->set(monday + 48 * hour + 90 * std::chrono::seconds(1));
    office.open();
    ASSERT_TRUE(office.engine->run_until(office.time->now()));
    const auto late = office.engine->health().lateness;
    EXPECT_EQ(late.count(), 1u) << "of those since the engine was opened";
    EXPECT_EQ(late.greatest(), Millis{90'000});
    EXPECT_EQ(late.at(0.5), Millis{90'000}) << "no bound says more than the greatest";
}

TEST(Lateness, AShareLiesBelowTheBoundOfItsRange) {
    Lateness lateness;
    EXPECT_EQ(lateness.at(0.99), Millis{0});
    for (int n = 0; n < 98; ++n) lateness.add(Millis{7});
    lateness.add(Millis{150});
    lateness.add(std::chrono::days(400));
    EXPECT_EQ(lateness.at(0.5), Millis{10});
    EXPECT_EQ(lateness.at(0.99), Millis{200});
    EXPECT_EQ(lateness.at(1), Millis{std::chrono::days(400)});
    EXPECT_EQ(lateness.counts().back(), 1u);
}

// More of them than the memory holds waited for the end of the burst, and nothing else was ever read.
TEST(Timers, AHerdOfMissedRepeatsGoesThrough) {
    Office office;
    for (int n = 0; n < 20; ++n) office.ask(Office::start(fmt::format("c-{}", n)));
    ASSERT_TRUE(office.engine->run_until(monday + 72 * hour));
    const Instant back = monday + 72 * hour + 10 * day + hour;
    office.time->set(back - hour);
    office.reopen({.near_timers = 3});
    ASSERT_TRUE(office.engine->run_until(back - hour));
    office.ask(Office::start("late"));  // due after all of them
    ASSERT_TRUE(office.engine->run_until(back));
    office.engine.reset();
    office.time->set(back + 10 * day);
    office.open({.near_timers = 3});
    ASSERT_TRUE(office.engine->run_until(back + 10 * day));
    for (int n = 0; n < 20; ++n)
        EXPECT_EQ(planned(office, fmt::format("c-{}", n)).back(), monday + 72 * hour + 20 * day);
    EXPECT_EQ(planned(office, "late").size(), 4u);
    EXPECT_EQ(office.engine->health().stuck_timers, 0u);
    office.expect_clean();
}

// As after a weekend on which the machine was off: more timers in a row than a batch takes have no effect of
// their own, as the latest repeat stands for those that were missed. The batch never filled, nor did it end.
TEST(Timers, MoreMissedRepeatsThanABatchTakesHoldUpNothing) {
    Office office;
    for (int n = 0; n < 20; ++n) office.ask(Office::start(fmt::format("c-{}", n)));
    ASSERT_TRUE(office.engine->run_until(monday + 72 * hour));
    const auto last = [&] {
        std::vector<Instant> each;
        for (int n = 0; n < 20; ++n) each.push_back(planned(office, fmt::format("c-{}", n)).back());
        return each;
    };
    office.engine.reset();
    office.time->set(monday + 82 * day);
    office.open({.herd = 4});
    ASSERT_TRUE(office.engine->run_until(office.time->now()));
    EXPECT_THAT(last(), testing::Each(monday + 82 * day));
    // Nor when time goes on by itself, and nobody asks for anything.
    office.time->set(monday + 92 * day);
    EXPECT_TRUE(eventually([&] { return std::ranges::count(last(), monday + 92 * day) == 20; }));
    EXPECT_EQ(office.engine->health().stuck_timers, 0u);
    office.expect_clean();
}

TEST(Timers, AtOneInstantPeopleGoBeforeTimers) {
    Office office;
    office.ask(Office::start("c-1"));
    office.ask(Office::start("c-2"));
    ASSERT_TRUE(office.engine->run_until(monday + 48 * hour - Millis{1}));
    // The writer is kept from its work until act and timer stand at the same instant.
    auto hold = office.hold_next();
    auto busy = office.post(Office::note("c-2", "holds the committer"));
    hold->held.get_future().wait();
    auto alone = std::async(std::launch::async, [&] { return office.engine->change({}, "boss"); });
    while (office.engine->health().waiting == 0) std::this_thread::yield();
    auto act = office.post(Office::act("c-1", "approve"));
    office.time->set(monday + 48 * hour);
    hold->release.set_value();
    ASSERT_TRUE(act.get());
    ASSERT_TRUE(office.engine->run_until(monday + 49 * hour));
    for (const auto& [recorded, met] : office.events<core::ClockMet>("c-1")) EXPECT_EQ(met.late_ms, 0);
    office.expect_clean();
}

TEST(Timers, ThoseBeyondTheNearOnesLieInTheStore) {
    Office office;
    office.reopen({.near_timers = 3});
    for (int n = 0; n < 20; ++n) {
        office.ask(Office::start(fmt::format("c-{}", n)));
        ASSERT_TRUE(office.engine->run_until(monday + (n + 1) * Millis{60'000}));
    }
    ASSERT_TRUE(office.engine->run_until(monday + 30 * hour));
    const auto moments = planned(office);
    EXPECT_EQ(moments.size(), 20u);
    EXPECT_TRUE(std::is_sorted(moments.begin(), moments.end()));
    office.expect_clean();
}

TEST(Timers, AHerdGoesInBoundedBatches) {
    Office office;
    for (int n = 0; n < 100; ++n) office.ask(Office::start(""));
    office.reopen({.batch = 8, .herd = 8, .near_timers = 16});
    ASSERT_TRUE(office.engine->run_until(monday + 24 * hour));
    EXPECT_EQ(planned(office).size(), 100u);
    const auto batches = office.engine->health().batch_size;  // in events, as many for each of the hundred
    EXPECT_GT(batches.sum(), 0);
    EXPECT_LE(batches.greatest() * 100, batches.sum() * 8);
    EXPECT_EQ(office.engine->health().stuck_timers, 0u);
    office.expect_clean();
}

TEST(Timers, AHerdLeavesRoomForPeople) {
    Office office;
    for (int n = 0; n < 100; ++n) office.ask(Office::start(fmt::format("c-{}", n)));
    office.reopen({.batch = 8, .herd = 8});
    // Asked while the first batch of the herd is on its way to the disk.
    auto hold = office.hold_next();
    office.time->set(monday + 24 * hour);
    hold->held.get_future().wait();
    auto asked = office.post(Office::note("c-99", "called; nobody was at home"));
    hold->release.set_value();
    ASSERT_TRUE(asked.get());
    ASSERT_TRUE(office.engine->run_until(monday + 24 * hour));
    const auto note = office.events<core::NoteAdded>().front().first.seq;
    const auto fired = office.events<core::EscalationFired>();
    EXPECT_EQ(fired.size(), 100u);
    EXPECT_LE(std::ranges::count_if(fired, [&](const auto& one) { return one.first.seq < note; }), 3 * 8);
    office.expect_clean();
}

TEST(Timers, TheWriterWakesByItselfWhenTimeIsSet) {
    Office office;
    office.ask(Office::start("c-1"));
    office.time->set(monday + 24 * hour);
    ASSERT_TRUE(eventually([&] { return !planned(office).empty(); }));
    EXPECT_THAT(planned(office), ElementsAre(monday + 24 * hour));
}

}  // namespace
}  // namespace reeve::runtime
