// The real `reeve calendar`, driven with --batch over the public vectors.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "tests/unit/time/sla_cases.h"

namespace reeve::cli {

using nlohmann::ordered_json;
using time::data;
using time::read_text;

class CalendarCommand : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  fmt::format("reeve-calendar-{}-{}", getpid(),
                              testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name, std::ios::binary) << text;
        return (folder_ / name).string();
    }

    // The lines that the command prints; its exit code goes to `status`.
    std::vector<std::string> run(const std::string& arguments) {
        std::string command =
            fmt::format("'{}/reeve' calendar {} 2>'{}'", REEVE_BIN, arguments, (folder_ / "err").string());
        std::FILE* pipe = popen(command.c_str(), "r");
        std::string text;
        char buffer[4096];
        for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
        status_ = WEXITSTATUS(pclose(pipe));
        std::vector<std::string> lines;
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);) lines.push_back(line);
        return lines;
    }
    std::string errors() const { return read_text((folder_ / "err").string()); }

    std::filesystem::path folder_;
    int status_ = -1;
};

std::string instant_of(const std::string& text) { return time::to_utc_string(time::instant(text)); }

TEST_F(CalendarCommand, AnswersThePublicDeadlineCases) {
    DATA_OR_SKIP(data("sla/sla_cases.json"));
    auto all = ordered_json::parse(read_text(data("sla/sla_cases.json")));
    for (const auto& [name, theirs] : all["calendars"].items())
        write(name + ".json", time::translate(name, theirs).dump());
    struct Line {
        std::string question, expected, id;
    };
    std::vector<Line> due, between, check;
    for (const auto& test : all["cases"]) {
        if (test["calendar"].is_null()) continue;
        std::string op = test["op"];
        ordered_json q{{"calendar", (folder_ / (test["calendar"].get<std::string>() + ".json")).string()}};
        ordered_json pauses = ordered_json::array();
        for (const auto& p : test.value("pauses", ordered_json::array())) {
            pauses.push_back(p[0].get<std::string>() + "/" + p[1].get<std::string>());
        }
        if (op != "is_working") q["pause"] = pauses;
        q[op == "is_working" ? "at" : "from"] = test["start"];
        std::int64_t n = test.value("amount", 0);
        if (op == "add" || op == "sub") {
            q["in"] = fmt::format("{}{} working seconds", op == "sub" ? "-" : "", n);
        } else if (op == "add_days" || op == "add_days_eod") {
            q["in"] = fmt::format("{} working days", n);
            if (op == "add_days") q["until"] = "moment";
        } else if (op == "between") {
            q["to"] = test["end"];
            between.push_back({q.dump(), test["expected"].dump(), test["id"]});
            continue;
        } else if (op == "is_working") {
            check.push_back({q.dump(), test["expected"].get<bool>() ? "open" : "closed", test["id"]});
            continue;
        } else {
            continue;
        }
        due.push_back({q.dump(), instant_of(test["expected"]), test["id"]});
    }
    EXPECT_EQ(due.size() + between.size() + check.size(), 71U);
    auto batch = [&](const std::vector<Line>& lines, const std::string& arguments) {
        std::string text;
        for (const Line& line : lines) text += line.question + "\n";
        auto answers = run(fmt::format("{} --batch '{}'", arguments, write("batch.jsonl", text)));
        EXPECT_EQ(status_, 0) << errors();
        EXPECT_EQ(answers.size(), lines.size());
        return answers;
    };
    auto answers = batch(due, "due");
    for (std::size_t i = 0; i < answers.size(); ++i)
        EXPECT_EQ(instant_of(answers[i]), due[i].expected) << due[i].id;
    answers = batch(between, "between --json");
    for (std::size_t i = 0; i < answers.size(); ++i) {
        EXPECT_EQ(ordered_json::parse(answers[i])["seconds"].dump(), between[i].expected) << between[i].id;
    }
    answers = batch(check, fmt::format("check '{}'", (folder_ / "biz.json").string()));
    for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], check[i].expected) << check[i].id;
}

TEST_F(CalendarCommand, AnswersThePublicWorkingDayTables) {
    DATA_OR_SKIP(data("calendars"));
    std::string week;
    for (const char* day : {"mon", "tue", "wed", "thu", "fri"}) {
        week += fmt::format("{}\"{}\": [\"09:00-12:00\", \"14:00-18:00\"]", week.empty() ? "" : ", ", day);
    }
    auto file = [&](const std::string& zone, const std::string& imports) {
        return write(
            "office.json",
            fmt::format(
                "{{\"id\": \"office\", \"zone\": \"{}\", // imported\n \"hours\": {{{}}}, \"import\": [{}]}}",
                zone, week, imports));
    };
    auto agree = [&](const std::string& calendar, const std::string& table) {
        std::string lines;
        auto rows = time::read_csv(data(table));
        for (const auto& row : rows) {
            lines += ordered_json{{"from", row[0] + "T11:00"}, {"in", row[row.size() - 2] + " working days"}}
                         .dump() +
                     "\n";
        }
        auto answers =
            run(fmt::format("due --calendar '{}' --batch '{}'", calendar, write("batch.jsonl", lines)));
        ASSERT_EQ(answers.size(), rows.size()) << errors();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            EXPECT_THAT(answers[i], testing::StartsWith(rows[i].back() + "T18:00:00+")) << rows[i][0];
        }
    };
    std::string ics, json;
    for (int year = 2016; year <= 2022; ++year) {
        std::string comma = year == 2016 ? "" : ", ";
        ics += fmt::format("{}{{\"file\": \"{}/{}.ics\", \"workdays\": \"补班\", \"like\": \"mon\"}}", comma,
                           data("calendars/china"), year);
        json += fmt::format("{}{{\"file\": \"{}/{}.json\"}}", comma, data("calendars/china"), year);
    }
    agree(file("Asia/Shanghai", ics), "calendars/china/working_days_2016_2022.csv");
    agree(file("Asia/Shanghai", json), "calendars/china/working_days_2016_2022.csv");
    std::string uk = data("calendars/uk/england-and-wales");
    agree(file("Europe/London", "\"" + uk + ".ics\""), "calendars/uk/england-and-wales_working_days.csv");
    agree(file("Europe/London", "\"" + uk + ".json\""), "calendars/uk/england-and-wales_working_days.csv");
}

TEST_F(CalendarCommand, ListsADutysDates) {
    auto dates =
        run("recur --zone Europe/Berlin --rule 'FREQ=MONTHLY;BYDAY=-1FR' --start 2026-01-01T09:00 --count 4");
    EXPECT_THAT(dates, testing::ElementsAre("2026-01-30T09:00:00+01:00", "2026-02-27T09:00:00+01:00",
                                            "2026-03-27T09:00:00+01:00", "2026-04-24T09:00:00+02:00"));
}

TEST_F(CalendarCommand, KeepsALineForALineAndSaysWhatIsWrong) {
    std::string batch = write(
        "b.jsonl",
        "{\"from\": \"2026-02-04T10:00\", \"in\": \"2 h\"}\n\n{\"from\": \"2026-02-04\", \"inn\": \"2 h\"}\n"
        "{\"from\": \"2026-02-04T10:00Z\", \"in\": \"1 day\"}\n");
    auto lines = run(fmt::format("due --zone Asia/Shanghai --batch '{}'", batch));
    EXPECT_EQ(status_, 1);
    EXPECT_THAT(lines, testing::ElementsAre("2026-02-04T12:00:00+08:00", "", "2026-02-06T00:00:00+08:00"));
    EXPECT_THAT(errors(), testing::HasSubstr("b.jsonl:3:24: unknown name \"inn\"; did you mean \"in\"?"));
}

TEST_F(CalendarCommand, RefusesWithOneAndWrongUseWithTwo) {
    run("due --zone Asia/Shanghai --from 2026-02-04 --in '3 wd'");
    EXPECT_EQ(status_, 1);
    EXPECT_THAT(errors(), testing::HasSubstr("did you mean \"working days\"?"));
    run("due --zone Asia/Shanghai --from 2026-02-04");
    EXPECT_EQ(status_, 2);
    run("due --calendar /nowhere.json --from 2026-02-04 --in '3 days'");
    EXPECT_EQ(status_, 1);
    EXPECT_THAT(errors(), testing::HasSubstr("/nowhere.json: there is no such file"));
}

}  // namespace reeve::cli
