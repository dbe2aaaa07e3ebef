#include "engine/cli/scenario.h"

#include <gmock/gmock.h>

namespace reeve::cli {
namespace {

Line line(std::string_view text) {
    auto read = read_line(text, "s.scenario", 7);
    EXPECT_TRUE(read) << read.error().text();
    EXPECT_TRUE(*read);
    return **read;
}

std::string refusal(std::string_view text) {
    auto read = read_line(text, "s.scenario", 7);
    return read ? "" : read.error().text();
}

TEST(Scenario, ReadsAVerbAndItsWords) {
    const auto l = line("  act  petition-1 accept by zhou-li  # as he said");
    EXPECT_EQ(l.verb, "act");
    EXPECT_EQ(l.text, "act  petition-1 accept by zhou-li");
    ASSERT_EQ(l.words.size(), 4u);
    EXPECT_EQ(l.words[1].text, "accept");
    EXPECT_EQ(l.words[1].column, 19);
    EXPECT_EQ(l.place(l.words[1].column), "s.scenario:7:19");
}

TEST(Scenario, SkipsEmptyLinesAndComments) {
    for (const char* text : {"", "   ", "# open petition-1", "\t # x"}) {
        auto read = read_line(text, "s", 1);
        ASSERT_TRUE(read);
        EXPECT_FALSE(*read) << text;
    }
}

TEST(Scenario, ReadsQuotedWordsAndFields) {
    const auto l = line(R"(open p "two words" place="North \"lane\" #3" persons=5 since="5" list=[1,2])");
    Words words(l, 2);
    const auto data = words.data();
    EXPECT_EQ(data["place"], "North \"lane\" #3");
    EXPECT_EQ(data["persons"], 5);
    EXPECT_EQ(data["since"], "5");
    EXPECT_EQ(data["list"], nlohmann::ordered_json::array({1, 2}));
    EXPECT_EQ(l.words[1].text, "two words");
    words.finish();
}

TEST(Scenario, DottedFieldsAreObjectsAndDataNamesAFieldWhoseNameMeansSomethingElse) {
    const auto l = line("open party.name=Li party.age=40 data.reason=flood");
    Words words(l);
    EXPECT_EQ(words.data().dump(), R"({"party":{"name":"Li","age":40},"reason":"flood"})");
}

TEST(Scenario, SaysWhereALineIsMalformed) {
    EXPECT_EQ(refusal(R"(note p "never closed)"), "s.scenario:7:8: a quote is opened here and never closed");
    EXPECT_EQ(refusal(R"(note p "closed"x)"), "s.scenario:7:16: a blank is missing behind the closing quote");
    EXPECT_THAT(refusal("act p place="), testing::HasSubstr("s.scenario:7:7: \"place=\" has no value"));
    EXPECT_THAT(refusal("\"act\" p"), testing::HasSubstr("s.scenario:7:1: a line begins with a verb"));
    EXPECT_THAT(refusal("act p a+b=3"), testing::HasSubstr("s.scenario:7:7: \"a+b\" is no name of a field"));
}

TEST(Scenario, RefusesAValueWithoutAFieldInsteadOfTakingItForAWord) {
    EXPECT_THAT(refusal("=3"), testing::StartsWith("s.scenario:7:1: "));
    EXPECT_THAT(refusal("open p =3"), testing::StartsWith("s.scenario:7:8: "));
    EXPECT_THAT(refusal("open p =\"3\""), testing::StartsWith("s.scenario:7:8: "));
    EXPECT_EQ(line("open p \"=3\"").words[1].text, "=3");
}

TEST(Scenario, RefusesWordsThatAreLeftOverAtTheirColumn) {
    const auto l = line("cancel petition-1 now reason=x");
    Words words(l);
    EXPECT_EQ(words.next("a case"), "petition-1");
    EXPECT_EQ(words.option("reason"), "x");
    try {
        words.finish();
        FAIL();
    } catch (const BadLine& bad) {
        EXPECT_EQ(bad.error.text(), "s.scenario:7:19: \"now\" has no meaning here for cancel");
    }
}

TEST(Scenario, RefusesAWordThatIsMissingAtTheEndOfTheLine) {
    const auto l = line("open petition-1");
    Words words(l);
    words.next("a case");
    try {
        words.next("a definition");
        FAIL();
    } catch (const BadLine& bad) {
        EXPECT_EQ(bad.error.text(), "s.scenario:7:16: expected a definition here");
    }
}

}  // namespace
}  // namespace reeve::cli
