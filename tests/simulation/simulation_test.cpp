// Seeds through the whole engine. One seed again: REEVE_SIM_SEED=N, with REEVE_SIM_STEPS=M if it was so long.
// Many: REEVE_SIM_SEEDS=N.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "tests/simulation/world.h"

namespace reeve::simulation {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void report(const Settings& settings, const Outcome& outcome) {
    if (outcome.faults.empty()) return;
    std::string text = fmt::format(
        "seed {} breaks a law; again: REEVE_SIM_SEED={} REEVE_SIM_STEPS={} sim_test "
        "--gtest_filter=Simulation.OneSeed\n",
        settings.seed, settings.seed, settings.steps);
    for (const auto& fault : outcome.faults) text += "  " + fault + "\n";
    for (const auto& step : outcome.last_steps) text += "    " + step + "\n";
    ADD_FAILURE() << text;
}

TEST(Simulation, OneSeed) {
    const Settings settings{.seed = from_environment("REEVE_SIM_SEED", 1),
                            .steps = static_cast<int>(from_environment("REEVE_SIM_STEPS", 120))};
    const auto outcome = simulate(settings);
    report(settings, outcome);
    fmt::print(
        "seed {}: {} events of {} cases, {} steps of ladders fired, {} of them foretold; {} acknowledged, {} "
        "refused, {} in doubt; "
        "{} restarts, {} power cuts, {} troubles of the disk in {} writes and {} syncs, {} sectors lost; {} "
        "days\n",
        settings.seed, outcome.counts.events, outcome.counts.cases, outcome.counts.steps,
        outcome.counts.foretold, outcome.acknowledged, outcome.refused, outcome.doubtful, outcome.restarts,
        outcome.power_cuts, outcome.disk.troubles, outcome.disk.writes, outcome.disk.syncs,
        outcome.disk.lost_sectors, (outcome.ended - outcome.began) / Millis(24 * 3600 * 1000));
}

}  // namespace
}  // namespace reeve::simulation
