// Calendar files: each fault is refused at its place with what would be right; imports; what is pinned.
#include <unistd.h>
#include <zlib.h>

#include "tests/unit/time/data.h"

namespace reeve::time {

// "LINE:COL: message" of the refusal of a calendar, whose common first lines are given.
std::string refusal(const std::string& rest, const std::string& hours = R"("mon": ["09:00-17:00"])") {
    std::string text =
        "{ \"id\": \"x\", \"zone\": \"Asia/Shanghai\",\n  \"hours\": {" + hours + "}" + rest + "}";
    auto calendar = parse_calendar(text, "c", ".");
    return calendar ? "accepted" : calendar.error().text();
}

TEST(CalendarFile, RefusesEachFaultAtItsPlace) {
    using testing::AllOf, testing::HasSubstr, testing::StartsWith;
    auto says = [](const char* place, const char* sentence) {
        return AllOf(StartsWith(place), HasSubstr(sentence));
    };
    EXPECT_THAT(refusal(",\n  \"holydays\": []"), says("c:3:3: ", "did you mean \"holidays\"?"));
    EXPECT_THAT(refusal("", R"("mon": "09:00-17:00")"), says("c:2:20: ", "a list of intervals"));
    EXPECT_THAT(refusal("", R"("mon": ["9-17"])"), says("c:2:21: ", "write it like \"09:00-12:00\""));
    EXPECT_THAT(refusal("", R"("mon": ["09:00-09:00"])"), says("c:2:21: ", "no interval"));
    EXPECT_THAT(refusal("", R"("mon": ["09:00-24:30"])"), says("c:2:21: ", "no interval"));
    EXPECT_THAT(refusal("", R"("mon": ["24:00-09:00"])"), says("c:2:21: ", "no interval"));
    EXPECT_THAT(refusal("", R"("mon": ["09:00-12:00", "11:00-14:00"])"),
                says("c:2:36: ", "before 09:00-12:00 has ended"));
    EXPECT_THAT(refusal("", R"("monday": ["09:00-12:00"])"), says("c:2:13: ", "unknown key \"monday\""));
    EXPECT_THAT(refusal("", R"("mon": [])"), says("c:2:12: ", "never opens"));
    EXPECT_THAT(refusal(", \"holidays\": [{\"date\": \"2026-02-30\"}]"), says("c:2:60: ", "no date"));
    EXPECT_THAT(refusal(", \"holidays\": [{\"yearly\": \"13-01\"}]"), says("c:2:", "12-25"));
    EXPECT_THAT(refusal(", \"holidays\": [{\"name\": \"x\"}]"),
                says("c:2:", "either a \"date\" or a \"yearly\""));
    EXPECT_THAT(refusal(", \"holidays\": {}"), says("c:2:", "is a list"));
    EXPECT_THAT(refusal(", \"days\": [{\"date\": \"2026-01-04\"}]"),
                says("c:2:", "either \"like\" or \"hours\""));
    EXPECT_THAT(refusal(", \"days\": [{\"date\": \"2026-01-04\", \"like\": \"mno\"}]"),
                says("c:2:", "did you mean \"mon\"?"));
    EXPECT_THAT(refusal(", \"days\": [{\"date\": \"2026-01-04\", \"like\": \"mon\"},\n {\"date\": "
                        "\"2026-01-04\", \"hours\": []}]"),
                says("c:3:11: ", "given twice"));
    EXPECT_THAT(refusal(", \"covers\": \"2026\""), says("c:2:", "first and last date"));
    EXPECT_THAT(refusal(", \"covers\": \"2026-12-31/2026-01-01\""), says("c:2:", "first and last date"));
    EXPECT_THAT(refusal(", \"import\": [\"nowhere.ics\"]"), says("c:2:", "no such file"));
    EXPECT_THAT(refusal(", \"import\": [\"days.txt\"]"), says("c:2:", "only .ics and .json"));
    EXPECT_THAT(refusal(", \"import\": [{\"file\": \"a.ics\", \"workdays\": \"\"}]"),
                says("c:2:", "\"workdays\" is a text"));
    EXPECT_THAT(refusal(", \"id\": 3"), says("c:2:", "given twice"));
    auto whole = [](const char* text) { return parse_calendar(text, "c", ".").error().text(); };
    EXPECT_THAT(whole("[]"), says("c:1:1: ", "a calendar is an object"));
    EXPECT_THAT(whole("{}"), says("c:1:1: ", "no \"id\""));
    EXPECT_THAT(whole("{\"id\": \"x\", \"zone\": \"Asia/Shangai\"}"),
                says("c:1:21: ", "did you mean \"Asia/Shanghai\"?"));
    EXPECT_THAT(whole("{\"id\": \"x\", \"zone\": \"Etc/UTC\"}"), says("c:1:1: ", "no \"hours\""));
}

class ImportTest : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  fmt::format("reeve-import-{}-{}", getpid(),
                              testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name, std::ios::binary) << text;
    }
    Result<CalendarPtr> read(const std::string& imports, const std::string& rest = "") const {
        return parse_calendar(
            "{\"id\": \"x\", \"zone\": \"Etc/UTC\", \"hours\": {\"mon\": [\"09:00-17:00\"], \"wed\": "
            "[\"09:00-12:00\"]}, "
            "\"import\": [" +
                imports + "]" + rest + "}",
            "c", folder_.string());
    }
    std::filesystem::path folder_;
};

const char* const ics =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
    "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260504\r\nDTEND;VALUE=DATE:20260506\r\nSUMMARY:Spring "
    "feast\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260510\r\nSUMMARY:Spring feast 补班\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:3\r\nDTSTART;VALUE=DATE:20201224\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Eve\r\nEND:"
    "VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:4\r\nDTSTART:20260511T100000Z\r\nDTEND:20260511T110000Z\r\nSUMMARY:A meeting is no "
    "day off\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:5\r\nDTSTART;VALUE=DATE:20260518\r\nSTATUS:CANCELLED\r\nSUMMARY:Not after "
    "all\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n";

Day day(const char* text) { return *parse_day(text); }

TEST_F(ImportTest, TakesDaysOffAndWorkedDaysFromICalendar) {
    write("a.ics", ics);
    auto c = read(R"({"file": "a.ics", "workdays": "补班", "like": "wed"})");
    ASSERT_TRUE(c) << c.error().text();
    EXPECT_FALSE((*c)->is_working_day(day("2026-05-04")));
    EXPECT_EQ((*c)->note_of(day("2026-05-05")), "holiday: Spring feast") << "the end date is not included";
    EXPECT_EQ((*c)->note_of(day("2026-05-06")), "");
    EXPECT_EQ(to_string((*c)->hours_of(day("2026-05-10")).at(0)), "09:00-12:00")
        << "a Sunday worked like a Wednesday";
    EXPECT_FALSE((*c)->is_working_day(day("2029-12-24"))) << "it recurs";
    EXPECT_TRUE((*c)->is_working_day(day("2026-05-11")));
    EXPECT_TRUE((*c)->is_working_day(day("2026-05-18")));
}

TEST_F(ImportTest, TheFilesOwnEntriesBeatImportedOnes) {
    write(
        "a.json",
        R"({"days": [{"date": "2026-05-04", "name": "off", "isOffDay": true}, {"date": "2026-05-10", "isOffDay": false},
                                 {"date": "2026-05-17", "isOffDay": false}]})");
    auto c =
        read(R"("a.json")",
             R"(, "days": [{"date": "2026-05-04", "like": "mon"}], "holidays": [{"date": "2026-05-10"}])");
    ASSERT_TRUE(c) << c.error().text();
    EXPECT_TRUE((*c)->is_working_day(day("2026-05-04")));
    EXPECT_FALSE((*c)->is_working_day(day("2026-05-10")));
    EXPECT_TRUE((*c)->is_working_day(day("2026-05-17"))) << "like Monday when nothing else is said";
    EXPECT_EQ((*c)->rules().covers, (std::pair{day("2026-01-01"), day("2026-12-31")}))
        << "the years of the data";
}

TEST_F(ImportTest, WhatIsPinnedStandsAlone) {
    write("a.ics", ics);
    auto c = read(R"({"file": "a.ics", "workdays": "补班"})",
                  R"(, "holidays": [{"yearly": "02-29", "name": "leap"}])");
    ASSERT_TRUE(c);
    std::filesystem::remove(folder_ / "a.ics");
    auto back = parse_calendar(canonical_text(**c), "pinned", "/nowhere");
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(**back, **c);
    EXPECT_EQ(canonical_text(**back), canonical_text(**c));
}

TEST_F(ImportTest, RefusesWhatIsNoListOfDaysOff) {
    for (const char* text : {"", "hello", "{", "{\"days\": 3}", "{\"days\": [{\"date\": \"soon\"}]}",
                             "{\"days\": [{\"date\": \"2026-01-01\", \"isOffDay\": 1}]}"}) {
        write("a.json", text);
        write("a.ics", text);
        EXPECT_FALSE(read("\"a.json\"")) << text;
        EXPECT_FALSE(read("\"a.ics\"")) << text;
    }
    EXPECT_FALSE(read("\".json\""));
}

// A hundred bytes that would be worked on for minutes, or for hours: a day off in every second of 300 years,
// a year off from every day on, and rules that search long and find nothing.
TEST_F(ImportTest, RefusesRulesOfDatesWithoutEnd) {
    const auto event = [](const std::string& end, const std::string& rule) {
        return "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:19000101\r\nDTEND;VALUE=DATE:" + end +
               "\r\nRRULE:" + rule + "\r\nEND:VEVENT\r\n";
    };
    std::string nothing, little;
    for (int i = 0; i < 1000; ++i) nothing += event("19000102", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30");
    for (int i = 0; i < 5; ++i) little += event("19000102", "FREQ=SECONDLY;BYHOUR=0;BYMINUTE=59;BYSECOND=59");
    for (const auto& events : {event("19000102", "FREQ=SECONDLY"), event("19010101", "FREQ=DAILY"),
                               std::move(nothing), std::move(little)}) {
        write("a.ics", "BEGIN:VCALENDAR\r\n" + events + "END:VCALENDAR\r\n");
        auto c = read("\"a.ics\"");
        ASSERT_FALSE(c);
        EXPECT_EQ(c.error().code, "too-large");
    }
}

// A real file may hold many rules that give no date, and hundreds that give one a year.
TEST_F(ImportTest, TakesManyRulesThatFindLittleOrNothing) {
    const auto event = [](const std::string& rule) {
        return "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20000101\r\nRRULE:" + rule + "\r\nEND:VEVENT\r\n";
    };
    std::string nothing, yearly;
    for (int i = 0; i < 100; ++i) nothing += event("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30");
    for (int i = 0; i < 400; ++i) yearly += event("FREQ=YEARLY");
    for (const auto& events : {nothing, yearly}) {
        write("a.ics", "BEGIN:VCALENDAR\r\n" + events + "END:VCALENDAR\r\n");
        auto c = read("\"a.ics\"");
        EXPECT_TRUE(c) << c.error().text();
    }
}

// Fuzz findings and odd calendars: whatever they hold, reading ends soon and does not crash.
TEST_F(ImportTest, EndsOnHostileCalendars) {
    DATA_OR_SKIP(data("ics"));
    int judged = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data("ics"))) {
        if (!entry.is_regular_file() || entry.path().extension() == ".md") continue;
        std::string text;
        gzFile in = gzopen(entry.path().c_str(), "rb");  // plain files too
        char buffer[4096];
        for (int n = 0; (n = gzread(in, buffer, sizeof buffer)) > 0;)
            text.append(buffer, static_cast<std::size_t>(n));
        gzclose(in);
        write("a.ics", text);
        auto start = std::chrono::steady_clock::now();
        auto c = read("\"a.ics\"");
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << entry.path();
        EXPECT_TRUE(c || !c.error().message.empty());
        ++judged;
    }
    EXPECT_EQ(judged, 21);
}

// A fuzzer's: on the first day that is counted at all, the next opening lay before the moment asked from.
TEST(CalendarFile, NeverOpensAgainWhereOnlyTheFirstDayOfAllWasOpen) {
    const auto calendar = parse_calendar(
        R"({"id": "n", "zone": "Asia/Shanghai", "hours": {}, "days": [{"date": "1900-01-01", "hours": ["01:30-02:30"]}]})",
        "n.json", "");
    ASSERT_TRUE(calendar);
    EXPECT_EQ(next_open(**calendar, *parse_instant("1900-01-01T00:00:00Z")), Instant::max());
}

}  // namespace reeve::time
