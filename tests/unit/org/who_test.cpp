#include "engine/org/who.h"

namespace reeve::org {

TEST(Who, ReadsEveryFormAndWritesItBack) {
    for (const char* text :
         {"owner", "petitioner", "person:li-na", "head", "head@parent", "supervisor@level:county",
          "registrar@data.owner_unit", "duty_officer@unit:qingshan-police"}) {
        auto who = parse_who(text);
        ASSERT_TRUE(who) << text << ": " << who.error().text();
        EXPECT_EQ(to_string(*who), text);
    }
}

TEST(Who, TakesTheCaseUnitWhenNoPlaceIsGiven) {
    EXPECT_EQ(parse_who("head@case"), parse_who("head"));
    EXPECT_EQ(parse_who("head")->where.kind, Where::Kind::case_unit);
}

TEST(Who, RefusesWhatNamesNobody) {
    for (const char* text :
         {"", "Head of office", "head@", "@parent", "head@here", "person:", "person:li na", "owner@parent",
          "head@level:", "head@data.", "head@data.a..b", "head@unit:", "7"}) {
        auto who = parse_who(text);
        ASSERT_FALSE(who) << text;
        EXPECT_EQ(who.error().code, "bad-who") << text;
    }
}

TEST(Where, SuggestsTheNearestForm) {
    auto where = parse_where("parrent");
    ASSERT_FALSE(where);
    EXPECT_EQ(where.error().code, "bad-where");
    EXPECT_THAT(where.error().message, testing::HasSubstr(R"(did you mean "parent"?)"));
}

}  // namespace reeve::org
