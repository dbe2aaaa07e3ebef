#include "tests/unit/model/model_test.h"

namespace reeve::model {
namespace {

const char* schema =
    R"({"type": "object", "required": ["place", "kind"], "additionalProperties": false, "properties": {
  "place": {"type": "string", "minLength": 2}, "kind": {"enum": ["water", "noise"]}, "persons": {"type": "integer"},
  "seen": {"type": "string", "format": "date"}, "heard": {"type": "string", "format": "date-time"},
  "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"},
  "party": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "x-personal": true}}},
  "others": {"type": "array", "items": {"type": "object", "properties": {"phone": {"type": "string", "x-personal": true}}}}}})";

std::string faults(const Json& data, bool partial = false) {
    return told(check_data(*compiled(small(schema)), data, partial));
}

TEST(Data, AcceptsWhatFits) {
    EXPECT_EQ(faults({{"place", "Qingshan"},
                      {"kind", "water"},
                      {"seen", "2026-02-28"},
                      {"heard", "2026-02-28T10:00:00+08:00"},
                      {"code", "AB12"}}),
              "");
}

TEST(Data, SaysWhatIsMissingAndWhere) {
    EXPECT_EQ(faults({{"place", "Qingshan"}}), "/kind: \"kind\" is missing; it must be given\n");
    EXPECT_EQ(faults({{"place", "Qingshan"}, {"kind", "water"}, {"party", Json::object()}}),
              "/party/name: \"party.name\" is missing; it must be given\n");
}

TEST(Data, PartialDataNeedsNothingButMustFit) {
    EXPECT_EQ(faults({{"persons", 3}}, true), "");
    EXPECT_EQ(faults({{"persons", "three"}}, true),
              "/persons: \"persons\" is a text; it should be a whole number\n");
}

TEST(Data, SaysWhatWouldBeRight) {
    auto told = [](Json more) {
        Json data{{"place", "Qingshan"}, {"kind", "water"}};
        data.update(more);
        return faults(data);
    };
    EXPECT_EQ(told({{"kind", "fire"}}),
              "/kind: \"kind\" is \"fire\"; it should be one of \"water\", \"noise\"\n");
    EXPECT_EQ(told({{"person", 3}}), "/person: the data has no \"person\"; did you mean \"persons\"?\n");
    EXPECT_THAT(told({{"seen", "2026-02-30"}}), testing::HasSubstr("it should be a date"));
    EXPECT_THAT(told({{"heard", "yesterday"}}), testing::HasSubstr("it should be a time"));
    EXPECT_THAT(told({{"seen", 5}}), testing::HasSubstr("it should be a text"));
    EXPECT_THAT(told({{"code", "x"}}), testing::HasSubstr("does not have the form"));
}

TEST(Data, ALongTextDoesNotExhaustTheStackOfThePattern) {
    EXPECT_EQ(
        faults({{"place", "Qingshan"}, {"kind", "water"}, {"code", "AB" + std::string(5'000'000, '1')}}), "");
    EXPECT_THAT(faults({{"place", "Qingshan"}, {"kind", "water"}, {"code", std::string(5'000'000, 'A')}}),
                testing::HasSubstr("does not have the form"));
}

std::string with_pattern(const std::string& pattern) {
    return small(R"({"type": "object", "properties": {"code": {"type": "string", "pattern": )" +
                 Json(pattern).dump() + "}}}");
}

TEST(Data, APatternThatBacktracksDoesNotHangTheWriter) {
    EXPECT_THAT(
        told(check_data(*compiled(with_pattern("(a+)+$")), {{"code", std::string(100, 'a') + "!"}}, false)),
        testing::HasSubstr("does not have the form"));
}

TEST(Data, APatternMayNameCharactersByNumber) {
    auto program = compiled(with_pattern("^[\\u4e00-\\u9fa5]+$"));
    EXPECT_EQ(told(check_data(*program, {{"code", "青山"}}, false)), "");
    EXPECT_THAT(told(check_data(*program, {{"code", "Qingshan"}}, false)),
                testing::HasSubstr("does not have the form"));
}

TEST(Data, WhatCouldRunForEverIsRefusedAtItsPlace) {
    auto refused = [](const std::string& text) {
        auto result = compile(text, "test.json", plain_surroundings());
        return result ? std::string() : told(result.error());
    };
    EXPECT_THAT(refused(with_pattern("^(?=a)b")),
                testing::AllOf(testing::StartsWith("test.json:1:"), testing::HasSubstr("looks around")));
    EXPECT_THAT(refused(with_pattern("(a)\\1")), testing::HasSubstr("refers back"));
    EXPECT_THAT(refused(with_pattern("[a-")), testing::HasSubstr("check its brackets"));
    EXPECT_THAT(refused(small(R"({"type": "object", "patternProperties": {"(a+)+$": {"type": "string"}}})")),
                testing::HasSubstr("\"patternProperties\" is not known here"));
}

TEST(Data, KnowsWhatIsPersonal) {
    EXPECT_THAT(compiled(small(schema))->personal, testing::ElementsAre("party.name", "others.*.phone"));
}

TEST(Data, FindsValuesByPath) {
    Json data{{"party", {{"name", "Li"}}}, {"others", {{{"phone", "1"}}, {{"phone", "2"}}}}};
    EXPECT_EQ(*at_path(data, "party.name"), "Li");
    EXPECT_EQ(*at_path(data, "others.1.phone"), "2");
    EXPECT_EQ(at_path(data, "party.age"), nullptr);
    EXPECT_EQ(at_path(data, "others.9.phone"), nullptr);
    EXPECT_EQ(at_path(data, "party.name.first"), nullptr);
}

}  // namespace
}  // namespace reeve::model
