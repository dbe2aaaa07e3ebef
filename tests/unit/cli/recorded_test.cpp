#include "engine/cli/recorded.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "engine/cli/replay.h"

namespace reeve::cli {
namespace {

class Recorded : public testing::Test {
  protected:
    Recorded() {
        folder_ = std::filesystem::temp_directory_path() /
                  ("reeve-recorded-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
        std::filesystem::create_directories(folder_);
    }
    ~Recorded() override { std::filesystem::remove_all(folder_); }
    std::string file(const std::string& name, const std::string& text) {
        const auto path = (folder_ / name).string();
        std::ofstream(path) << text;
        return path;
    }
    std::filesystem::path folder_;
};

TEST_F(Recorded, MilestonesComeInTheOrderOfTimeAndTiesInTheOrderOfTheFile) {
    PlayMap map;
    const auto path = file("e.csv",
                           "note,timestamp,case,activity\n"
                           "\"a, \"\"b\"\"\nc\",2026-03-02T10:00:00Z,2,Opened\n"
                           ",2026-03-02T09:00:00.250Z,1,Created\r\n"
                           ",2026-03-02T18:00:00+08:00,1,Opened\n\n");
    auto read = read_milestones(path, map);
    ASSERT_TRUE(read) << read.error().text();
    ASSERT_EQ(read->size(), 3u);
    EXPECT_EQ((*read)[0].case_id, "1");
    EXPECT_EQ(time::to_utc_string((*read)[0].at), "2026-03-02T09:00:00.250Z");
    EXPECT_EQ((*read)[1].case_id, "2");
    EXPECT_EQ((*read)[1].row, 2u);
    EXPECT_EQ((*read)[2].row, 5u);
}

TEST_F(Recorded, AGzipIsReadLikeThePlainFile) {
    const auto path = (folder_ / "e.csv.gz").string();
    auto* out = gzopen(path.c_str(), "wb");
    gzputs(out, "case,activity,timestamp\n1,Created,2026-03-02T10:00:00Z\n");
    gzclose(out);
    auto read = read_milestones(path, {});
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->size(), 1u);
}

TEST_F(Recorded, AFaultInTheRecordIsToldWithItsLine) {
    EXPECT_THAT(read_milestones(file("a.csv", "case,activity\n"), {}).error().message,
                testing::HasSubstr("there is no column \"timestamp\""));
    EXPECT_THAT(
        read_milestones(file("b.csv", "case,activity,timestamp\n1,Created,yesterday\n"), {}).error().place,
        testing::EndsWith("b.csv:2"));
    EXPECT_THAT(read_milestones(file("c.csv", "case,activity,timestamp\n1,Created\n"), {}).error().message,
                testing::HasSubstr("expected 3 fields"));
}

TEST_F(Recorded, AMapSaysWhatEveryActivityDoesAndFaultsHaveTheirPlace) {
    auto good =
        load_map(file("m.json", R"({"columns": {"case": "id"}, "until": "2026-03-02T10:00:00Z", // the end
        "activities": {"Created": "start", "Done": [{"act": "finish", "document": "paper"}, {"message": "done"}]}})"));
    ASSERT_TRUE(good) << good.error().front().text();
    EXPECT_EQ(good->case_column, "id");
    ASSERT_EQ(good->activities.at("Done").size(), 2u);
    EXPECT_EQ(good->activities.at("Done")[0].documents.front(), "paper");

    auto bad = load_map(file("n.json",
                             "{\"activities\": {\n  \"Created\": {\"act\": \"a\", \"message\": \"b\"},\n  "
                             "\"Done\": 3}, \"who\": 1}"));
    ASSERT_FALSE(bad);
    ASSERT_EQ(bad.error().size(), 3u);
    EXPECT_THAT(bad.error()[0].text(), testing::HasSubstr("n.json:2:14: an activity does exactly one thing"));
    EXPECT_THAT(bad.error()[1].place, testing::EndsWith("n.json:3:11"));
    EXPECT_THAT(bad.error()[2].message, testing::HasSubstr("there is no \"who\" here"));
}

}  // namespace
}  // namespace reeve::cli
