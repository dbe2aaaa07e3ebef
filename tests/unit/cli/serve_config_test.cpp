// The configuration of `reeve serve`: each fault by its line, with what would be right.
#include "engine/cli/serve_config.h"

#include <gmock/gmock.h>

#include <fstream>

#include "engine/store/scratch.h"

namespace reeve::cli {
namespace {

using testing::HasSubstr;

struct Config : testing::Test {
    store::ScratchFolder scratch;
    Result<ServeConfig> read(const std::string& text) const {
        const auto file = scratch.path() / "reeve.json";
        std::ofstream(file) << text;
        return read_config(file.string(), scratch.path());
    }
};

TEST_F(Config, IsRefusedByLineWithWhatWouldBeRight) {
    const struct {
        const char *text, *place, *says;
    } faulty[] = {
        {R"({"listen": "nowhere:80"})", ":1:12", "127.0.0.1:8080"},
        {R"({"listen": "127.0.0.1"})", ":1:12", "127.0.0.1:8080"},
        {R"({"listen": "127.0.0.1:80:90"})", ":1:12", "127.0.0.1:8080"},
        {R"({"listen": "127.0.0.1:99999"})", ":1:12", "127.0.0.1:8080"},
        {R"({"listen": "[127.0.0.1"})", ":1:12", "[::1]:8080"},
        {R"({"keep_reads": "48 hours"})", ":1:16", "90 days"},
        {R"({"keep_reads": "0 days"})", ":1:16", "90 days"},
        {R"({"tls": {}})", ":1:9", "certificate"},
        {R"({"upload_mib": 513})", ":1:16", "512"},
        {R"({"heartbeat": {}})", ":1:15", "url"},
        {R"({"heartbeat": {"url": "https://"}})", ":1:23", "https://watch.example"},
        {R"({"alerts": {"link": "cases/{case}"}})", ":1:21", "https://"},
        {R"({"alerts": {"link": "https://{case}"}})", ":1:21", "https://"},
        {R"({"alerts": {"link": "https://x /{case}"}})", ":1:21", "https://"},
        {R"({"alerts": {"first_retry": "2 min", "longest_retry": "1 min"}})", ":1:28", "longest_retry"},
        {R"({"alerts": {"first_retry": "2 hours"}})", ":1:28", "1 hour"},
        {R"({"alerts": {"longest_retry": "30 s"}})", ":1:30", "longest_retry"},
        {R"({"exporters": [{"name": "out", "plugin": "./o.so", "first_retry": "1 hour"}]})", ":1:67",
         "longest_retry"}};
    for (const auto& one : faulty) {
        const auto config = read(one.text);
        ASSERT_FALSE(config) << one.text;
        EXPECT_THAT(config.error().place, HasSubstr(std::string("reeve.json") + one.place)) << one.text;
        EXPECT_THAT(config.error().message, HasSubstr(one.says)) << one.text;
    }
}

TEST_F(Config, IsTakenAsItIsDocumented) {
    for (const char* text :
         {R"({})", R"({"listen": ":8080"})", R"({"listen": "[::1]:0"})", R"({"listen": "10.0.0.7:443"})",
          R"({"keep_reads": "90 days"})", R"({"keep_reads": "6 months"})",
          R"({"heartbeat": {"url": "http://127.0.0.1:9/x"}})",
          R"({"alerts": {"link": "https://reeve.ward.example/cases/{case}?from=mail"}})",
          R"({"alerts": {"first_retry": "1 hour"}})", R"({"alerts": {"longest_retry": "1 min"}})"}) {
        const auto config = read(text);
        EXPECT_TRUE(config) << text << ": " << (config ? "" : config.error().text());
    }
    EXPECT_EQ(listen_at(":80")->address, "0.0.0.0");
    EXPECT_EQ(listen_at("[::1]:80")->address, "::1");
}

}  // namespace
}  // namespace reeve::cli
