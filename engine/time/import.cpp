// Days off from other people's files: iCalendar by libical, and the common JSON forms.
#include <libical/ical.h>

#include <fstream>

#include "engine/time/calendar_file.h"
#include "engine/time/recurrence.h"

namespace reeve::time {

using namespace std::chrono;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t max_ics_size = std::size_t{4} << 20;
// Dates looked at in one file, those that were there already too: ten times the days of the table. What needs
// more is nonsense, not a calendar, and would keep whoever reads it.
constexpr std::int64_t max_dates = 1'000'000;
// What a rule costs counts as dates too: reading it, and so many days or times that it looks at.
constexpr std::int64_t cost_of_rule = 50, looks_of_date = 50;

std::string text_of(icalcomponent* event, icalproperty_kind kind) {
    icalproperty* property = icalcomponent_get_first_property(event, kind);
    const char* text = property ? icalproperty_get_value_as_string(property) : nullptr;
    return text ? text : "";
}

// Whether a summary says that the day is worked. 补班 and 上班 are two habits of writing the same.
bool worked(const std::string& summary, const std::vector<std::string>& marks) {
    return std::ranges::any_of(marks, [&](const std::string& mark) {
        if (summary.contains(mark)) return true;
        return (mark == "补班" || mark == "上班") && (summary.contains("补班") || summary.contains("上班"));
    });
}

std::optional<Day> day_of(const icaltimetype& t) {
    if (icaltime_is_null_time(t) || t.year < 1900 || t.year > 2199) return std::nullopt;
    year_month_day date{year{t.year}, month{static_cast<unsigned>(t.month)},
                        day{static_cast<unsigned>(t.day)}};
    return date.ok() ? std::optional(Day{date}) : std::nullopt;
}

bool whole_day(const icaltimetype& t) { return t.is_date || (t.hour == 0 && t.minute == 0 && t.second == 0); }

// Adds the dates of one event; false when more than `left` are looked at.
bool add_event(icalcomponent* event, const std::vector<std::string>& marks, Imported& into,
               std::int64_t& left) {
    if (text_of(event, ICAL_STATUS_PROPERTY) == "CANCELLED") return true;
    icaltimetype start = icalcomponent_get_dtstart(event), end = icalcomponent_get_dtend(event);
    auto first = day_of(start);
    if (!first || !whole_day(start)) return true;
    std::int64_t length = 1;
    if (auto last = day_of(end); last && whole_day(end) && *last > *first)
        length = (*last - *first).count();
    else if (!icaltime_is_null_time(end) && !whole_day(end))
        return true;
    if (length > 400) return true;  // no holiday: a project, a school year

    std::string summary = text_of(event, ICAL_SUMMARY_PROPERTY);
    auto& days_of_kind = worked(summary, marks) ? into.worked : into.off;
    auto add = [&](Day from) {
        left -= length;
        for (std::int64_t i = 0; i < length && left >= 0; ++i)
            days_of_kind.try_emplace(from + days(i), summary);
        return left >= 0;
    };
    std::string rule = text_of(event, ICAL_RRULE_PROPERTY);
    if (rule.empty()) return add(*first);
    left -= cost_of_rule;
    auto series = Recurrence::parse("RRULE:" + rule, *first, nullptr, last_day);
    if (!series) return add(*first);  // a rule not understood: the one date it certainly has
    std::int64_t paid = 0;
    for (bool more = true; more && left >= 0;) {
        const auto at = series->next();
        const auto cost = series->looked() / looks_of_date;
        left -= cost - paid;
        paid = cost;
        more = at && *at < last_day && left >= 0;
        if (more) add(floor<days>(*at));
    }
    return left >= 0;
}

}  // namespace

Result<Imported> import_ics(const std::string& path, const std::vector<std::string>& worked_marks) {
    std::ifstream in;
    if (may_be_read(path)) in.open(path, std::ios::binary);
    if (!in.is_open()) {
        return refuse("no-file", "there is no such file, or it cannot be read", path);
    }
    const std::string text = read_at_most(in, max_ics_size + 1);
    if (text.size() > max_ics_size) return refuse("too-large", "the file is larger than 4 MiB", path);
    if (text.contains('\0')) return refuse("bad-import", "the file is no iCalendar text", path);
    icalerror_set_errors_are_fatal(0);
    std::unique_ptr<icalcomponent, decltype(&icalcomponent_free)> root(icalparser_parse_string(text.c_str()),
                                                                       &icalcomponent_free);
    if (!root)
        return refuse("bad-import", "the file is no iCalendar text (BEGIN:VCALENDAR … END:VCALENDAR)", path);

    Imported imported;
    // Several calendars may stand in one file; libical then wraps them in a component of its own.
    std::vector<icalcomponent*> todo{root.get()};
    bool any = false;
    std::int64_t left = max_dates;
    while (!todo.empty()) {
        icalcomponent* component = todo.back();
        todo.pop_back();
        icalcomponent_kind kind = icalcomponent_isa(component);
        any = any || kind == ICAL_VCALENDAR_COMPONENT || kind == ICAL_VEVENT_COMPONENT;
        if (kind == ICAL_VEVENT_COMPONENT) {
            if (!add_event(component, worked_marks, imported, left))
                return refuse("too-large", "the file has too many dates", path);
            continue;
        }
        for (auto it = icalcomponent_begin_component(component, ICAL_ANY_COMPONENT); icalcompiter_deref(&it);
             icalcompiter_next(&it)) {
            todo.push_back(icalcompiter_deref(&it));
        }
    }
    if (!any) return refuse("bad-import", "the file holds no VCALENDAR", path);
    return imported;
}

Result<Imported> import_json(const std::string& path) {
    auto doc = load_json(path);
    if (!doc) return std::unexpected(doc.error());
    Document::Pointer where;
    const Json* list = &doc->value;
    for (const char* key : {"days", "dates", "events"}) {
        if (!doc->value.is_object() || !doc->value.contains(key)) continue;
        list = &doc->value[key];
        where /= key;
        break;
    }
    if (!list->is_array()) {
        return refuse("bad-import",
                      "days off stand in a list: {\"days\": [{\"date\": \"2026-01-01\", \"name\": …, "
                      "\"isOffDay\": true}]}",
                      doc->place(where));
    }
    Imported imported;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Json& element = (*list)[i];
        auto member = [&](const char* key) -> std::string {
            auto it = element.is_object() ? element.find(key) : element.end();
            return element.is_object() && it != element.end() && it->is_string() ? it->get<std::string>()
                                                                                 : "";
        };
        auto day = parse_day(element.is_string() ? element.get<std::string>() : member("date"));
        if (!day || *day < first_day || *day >= last_day) {
            return refuse("bad-date", "a day off has a date like \"2026-01-01\" (years 1900 to 2199)",
                          doc->place(where / i));
        }
        bool is_off = true;
        if (element.is_object() && element.contains("isOffDay")) {
            if (!element["isOffDay"].is_boolean()) {
                return refuse("bad-import", "\"isOffDay\" is true or false",
                              doc->place(where / i / "isOffDay"));
            }
            is_off = element["isOffDay"].get<bool>();
        }
        std::string name = member("name").empty() ? member("title") : member("name");
        (is_off ? imported.off : imported.worked).try_emplace(*day, name);
    }
    return imported;
}

}  // namespace reeve::time
