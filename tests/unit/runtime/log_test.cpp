// What a line of the log looks like.
#include <gtest/gtest.h>

#include "engine/log.h"

namespace reeve::log {
namespace {

constexpr time::Instant monday{time::Millis{1'772'442'000'123}};

TEST(Log, ALineOfTextNamesTheEventAndItsFields) {
    EXPECT_EQ(
        line(Form::text, monday, Level::warning, "plugin-fault",
             {{"plugin", "mail"}, {"error", "it said \"no\"\nand hung"}, {"restarts", 2}, {"note", ""}}),
        "2026-03-02T09:00:00.123Z warning plugin-fault plugin=mail "
        "error=\"it said \\\"no\\\"\\nand hung\" restarts=2 note=\"\"");
}

TEST(Log, ALineOfJsonIsAnObjectWithTheTimeFirst) {
    const auto text = line(Form::json, monday, Level::info, "started", {{"error", "a\nb"}, {"bad", "\xff"}});
    EXPECT_EQ(text.find('\n'), text.npos);
    const auto json = Json::parse(text);
    EXPECT_TRUE(
        text.starts_with("{\"time\":\"2026-03-02T09:00:00.123Z\",\"level\":\"info\",\"event\":\"started\""));
    EXPECT_EQ(json["error"], "a\nb");
}

}  // namespace
}  // namespace reeve::log
