// Recurrence rules against the vectors of dateutil and libical, and what the RFC forbids.
#include "tests/unit/time/data.h"

namespace reeve::time {

using nlohmann::ordered_json;

// An instant as the vectors write it: 19970902T090000, in UTC.
std::string basic(Instant t) {
    std::string text;
    for (char c : to_utc_string(t)) {
        if (c != '-' && c != ':' && c != 'Z') text += c;
    }
    return text;
}

Instant from_basic(std::string text) {
    if (text.size() == 8) text += "T000000";
    return instant(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 5) + ":" +
                   text.substr(11, 2) + ":" + text.substr(13, 2) + "Z");
}

std::vector<std::string> list(const std::string& rule, const std::string& start, std::size_t count) {
    static const CalendarPtr utc = elapsed_calendar("Etc/UTC");
    auto found = recur(*utc, rule, from_basic(start), count);
    if (!found) return {found.error().text()};
    std::vector<std::string> text;
    for (Instant t : *found) text.push_back(basic(t));
    return text;
}

// What the vectors expect, in the one form of basic().
std::vector<std::string> expected_of(const ordered_json& list) {
    std::vector<std::string> text;
    for (const auto& t : list) text.push_back(basic(from_basic(t)));
    return text;
}

TEST(Recurrence, AgreesWithDateutil) {
    DATA_OR_SKIP(data("rrule/dateutil_rrules.json"));
    auto tests = ordered_json::parse(read_text(data("rrule/dateutil_rrules.json")));
    EXPECT_EQ(tests.size(), 73U);
    for (const auto& test : tests) {
        auto expected = expected_of(test["expected"]);
        // One more than expected: the rule must end where it should.
        EXPECT_EQ(list(test["text"], "19970902T090000", expected.size() + 1), expected) << test.dump();
    }
}

TEST(Recurrence, AgreesWithLibicalWhereDateutilDoes) {
    DATA_OR_SKIP(data("rrule/libical_rrules.json"));
    int judged = 0;
    for (const auto& test : ordered_json::parse(read_text(data("rrule/libical_rrules.json")))) {
        if (!test["dateutil_agrees"].get<bool>()) continue;
        auto expected = expected_of(test["expected"]);
        auto found = list(test["rrule"], test["dtstart"], 500);
        if (test.contains("start_at")) {
            std::string from = test["start_at"];
            if (expected.front() >= from)
                std::erase_if(found, [&](const std::string& t) { return t < from; });
        }
        if (found.size() > expected.size()) found.resize(expected.size());
        EXPECT_EQ(found, expected) << test.dump();
        ++judged;
    }
    EXPECT_EQ(judged, 40);
}

TEST(Recurrence, AgreesOnSetsOfRules) {
    DATA_OR_SKIP(data("rrule/rulesets.json"));
    for (const auto& test : ordered_json::parse(read_text(data("rrule/rulesets.json")))) {
        std::string lines, start = "19970902T090000";
        for (const auto& part : test["parts"]) {
            lines += part["kind"].get<std::string>() + ":" + part["value"].get<std::string>() + "\n";
            if (!part["dtstart"].is_null()) start = part["dtstart"];
        }
        auto expected = expected_of(test["expected"]);
        EXPECT_EQ(list(lines, start, expected.size() + 1), expected) << test.dump();
    }
}

TEST(Recurrence, RefusesWhatItCannotRead) {
    for (const char* rule :
         {"", "FREQ=OFTEN", "COUNT=3", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;INTERVAL=0",
          "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;X=1", "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;BYDAY=XX",
          "FREQ=WEEKLY;BYDAY=2MO", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=DAILY;UNTIL=soon",
          "FREQ=DAILY;COUNT=2;UNTIL=20300101", "FREQ=DAILY;BYMONTH=-1", "FREQ", "FREQ=DAILY;;COUNT",
          "FREQ=DAILY;COUNT=99999999999999999999", "VTODO:x"}) {
        EXPECT_FALSE(recur(*elapsed_calendar("Etc/UTC"), rule, Instant{}, 3)) << rule;
    }
    EXPECT_EQ(recur(*elapsed_calendar("Etc/UTC"), "FREQ=DAILY", Instant{}, 1'000'000'000).error().code,
              "too-large");
}

TEST(Recurrence, EndsWhereNothingIsEverFound) {
    for (const char* rule : {"FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
                             "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1",
                             "FREQ=YEARLY;BYDAY=53MO;BYMONTH=2", "FREQ=DAILY;BYSETPOS=366;BYHOUR=1",
                             "FREQ=SECONDLY;INTERVAL=1000000000;BYSECOND=7",
                             "FREQ=YEARLY;INTERVAL=1000000000;BYMONTH=1;BYMONTHDAY=2",
                             "RRULE:FREQ=SECONDLY\nEXRULE:FREQ=SECONDLY"}) {
        EXPECT_THAT(list(rule, "19970902T000000", 2), testing::SizeIs(testing::Le(1))) << rule;
    }
}

TEST(Recurrence, GoesByTheClockOnTheWall) {
    CalendarPtr berlin = elapsed_calendar("Europe/Berlin");
    auto found = recur(*berlin, "FREQ=DAILY", instant("2026-03-28T02:30", *berlin), 3);
    ASSERT_TRUE(found);
    EXPECT_EQ(to_string(found->at(1), *berlin), "2026-03-29T03:30:00+02:00") << "moved on by the gap";
    EXPECT_EQ(to_string(found->at(2), *berlin), "2026-03-30T02:30:00+02:00");
    found = recur(*berlin, "FREQ=HOURLY", instant("2026-03-29T01:00", *berlin), 3);
    EXPECT_EQ(to_string(found->at(1), *berlin), "2026-03-29T03:00:00+02:00")
        << "2:00 and 3:00 are one instant";
    EXPECT_EQ(to_string(found->at(2), *berlin), "2026-03-29T04:00:00+02:00");
    found = recur(*berlin, "FREQ=DAILY;UNTIL=20260701T070000Z", instant("2026-06-29T09:00", *berlin), 9);
    EXPECT_THAT(*found, testing::SizeIs(3)) << "UNTIL in UTC is 9:00 here, and counts";
}

TEST(Recurrence, TheNextIsTheFirstAfterThatMoment) {
    CalendarPtr utc = elapsed_calendar("Etc/UTC");
    Instant start = instant("2020-01-06T09:00:00Z");
    for (const char* rule :
         {"FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=-1FR",
          "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=HOURLY;INTERVAL=7",
          "FREQ=MINUTELY;INTERVAL=90;BYHOUR=9,10", "FREQ=DAILY;COUNT=900", "FREQ=SECONDLY;INTERVAL=7200"}) {
        auto all = *recur(*utc, rule, start, 40'000);
        for (const char* text : {"2019-01-01T00:00:00Z", "2020-01-06T09:00:00Z", "2021-03-04T05:06:07Z",
                                 "2022-02-28T09:00:00Z"}) {
            Instant after = instant(text);
            auto expected = std::ranges::upper_bound(all, after);
            auto found = next_occurrence(*utc, rule, start, after);
            ASSERT_TRUE(found);
            if (expected == all.end()) {
                EXPECT_FALSE(found->has_value() && all.size() < 40'000) << rule << " after " << text;
            } else {
                ASSERT_TRUE(found->has_value()) << rule << " after " << text;
                EXPECT_EQ(to_utc_string(**found), to_utc_string(*expected)) << rule << " after " << text;
            }
        }
    }
}

}  // namespace reeve::time
