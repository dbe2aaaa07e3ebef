#include <filesystem>
#include <fstream>

#include "fixture.h"

namespace reeve::org {

namespace {

class OrganisationFile : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
        path_ = std::filesystem::temp_directory_path() /
                ("reeve-org-" + name + std::to_string(getpid()) + ".json");
    }
    void TearDown() override { std::filesystem::remove(path_); }

    auto load_text(std::string_view text, const Directory& now = {}) {
        std::ofstream(path_) << text;
        return load(path_.string(), now);
    }

    // Each fault as "line:column code".
    std::vector<std::string> faults(std::string_view text) {
        auto loaded = load_text(text);
        std::vector<std::string> found;
        if (loaded) return found;
        for (const Error& e : loaded.error()) {
            EXPECT_TRUE(e.place.starts_with(path_.string() + ":")) << e.place;
            found.push_back(e.place.substr(path_.string().size() + 1) + " " + e.code);
        }
        return found;
    }

    std::filesystem::path path_;
};

constexpr const char* sound = R"({ // a county in small
  "zone": "Asia/Shanghai",
  "units": [
    {"id": "east", "title": {"en": "East", "zh": "东乡"}, "parent": "county", "level": "township"},
    {"id": "county", "title": {"en": "County", "zh": "县"}, "level": "county"}
  ],
  "posts": [ {"unit": "east", "role": "head", "authorised": 2, "holders": ["gao"]} ],
  "people": [ {"id": "gao", "name": "Gao", "language": "en", "reach": {"mail": "gao@example.org"}},
              {"id": "hou", "name": "Hou"} ],
  "absences": [ {"person": "gao", "from": "2026-03-02", "to": "2026-03-05T14:00", "substitute": "hou", "reason": "course"} ]
})";

Directory played(const std::vector<Event>& events) {
    Directory d;
    for (const Event& e : events) put(d, e);
    return d;
}

}  // namespace

TEST_F(OrganisationFile, BecomesEventsThatEachFit) {
    auto events = load_text(sound);
    ASSERT_TRUE(events) << events.error().front().text();
    Directory d = played(*events);
    EXPECT_EQ(d.unit("east")->title_zh, "东乡");
    EXPECT_EQ(d.posts("east").front()->authorised, 2);
    EXPECT_EQ(d.person("gao")->reach.at("mail"), "gao@example.org");
    ASSERT_EQ(d.absences().size(), 1u);
    EXPECT_EQ(time::to_utc_string(d.absences()[0].span.from), "2026-03-01T16:00:00Z");
    EXPECT_EQ(time::to_utc_string(d.absences()[0].span.to), "2026-03-05T06:00:00Z");
}

TEST_F(OrganisationFile, ChangesNothingWhenReadAgain) {
    auto events = load_text(sound);
    ASSERT_TRUE(events);
    EXPECT_THAT(*load_text(sound, played(*events)), testing::IsEmpty());
}

TEST_F(OrganisationFile, LeadsFromAnyDirectoryToItself) {
    auto events = load_text(sound, small_county());
    ASSERT_TRUE(events) << events.error().front().text();
    Directory d = small_county();
    for (const Event& e : *events) put(d, e);
    EXPECT_EQ(d.units().size(), 2u);
    EXPECT_EQ(d.posts().size(), 1u);
    EXPECT_FALSE(d.person("fang")->active);
    EXPECT_TRUE(d.person("hou")->active);
}

TEST_F(OrganisationFile, TellsEveryFaultAtItsPlace) {
    EXPECT_THAT(
        faults(R"({ "units": [
  {"id": "county", "title": {"zh": "County"}, "level": "county", "leader": "gao"},
  {"title": 123456, "parent": "county", "level": 3} ],
  "people": {"gao": "Gao"},
  "posts": [ {"unit": "county", "role": "head", "authorised": -1, "holders": "gao"} ] })"),
        testing::ElementsAre("2:29 missing-field", "2:66 unknown-field", "3:3 missing-field", "3:13 bad-type",
                             "3:50 bad-type", "4:13 bad-type", "5:63 bad-type", "5:78 bad-type"));
}

TEST_F(OrganisationFile, TellsWhatDoesNotFitTogether) {
    EXPECT_THAT(
        faults(R"({ "zone": "Asia/Shanghai", "units": [
  {"id": "county", "title": {"en": "C", "zh": "县"}, "level": "county"},
  {"id": "a", "title": {"en": "A", "zh": "甲"}, "level": "township", "parent": "b"},
  {"id": "b", "title": {"en": "B", "zh": "乙"}, "level": "township", "parent": "a"},
  {"id": "c", "title": {"en": "C", "zh": "丙"}, "level": "township", "parent": "countty"},
  {"id": "county", "title": {"en": "C", "zh": "县"}, "level": "county"} ],
  "people": [ {"id": "gao", "name": "Gao"}, {"id": "gao", "name": "Gao"} ],
  "posts": [ {"unit": "county", "role": "head", "holders": ["goa"]} ],
  "absences": [ {"person": "gao", "from": "2026-03-05", "to": "2026-03-05"} ] })"),
        testing::ElementsAre("3:79 unit-cycle", "4:79 unit-cycle", "5:79 unknown-unit", "6:10 duplicate-id",
                             "7:52 duplicate-id", "8:61 unknown-person", "9:63 empty-absence"));
    auto loaded = load(path_.string());
    EXPECT_THAT(loaded.error()[2].message, testing::HasSubstr(R"(did you mean "county"?)"));
    EXPECT_THAT(loaded.error()[5].message, testing::HasSubstr(R"(did you mean "gao"?)"));
}

TEST_F(OrganisationFile, TellsOfAMisspeltParentOnce) {
    EXPECT_THAT(faults(R"({ "units": [
  {"id": "county", "title": {"en": "C", "zh": "县"}, "level": "county"},
  {"id": "town", "title": {"en": "T", "zh": "乡"}, "level": "township", "parent": "countty"},
  {"id": "village", "title": {"en": "V", "zh": "村"}, "level": "village", "parent": "town"} ],
  "people": [ {"id": "gao", "name": "Gao"} ],
  "posts": [ {"unit": "town", "role": "head", "holders": ["gao"]},
             {"unit": "village", "role": "head", "holders": ["gao"]} ] })"),
                testing::ElementsAre("3:82 unknown-unit"));
}

TEST_F(OrganisationFile, RefusesTimesThatSayNoZone) {
    EXPECT_THAT(faults(R"({"people": [{"id": "gao", "name": "Gao"}],
"absences": [{"person": "gao", "from": "2026-03-05", "to": "2026-03-06T00:00+08:00"}]})"),
                testing::ElementsAre("2:40 bad-time"));
    EXPECT_THAT(faults(R"({"zone": "Asia/Shanghigh"})"), testing::ElementsAre("1:10 unknown-zone"));
    EXPECT_THAT(faults(R"({"zone": "London"})"), testing::ElementsAre("1:10 unknown-zone"));
    EXPECT_THAT(load(path_.string()).error()[0].message,
                testing::HasSubstr(R"(did you mean "Europe/London"?)"));
    EXPECT_THAT(faults("{"), testing::ElementsAre(testing::HasSubstr("bad-json")));
}

TEST(OrgEvent, IsReadBackAsItWasWritten) {
    std::vector<Event> events{
        UnitSet{{"east", "East", "东乡", "county", "township", "rural"}},
        UnitRemoved{"east"},
        PostSet{{"east", "head", 3, {"gao", "hou"}}},
        PersonSet{{"gao", "Gao", "en", {{"mail", "gao@example.org"}}, false}},
        PersonLeft{"gao"},
        AbsenceRecorded{{"gao", {at_hour(1), time::Instant::max()}, "hou", "leave"}},
        AbsenceRecorded{{"gao", {at_hour(1), at_hour(2)}, "", ""}},
        AbsenceEnded{"gao", at_hour(3)},
    };
    for (const Event& event : events) {
        auto json = to_json(event);
        auto back = event_from_json(json);
        ASSERT_TRUE(back) << json.dump() << " " << back.error().text();
        EXPECT_EQ(to_json(*back), json);
        EXPECT_EQ(back->index(), event.index());
        Directory a = small_county(), b = small_county();
        a.apply(event);
        b.apply(*back);
        EXPECT_EQ(a, b) << json.dump();
    }
}

TEST(OrgEvent, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(event_from_json({{"event", "UnitPainted"}}).error().code, "unknown-event");
    EXPECT_EQ(event_from_json({{"event", "UnitRemoved"}}).error().code, "missing-field");
    EXPECT_EQ(event_from_json({{"event", "UnitRemoved"}, {"unit", "a"}, {"why", "b"}}).error().place, "/why");
}

}  // namespace reeve::org
