// A process under load, killed at random moments, hundreds of times on one folder.
//   REEVE_KILLS=N   how often (default 300)
//   REEVE_SEED=S    the seed to repeat
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "engine/store/scratch.h"
#include "engine/store/upkeep.h"
#include "tests/crash/ledger.h"
#include "tests/crash/matter.h"
#include "tests/crash/process.h"
#include "tests/crash/random.h"

namespace reeve::crash {
namespace {

struct Round {
    std::filesystem::path folder;
    std::mt19937_64 random;
    Ledger ledger;
    int opened = 0;
    std::chrono::nanoseconds opening{0};  // from the start of a process until its folder was open

    // One life: from its start to its end by SIGKILL, a few milliseconds after it said that it is open, or
    // after it acknowledged something (on a slow disk it would else never come that far).
    void live_and_die(bool look) {
        const auto highest = ledger.highest();
        Process worker({CRASH_WORKER, folder.string(), std::to_string(highest > 5 ? highest - 5 : 0), "400"});
        // Early moments more often than late ones: opening is when most can go wrong. A build that opens
        // slowly (sanitizers) works slowly too, and would else be killed before it has done anything.
        const auto share = std::uniform_real_distribution<>(0, 1)(random);
        const auto usual = opened ? opening / opened : std::chrono::nanoseconds{0};
        const auto longest = std::max<std::chrono::nanoseconds>(std::chrono::milliseconds(60), 3 * usual);
        const auto delay =
            std::chrono::milliseconds(1) + std::chrono::nanoseconds(static_cast<std::int64_t>(
                                               static_cast<double>(longest.count()) * share * share));
        const auto spawned = std::chrono::steady_clock::now();
        const auto first = worker.line();
        opening += std::chrono::steady_clock::now() - spawned;
        ASSERT_EQ(first, "open") << "the folder did not open after a kill";
        ++opened;
        if (random() % 2 == 0) {
            const auto second = worker.line();
            ASSERT_TRUE(second) << "it ended by itself";
            ledger.take(*second);
        }
        const auto until = std::chrono::steady_clock::now() + delay;
        if (look) ledger.look(**store::open_reader(folder));
        std::this_thread::sleep_until(until);
        ASSERT_TRUE(worker.running()) << "the process that was to be killed ended by itself";
        worker.kill();
        while (auto line = worker.line()) ledger.take(*line);
    }
};

TEST(Crash, KilledUnderLoadAtAnyMomentNothingIsLostDoubledOrForgotten) {
    const auto kills = from_environment("REEVE_KILLS", 300);
    const auto seed = chosen_seed();
    SCOPED_TRACE(repeat_with(seed));
    store::ScratchFolder folder;
    {
        auto engine = runtime::Engine::open({.folder = folder.path(), .create = true});
        ASSERT_TRUE(engine);
        ASSERT_TRUE(furnish(**engine));
    }
    Round round{folder.path(), std::mt19937_64(seed), {}};
    for (std::uint64_t kill = 0; kill < kills; ++kill) {
        // Mostly the next engine is the first to see what was left, and the reader comes to it later.
        ASSERT_NO_FATAL_FAILURE(round.live_and_die(kill % 4 == 0)) << "kill " << kill;
        ASSERT_THAT(round.ledger.faults, testing::IsEmpty()) << "kill " << kill;
    }
    // All clocks run out.
    {
        auto engine = runtime::Engine::open({.folder = folder.path()});
        ASSERT_TRUE(engine) << engine.error().text();
        for (int tries = 0; tries < 2000 && (*engine)->read()->totals().open > 0; ++tries)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        EXPECT_EQ((*engine)->read()->totals().open, 0u) << "a clock was forgotten";
        EXPECT_EQ((*engine)->health().stuck_timers, 0u);
    }
    auto& ledger = round.ledger;
    auto reader = *store::open_reader(folder.path());
    ledger.look(*reader);
    ledger.look_at_all(*reader);
    EXPECT_THAT(ledger.faults, testing::IsEmpty());
    const auto report = store::check(folder.path());
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_THAT(report->faults, testing::IsEmpty());
    EXPECT_GT(ledger.acknowledged(), kills / 4);
    EXPECT_GT(ledger.repeated(), kills / 10) << "keys were hardly repeated";
    fmt::print(
        "seed {}: {} kills, {} acknowledged, {} repeated, {} cases, {} events; opening took {:.1f} ms\n",
        seed, round.opened, ledger.acknowledged(), ledger.repeated(), report->cases, report->events,
        std::chrono::duration<double, std::milli>(round.opening).count() / round.opened);
}

}  // namespace
}  // namespace reeve::crash
