#include "engine/shared_list.h"

#include <gmock/gmock.h>

namespace reeve {
namespace {

using ::testing::ElementsAre;

TEST(SharedList, ACopySharesWhatWasNotEditedSince) {
    SharedList<std::string> list;
    for (const char* word : {"one", "two", "three"}) list.push_back(word);
    auto copy = list;
    copy.edit_where([](const std::string& word) { return word == "two"; },
                    [](std::string& word) { word = "zwei"; });
    EXPECT_THAT(list, ElementsAre("one", "two", "three"));
    EXPECT_THAT(copy, ElementsAre("one", "zwei", "three"));
    EXPECT_TRUE(copy.shares(0, list));
    EXPECT_FALSE(copy.shares(1, list));
    copy.push_back("four");
    EXPECT_FALSE(copy.shares(3, list));
    EXPECT_EQ(list.size(), 3u);
}

TEST(SharedList, IsEqualByWhatItHolds) {
    SharedList<std::string> a, b;
    a.push_back("one");
    b.push_back("one");
    EXPECT_FALSE(a.shares(0, b));
    EXPECT_EQ(a, b);
    b.edit(0, [](std::string& word) { word += "!"; });
    EXPECT_FALSE(a == b);
    b.push_back("two");
    EXPECT_FALSE(a == b);
}

TEST(SharedList, IsPrintedAsAList) {
    SharedList<std::string> list;
    list.push_back("one");
    list.push_back("two");
    std::string printed;
    describe::print(printed, list);
    EXPECT_EQ(printed, R"(["one","two"])");
    EXPECT_EQ(describe::write(list, Times::text).dump(), R"(["one","two"])");
}

}  // namespace
}  // namespace reeve
