// The 1,390 real petitions, their milestones as recorded, as cases through a definition with their three
// limits: every row of the table that came with them must be what the engine says, in both forms of the
// limits.
#include <gmock/gmock.h>
#include <zlib.h>

#include <filesystem>
#include <sstream>

#include "engine/cli/replay.h"

namespace reeve::cli {
namespace {

const std::string data_folder = REEVE_DATA "/petitions/";
const std::string here = REEVE_SOURCE "/tests/play/";

std::vector<std::vector<std::string>> read_table(const std::string& path) {
    std::string text;
    auto* file = gzopen(path.c_str(), "rb");
    EXPECT_TRUE(file) << path;
    char buffer[1 << 16];
    for (int n; file && (n = gzread(file, buffer, sizeof buffer)) > 0;) text.append(buffer, n);
    if (file) gzclose(file);
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        auto& row = rows.emplace_back();
        std::istringstream cells(line + ",");
        for (std::string cell; std::getline(cells, cell, ',');) row.push_back(cell);
    }
    return rows;
}

time::Instant instant(const std::string& text) {
    auto at = time::parse_instant(text);
    EXPECT_TRUE(at) << text;
    return *at;
}

struct Form {
    const char* name;
    std::size_t due, flagged;  // columns of the expected table
    int late_moderation, late_response, late_debate;
};

class Petitions : public testing::TestWithParam<Form> {};

TEST_P(Petitions, AreLateExactlyWhereTheTableSaysAndTheLadderFiresThere) {
    if (!std::filesystem::exists(data_folder))
        GTEST_SKIP() << "the public petitions are not here: " << data_folder;
    const auto form = GetParam();
    auto map = load_map(here + "petitions.map.json");
    ASSERT_TRUE(map) << map.error().front().text();
    const auto until = *map->until;
    auto played = replay(here + form.name + ".json", data_folder + "petitions_part_events.csv.gz", *map);
    ASSERT_TRUE(played) << played.error().front().text();
    EXPECT_EQ(played->cases, 1390u);
    EXPECT_EQ(played->milestones, 4591u);
    EXPECT_TRUE(played->unplayed.empty()) << played->unplayed.front().text();

    std::map<std::pair<std::string, std::string>, const ReplayedClock*> clocks;
    for (const auto& clock : played->clocks)
        EXPECT_TRUE(clocks.emplace(std::pair(clock.case_id, clock.clock), &clock).second)
            << clock.case_id << " has two clocks " << clock.clock;

    std::map<std::string, int> late;
    const auto table = read_table(data_folder + "petitions_part__expected.csv.gz");
    ASSERT_EQ(table.size(), 1424u);
    for (std::size_t i = 1; i < table.size(); ++i) {
        const auto& row = table[i];
        SCOPED_TRACE(row[0] + " " + row[1]);
        auto found = clocks.find({row[0], row[1]});
        ASSERT_NE(found, clocks.end());
        const auto& clock = *found->second;
        const auto due = instant(row[form.due]);
        const bool flagged = row[form.flagged] == "1";
        EXPECT_EQ(clock.start, instant(row[2]));
        EXPECT_EQ(clock.done, row[3].empty() ? std::nullopt : std::optional(instant(row[3])));
        EXPECT_EQ(time::to_utc_string(clock.due), time::to_utc_string(due));
        // Late is past due when done, or past due and not done at the end of the record.
        const auto judged = clock.done.value_or(until);
        EXPECT_EQ(clock.late_ms, std::max<std::int64_t>(0, (judged - due).count()));
        EXPECT_EQ(clock.late_ms > 0, flagged);
        late[row[1]] += clock.late_ms > 0;
        // The step at due fired where the table flags, and nowhere else; the one before it at its own moment.
        ASSERT_EQ(clock.steps.size(), 2u);
        EXPECT_EQ(clock.steps[1].moment, due);
        EXPECT_EQ(clock.steps[1].fired, flagged);
        EXPECT_LT(clock.steps[0].moment, due);
        EXPECT_EQ(clock.steps[0].fired, clock.steps[0].moment < judged);
        clocks.erase(found);
    }
    for (const auto& [key, clock] : clocks)
        EXPECT_TRUE(key.second != "moderation" && key.second != "response" && key.second != "debate")
            << key.first << " has a clock " << key.second << " that the table does not know";
    EXPECT_EQ(late["moderation"], form.late_moderation);
    EXPECT_EQ(late["response"], form.late_response);
    EXPECT_EQ(late["debate"], form.late_debate);
}

INSTANTIATE_TEST_SUITE_P(Limits, Petitions,
                         testing::Values(Form{"petitions-elapsed", 4, 5, 482, 11, 2},
                                         Form{"petitions-working", 6, 7, 492, 8, 2}),
                         [](const auto& info) {
                             return std::string(info.param.name) == "petitions-elapsed" ? "Elapsed"
                                                                                        : "WorkingDays";
                         });

}  // namespace
}  // namespace reeve::cli
