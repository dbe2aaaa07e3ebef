#include "engine/cli/table.h"

#include <gtest/gtest.h>

#include "engine/cli/words.h"

namespace reeve::cli {
namespace {

TEST(Table, AlignsChineseByTheColumnsItTakes) {
    EXPECT_EQ(display_width("abc"), 3u);
    EXPECT_EQ(display_width("信访"), 4u);
    EXPECT_EQ(display_width("é"), 1u);
    EXPECT_EQ(display_width(""), 0u);
    Json rows = Json::parse(R"([{"title": "信访", "light": "red"}, {"title": "abc", "light": "green"}])");
    EXPECT_EQ(table({{"title", "TITLE"}, {"light", "LIGHT"}}, rows, false),
              "TITLE  LIGHT\n信访   red\nabc    green\n");
}

TEST(Table, LeavesOutColumnsThatSayNothingAndReachesInside) {
    Json rows = Json::parse(R"([{"a": null, "b": {"c": [1, "x"]}, "d": "two\nlines"}])");
    EXPECT_EQ(table({{"a", "A"}, {"b.c", "BC"}, {"d", "D"}}, rows, false), "BC    D\n1, x  two lines\n");
    EXPECT_EQ(table({{"a", "A"}}, Json::array(), false, "No case."), "No case.\n");
}

TEST(Table, ColoursLightsOnlyWhenAsked) {
    EXPECT_EQ(coloured_light("red", false), "red");
    EXPECT_NE(coloured_light("red", true).find("\x1b["), std::string::npos);
}

TEST(Words, TellTimeLeftToThePrecisionThatMatters) {
    using std::chrono::milliseconds;
    const time::Instant now{milliseconds(1'700'000'000'000)};
    EXPECT_EQ(time_left(now, now + std::chrono::hours(76)), "3 d 4 h");
    EXPECT_EQ(time_left(now, now + std::chrono::minutes(25)), "25 min");
    EXPECT_EQ(time_left(now, now - std::chrono::minutes(125)), "2 h 5 min late");
    EXPECT_EQ(time_left(now, now), "0 s");
    EXPECT_EQ(time_left(now, time::Instant::max()), "paused");
}

}  // namespace
}  // namespace reeve::cli
