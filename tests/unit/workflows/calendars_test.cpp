// The shipped calendars against the facts: the public tables where there are any, and the notices beyond
// them.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/time/time.h"

namespace reeve {

namespace {

namespace fs = std::filesystem;
using Days = std::chrono::sys_days;

const fs::path data = fs::path(REEVE_DATA) / "calendars";

time::CalendarPtr shipped(const std::string& name) {
    auto calendar = time::load_calendar(std::string(REEVE_SOURCE) + "/workflows/calendars/" + name + ".json");
    EXPECT_TRUE(calendar) << calendar.error().text();
    return calendar ? *calendar : nullptr;
}

std::chrono::year_month_day date_of(const std::string& text) {
    return std::chrono::year(std::stoi(text.substr(0, 4))) / std::stoi(text.substr(5, 2)) /
           std::stoi(text.substr(8, 2));
}

std::string text_of(Days day) {
    std::chrono::year_month_day d(day);
    return fmt::format("{:04}-{:02}-{:02}", int(d.year()), unsigned(d.month()), unsigned(d.day()));
}

// Whether the office opens at ten in the morning, which is within the hours of every shipped calendar.
bool works(const time::Calendar& calendar, const std::string& date) {
    auto ten = time::parse_instant(date + "T10:00", calendar);
    EXPECT_TRUE(ten) << date;
    return time::is_open(calendar, *ten);
}

bool weekend(const std::string& date) {
    std::chrono::weekday day{Days(date_of(date))};
    return day == std::chrono::Saturday || day == std::chrono::Sunday;
}

std::vector<std::string> days_of_year(int year) {
    std::vector<std::string> days;
    for (Days d = std::chrono::year(year) / 1 / 1; d <= Days(std::chrono::year(year) / 12 / 31);
         d += std::chrono::days(1))
        days.push_back(text_of(d));
    return days;
}

int working_days(const time::Calendar& calendar, int year) {
    return static_cast<int>(
        std::ranges::count_if(days_of_year(year), [&](const auto& d) { return works(calendar, d); }));
}

std::vector<std::vector<std::string>> rows(const fs::path& file) {
    std::ifstream in(file);
    std::vector<std::vector<std::string>> found;
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        if (line.ends_with('\r')) line.pop_back();
        std::vector<std::string> cells;
        std::stringstream cut(line);
        for (std::string cell; std::getline(cut, cell, ',');) cells.push_back(cell);
        if (!cells.empty()) found.push_back(cells);
    }
    return found;
}

#define NEEDS(path) \
    if (!fs::exists(path)) GTEST_SKIP() << "skipped: " << (path) << " is not beside the checkout"

}  // namespace

TEST(ShippedCalendars, AgreeWithTheNoticesOfChinaDayByDay) {
    NEEDS(data / "china");
    auto office = shipped("cn-office");
    ASSERT_TRUE(office);
    for (int year : {2020, 2021, 2022}) {
        std::ifstream in(data / "china" / (std::to_string(year) + ".json"));
        auto json = nlohmann::json::parse(in);
        std::map<std::string, bool> off;
        for (const auto& day : json["days"]) off[day["date"]] = day["isOffDay"];
        for (const std::string& date : days_of_year(year)) {
            // 2022-12-31 was made a day off by the notice for 2023.
            bool expected = off.contains(date) ? !off[date] : !weekend(date);
            EXPECT_EQ(works(*office, date), expected) << date;
        }
    }
}

TEST(ShippedCalendars, CountTheWorkingDaysOfChinaAsTheTablesDo) {
    auto file = data / "china" / "working_days_2016_2022.csv";
    NEEDS(file);
    auto office = shipped("cn-office");
    ASSERT_TRUE(office);
    int compared = 0;
    for (const auto& row : rows(file)) {
        if (row[0] < "2020-02" || row[0] > "2022-11" || row[3] < "2020-01-02" || row[3] > "2022-12-30")
            continue;
        auto from = time::parse_instant(row[0] + "T10:00", *office);
        time::Duration in{.working_days = std::stoi(row[2])};
        auto due = time::due(*office, *from, in);
        EXPECT_EQ(time::to_string(due.at, *office).substr(0, 10), row[3]) << row[0] << " " << row[2];
        ++compared;
    }
    EXPECT_GT(compared, 30);
}

// The figures that the notices give for each year: days off that fall on a weekday less the weekend days
// worked.
TEST(ShippedCalendars, KeepTheWorkingDaysThatEachNoticeLeaves) {
    auto office = shipped("cn-office");
    ASSERT_TRUE(office);
    std::map<int, int> expected{{2020, 249}, {2021, 250}, {2022, 249}, {2023, 249},
                                {2024, 251}, {2025, 248}, {2026, 248}};
    for (auto [year, days] : expected) EXPECT_EQ(working_days(*office, year), days) << year;
}

TEST(ShippedCalendars, SwapTheWorkingDaysOf2026) {
    auto office = shipped("cn-office");
    ASSERT_TRUE(office);
    for (const char* date :
         {"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}) {
        EXPECT_TRUE(weekend(date) && works(*office, date)) << date;
    }
    for (const char* date :
         {"2026-02-16", "2026-02-23", "2026-04-06", "2026-05-05", "2026-06-19", "2026-10-07"})
        EXPECT_FALSE(works(*office, date)) << date;
    auto noon = time::parse_instant("2026-03-02T13:00", *office);
    EXPECT_FALSE(time::is_open(*office, *noon)) << "the midday break";
}

TEST(ShippedCalendars, AgreeWithTheBankHolidaysOfEnglandAndWales) {
    auto file = data / "uk" / "england-and-wales.json";
    NEEDS(file);
    auto office = shipped("uk-office");
    ASSERT_TRUE(office);
    std::ifstream in(file);
    auto json = nlohmann::json::parse(in);
    std::set<std::string> holidays = json["dates"];
    // Proclaimed after that list was made.
    holidays.insert({"2022-09-19", "2023-05-08"});
    for (int year : {2020, 2021, 2022, 2023}) {
        for (const std::string& date : days_of_year(year))
            EXPECT_EQ(works(*office, date), !weekend(date) && !holidays.contains(date)) << date;
    }
}

TEST(ShippedCalendars, KeepEightBankHolidaysInAnOrdinaryYear) {
    auto office = shipped("uk-office");
    ASSERT_TRUE(office);
    for (int year : {2020, 2021, 2024, 2025, 2026, 2027}) {
        auto weekdays = std::ranges::count_if(days_of_year(year), [](const auto& d) { return !weekend(d); });
        EXPECT_EQ(weekdays - working_days(*office, year), 8) << year;
    }
}

TEST(ShippedCalendars, AgreeWithTheFederalHolidaysAsObserved) {
    auto file = data / "us" / "federal_observed_2015_2020.csv";
    NEEDS(file);
    auto office = shipped("us-office");
    ASSERT_TRUE(office);
    std::set<std::string> holidays;
    for (const auto& row : rows(file)) holidays.insert(row[0]);
    for (const std::string& date : days_of_year(2020))
        EXPECT_EQ(works(*office, date), !weekend(date) && !holidays.contains(date)) << date;
}

TEST(ShippedCalendars, KeepElevenFederalHolidaysSinceJuneteenth) {
    auto office = shipped("us-office");
    ASSERT_TRUE(office);
    // New Year's Day of 2022 was observed in 2021, that of 2028 in 2027.
    std::map<int, int> expected{{2021, 12}, {2022, 10}, {2023, 11}, {2024, 11},
                                {2025, 11}, {2026, 11}, {2027, 12}};
    for (auto [year, holidays] : expected) {
        auto weekdays = std::ranges::count_if(days_of_year(year), [](const auto& d) { return !weekend(d); });
        EXPECT_EQ(weekdays - working_days(*office, year), holidays) << year;
    }
}

TEST(ShippedCalendars, WarnBeyondTheirYearsInsteadOfGuessing) {
    auto office = shipped("cn-office");
    ASSERT_TRUE(office);
    auto from = time::parse_instant("2026-12-30T10:00", *office);
    EXPECT_TRUE(time::due(*office, *from, {.days = 1}).warnings.empty());
    EXPECT_FALSE(time::due(*office, *from, {.days = 5}).warnings.empty());
}

}  // namespace reeve
