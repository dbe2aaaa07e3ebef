// Law 3: a definition that could leave a case without an owner or a clock does not validate.
#include "tests/unit/model/model_test.h"

namespace reeve::model {
namespace {

// Which stages of a small flow are refused for want of a clock, for a clock of the case with these keys.
std::vector<std::string> uncovered(const std::string& keys, const std::string& more = "") {
    auto text =
        R"({"id": "law", "title": "Law", "calendar": "any", "owner": "head", )" + more +
        R"("data": {"type": "object", "required": ["sure"], "properties": {"sure": {"type": "string", "format": "date"},
                                                               "maybe": {"type": "string", "format": "date"}}},
      "clocks": {"answer": {)" +
        keys + R"(}},
      "stages": {"first": {"actions": {"go": {"to": "second"}, "skip": {"to": "third"}}},
                 "second": {"actions": {"back": {"to": "first"}, "go": {"to": "third"}}},
                 "third": {"then": "closed"},
                 "closed": {"end": "done"}},
      "ladders": {"climb": [{"at": "due", "tell": ["owner"], "repeat": "1 day"}]}})";
    std::vector<std::string> out;
    auto result = compile(text, "law.json", plain_surroundings());
    if (!result)
        for (const auto& e : result.error()) {
            auto from = e.message.find('"');
            out.push_back(e.code == "no-clock"
                              ? e.message.substr(from + 1, e.message.find('"', from + 1) - from - 1)
                              : e.text());
        }
    return out;
}

using testing::ElementsAre;

TEST(Law3, AClockFromStartToEndCoversEveryStage) {
    EXPECT_THAT(uncovered(R"("due": "9 days")"), ElementsAre());
    EXPECT_THAT(uncovered(R"("due": "9 days", "from": "occurred")"), ElementsAre());
}

TEST(Law3, AClockIsOverWhenItIsMet) {
    EXPECT_THAT(uncovered(R"("due": "9 days", "to": "stage:second")"),
                ElementsAre("first", "second", "third"))
        << "one may come back to the first and the second after leaving it";
    EXPECT_THAT(uncovered(R"("due": "9 days", "done_on": ["third"])"), ElementsAre("third"));
    EXPECT_THAT(uncovered(R"("expiry": "9 days", "then": "third")"), ElementsAre("third"));
}

TEST(Law3, AnExpiryCoversOnlyWhereItMovesTheCase) {
    auto text = [](const char* first, const char* second) {
        return fmt::format(R"({{"id": "law", "title": "Law", "calendar": "any", "owner": "head",
          "clocks": {{"lapse": {{"expiry": "9 days", "then": {{"action": "drop"}}}}}},
          "stages": {{"first": {{"actions": {{"go": {{"to": "second"}}, "{}": {{"to": "closed"}}}}}},
                     "second": {{"actions": {{"{}": {{"to": "closed"}}}}}}, "closed": {{"end": "done"}}}},
          "ladders": {{"climb": [{{"at": "due", "tell": ["owner"], "repeat": "1 day"}}]}}}})",
                           first, second);
    };
    EXPECT_TRUE(compile(text("drop", "drop"), "law.json", plain_surroundings()));
    auto result = compile(text("leave", "drop"), "law.json", plain_surroundings());
    ASSERT_FALSE(result);
    EXPECT_THAT(told(result.error()), testing::HasSubstr("stage \"first\" without any clock"));
}

TEST(Expiry, TakesAnActionThatLeadsSomewhere) {
    auto result = compile(R"({"id": "law", "title": "Law", "calendar": "any", "owner": "head",
      "stages": {"first": {"clock": {"expiry": "9 days", "then": {"action": "remind"}},
                           "actions": {"go": {"to": "closed"}, "remind": {}}}, "closed": {"end": "done"}},
      "ladders": {"climb": [{"at": "due", "tell": ["owner"], "repeat": "1 day"}]}})",
                          "law.json", plain_surroundings());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().at(0).code, "expiry-stays");
}

TEST(Law3, AnExpiryThatMovesOneBranchLeavesTheOtherBare) {
    auto result = compile(R"({"id": "law", "title": "Law", "calendar": "any", "owner": "head",
      "clocks": {"answer": {"expiry": "9 days", "then": {"action": "drop"}}},
      "stages": {"fork": {"parallel": ["left", "right"], "join": "met"},
                 "left": {"actions": {"drop": {"to": "met"}}}, "right": {"actions": {"drop": {"to": "met"}}},
                 "met": {"join": "all", "then": "closed"}, "closed": {"end": "done"}},
      "ladders": {"climb": [{"at": "due", "tell": ["owner"], "repeat": "1 day"}]}})",
                          "law.json", plain_surroundings());
    ASSERT_FALSE(result);
    EXPECT_THAT(told(result.error()), testing::HasSubstr("stage \"right\" without any clock"));
}

TEST(Law3, AClockThatStartsOnOneWayOnlyDoesNotCoverTheOther) {
    EXPECT_THAT(uncovered(R"("due": "9 days", "from": "stage:second", "to": "end")"),
                ElementsAre("first", "third"));
    EXPECT_THAT(uncovered(R"("due": "9 days", "from": "stage:first", "to": "end")"), ElementsAre());
}

TEST(Law3, ADateThatNeedNotBeThereStartsNoClock) {
    EXPECT_THAT(uncovered(R"("due": "9 days", "from": "data.maybe", "to": "end")"),
                ElementsAre("first", "second", "third"));
    EXPECT_THAT(uncovered(R"("due": "9 days", "from": "data.sure", "to": "end")"), ElementsAre());
}

TEST(Law3, TheClockOfNoActivityCoversAll) {
    EXPECT_THAT(uncovered(R"("due": "9 days", "done_on": ["third"])", R"("inactivity": {"due": "5 days"}, )"),
                ElementsAre());
}

TEST(Law3, WhatMeetsAClockInOneBranchLeavesTheOtherBare) {
    auto text = [](const char* to) {
        return fmt::format(R"({{"id": "law", "title": "Law", "calendar": "any", "owner": "head",
          "clocks": {{"answer": {{"due": "9 days", "to": "{}"}}}},
          "stages": {{"fork": {{"parallel": ["left", "right"], "join": "met"}},
                     "left": {{"then": "met"}}, "right": {{"then": "met"}},
                     "met": {{"join": "all", "then": "closed"}}, "closed": {{"end": "done"}}}},
          "ladders": {{"climb": [{{"at": "due", "tell": ["owner"], "repeat": "1 day"}}]}}}})",
                           to);
    };
    EXPECT_TRUE(compile(text("end"), "law.json", plain_surroundings()));
    auto result = compile(text("stage:left"), "law.json", plain_surroundings());
    ASSERT_FALSE(result);
    EXPECT_THAT(told(result.error()), testing::HasSubstr("stage \"right\" without any clock"));
}

}  // namespace
}  // namespace reeve::model
