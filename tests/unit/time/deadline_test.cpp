// How a midnight is read by people, and what is told of a count that a pause has stopped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/time/time.h"

namespace reeve::time {
namespace {

TEST(Deadline, AtMidnightIsTheEndOfTheDayBefore) {
    EXPECT_EQ(deadline_words("2026-05-02T00:00:00+01:00"), "end of 2026-05-01");
    EXPECT_EQ(deadline_words("2026-03-01T00:00:00Z"), "end of 2026-02-28");
    EXPECT_EQ(deadline_words("2026-05-02T00:00:00.500Z"), "2026-05-02T00:00:00.500Z");
    EXPECT_EQ(deadline_words("2026-05-02T17:00:00Z"), "2026-05-02T17:00:00Z");
    EXPECT_EQ(deadline_words("never"), "never");
}

TEST(Explain, OfAPauseThatStillRunsListsTheDaysBeforeIt) {
    const auto calendar = elapsed_calendar("Etc/UTC");
    const auto at = [](const char* text) { return *parse_instant(text); };
    const Span pause{at("2026-03-05T10:00:00Z"), Instant::max()};
    std::vector<std::string> lines;
    for (const auto& day :
         explain(*calendar, at("2026-03-02T09:00:00Z"), *parse_duration("15 days"), {}, {&pause, 1}))
        lines.push_back(day.date + " " + day.note);
    EXPECT_THAT(lines, testing::ElementsAre("2026-03-02 start, not counted", "2026-03-03 day 1",
                                            "2026-03-04 day 2", "2026-03-05 stopped",
                                            "2026-03-05 stopped from here on: no due date yet"));
}

}  // namespace
}  // namespace reeve::time
