// reeve calendar due|between|recur|check
#include <fstream>
#include <iostream>
#include <set>

#include "engine/cli/cli.h"
#include "engine/json.h"
#include "engine/spelling.h"
#include "engine/time/time.h"

namespace reeve::cli {

namespace {

using nlohmann::ordered_json;
using time::Instant;

// What one question asks, from options or from a line of --batch; the names are the options'.
struct Question {
    std::string calendar, zone, from, to, in, at;
    std::string until = "automatic", first_day = "excluded", roll = "on";
    std::vector<std::string> pause, exclude;
    bool explain = false;
};

// Calendars by path or zone, each read once.
class Calendars {
  public:
    Result<time::CalendarPtr> find(const Question& q) {
        std::string key = q.calendar.empty() ? "zone:" + q.zone : q.calendar;
        if (auto it = known_.find(key); it != known_.end()) return it->second;
        Result<time::CalendarPtr> read;
        if (!q.calendar.empty()) {
            read = time::load_calendar(q.calendar);
        } else {
            try {
                read = time::elapsed_calendar(q.zone);
            } catch (const std::invalid_argument& e) {
                read = refuse("unknown-zone", e.what(), "--zone");
            }
        }
        return known_.emplace(key, std::move(read)).first->second;
    }

  private:
    std::map<std::string, Result<time::CalendarPtr>> known_;
};

// "T1/T2"; without T2, a stop that has not ended.
Result<time::Span> parse_stop(const std::string& text, const time::Calendar& calendar) {
    auto slash = text.find('/');
    if (slash == std::string::npos) {
        return refuse("bad-time",
                      fmt::format("\"{}\" is no stretch of time; write it FROM/TO, or FROM/ when it lasts",
                                  text.substr(0, 80)));
    }
    auto from = time::parse_instant(text.substr(0, slash), calendar);
    if (!from) return std::unexpected(from.error());
    if (slash + 1 == text.size()) return time::Span{*from, Instant::max()};
    auto to = time::parse_instant(text.substr(slash + 1), calendar);
    if (!to) return std::unexpected(to.error());
    if (*to < *from) return refuse("bad-time", fmt::format("\"{}\" ends before it begins", text));
    return time::Span{*from, *to};
}

Result<std::vector<time::Span>> stops_of(const Question& q, const time::Calendar& calendar) {
    std::vector<time::Span> stops;
    for (const auto* list : {&q.pause, &q.exclude}) {
        for (const std::string& text : *list) {
            auto stop = parse_stop(text, calendar);
            if (!stop) return std::unexpected(stop.error());
            stops.push_back(*stop);
        }
    }
    return stops;
}

// One of the words; what else it may be is said.
Result<std::size_t> word(const std::string& name, const std::string& value,
                         const std::vector<std::string>& words) {
    auto it = std::ranges::find(words, value);
    if (it != words.end()) return static_cast<std::size_t>(it - words.begin());
    return refuse("bad-option", fmt::format("\"{}\" is {}, not \"{}\"{}", name, fmt::join(words, ", "),
                                            value.substr(0, 40), did_you_mean(value, words)));
}

Result<time::DueRule> rule_of(const Question& q) {
    auto until = word("until", q.until, {"automatic", "moment", "close", "day-end"});
    if (!until) return std::unexpected(until.error());
    auto first_day = word("first-day", q.first_day, {"excluded", "counted"});
    if (!first_day) return std::unexpected(first_day.error());
    auto roll = word("roll", q.roll, {"on", "none"});
    if (!roll) return std::unexpected(roll.error());
    return time::DueRule{
        .until = static_cast<time::Until>(*until), .count_first_day = *first_day == 1, .roll = *roll == 0};
}

ordered_json seconds_json(time::Millis t) {
    if (t.count() % 1000 == 0) return t.count() / 1000;
    return static_cast<double>(t.count()) / 1000;
}

// What a command answers: the same facts for people and for programs.
struct Answer {
    ordered_json json;
    std::string text;
    std::vector<std::string> warnings;
};

Result<Answer> answer_due(const Question& q, const time::Calendar& calendar) {
    auto from = time::parse_instant(q.from, calendar);
    if (!from) return std::unexpected(from.error());
    auto in = time::parse_duration(q.in);
    if (!in) return std::unexpected(in.error());
    auto rule = rule_of(q);
    if (!rule) return std::unexpected(rule.error());
    auto stops = stops_of(q, calendar);
    if (!stops) return std::unexpected(stops.error());
    time::Due due = time::due(calendar, *from, *in, *rule, *stops);
    bool never = due.at == Instant::max() || due.at == Instant::min();
    Answer answer;
    std::string at = time::to_string(due.at, calendar);
    answer.json["due"] = never ? ordered_json(nullptr) : ordered_json(at);
    if (q.explain) {
        answer.json["explain"] = ordered_json::array();
        for (const time::DayLine& line : time::explain(calendar, *from, *in, *rule, *stops)) {
            answer.json["explain"].push_back(
                {{"date", line.date}, {"note", line.note}, {"counted_seconds", seconds_json(line.counted)}});
            answer.text += line.date + "  " + line.note + "\n";
        }
    }
    answer.json["warnings"] = due.warnings;
    answer.text += at;
    answer.warnings = std::move(due.warnings);
    return answer;
}

Result<Answer> answer_between(const Question& q, const time::Calendar& calendar) {
    auto from = time::parse_instant(q.from, calendar);
    if (!from) return std::unexpected(from.error());
    auto to = time::parse_instant(q.to, calendar);
    if (!to) return std::unexpected(to.error());
    auto stops = stops_of(q, calendar);
    if (!stops) return std::unexpected(stops.error());
    time::Millis open = time::working_between(calendar, *from, *to, *stops);
    time::Duration duration;
    duration.working = open;
    duration.working_unit = open.count() == 0;
    Answer answer;
    answer.text = time::to_string(duration);
    answer.json = {{"seconds", seconds_json(open)}, {"duration", answer.text}};
    return answer;
}

ordered_json periods_json(const time::Calendar& calendar, Instant at, std::size_t count) {
    ordered_json periods = ordered_json::array();
    // Twice the days at each try: offices that open seldom are found, and those that do often cost little.
    std::vector<time::Span> spans;
    for (int days = 16; spans.size() <= count && days < 40'000; days *= 2) {
        spans = time::open_spans(calendar, at, at + std::chrono::days(days));
    }
    for (std::size_t i = 0; i < std::min(count, spans.size()); ++i) {
        periods.push_back({time::to_string(spans[i].from, calendar), time::to_string(spans[i].to, calendar)});
    }
    return periods;
}

Result<Answer> answer_check(const Question& q, const time::Calendar& calendar, std::size_t periods) {
    auto at = time::parse_instant(q.at, calendar);
    if (!at) return std::unexpected(at.error());
    bool open = time::is_open(calendar, *at);
    Answer answer;
    ordered_json next = periods_json(calendar, *at, std::max<std::size_t>(periods, 1));
    answer.json = {{"open", open}, {"at", time::to_string(*at, calendar)}};
    if (!next.empty()) answer.json[open ? "closes" : "opens"] = next[0][open ? 1 : 0];
    answer.text = open ? "open" : "closed";
    if (periods > 0) {
        answer.json["periods"] = next;
        for (const auto& period : next) {
            answer.text += fmt::format("\n{}/{}", period[0].get<std::string>(), period[1].get<std::string>());
        }
    }
    return answer;
}

// Takes one line of --batch into `q`; refusals say where in the line.
std::optional<Error> take_line(const Document& line, Question& q) {
    std::map<std::string, std::string*> texts{{"calendar", &q.calendar},
                                              {"zone", &q.zone},
                                              {"from", &q.from},
                                              {"to", &q.to},
                                              {"in", &q.in},
                                              {"at", &q.at},
                                              {"until", &q.until},
                                              {"first-day", &q.first_day},
                                              {"roll", &q.roll}};
    std::map<std::string, std::vector<std::string>*> lists{{"pause", &q.pause}, {"exclude", &q.exclude}};
    if (!line.value.is_object())
        return Error{"bad-line", "a line is an object, as in {\"from\": …, \"in\": …}", line.place()};
    for (const auto& [key, value] : line.value.items()) {
        auto at = Document::Pointer() / key;
        if (key == "explain" && value.is_boolean()) {
            q.explain = value.get<bool>();
        } else if (texts.contains(key)) {
            if (!value.is_string())
                return Error{"bad-line", fmt::format("\"{}\" is a text", key), line.place(at)};
            *texts[key] = value.get<std::string>();
        } else if (lists.contains(key)) {
            lists[key]->clear();
            for (const auto& stop : value.is_array() ? value : ordered_json::array({value})) {
                if (!stop.is_string())
                    return Error{"bad-line", fmt::format("\"{}\" is a list of FROM/TO texts", key),
                                 line.place(at)};
                lists[key]->push_back(stop.get<std::string>());
            }
        } else {
            std::vector<std::string> known{"explain", "pause", "exclude"};
            for (const auto& [name, text] : texts) known.push_back(name);
            return Error{"unknown-key",
                         fmt::format("unknown name \"{}\"{}", key.substr(0, 40), did_you_mean(key, known)),
                         line.key_place(at)};
        }
    }
    return std::nullopt;
}

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
        if (!in) return refused(cli_, {"no-file", "there is no such file, or it cannot be read", path});
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
            return refuse("no-calendar", "no calendar is given; add --calendar FILE");
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
    s->q.zone = "Etc/UTC";
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
            return Answer{ordered_json::parse(time::canonical_text(c)), "the calendar is right", {}};
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
