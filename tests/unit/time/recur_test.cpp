// Recurrence rules against the vectors of dateutil and libical, and what the RFC forbids.
#include <zlib.h>

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

}  // namespace reeve::time
