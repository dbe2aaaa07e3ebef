// The published working-day tables of China, England and the United States, through imported files.
#include "tests/unit/time/data.h"

namespace reeve::time {

using nlohmann::ordered_json;

const ordered_json office_week = {{"mon", {"09:00-17:00"}},
                                  {"tue", {"09:00-17:00"}},
                                  {"wed", {"09:00-17:00"}},
                                  {"thu", {"09:00-17:00"}},
                                  {"fri", {"09:00-17:00"}}};

CalendarPtr china(const std::string& form) {
    ordered_json import = ordered_json::array();
    for (int year = 2016; year <= 2022; ++year) {
        std::string file = fmt::format("china/{}.{}", year, form);
        if (form == "ics")
            import.push_back({{"file", file}, {"workdays", "补班"}, { "like", "mon" }});
        else
            import.push_back({{ "file", file }});
    }
    return calendar_of({{"id", "cn"}, {"zone", "Asia/Shanghai"}, {"hours", office_week}, {"import", import}},
                       data("calendars"));
}

// Rows start, …, working_days, expected.
void agree(const Calendar& c, const std::string& table, std::size_t rows) {
    auto all = read_csv(table);
    EXPECT_EQ(all.size(), rows);
    for (const auto& row : all) {
        std::string days = row[row.size() - 2], expected = row.back();
        Due found = due(c, instant(row[0], c), duration(days + " working days"));
        EXPECT_EQ(to_string(found.at, c).substr(0, 10), expected) << row[0] << " + " << days;
        if (row.size() == 4) {
            EXPECT_EQ(c.is_working_day(*parse_day(row[0])), row[1] == "1") << row[0];
        }
    }
}

TEST(PublicCalendars, China) {
    DATA_OR_SKIP(data("calendars/china"));
    for (const char* form : {"ics", "json"}) {
        SCOPED_TRACE(form);
        CalendarPtr c = china(form);
        agree(*c, data("calendars/china/working_days_2016_2022.csv"), 148);
        for (const auto& row : read_csv(data("calendars/china/working_days_per_month_2016_2022.csv"))) {
            std::chrono::year_month month = std::chrono::year(std::stoi(row[0])) /
                                            std::chrono::month(static_cast<unsigned>(std::stoi(row[1])));
            auto days = c->rank(Day{(month + std::chrono::months(1)) / 1}) - c->rank(Day{month / 1});
            EXPECT_EQ(days, std::stoi(row[2])) << row[0] << "-" << row[1];
        }
    }
}

TEST(PublicCalendars, TheTwoFormsOfChinaAreOneCalendar) {
    DATA_OR_SKIP(data("calendars/china"));
    CalendarPtr a = china("ics"), b = china("json");
    for (Day day = Day{std::chrono::year{2016} / 1 / 1}; day < Day{std::chrono::year{2023} / 1 / 1};
         day += std::chrono::days(1)) {
        EXPECT_EQ(a->is_working_day(day), b->is_working_day(day)) << to_string(day);
    }
    EXPECT_EQ(a->rules().covers, b->rules().covers);
}

TEST(PublicCalendars, England) {
    DATA_OR_SKIP(data("calendars/uk"));
    for (const char* file : {"uk/england-and-wales.ics", "uk/england-and-wales.json"}) {
        CalendarPtr c =
            calendar_of({{"id", "uk"}, {"zone", "Europe/London"}, {"hours", office_week}, {"import", {file}}},
                        data("calendars"));
        EXPECT_EQ(c->rules().holidays.size(), 57U);
        agree(*c, data("calendars/uk/england-and-wales_working_days.csv"), 118);
    }
}

TEST(PublicCalendars, UnitedStates) {
    DATA_OR_SKIP(data("calendars/us"));
    auto rows = read_csv(data("calendars/us/federal_observed_2015_2020.csv"));
    ordered_json holidays = ordered_json::array();
    for (const auto& row : rows) holidays.push_back({{"date", row[0]}, {"name", row[1]}});
    CalendarPtr c = calendar_of(
        {{"id", "us"}, {"zone", "America/New_York"}, {"hours", office_week}, {"holidays", holidays}});
    for (const auto& row : rows) {
        EXPECT_FALSE(c->is_working_day(*parse_day(row[0])));
        EXPECT_THAT(c->note_of(*parse_day(row[0])), testing::HasSubstr("holiday: "));
    }
}

}  // namespace reeve::time
