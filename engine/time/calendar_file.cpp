#include "engine/time/calendar_file.h"

#include <filesystem>

#include "engine/spelling.h"

namespace reeve::time {

using namespace std::chrono;
using Json = nlohmann::ordered_json;
using Pointer = Document::Pointer;

namespace {

// Reads one calendar file; the first fault ends it.
class Reader {
  public:
    Reader(const Document& doc, std::string base_dir) : doc_(doc), base_dir_(std::move(base_dir)) {}

    Result<CalendarPtr> read() {
        if (!doc_.value.is_object())
            fail(Pointer(), "a calendar is an object: {\"id\": …, \"zone\": …, \"hours\": {…}}");
        if (ok())
            keys(Pointer(),
                 {"id", "zone", "hours", "holidays", "days", "import", "covers", "$schema", "name", "title"});
        if (ok()) rules_.id = text("id", "cn-office");
        if (ok()) rules_.zone = text("zone", "Asia/Shanghai");
        std::optional<Zone> zone;
        if (ok()) {
            auto found = Zone::find(rules_.zone);
            if (found)
                zone = std::move(*found);
            else
                fail(Pointer("/zone"), found.error().message, found.error().code);
        }
        if (ok()) hours();
        if (ok()) holidays();
        if (ok()) special_days();
        if (ok()) imports();
        if (ok()) covers();
        if (ok() && std::ranges::all_of(rules_.week, &Hours::empty) &&
            std::ranges::all_of(rules_.days, [](const auto& d) { return d.second.hours.empty(); })) {
            fail(Pointer("/hours"),
                 "this office never opens; give at least one weekday its hours, as in \"mon\": "
                 "[\"09:00-17:00\"]");
        }
        if (error_) return std::unexpected(*error_);
        return std::make_shared<const Calendar>(std::move(rules_), std::move(*zone));
    }

  private:
    bool ok() const { return !error_; }

    void fail(const Pointer& at, std::string message, std::string code = "bad-calendar", bool key = false) {
        if (!error_)
            error_ = Error{std::move(code), std::move(message), key ? doc_.key_place(at) : doc_.place(at)};
    }

    const Json* at(const std::string& key) const {
        auto it = doc_.value.find(key);
        return it == doc_.value.end() ? nullptr : &*it;
    }

    void keys(const Pointer& where, const std::vector<std::string>& known) {
        for (const auto& [key, value] : doc_.value[where].items()) {
            if (std::ranges::find(known, key) == known.end()) {
                fail(where / key,
                     fmt::format("unknown key \"{}\"{}; the keys here are {}", key.substr(0, 40),
                                 did_you_mean(key, known), fmt::join(known, ", ")),
                     "unknown-key", true);
                return;
            }
        }
    }

    std::string text(const char* key, const char* example) {
        const Json* value = at(key);
        if (!value) {
            fail(Pointer(),
                 fmt::format("the calendar has no \"{}\"; add one, as in \"{}\": \"{}\"", key, key, example));
        } else if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
            fail(Pointer() / std::string(key), fmt::format("\"{}\" is a text, as in \"{}\"", key, example));
        } else {
            return value->get<std::string>();
        }
        return "";
    }

    void hours() {
        const Json* hours = at("hours");
        if (!hours)
            return fail(
                Pointer(),
                "the calendar has no \"hours\"; add them, as in \"hours\": {\"mon\": [\"09:00-17:00\"]}");
        Pointer where("/hours");
        if (!hours->is_object())
            return fail(where, "\"hours\" is an object of weekdays: {\"mon\": [\"09:00-17:00\"]}");
        keys(where, {weekday_names.begin(), weekday_names.end()});
        for (std::size_t i = 0; i < 7 && ok(); ++i) {
            if (auto it = hours->find(weekday_names[i]); it != hours->end()) {
                rules_.week[i] = intervals(where / weekday_names[i], *it);
            }
        }
    }

    Hours intervals(const Pointer& where, const Json& list) {
        Hours hours;
        if (!list.is_array()) {
            fail(where,
                 "office hours are a list of intervals, as in [\"09:00-12:00\", \"14:00-18:00\"]; [] is "
                 "closed");
            return {};
        }
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (!list[i].is_string()) {
                fail(where / i, "an interval is a text, as in \"09:00-12:00\"");
                return {};
            }
            auto interval = parse_interval(list[i].get_ref<const std::string&>());
            if (!interval) {
                fail(where / i, interval.error().message, interval.error().code);
                return {};
            }
            if (!hours.empty() && interval->from < hours.back().to) {
                fail(where / i,
                     fmt::format(
                         "{} begins before {} has ended; write the intervals in order, apart from each other",
                         to_string(*interval), to_string(hours.back())),
                     "bad-hours");
                return {};
            }
            hours.push_back(*interval);
        }
        return hours;
    }

    // The element's own keys checked; what it holds under `key` as a text, "" when absent.
    std::string member(const Pointer& where, const Json& element, const char* key) {
        auto it = element.find(key);
        if (it == element.end()) return "";
        if (it->is_string()) return it->get<std::string>();
        fail(where / key, fmt::format("\"{}\" is a text", key));
        return "";
    }

    std::optional<Day> date(const Pointer& where, const std::string& text) {
        auto day = parse_day(text);
        if (day && *day >= first_day && *day < last_day) return day;
        fail(where,
             fmt::format("\"{}\" is no date; write it like \"2026-02-17\" (years 1900 to 2199)",
                         text.substr(0, 40)),
             "bad-date");
        return std::nullopt;
    }

    std::optional<month_day> yearly(const Pointer& where, const std::string& text) {
        if (text.size() == 5) {
            if (auto day = parse_day("2000-" + text)) {
                year_month_day date{*day};
                return date.month() / date.day();
            }
        }
        fail(where, fmt::format("\"{}\" is no day of the year; write it like \"12-25\"", text.substr(0, 40)),
             "bad-date");
        return std::nullopt;
    }

    template <class Body>
    void each(const char* key, const char* example, Body body) {
        const Json* list = at(key);
        if (!list) return;
        Pointer where = Pointer() / std::string(key);
        if (!list->is_array()) return fail(where, fmt::format("\"{}\" is a list, as in [{}]", key, example));
        for (std::size_t i = 0; i < list->size() && ok(); ++i) body(where / i, (*list)[i]);
    }

    void holidays() {
        const char* example = "{\"date\": \"2026-01-01\", \"name\": \"…\"}, {\"yearly\": \"12-25\"}";
        each("holidays", example, [&](const Pointer& where, const Json& element) {
            if (element.is_string()) {
                if (auto day = date(where, element)) rules_.holidays.emplace(*day, "");
                return;
            }
            if (!element.is_object()) return fail(where, fmt::format("a holiday is like {}", example));
            keys(where, {"date", "yearly", "name"});
            std::string name = member(where, element, "name");
            if (!ok()) return;
            if (element.contains("date") == element.contains("yearly")) {
                fail(where, fmt::format("a holiday has either a \"date\" or a \"yearly\" day: {}", example));
            } else if (element.contains("date")) {
                if (auto day = date(where / "date", member(where, element, "date")))
                    rules_.holidays.emplace(*day, name);
            } else if (auto day = yearly(where / "yearly", member(where, element, "yearly"))) {
                rules_.yearly.emplace(*day, name);
            }
        });
        dated_ = !rules_.holidays.empty();
    }

    std::optional<Hours> like(const Pointer& where, const std::string& name) {
        auto it = std::ranges::find(weekday_names, name);
        if (it == weekday_names.end()) {
            std::vector<std::string> known(weekday_names.begin(), weekday_names.end());
            fail(where, fmt::format("there is no weekday \"{}\"{}; write mon, tue, wed, thu, fri, sat or sun",
                                    name.substr(0, 40), did_you_mean(name, known)));
            return std::nullopt;
        }
        return rules_.week[static_cast<std::size_t>(it - weekday_names.begin())];
    }

    void special_days() {
        const char* example =
            "{\"date\": \"2026-01-04\", \"like\": \"mon\"} or {\"date\": …, \"hours\": [\"09:00-12:00\"]}";
        each("days", example, [&](const Pointer& where, const Json& element) {
            if (!element.is_object()) return fail(where, fmt::format("a special day is like {}", example));
            keys(where, {"date", "like", "hours", "name"});
            if (!ok()) return;
            std::string name = member(where, element, "name"), text = member(where, element, "date");
            std::string as = member(where, element, "like");
            if (!ok()) return;
            if (!element.contains("date"))
                return fail(where, fmt::format("the day has no \"date\": {}", example));
            auto day = date(where / "date", text);
            if (!day) return;
            if (element.contains("like") == element.contains("hours")) {
                return fail(where,
                            fmt::format("a special day has either \"like\" or \"hours\": {}", example));
            }
            Hours hours;
            if (element.contains("hours"))
                hours = intervals(where / "hours", element["hours"]);
            else if (auto found = like(where / "like", as))
                hours = *found;
            if (ok() && !rules_.days.try_emplace(*day, SpecialDay{std::move(hours), name}).second) {
                fail(where / "date",
                     fmt::format("{} is given twice among \"days\"; give it once", to_string(*day)),
                     "duplicate-date");
            }
        });
    }

    void imports() {
        const char* example =
            "\"holidays.ics\", {\"file\": \"2026.ics\", \"workdays\": \"补班\", \"like\": \"mon\"}";
        std::map<Day, std::string> off;
        std::map<Day, SpecialDay> worked;
        each("import", example, [&](const Pointer& where, const Json& element) {
            std::string file, as;
            std::vector<std::string> marks;
            Pointer file_at = where;
            if (element.is_string()) {
                file = element.get<std::string>();
            } else if (element.is_object()) {
                keys(where, {"file", "workdays", "like"});
                file = member(where, element, "file");
                as = member(where, element, "like");
                file_at = where / "file";
                if (ok()) marks = workdays(where, element);
            }
            if (!ok()) return;
            if (file.empty()) return fail(where, fmt::format("an import names a file: {}", example));
            bool ics = file.ends_with(".ics") || file.ends_with(".ICS");
            if (!ics && !file.ends_with(".json"))
                return fail(file_at, "only .ics and .json files of days off can be imported", "bad-import");
            std::optional<Hours> hours = as.empty() ? usual_hours() : like(where / "like", as);
            if (!hours) return;
            std::string path = (std::filesystem::path(base_dir_) / file).string();
            auto imported = ics ? import_ics(path, marks) : import_json(path);
            if (!imported) {
                const Error& e = imported.error();
                return fail(file_at, fmt::format("\"{}\" cannot be imported: {}", file, e.text()), e.code);
            }
            dated_ = dated_ || !imported->off.empty() || !imported->worked.empty();
            off.merge(imported->off);
            for (auto& [day, name] : imported->worked) worked.try_emplace(day, SpecialDay{*hours, name});
        });
        // The file's own entries beat these, and worked days beat days off.
        for (auto& [day, special] : worked) {
            year_month_day date{day};
            bool own = rules_.holidays.contains(day) || rules_.yearly.contains(date.month() / date.day());
            if (!own) rules_.days.try_emplace(day, std::move(special));
        }
        for (auto& [day, name] : off) {
            if (!rules_.days.contains(day)) rules_.holidays.try_emplace(day, name);
        }
    }

    std::vector<std::string> workdays(const Pointer& where, const Json& element) {
        auto it = element.find("workdays");
        if (it == element.end()) return {};
        std::vector<std::string> marks;
        if (it->is_string()) marks.push_back(it->get<std::string>());
        if (it->is_array()) {
            for (const Json& mark : *it) marks.push_back(mark.is_string() ? mark.get<std::string>() : "");
        }
        if (marks.empty() || std::ranges::find(marks, "") != marks.end()) {
            fail(where / "workdays",
                 "\"workdays\" is a text (or a list of texts) that stands in the summary of worked days, as "
                 "in \"补班\"");
        }
        return marks;
    }

    // The hours of the first weekday on which the office opens, Monday first.
    Hours usual_hours() const {
        for (std::size_t i : {1, 2, 3, 4, 5, 6, 0}) {
            if (!rules_.week[i].empty()) return rules_.week[i];
        }
        return {};
    }

    void covers() {
        if (const Json* covers = at("covers")) {
            Pointer where("/covers");
            std::string text = covers->is_string() ? covers->get<std::string>() : "";
            auto first = parse_day(text.substr(0, 10));
            auto last = text.size() == 21 && text[10] == '/' ? parse_day(text.substr(11)) : std::nullopt;
            if (!first || !last || *first > *last || *first < first_day || *last >= last_day) {
                return fail(
                    where,
                    "\"covers\" is the first and last date of the data, as in \"2020-01-01/2026-12-31\"",
                    "bad-date");
            }
            rules_.covers = std::pair{*first, *last};
            return;
        }
        if (!dated_) return;
        // The years of the dates given: beyond them no one has looked for holidays.
        std::optional<Day> first, last;
        auto see = [&](Day day) {
            first = first ? std::min(*first, day) : day;
            last = last ? std::max(*last, day) : day;
        };
        for (const auto& [day, name] : rules_.holidays) see(day);
        for (const auto& [day, special] : rules_.days) see(day);
        rules_.covers = std::pair{Day{year_month_day{*first}.year() / January / 1},
                                  Day{year_month_day{*last}.year() / December / 31}};
    }

    const Document& doc_;
    std::string base_dir_;
    Rules rules_;
    bool dated_ = false;  // whether the data has holidays of single years
    std::optional<Error> error_;
};

}  // namespace

Result<CalendarPtr> parse_calendar(std::string_view text, const std::string& name,
                                   const std::string& base_dir) {
    auto doc = parse_json(text, name);
    if (!doc) return std::unexpected(doc.error());
    return Reader(*doc, base_dir).read();
}

Result<CalendarPtr> load_calendar(const std::string& path) {
    auto doc = load_json(path);
    if (!doc) return std::unexpected(doc.error());
    return Reader(*doc, std::filesystem::path(path).parent_path().string()).read();
}

}  // namespace reeve::time
