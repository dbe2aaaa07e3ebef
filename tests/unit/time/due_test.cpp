// How limits end: day zero, roll, until, stops, coverage and the words of the explanation.
#include "tests/unit/time/data.h"

namespace reeve::time {

const char* const cn_office = R"({ "id": "cn-office", "zone": "Asia/Shanghai",
  "hours": { "mon": ["09:00-12:00", "14:00-18:00"], "tue": ["09:00-12:00", "14:00-18:00"],
             "wed": ["09:00-12:00", "14:00-18:00"], "thu": ["09:00-12:00", "14:00-18:00"],
             "fri": ["09:00-12:00", "14:00-18:00"], "sat": [] },
  "holidays": [ {"date": "2026-02-17", "name": "春节"}, {"date": "2026-02-18", "name": "春节"}, {"yearly": "12-25"} ],
  "days": [ {"date": "2026-02-14", "like": "mon", "name": "调休"}, {"date": "2026-12-24", "hours": ["09:00-12:00"]} ],
  "covers": "2020-01-01/2026-12-31" })";

class DueTest : public testing::Test {
  protected:
    CalendarPtr c = *parse_calendar(cn_office, "cn.json", ".");

    std::string at(const std::string& from, const std::string& in, DueRule rule = {},
                   const std::vector<Span>& stops = {}) {
        return to_string(due(*c, instant(from, *c), duration(in), rule, stops).at, *c);
    }
    Span stop(const std::string& from, const std::string& to) {
        return {instant(from, *c), to.empty() ? Instant::max() : instant(to, *c)};
    }
    std::vector<std::string> notes(const std::string& from, const std::string& in, DueRule rule = {},
                                   const std::vector<Span>& stops = {}) {
        std::vector<std::string> notes;
        for (const DayLine& line : explain(*c, instant(from, *c), duration(in), rule, stops)) {
            notes.push_back(line.date.substr(5) + " " + line.note);
        }
        return notes;
    }
};

TEST_F(DueTest, EndsByItsUnit) {
    EXPECT_EQ(at("2026-02-10T10:00", "3 working days"), "2026-02-13T18:00:00+08:00") << "closing time";
    EXPECT_EQ(at("2026-02-10T10:00", "1 day"), "2026-02-12T00:00:00+08:00") << "midnight after it";
    EXPECT_EQ(at("2026-02-10T10:00", "36 hours"), "2026-02-11T22:00:00+08:00") << "that moment, real time";
    EXPECT_EQ(at("2026-02-10T10:00", "7 working hours"), "2026-02-11T10:00:00+08:00");
    EXPECT_EQ(at("2026-01-31T10:00", "1 month", {.roll = false}), "2026-03-01T00:00:00+08:00")
        << "28 February";
    EXPECT_EQ(at("2026-02-10T10:00", "1 day", {.until = Until::moment}), "2026-02-11T10:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T10:00", "1 day", {.until = Until::close}), "2026-02-11T18:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T10:00", "3 working days", {.until = Until::day_end}),
              "2026-02-14T00:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T10:00", "2 hours", {.until = Until::close}), "2026-02-10T18:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T19:00", "2 hours", {.until = Until::close}), "2026-02-11T18:00:00+08:00");
}

TEST_F(DueTest, CountsTheLeapDay) {
    EXPECT_EQ(at("2024-02-28T10:00", "1 day"), "2024-03-01T00:00:00+08:00") << "the whole of the 29th";
    EXPECT_EQ(at("2024-02-28T10:00", "2 working days"), "2024-03-01T18:00:00+08:00");
    EXPECT_EQ(at("2025-02-27T10:00", "2 days", {.until = Until::moment, .roll = false}),
              "2025-03-01T10:00:00+08:00")
        << "there is none in 2025";
    EXPECT_EQ(at("2024-01-31T10:00", "1 month", {.roll = false}), "2024-03-01T00:00:00+08:00")
        << "its last day is the 29th";
    EXPECT_EQ(at("2024-02-29T10:00", "1 year", {.roll = false}), "2025-03-01T00:00:00+08:00")
        << "its last day is the 28th";
    EXPECT_EQ(at("2020-02-29T10:00", "4 years", {.roll = false}), "2024-03-01T00:00:00+08:00");
    EXPECT_EQ(working_between(*c, instant("2024-02-29", *c), instant("2024-03-01", *c)),
              std::chrono::hours(7));
}

TEST_F(DueTest, CountsTheFirstDayOnlyWhenToldTo) {
    EXPECT_EQ(at("2026-02-10T10:00", "3 working days", {.count_first_day = true}),
              "2026-02-12T18:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T10:00", "3 days", {.count_first_day = true}), "2026-02-13T00:00:00+08:00");
    EXPECT_EQ(at("2026-02-15T10:00", "1 working day", {.count_first_day = true}), "2026-02-16T18:00:00+08:00")
        << "a Sunday is no working day one";
    EXPECT_EQ(at("2026-02-10T10:00", "1 month", {.until = Until::close, .count_first_day = true}),
              "2026-03-09T18:00:00+08:00");
}

TEST_F(DueTest, RollsALastDayThatIsNoWorkingDay) {
    EXPECT_EQ(at("2026-02-10T10:00", "7 days"), "2026-02-20T00:00:00+08:00") << "over the festival";
    EXPECT_EQ(at("2026-02-10T10:00", "7 days", {.roll = false}), "2026-02-18T00:00:00+08:00");
    EXPECT_EQ(at("2026-02-25T10:00", "-7 days", {.until = Until::close}), "2026-02-16T18:00:00+08:00")
        << "backward, back";
    EXPECT_EQ(at("2026-02-10T10:00", "4 days"), "2026-02-15T00:00:00+08:00") << "a Saturday that is worked";
}

TEST_F(DueTest, ZeroIsTheNextOpenInstant) {
    EXPECT_EQ(at("2026-02-10T12:30", "0 working hours"), "2026-02-10T14:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T12:30", "-0 working hours"), "2026-02-10T12:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T10:30", "0 working hours"), "2026-02-10T10:30:00+08:00");
    EXPECT_EQ(at("2026-02-10T10:30", "0 working hours", {}, {stop("2026-02-10T10:00", "2026-02-10T12:00")}),
              "2026-02-10T14:00:00+08:00");
    EXPECT_EQ(at("2026-02-15T10:30", "0 working days"), "2026-02-16T18:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T10:30", "0 days"), "2026-02-11T00:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T10:30", "0 s"), "2026-02-10T10:30:00+08:00");
}

TEST_F(DueTest, NeverEndsBeforeItBegins) {
    EXPECT_EQ(at("2026-02-10T10:00", "0 working days"), "2026-02-10T18:00:00+08:00") << "until closing time";
    EXPECT_EQ(at("2026-02-10T18:00", "0 working days"), "2026-02-10T18:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T19:00", "0 working days"), "2026-02-11T18:00:00+08:00") << "closed for today";
    EXPECT_EQ(at("2026-02-06T19:00", "0 working days"), "2026-02-09T18:00:00+08:00") << "over the weekend";
    EXPECT_EQ(at("2026-02-06T19:00", "1 working day", {.count_first_day = true}),
              "2026-02-09T18:00:00+08:00");
    EXPECT_EQ(at("2026-02-06T19:00", "1 day", {.until = Until::close, .count_first_day = true}),
              "2026-02-09T18:00:00+08:00");
    EXPECT_EQ(at("2026-02-06T19:00", "0 days", {.until = Until::close, .roll = false}),
              "2026-02-08T00:00:00+08:00");
    EXPECT_EQ(at("2026-02-10T19:00", "2 hours", {.until = Until::close, .roll = false}),
              "2026-02-11T18:00:00+08:00");
    EXPECT_EQ(at("2026-02-06T19:00", "0 working days", {}, {stop("2026-02-09T17:00", "2026-02-09T20:00")}),
              "2026-02-10T18:00:00+08:00")
        << "nor in a stop";
    EXPECT_EQ(at("2026-02-06T19:00", "0 working days", {.roll = false},
                 {stop("2026-02-05T10:00", "2026-02-06T18:00")}),
              "2026-02-09T18:00:00+08:00")
        << "what stopped before it began does not end it on a Saturday";
    EXPECT_THAT(notes("2026-02-06T19:00", "0 working days"),
                testing::ElementsAre("02-06 start, not counted", "02-07 closed (Saturday), moves on",
                                     "02-08 closed (Sunday), moves on",
                                     "02-09 moved on to a working day; due 18:00:00"));
}

// A fuzzer's: office hours in the last days that are counted were taken for over before they began.
TEST_F(DueTest, CountsTheFirstAndTheLastDaysOfTheTable) {
    c = *parse_calendar(R"({"id": "n", "zone": "Asia/Shanghai", "hours": {},
        "days": [{"date": "1900-01-01", "hours": ["02:30-03:30"]}, {"date": "2199-12-31", "hours": ["02:30-03:30"]}]})",
                        "n.json", ".");
    const auto last = instant("2199-12-31T02:30", *c), hour = instant("2199-12-31T03:30", *c);
    EXPECT_EQ(at("2026-03-07T00:00", "1 working hour"), "2199-12-31T03:30:00+08:00");
    EXPECT_EQ(working_between(*c, instant("2026-03-07", *c), last), Millis(0));
    EXPECT_EQ(working_between(*c, last, hour - Millis(1)), std::chrono::hours(1) - Millis(1));
    EXPECT_EQ(working_between(*c, last, hour), std::chrono::hours(1));
    EXPECT_EQ(next_open(*c, instant("2199-12-30", *c)), last);
    EXPECT_EQ(next_open(*c, hour), Instant::max());
    EXPECT_EQ(at("2199-12-31T03:30", "-1 working hour"), "2199-12-31T02:30:00+08:00");
    EXPECT_EQ(at("2199-12-31T03:00", "1 working hour"), "never");
    EXPECT_EQ(working_between(*c, instant("1900-01-01T03:00", *c), instant("1900-01-02", *c)),
              std::chrono::minutes(30));
}

TEST_F(DueTest, AStopTakesTheDaysWhoseEndItHolds) {
    EXPECT_EQ(at("2026-02-09T10:00", "2 working days", {}, {stop("2026-02-10T10:00", "2026-02-10T11:00")}),
              "2026-02-11T18:00:00+08:00");
    EXPECT_EQ(at("2026-02-09T10:00", "2 working days", {}, {stop("2026-02-10T16:00", "2026-02-12T10:00")}),
              "2026-02-13T18:00:00+08:00");
    EXPECT_EQ(at("2026-02-09T10:00", "2 days", {}, {stop("2026-02-10", "2026-02-12")}),
              "2026-02-14T00:00:00+08:00")
        << "two whole days";
    EXPECT_EQ(
        at("2026-02-09T10:00", "4 working hours", {},
           {stop("2026-02-09T11:00", "2026-02-09T15:00"), stop("2026-02-09T14:00", "2026-02-09T16:00")}),
        "2026-02-10T10:00:00+08:00")
        << "overlapping stops count once";
    EXPECT_EQ(at("2026-02-09T10:00", "4 hours", {}, {stop("2026-02-09T09:00", "2026-02-09T11:00")}),
              "2026-02-09T15:00:00+08:00");
    EXPECT_EQ(at("2026-02-09T10:00", "4 hours", {}, {stop("2026-02-09T12:00", "")}), "never");
    EXPECT_EQ(at("2026-02-09T10:00", "2 working days", {}, {stop("2026-02-09T12:00", "")}), "never");
    EXPECT_EQ(at("2026-02-09T10:00", "2 hours", {}, {stop("2026-02-09T12:00", "")}),
              "2026-02-09T12:00:00+08:00")
        << "done before it";
}

TEST_F(DueTest, WarnsBeyondTheData) {
    auto warnings = [&](const std::string& from, const std::string& in) {
        return due(*c, instant(from, *c), duration(in)).warnings;
    };
    EXPECT_THAT(warnings("2026-12-20T10:00", "15 working days"),
                testing::ElementsAre(
                    "2027 lies beyond the data of calendar cn-office (covers 2020-01-01/2026-12-31)"));
    EXPECT_THAT(warnings("2019-12-31T10:00", "3 working hours"), testing::SizeIs(1));
    EXPECT_THAT(warnings("2026-12-01T10:00", "10 working days"), testing::IsEmpty());
    EXPECT_THAT(warnings("2026-12-20T10:00", "400 hours"), testing::IsEmpty())
        << "real time asks no calendar";
    EXPECT_THAT(warnings("2026-12-20T10:00", "60 days"), testing::SizeIs(1))
        << "whether the last day is worked is not known";
    EXPECT_THAT(warnings("2198-01-01T10:00", "900 working days"),
                testing::ElementsAre(testing::HasSubstr("1900 to 2199")));
}

TEST_F(DueTest, AbsurdAmountsAndYearsAreAnsweredNotCrashedOn) {
    EXPECT_EQ(at("9999-01-01", "3 working days"), "never");
    EXPECT_EQ(at("0001-01-02", "-300000 days"), "always");
    EXPECT_EQ(at("2026-01-01", "1000 years"), "never");
    EXPECT_EQ(at("2026-01-01", "366000 working days"), "never");
    EXPECT_EQ(to_string(due(*c, Instant::max(), duration("8 hours")).at, *c), "never");
    EXPECT_EQ(to_string(due(*c, Instant::min(), duration("-8 working hours")).at, *c), "always");
    EXPECT_EQ(working_between(*c, Instant::min(), Instant::max()).count() > 0, true);
    EXPECT_LE(explain(*c, instant("1950-01-01T00:00:00Z"), duration("80000 days"), {}).size(), 1600U);
}

TEST_F(DueTest, ExplainsDayByDay) {
    EXPECT_THAT(
        notes("2026-02-12T10:00", "4 working days", {}, {stop("2026-02-13T17:00", "2026-02-13T19:00")}),
        testing::ElementsAre("02-12 start, not counted", "02-13 stopped",
                             "02-14 working day 1 (special hours: 调休)", "02-15 closed (Sunday)",
                             "02-16 working day 2", "02-17 holiday: 春节", "02-18 holiday: 春节",
                             "02-19 working day 3", "02-20 working day 4; due 18:00:00"));
    EXPECT_THAT(notes("2026-02-16T10:00", "1 day"),
                testing::ElementsAre("02-16 start, not counted", "02-17 day 1 (holiday: 春节)",
                                     "02-18 holiday: 春节, moves on",
                                     "02-19 moved on to a working day; due at the end of the day"));
    auto lines = explain(*c, instant("2026-02-10T10:00", *c), duration("10 working hours"));
    Millis sum(0);
    for (const DayLine& line : lines) sum += line.counted;
    EXPECT_EQ(sum, std::chrono::hours(10));
}

TEST_F(DueTest, AFractionOfTheWay) {
    Instant from = instant("2026-02-10T09:00", *c), end = instant("2026-02-11T18:00", *c);
    EXPECT_EQ(to_string(fraction(*c, from, end, 50, true), *c), "2026-02-10T18:00:00+08:00");
    EXPECT_EQ(to_string(fraction(*c, from, end, 50, false), *c), "2026-02-11T01:30:00+08:00");
    EXPECT_EQ(fraction(*c, from, end, 100, true), end);
    EXPECT_EQ(fraction(*c, from, end, 0, true), from);
    EXPECT_EQ(fraction(*c, from, Instant::max(), 50, true), Instant::max());
    EXPECT_EQ(to_string(fraction(*c, from, end, 50, true,
                                 std::vector<Span>{stop("2026-02-10T09:00", "2026-02-10T18:00")}),
                        *c),
              "2026-02-11T14:30:00+08:00");
}

TEST_F(DueTest, NightShiftsBelongToTheDateOnWhichTheyBegin) {
    c = calendar_of({{"id", "night"},
                     {"zone", "Europe/Berlin"},
                     {"hours", {{"fri", {"22:00-06:00"}}}},
                     {"holidays", {{{"date", "2026-04-03"}}}}});
    EXPECT_TRUE(is_open(*c, instant("2026-03-28T01:00", *c)));
    EXPECT_FALSE(is_open(*c, instant("2026-03-28T06:00", *c)));
    EXPECT_FALSE(is_open(*c, instant("2026-04-04T01:00", *c))) << "the Friday was a holiday";
    EXPECT_EQ(at("2026-03-26T10:00", "1 working day"), "2026-03-28T06:00:00+01:00");
    EXPECT_EQ(working_between(*c, instant("2026-03-27", *c), instant("2026-04-11", *c)),
              std::chrono::hours(8 + 2));
}

TEST_F(DueTest, DaylightSavingStretchesAndShortensTheOfficeDay) {
    c = calendar_of({{"id", "all"},
                     {"zone", "America/New_York"},
                     {"hours", {{"sun", {"00:00-24:00"}}, {"mon", {"00:00-24:00"}}}}});
    auto open = [&](const char* day) {
        return working_between(*c, instant(day, *c), instant(day, *c) + std::chrono::hours(30));
    };
    EXPECT_EQ(working_between(*c, instant("2026-03-08", *c), instant("2026-03-09", *c)),
              std::chrono::hours(23));
    EXPECT_EQ(working_between(*c, instant("2026-11-01", *c), instant("2026-11-02", *c)),
              std::chrono::hours(25));
    EXPECT_EQ(open("2026-03-09"), std::chrono::hours(24));
    EXPECT_EQ(at("2026-03-07T02:30", "1 day", {.until = Until::moment}), "2026-03-08T03:30:00-04:00")
        << "moved on by the gap";
    EXPECT_EQ(at("2026-10-31T01:30", "1 day", {.until = Until::moment}), "2026-11-01T01:30:00-04:00")
        << "the first of two";
    EXPECT_EQ(at("2050-06-01T12:00", "1 h"), "2050-06-01T13:00:00-04:00")
        << "summer time goes on after the listed years";
}

}  // namespace reeve::time
