// Seeds through the whole engine: what a seed draws must break no law. docs/testing.md says how to run one
// seed or many.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "tests/simulation/mutants.h"
#include "tests/simulation/world.h"

namespace reeve::simulation {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
}

constexpr int usual_steps = 120;

// What several seeds did together.
struct Sum {
    std::uint64_t archived = 0, cases = 0;
    std::int64_t days = 0;
    std::map<std::string, int> drawn;
};

// Whether it broke none; else what it broke, and how to see that again.
bool run(Settings settings, Sum* sum = nullptr) {
    settings.steps =
        static_cast<int>(from_environment("REEVE_SIM_STEPS", static_cast<std::uint64_t>(settings.steps)));
    Outcome o;
    try {
        o = simulate(settings);
    } catch (const std::exception& e) {
        o.faults.push_back(std::string("thrown: ") + e.what());
    }
    if (std::getenv("REEVE_SIM_TELL")) {
        fmt::print(
            "seed {}: {} events of {} cases ({} archived) in {} days; {} commands acknowledged, {} refused, "
            "{} in doubt; "
            "{} steps of ladders, {} as the model foretold; {} restarts, {} power cuts, {} troubles in {} "
            "writes and {} "
            "syncs, {} sectors lost\n",
            settings.seed, o.counts.events, o.counts.cases, o.counts.archived,
            (o.ended - o.began) / Millis(24 * 3600 * 1000), o.acknowledged, o.refused, o.doubtful,
            o.counts.steps, o.counts.foretold, o.restarts, o.power_cuts, o.disk.troubles, o.disk.writes,
            o.disk.syncs, o.disk.lost_sectors);
    }
    if (sum) {
        sum->archived += o.counts.archived;
        sum->cases += o.counts.cases;
        sum->days += (o.ended - o.began) / Millis(24 * 3600 * 1000);
        for (const auto& [name, times] : o.drawn) sum->drawn[name] += times;
    }
    if (o.faults.empty()) return true;
    const bool year = settings.starts > 1;
    std::string text = fmt::format(
        "seed {0} breaks a law; to see it again:\n  {1}REEVE_SIM_SEED={0} REEVE_SIM_STEPS={2} "
        "build/release/bin/sim_test --gtest_filter=Simulation.{3}\n",
        settings.seed, year ? "REEVE_SIM_YEAR=1 " : "", settings.steps, year ? "AYear" : "FreshSeeds");
    for (const auto& fault : o.faults) text += "  " + fault + "\n";
    for (const auto& step : o.last_steps) text += "    " + step + "\n";
    ADD_FAILURE() << text;
    return false;
}

TEST(Simulation, TheSeedsOfEveryDay) {
    Sum sum;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) run({.seed = seed, .steps = usual_steps}, &sum);
    EXPECT_GT(sum.archived, 0u) << "what nobody archives proves nothing of archives";
    if (std::getenv("REEVE_SIM_STEPS")) return;
    for (const char* step : World::steps())
        EXPECT_GT(sum.drawn[step], 0) << "no seed drew \"" << step << "\": it proves nothing";
}

// REEVE_SIM_SEED and REEVE_SIM_SEEDS say which, and how many.
TEST(Simulation, FreshSeeds) {
    const bool named = std::getenv("REEVE_SIM_SEED");
    const auto many = from_environment("REEVE_SIM_SEEDS", named ? 1 : 4);
    const auto first = from_environment("REEVE_SIM_SEED", std::random_device()());
    // Said before: one that hangs or ends the process could not be repeated else.
    fmt::print("{} seeds from {} on\n", many, first);
    std::fflush(stdout);
    std::uint64_t passed = 0;
    for (std::uint64_t n = 0; n < many; ++n) {
        passed += run({.seed = first + n, .steps = usual_steps}) ? 1 : 0;
        if (n % 100 != 99 && n + 1 != many) continue;
        fmt::print("{} of {} seeds from {} on broke no law\n", passed, n + 1, first);
        std::fflush(stdout);
    }
}

// The same seed gives the same bytes.
TEST(Simulation, TheSameSeedLeavesTheSameJournal) {
    for (const std::uint64_t seed : {3, 14}) {
        const Settings settings{.seed = seed, .steps = usual_steps};
        const auto once = simulate(settings), again = simulate(settings);
        ASSERT_FALSE(once.bytes.empty()) << "seed " << seed << " broke a law: " << once.faults.front();
        EXPECT_EQ(once.bytes, again.bytes) << "seed " << seed;
        EXPECT_EQ(once.disk.lost_sectors, again.disk.lost_sectors) << "seed " << seed;
    }
}

// A year of an office with thousands of cases, for those who have many minutes: REEVE_SIM_YEAR=1.
TEST(Simulation, AYear) {
    if (!std::getenv("REEVE_SIM_YEAR")) GTEST_SKIP() << "a long run: REEVE_SIM_YEAR=1 asks for it";
    Sum sum;
    run({.seed = from_environment("REEVE_SIM_SEED", 1),
         .steps = 3000,
         .starts = 10,
         .settle_every = 400,
         .longest_hours = 24,
         .cached_cases = 1000},
        &sum);
    fmt::print("{} cases in {} days\n", sum.cases, sum.days);
    if (std::getenv("REEVE_SIM_STEPS")) return;
    EXPECT_GE(sum.days, 365);
    EXPECT_GE(sum.cases, 3000u);
}

// A checker that never bites proves nothing: each law broken in one place is found by its own checker.
class Broken : public testing::TestWithParam<Mutant> {};

TEST_P(Broken, IsFoundWithinTenSeeds) {
    const auto& mutant = GetParam();
    constexpr std::uint64_t most = 10;
    bool found = false;
    std::uint64_t seed = 0;
    while (!found && seed < most) {
        become(mutant.kind);
        const auto outcome = simulate({.seed = ++seed, .wrap = mutant_store});
        for (const auto& fault : outcome.faults) found = found || fault.find(mutant.law) != std::string::npos;
        if (!outcome.faults.empty())
            fmt::print("{}, seed {}: {}\n", mutant.name, seed, outcome.faults.front());
    }
    become(Mutant::Kind::none);
    EXPECT_TRUE(found) << "nobody found " << mutant.name << " in " << most << " seeds";
}

INSTANTIATE_TEST_SUITE_P(Laws, Broken, testing::ValuesIn(mutants()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace reeve::simulation
