// Cases close together that open another.
#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A case of a place that had happened before it was entered.
core::Command late(const std::string& place, Instant occurred) {
    auto command = Office::start("", "permit", place);
    command.occurred = occurred;
    return command;
}

std::vector<std::string> related(Office& office) {
    const auto screenings = office.ids("screening");
    if (screenings.empty()) return {};
    return office.events<core::CaseStarted>(screenings.back()).at(0).second.related;
}

TEST(Pattern, ACaseEnteredLateCountsInEveryWindowThatHoldsIt) {
    Office office;
    ASSERT_TRUE(office.engine->run_until(monday + 25 * day));
    office.ask(late("mill", monday + 20 * day));
    office.ask(late("mill", monday + 24 * day));
    EXPECT_THAT(office.ids("screening"), IsEmpty());
    office.ask(late("mill", monday + 2 * day));  // entered last, the first that happened
    EXPECT_THAT(office.ids("screening"), SizeIs(1));
    EXPECT_THAT(related(office), ElementsAre("permit-3", "permit-1", "permit-2"));
    office.expect_clean();
}

TEST(Pattern, ItsWindowIsAsLongOnEveryDayOfTheWeek) {
    Office office;
    ASSERT_TRUE(office.engine->run_until(monday + 40 * day));
    for (int n = 0; n < 7; ++n) {
        const auto place = fmt::format("place-{}", n);
        const auto from = monday + n * day;
        office.ask(late(place, from));
        office.ask(late(place, from + hour));
        office.ask(late(place, from + 30 * day + Millis(1)));
        EXPECT_THAT(office.ids("screening"), SizeIs(n)) << n;
        office.ask(late(place, from + 30 * day));
        EXPECT_THAT(office.ids("screening"), SizeIs(n + 1)) << n;
    }
    office.expect_clean();
}

TEST(Pattern, CasesThatCanCountNoMoreAreNotKept) {
    Office office;
    office.ask(Office::start("c-1", "permit", "mill"));
    ASSERT_TRUE(office.engine->run_until(monday + 61 * day));
    office.ask(late("mill", monday + 12 * hour));  // two windows late: it calls for nothing any more
    EXPECT_THAT(office.engine->read()->marks(), IsEmpty());
    office.ask(Office::start("c-2", "permit", "bridge"));
    ASSERT_THAT(office.engine->read()->marks(), SizeIs(1));
    EXPECT_EQ(office.engine->read()->marks()[0].case_id, "c-2");
    office.reopen();
    EXPECT_THAT(office.engine->read()->marks(), SizeIs(1));
    office.expect_clean();
}

TEST(Pattern, WhatANewVersionKeepsLongerIsNotBroughtBack) {
    Office office;
    office.ask(Office::start("c-1", "permit", "mill"));
    ASSERT_TRUE(office.engine->run_until(monday + 61 * day));
    office.ask(Office::start("c-2", "permit", "bridge"));
    auto longer = permit;
    longer.replace(longer.find("30 days"), 7, "90 days");
    office.deploy("permit", longer, "");
    office.ask(Office::start("c-3", "permit", "bridge"));
    EXPECT_THAT(office.engine->read()->marks(), SizeIs(2));
    office.expect_clean();
}

}  // namespace
}  // namespace reeve::runtime
