#include "engine/time/time.h"

namespace reeve::time {

TEST(Duration, CountsBackwardWhenNegated) {
    Duration d{.months = 1, .days = 2, .elapsed = std::chrono::hours(3)};
    EXPECT_EQ(-d, (Duration{.months = -1, .days = -2, .elapsed = std::chrono::hours(-3)}));
}

}  // namespace reeve::time
