#include "tests/unit/time/data.h"

namespace reeve::time {

using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;

std::string wrong(std::string_view text) {
    auto d = parse_duration(text);
    return d ? "accepted: " + to_string(*d) : d.error().message;
}

TEST(Duration, CountsBackwardWhenNegated) {
    Duration d{.months = 1, .days = 2, .elapsed = hours(3)};
    EXPECT_EQ(-d, (Duration{.months = -1, .days = -2, .elapsed = -hours(3)}));
    EXPECT_EQ(-(-d), d);
}

TEST(Duration, ReadsTheUnits) {
    EXPECT_EQ(duration("60 days"), (Duration{.days = 60}));
    EXPECT_EQ(duration("15 working days"), (Duration{.working_days = 15}));
    EXPECT_EQ(duration("4 working hours"), (Duration{.working = hours(4)}));
    EXPECT_EQ(duration("30 min"), (Duration{.elapsed = minutes(30)}));
    EXPECT_EQ(duration("2 weeks"), (Duration{.days = 14}));
    EXPECT_EQ(duration("1 year 2 months"), (Duration{.months = 14}));
    EXPECT_EQ(duration("1 day, 2 hours and 3 minutes"), (Duration{.days = 1, .elapsed = minutes(123)}));
    EXPECT_EQ(duration("1.5 hours"), (Duration{.elapsed = minutes(90)}));
    EXPECT_EQ(duration("-2 working days"), (Duration{.working_days = -2}));
    EXPECT_EQ(duration("90s"), (Duration{.elapsed = seconds(90)}));
    EXPECT_EQ(duration("P1M"), (Duration{.months = 1}));
    EXPECT_EQ(duration("PT2H"), (Duration{.elapsed = hours(2)}));
    EXPECT_EQ(duration("-P1Y2M3DT4H5M6.5S"),
              -(Duration{.months = 14, .days = 3, .elapsed = hours(4) + minutes(5) + Millis(6500)}));
    EXPECT_EQ(duration("P2W"), (Duration{.days = 14}));
}

TEST(Duration, AZeroStillSaysWhatItCounts) {
    EXPECT_TRUE(duration("0 working hours").is_working());
    EXPECT_FALSE(duration("0 working days").is_moment());
    EXPECT_FALSE(duration("0 days").is_moment());
    EXPECT_TRUE(duration("0 s").is_moment());
    EXPECT_NE(duration("-0 working s"), duration("0 working s"));
}

TEST(Duration, RefusesWithASentenceThatHelps) {
    EXPECT_THAT(wrong("3 wd"), testing::HasSubstr("did you mean \"working days\"?"));
    EXPECT_THAT(wrong("3 business days"), testing::HasSubstr("did you mean \"working days\"?"));
    EXPECT_THAT(wrong("3 wroking days"), testing::HasSubstr("did you mean \"working days\"?"));
    EXPECT_THAT(wrong("5 m"), testing::HasSubstr("\"min\" or \"months\""));
    EXPECT_THAT(wrong("1 day 2 working hours"), testing::HasSubstr("not mixed"));
    EXPECT_THAT(wrong("2.5 days"), testing::HasSubstr("use hours"));
    EXPECT_THAT(wrong("days"), testing::HasSubstr("write a number and a unit"));
    EXPECT_THAT(wrong("15"), testing::HasSubstr("no unit"));
    EXPECT_THAT(wrong(""), testing::HasSubstr("empty"));
    for (const char* text : {"P", "PT", "P1D1M", "PT1D", "P1H", "P1.5D", "P1W1D", "PT1,5H30S", "--1 day",
                             "1 day -1 hour", "P-1D", "99999999999999999999 days", "999999999999 years",
                             "1000001 days", "9999999999 hours", "1 \xff"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(Duration, IsWrittenAsItIsRead) {
    for (const char* text : {"15 working days", "1 month", "1 year 2 months 3 days 4 hours 5 min 6.500 s",
                             "-4 working hours", "0 working s", "-0 working s", "0 working days", "0 days",
                             "0 s", "0.250 s", "1 working hour 30 working min"}) {
        EXPECT_EQ(to_string(duration(text)), text);
        EXPECT_EQ(duration(to_string(duration(text))), duration(text));
    }
}

TEST(Duration, AgreesWithThePublicIsoVectors) {
    DATA_OR_SKIP(data("bpmn/iso_durations.json"));
    auto tests = nlohmann::json::parse(read_text(data("bpmn/iso_durations.json")));
    for (const auto& test : tests["cases"]) {
        auto found = parse_duration(test["text"].get<std::string>());
        EXPECT_EQ(found.has_value(), !test.contains("expect_error")) << test;
        if (!found || test.contains("expect_error")) continue;
        const auto& e = test["expect"];
        auto part = [&](const char* name) { return e.value(name, 0); };
        EXPECT_EQ(*found, (Duration{.months = part("years") * 12 + part("months"),
                                    .days = part("days") + 7 * part("weeks"),
                                    .elapsed = hours(part("hours")) + minutes(part("minutes")) +
                                               seconds(part("seconds"))}))
            << test;
    }
}

TEST(Instants, AreReadAndWritten) {
    CalendarPtr c = elapsed_calendar("Asia/Shanghai");
    EXPECT_EQ(to_string(instant("2026-02-25T10:00:00Z"), *c), "2026-02-25T18:00:00+08:00");
    EXPECT_EQ(to_utc_string(instant("2026-02-25T18:00", *c)), "2026-02-25T10:00:00Z");
    EXPECT_EQ(to_utc_string(instant("2026-02-25", *c)), "2026-02-24T16:00:00Z");
    EXPECT_EQ(to_utc_string(instant("2026-02-25 18:00:00.25-0130", *c)), "2026-02-25T19:30:00.250Z");
    EXPECT_EQ(to_string(instant("1910-01-01T00:00:00Z"), *elapsed_calendar("Europe/Amsterdam")).substr(0, 10),
              "1910-01-01");
    EXPECT_EQ(to_utc_string(Instant::max()), "never");
    for (const char* text :
         {"", "2026-02-30", "2026-13-01", "2026-02-25T24:01", "2026-02-25T10:00:00+25:00", "2026-2-5",
          "0000-01-01", "2026-02-25T10:00:00Zjunk", "2026-02-25T10", "20260225", "99999-01-01"}) {
        EXPECT_FALSE(parse_instant(text, *c)) << text;
    }
    EXPECT_FALSE(parse_instant("2026-02-25T10:00"));
}

TEST(Zones, AgreeWithTheirDataAndNameTheNearest) {
    auto found = Zone::find("Asia/Shangai");
    EXPECT_THAT(found.error().message, testing::HasSubstr("did you mean \"Asia/Shanghai\"?"));
    EXPECT_FALSE(Zone::find("../../etc/passwd"));
    EXPECT_FALSE(Zone::find(""));
}

}  // namespace reeve::time
