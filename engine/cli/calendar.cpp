// reeve calendar due|between|recur|check
#include <fstream>
#include <iostream>
#include <set>

#include "engine/cli/calendar_answer.h"
#include "engine/cli/cli.h"
#include "engine/json.h"

namespace reeve::cli {

namespace {

using nlohmann::ordered_json;
using time::Instant;

using Ask = std::function<Result<Answer>(const Question&, const time::Calendar&)>;

class Session {
  public:
    Session(const Cli& cli, Ask ask) : cli_(cli), ask_(std::move(ask)) {}

    int one(const Question& q) {
        auto found = answer(q);
        if (!found) return refused(cli_, found.error());
        print(*found, true);
        return 0;
    }

    // A line in, a line out: for one that is refused, an empty line (an object with "error" in JSON).
    int batch(const Question& defaults, const std::string& path) {
        std::ifstream file(path);
        std::istream& in = path == "-" ? std::cin : file;
        if (!in || (path != "-" && !may_be_read(path)))
            return refused(cli_, {"no-file", "there is no such file, or it cannot be read", path});
        int status = 0;
        std::size_t number = 0;
        for (std::string text; std::getline(in, text);) {
            ++number;
            if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
            // The blank lines give the place its line number.
            auto line = parse_json(text, path);
            std::optional<Error> wrong;
            Question q = defaults;
            if (!line)
                wrong = line.error();
            else
                wrong = take_line(*line, q);
            if (wrong) {
                wrong->place.replace(path.size() + 1, 1,
                                     std::to_string(number));  // each line is read as line 1
            } else if (auto found = answer(q)) {
                print(*found, false);
                continue;
            } else {
                wrong = found.error();
                if (wrong->place.empty()) wrong->place = fmt::format("{}:{}", path, number);
            }
            status = 1;
            if (cli_.json) {
                ordered_json error{
                    {"code", wrong->code}, {"message", wrong->message}, {"place", wrong->place}};
                put(ordered_json{{"error", error}}.dump(-1, ' ', false,
                                                        ordered_json::error_handler_t::replace));
            } else {
                put("");
                refused(cli_, *wrong);
            }
        }
        return status;
    }

  private:
    static void put(const std::string& line) { fmt::print("{}\n", line); }

    Result<Answer> answer(const Question& q) {
        if (q.calendar.empty() && q.zone.empty()) {
            return refuse("no-calendar", "no calendar is given; add --calendar FILE, or --zone ZONE");
        }
        auto calendar = calendars_.find(q);
        if (!calendar) return std::unexpected(calendar.error());
        return ask_(q, **calendar);
    }

    void print(const Answer& answer, bool pretty) {
        if (cli_.json) return put(answer.json.dump(pretty ? 2 : -1));
        put(answer.text);
        for (const std::string& warning : answer.warnings) {
            if (warned_.insert(warning).second) fmt::print(stderr, "reeve: warning: {}\n", warning);
        }
    }

    const Cli& cli_;
    Ask ask_;
    Calendars calendars_;
    std::set<std::string> warned_;
};

void add_place(CLI::App* command, Question& q) {
    auto* file = command->add_option("--calendar", q.calendar, "Calendar file (.json)")->type_name("FILE");
    command->add_option("--zone", q.zone, "Instead of a calendar: a time zone whose office never closes")
        ->type_name("ZONE")
        ->excludes(file);
}

void add_stops(CLI::App* command, Question& q) {
    for (auto [name, list, help] :
         {std::tuple{"--pause", &q.pause, "Time for which the clock stood still (repeatable)"},
          std::tuple{"--exclude", &q.exclude, "Time that by law does not count (repeatable)"}}) {
        command->add_option(name, *list, help)->type_name("T1/T2")->allow_extra_args(false);
    }
}

void add_batch(CLI::App* command, std::string& path) {
    command
        ->add_option("--batch", path,
                     "Answer each line of this file of JSON objects with these names; - reads standard input")
        ->type_name("FILE");
}

// An option that is needed unless lines of --batch may hold it.
void need(const std::string& value, const char* name, const std::string& batch) {
    if (value.empty() && batch.empty()) throw CLI::RequiredError(name);
}

struct State {
    Question q;
    std::string batch;
    std::vector<std::string> rules;
    std::size_t count = 10, periods = 0;
};

void add_due(CLI::App& calendar, Cli& cli) {
    auto s = std::make_shared<State>();
    auto* command = calendar.add_subcommand("due", "The instant at which a duration ends");
    add_place(command, s->q);
    command
        ->add_option("--from", s->q.from,
                     "When it starts, e.g. 2026-02-10T09:30 (in the calendar's zone) or with an offset")
        ->type_name("T");
    command
        ->add_option("--in", s->q.in,
                     "How long, e.g. \"15 working days\", \"60 days\", \"-2 working hours\", P1M")
        ->type_name("DURATION");
    command->add_option("--until", s->q.until,
                        "moment, close (closing time of the last day) or day-end (midnight after it)");
    command->add_option("--first-day", s->q.first_day,
                        "excluded or counted: whether the day of the start is day one");
    command->add_option("--roll", s->q.roll,
                        "on or none: whether a last day that is no working day moves on");
    add_stops(command, s->q);
    command->add_flag("--explain", s->q.explain, "Show the count day by day");
    add_batch(command, s->batch);
    cli.run(command, [s, &cli] {
        need(s->q.from, "--from", s->batch);
        need(s->q.in, "--in", s->batch);
        Session session(cli, answer_due);
        return s->batch.empty() ? session.one(s->q) : session.batch(s->q, s->batch);
    });
}

void add_between(CLI::App& calendar, Cli& cli) {
    auto s = std::make_shared<State>();
    auto* command = calendar.add_subcommand("between", "Working time from one instant to another");
    add_place(command, s->q);
    command->add_option("from", s->q.from, "From when")->type_name("T1");
    command->add_option("to", s->q.to, "To when")->type_name("T2");
    add_stops(command, s->q);
    add_batch(command, s->batch);
    cli.run(command, [s, &cli] {
        need(s->q.from, "T1", s->batch);
        need(s->q.to, "T2", s->batch);
        Session session(cli, answer_between);
        return s->batch.empty() ? session.one(s->q) : session.batch(s->q, s->batch);
    });
}

void add_recur(CLI::App& calendar, Cli& cli) {
    auto s = std::make_shared<State>();
    auto* command = calendar.add_subcommand("recur", "The dates of a recurring duty");
    command->add_option("--calendar", s->q.calendar, "Calendar file, whose zone the rule is in")
        ->type_name("FILE");
    command->add_option("--zone", s->q.zone, "Time zone the rule is in, without a calendar")
        ->type_name("ZONE");
    command
        ->add_option(
            "--rule", s->rules,
            "RFC 5545 rule, e.g. \"FREQ=WEEKLY;BYDAY=MO\"; also RDATE:, EXDATE:, EXRULE: (repeatable)")
        ->type_name("RRULE")
        ->required()
        ->allow_extra_args(false);
    command->add_option("--start", s->q.from, "The first time it may happen")->type_name("T")->required();
    command->add_option("--count", s->count, "How many dates to list")->capture_default_str();
    cli.run(command, [s, &cli] {
        Ask ask = [s](const Question& q, const time::Calendar& calendar) -> Result<Answer> {
            auto start = time::parse_instant(q.from, calendar);
            if (!start) return std::unexpected(start.error());
            auto dates =
                time::recur(calendar, fmt::format("{}", fmt::join(s->rules, "\n")), *start, s->count);
            if (!dates) return std::unexpected(dates.error());
            Answer answer;
            answer.json["dates"] = ordered_json::array();
            for (Instant t : *dates) answer.json["dates"].push_back(time::to_string(t, calendar));
            answer.text =
                fmt::format("{}", fmt::join(answer.json["dates"].get<std::vector<std::string>>(), "\n"));
            return answer;
        };
        return Session(cli, ask).one(s->q);
    });
}

void add_check(CLI::App& calendar, Cli& cli) {
    auto s = std::make_shared<State>();
    auto* command = calendar.add_subcommand(
        "check", "Whether the office is open at an instant; without --at, whether the file is right");
    command->add_option("file", s->q.calendar, "Calendar file (.json)")->type_name("FILE")->required();
    command->add_option("--at", s->q.at, "The instant")->type_name("T");
    command->add_option("--periods", s->periods, "Also the next so many stretches of office time")
        ->check(CLI::Range(0, 1000));
    add_batch(command, s->batch);
    cli.run(command, [s, &cli] {
        Ask ask = [s](const Question& q, const time::Calendar& c) -> Result<Answer> {
            if (!q.at.empty()) return answer_check(q, c, s->periods);
            const auto canonical = ordered_json::parse(time::canonical_text(c));
            const auto covers = canonical.value("covers", ordered_json());
            const auto years = covers.is_string() ? covers.get<std::string>() : covers.dump();
            return Answer{
                canonical, "the calendar is right" + (covers.is_null() ? "" : "; it covers " + years), {}};
        };
        Session session(cli, ask);
        return s->batch.empty() ? session.one(s->q) : session.batch(s->q, s->batch);
    });
}

}  // namespace

void add_calendar(CLI::App& app, Cli& cli) {
    auto* calendar =
        app.add_subcommand("calendar", "Count working time: due dates, time between, recurrences");
    calendar->require_subcommand(1);
    add_due(*calendar, cli);
    add_between(*calendar, cli);
    add_recur(*calendar, cli);
    add_check(*calendar, cli);
}

}  // namespace reeve::cli
