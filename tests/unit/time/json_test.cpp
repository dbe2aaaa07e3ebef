#include "engine/json.h"

#include <zlib.h>

#include <sstream>

#include "engine/spelling.h"

namespace reeve {

std::string place_of_fault(std::string_view text) {
    auto document = parse_json(text, "f");
    return document ? "accepted" : document.error().place;
}

std::string from_base64(const std::string& text) {
    static const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0, held = 0;
    for (char c : text) {
        auto digit = digits.find(c);
        if (digit == std::string::npos) break;
        bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xFFFF;
        if ((held += 6) >= 8) bytes += static_cast<char>(bits >> (held -= 8) & 0xFF);
    }
    return bytes;
}

std::string fault(std::string_view text) {
    auto document = parse_json(text, "f");
    return document ? "accepted" : document.error().message;
}

TEST(Json, KnowsWhereEachValueAndKeyStands) {
    auto d =
        parse_json("{ // stages\n  \"名字\": {\"b\": [1, \"x\\\"y\",\n   {\"c/d\": null}]}\n}\n", "def.json");
    ASSERT_TRUE(d) << d.error().text();
    EXPECT_EQ(d->place(), "def.json:1:1");
    EXPECT_EQ(d->key_place("/名字"), "def.json:2:3");
    EXPECT_EQ(d->place("/名字"), "def.json:2:9");
    EXPECT_EQ(d->place("/名字/b/1"), "def.json:2:19");
    EXPECT_EQ(d->place("/名字/b/2"), "def.json:3:4");
    EXPECT_EQ(d->key_place("/名字/b/2/c~1d"), "def.json:3:5");
    EXPECT_EQ(d->place("/名字/b/2/c~1d"), "def.json:3:12");
    EXPECT_EQ(d->place("/名字/b/7/absent"), "def.json:2:15") << "the nearest value that should hold it";
    EXPECT_EQ(d->value["名字"]["b"][1], "x\"y");
}

TEST(Json, FindsTheValueThatStandsAtAPlace) {
    const auto d = parse_json(
        "\xEF\xBB\xBF{ // stages\n  \"名字\": {\"b\": [1, \"x\\\"y\",\n   {\"c/d\": null}]}, \"e\": 2\n}\n",
        "def.json");
    ASSERT_TRUE(d) << d.error().text();
    for (const char* pointer :
         {"", "/名字", "/名字/b", "/名字/b/0", "/名字/b/1", "/名字/b/2", "/名字/b/2/c~1d", "/e"}) {
        EXPECT_EQ(d->pointer_at(d->place(pointer)).value().to_string(), pointer);
        EXPECT_EQ(d->pointer_at(d->key_place(pointer)).value().to_string(), pointer);
    }
    // Between two it is the one before; elsewhere there is none.
    EXPECT_EQ(d->pointer_at("def.json:3:7").value().to_string(), "/名字/b/2/c~1d");
    for (const char* place :
         {"other.json:1:1", "def.json", "def.json:9:1", "def.json:1:0", "def.json:1:1x", "def.json:a:1"})
        EXPECT_FALSE(d->pointer_at(place)) << place;
}

TEST(Json, KeepsTheOrderOfKeysAndAllowsComments) {
    auto d = parse_json("\xEF\xBB\xBF{/* a, b: */\"z\":1,// {\n\"a\":[[],{}] }", "f");
    ASSERT_TRUE(d) << d.error().text();
    EXPECT_EQ(d->value.dump(), R"({"z":1,"a":[[],{}]})");
    EXPECT_EQ(d->place("/z"), "f:1:17");
    EXPECT_EQ(d->place("/a/1"), "f:2:9");
}

TEST(Json, RefusesAtTheRightPlace) {
    EXPECT_EQ(place_of_fault("{\"a\": 1,\n \"b\": {\"a\": 2, \"a\": 3}}"), "f:2:16");
    EXPECT_EQ(place_of_fault("[1,\n 2, ]"), "f:2:5");
    EXPECT_THAT(fault("[1, ]"), testing::HasSubstr("remove that comma"));
    EXPECT_THAT(fault("{\"a\":1,}"), testing::HasSubstr("remove that comma"));
    EXPECT_THAT(fault("[1,, 2]"), testing::Not(testing::HasSubstr("remove that comma")));
    EXPECT_EQ(place_of_fault("{\"a\": tru }"), "f:1:7");
    EXPECT_EQ(place_of_fault("[1e999]"), "f:1:2");
    EXPECT_EQ(place_of_fault("{\"a\":\n\"\xff\"}"), "f:2:2");
    EXPECT_EQ(place_of_fault("// \xc0\xaf\n{}"), "f:1:4") << "in comments too";
    EXPECT_EQ(place_of_fault(""), "f:1:1");
    EXPECT_EQ(place_of_fault("{\"a\": 1"), "f:1:8");
    EXPECT_EQ(place_of_fault("{} {}"), "f:1:4");
    EXPECT_EQ(place_of_fault("{} /* no end"), "f:1:13");
}

TEST(Json, RefusesNestingWithoutEnd) {
    std::string deep(1'000'000, '[');
    EXPECT_EQ(parse_json(deep, "f").error().code, "too-deep");
    EXPECT_EQ(place_of_fault(deep), "f:1:201");
    std::string fits = std::string(200, '[') + std::string(200, ']');
    EXPECT_EQ(place_of_fault(fits), "accepted");
}

TEST(Json, ReadsManyKeysInLinearTime) {
    std::string text = "{";
    for (int i = 0; i < 200'000; ++i) text += fmt::format("\"k{}\":{},", i, i);
    text.back() = '}';
    auto d = parse_json(text, "f");
    ASSERT_TRUE(d);
    EXPECT_EQ(d->value.size(), 200'000U);
}

// Ours differs where it says so: comments are accepted, a repeated key and a lone surrogate are refused.
TEST(Json, AgreesWithThePublicSuite) {
    std::string path = REEVE_DATA "/json/json_test_suite.jsonl.gz";
    gzFile in = gzopen(path.c_str(), "rb");
    if (!in) GTEST_SKIP() << "no " << path << " beside the checkout";
    std::string lines;
    std::vector<char> buffer(1 << 16);
    for (int n = 0; (n = gzread(in, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0;) {
        lines.append(buffer.data(), static_cast<std::size_t>(n));
    }
    gzclose(in);
    std::istringstream all(lines);
    int judged = 0;
    for (std::string line; std::getline(all, line);) {
        auto test = nlohmann::json::parse(line);
        std::string name = test["name"], expect = test["expect"], text = from_base64(test["base64"]);
        auto d = parse_json(text, name);
        ++judged;
        bool ours = name.contains("duplicated") || name.contains("comment") || text.contains("/*");
        if (expect == "either" || ours) continue;
        EXPECT_EQ(d.has_value(), expect == "accept") << name << (d ? "" : ": " + d.error().text());
    }
    EXPECT_GT(judged, 0) << "the file holds no vectors";
}

// The parser takes a zero for the end of a comment.
TEST(Json, FindsTheFaultBehindAZeroInAComment) {
    using namespace std::string_view_literals;
    EXPECT_EQ(place_of_fault("[1, // a\0U]\n\"x"sv), "f:1:10");
    EXPECT_EQ(place_of_fault("[[ // a\0] ]]\n\"x"sv), "f:1:12");
}

TEST(Spelling, FindsTheSlipOfThePen) {
    std::vector<std::string> known{"registered", "handling", "closed"};
    EXPECT_EQ(nearest("regsitered", known), "registered");
    EXPECT_EQ(nearest("Handling", known), "handling");
    EXPECT_EQ(nearest("archive", known), "");
    EXPECT_EQ(did_you_mean("close", known), "; did you mean \"closed\"?");
}

}  // namespace reeve
