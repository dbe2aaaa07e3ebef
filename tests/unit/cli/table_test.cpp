#include "engine/cli/table.h"

#include <gtest/gtest.h>

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

TEST(Table, ShowsInstantsToTheSecond) {
    Json rows = Json::parse(
        R"([{"a": "2026-03-02T09:00:00.250+08:00", "b": "2026-03-02T00:00:00Z", "c": "2026-03-02T09:00:00.txt-1"}])");
    EXPECT_EQ(table({{"a", "A"}, deadline("b", "B"), {"c", "C"}}, rows, false),
              "A                          B                  C\n"
              "2026-03-02T09:00:00+08:00  end of 2026-03-01  2026-03-02T09:00:00.txt-1\n");
}

TEST(Table, ColoursLightsOnlyWhenAsked) {
    EXPECT_EQ(coloured_light("red", false), "red");
    EXPECT_NE(coloured_light("red", true).find("\x1b["), std::string::npos);
}

}  // namespace
}  // namespace reeve::cli
