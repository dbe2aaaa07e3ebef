// When a clock is due and when its steps are: counted once by hand here, on an office week without holidays.
#include "engine/core/clock.h"
#include "tests/unit/core/clock_bench.h"

namespace reeve::core::clock_testing {

namespace {

std::vector<std::string> steps_of(const Bench& bench, std::string_view clock = "answer") {
    std::vector<std::string> times;
    for (auto at : bench.clock(clock).steps) times.push_back(bench.local(at));
    return times;
}

using ::testing::ElementsAre;

}  // namespace

TEST(ClockDue, WorkingDaysEndAtClosingTime) {
    Bench bench;
    bench.open("2026-03-02T09:00");
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-16T18:00");
    // Half of 77 office hours is 38.5; four fifths are 61.6.
    EXPECT_THAT(steps_of(bench),
                ElementsAre("2026-03-09T14:30", "2026-03-12T16:36", "2026-03-16T18:00", "2026-03-18T18:00"));
}

TEST(ClockDue, CalendarDaysRunInRealTime) {
    Bench bench;
    bench.rule().in = duration("10 days");
    bench.open("2026-03-02T09:00");
    EXPECT_EQ(bench.local(bench.clock().due), "2026-03-13T00:00");  // the end of Thursday the 12th
    const auto half = bench.when("2026-03-02T09:00") +
                      (bench.when("2026-03-13T00:00") - bench.when("2026-03-02T09:00")) / 2;
    EXPECT_EQ(bench.clock().steps[0], half);
}

TEST(ClockDue, AnOffsetCountsFromTheDayOfTheDueInstant) {
    Bench bench;
    bench.rule().in = duration("10 days");  // due at the end of Thursday the 12th, which is midnight
    bench.ladder() = {at("due - 3 days"), at("due - 4 working hours"), at("due + 1 working day"),
                      at("due + 3 days"), at("due + 1 month")};
    bench.open("2026-03-02T09:00");
    EXPECT_THAT(steps_of(bench), ElementsAre("2026-03-10T00:00", "2026-03-12T14:00", "2026-03-13T18:00",
                                             "2026-03-16T00:00", "2026-04-13T00:00"));
}

TEST(ClockDue, WorkingDaysBeforeTheDueDateEndAtClosingTimeToo) {
    Bench bench;
    bench.ladder() = {at("due - 2 working days"), at("due")};
    bench.open("2026-03-02T09:00");
    EXPECT_THAT(steps_of(bench), ElementsAre("2026-03-12T18:00", "2026-03-16T18:00"));
}

TEST(ClockDue, AStepThatWouldComeBeforeTheStartComesAtTheStart) {
    Bench bench;
    bench.rule().in = duration("2 working days");
    bench.ladder() = {at("due - 30 days"), at("due")};
    bench.open("2026-03-02T09:00");
    EXPECT_THAT(steps_of(bench), ElementsAre("2026-03-02T09:00", "2026-03-04T18:00"));
}

TEST(ClockDue, NoStepComesBeforeTheOneBelowIt) {
    Bench bench;
    bench.ladder() = {at("80%"), at("due - 9 working days"), at("due")};
    bench.open("2026-03-02T09:00");
    EXPECT_THAT(steps_of(bench), ElementsAre("2026-03-12T16:36", "2026-03-12T16:36", "2026-03-16T18:00"));
}

TEST(ClockDue, ExtensionsOfOneKindAddUpOthersFollow) {
    Bench bench;
    bench.open("2026-03-02T09:00");
    auto clock = bench.clock();
    clock.extended = {duration("3 working days")};
    derive(clock, bench.program);
    EXPECT_EQ(bench.local(clock.due), "2026-03-19T18:00");
    clock.extended = {duration("3 working days"), duration("2 working days")};
    derive(clock, bench.program);
    EXPECT_EQ(bench.local(clock.due), "2026-03-23T18:00");
    clock.extended = {duration("7 days")};  // from Monday the 16th to the end of Monday the 23rd
    derive(clock, bench.program);
    EXPECT_EQ(bench.local(clock.due), "2026-03-24T00:00");
}

TEST(ClockDue, ALegAfterTheEndOfADayBeginsOnThatDay) {
    Bench bench;
    bench.rule().in = duration("10 days");  // the end of Thursday the 12th
    bench.open("2026-03-02T09:00");
    auto clock = bench.clock();
    clock.extended = {duration("1 working day")};
    derive(clock, bench.program);
    EXPECT_EQ(bench.local(clock.due), "2026-03-13T18:00");
}

TEST(ClockDue, WhatTheCalendarDoesNotCoverIsAWarningInTheHistory) {
    Bench bench;
    bench.rule().in = duration("60 days");
    bench.open("2027-12-01T09:00");
    const auto warned = bench.all<ClockWarned>();
    ASSERT_EQ(warned.size(), 1u);
    EXPECT_NE(warned[0].warning.find("2028"), std::string::npos) << warned[0].warning;
    EXPECT_EQ(warned[0].clock, bench.clock().id);
}

TEST(ClockDue, ADateInTheDataStartsItsClockAndACorrectedDateStartsAnother) {
    Bench bench;
    ClockRule hearing;
    hearing.name = "hearing";
    hearing.from = ClockRule::From::data;
    hearing.from_data = "heard_on";
    hearing.in = duration("5 working days");
    hearing.ladder = 0;
    bench.add_clock(hearing);
    bench.open("2026-03-02T09:00");
    EXPECT_EQ(bench.state.clock("hearing"), nullptr);
    CorrectData first{{{"heard_on", "2026-03-10"}}, "the date was set"};
    bench.submit("2026-03-03T09:00", "chen", first);
    ASSERT_FALSE(bench.refused) << bench.refused->text();
    ASSERT_NE(bench.state.clock("hearing"), nullptr);
    EXPECT_EQ(bench.local(bench.clock("hearing").from), "2026-03-10T00:00");
    EXPECT_EQ(bench.local(bench.clock("hearing").due), "2026-03-17T18:00");
    CorrectData same{{{"other", 1}}, "another field"};
    bench.submit("2026-03-03T10:00", "chen", same);
    EXPECT_EQ(bench.all<ClockCancelled>().size(), 0u);
    CorrectData moved{{{"heard_on", "2026-03-12"}}, "it was put off"};
    bench.submit("2026-03-03T11:00", "chen", moved);
    EXPECT_EQ(bench.all<ClockCancelled>().size(), 1u);
    EXPECT_EQ(bench.local(bench.clock("hearing").from), "2026-03-12T00:00");
}

}  // namespace reeve::core::clock_testing
