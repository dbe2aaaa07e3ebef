// Routes of calendars: those in use, what they count, and a changed one previewed and put in force.
#include "engine/http/access_file.h"
#include "engine/http/body.h"
#include "engine/text.h"
#include "engine/views/calendar_answer.h"

namespace reeve::http {

namespace {

using Kind = Parameter::Kind;

Answer list_calendars(const Call& call, const views::Sight& sight) {
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    const auto rows = views::calendar_rows(sight);
    return page(std::vector<Json>(rows.begin(), rows.end()), *wanted, [](const Json& row) { return row; });
}

// Another with every change of it.
std::string tag_of_text(const std::string& text) {
    std::string tag;
    for (const char byte : hash_of(text).substr(0, 8))
        tag += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return tag;
}

Answer show_calendar(const Call& call, const views::Sight& sight) {
    const auto sheet = views::calendar_sheet(sight, call.at("calendar"));
    if (!sheet) return problem(sheet.error());
    auto answer = json_answer(*sheet);
    answer.headers["ETag"] = '"' + tag_of_text((*sheet)["text"].get<std::string>()) + '"';
    return answer;
}

// Several with commas between: FROM/TO,FROM/TO.
std::vector<std::string> parts_of(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find(',', from), text.size());
        parts.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return parts;
}

// Asks the calendar that the path names.
template <class Ask>
Answer ask_calendar(const Call& call, const views::Sight& sight, std::initializer_list<const char*> needed,
                    Ask how) {
    for (const char* name : needed)
        if (call.query(name).empty())
            return problem({"bad-parameter", fmt::format("say \"{}\" as well: it is needed", name), name});
    const auto sheet = views::calendar_sheet(sight, call.at("calendar"));
    if (!sheet) return problem(sheet.error());
    const auto calendar = time::parse_calendar((*sheet)["text"].get<std::string>(), call.at("calendar"), "");
    if (!calendar) return problem({"damaged", calendar.error().text(), ""});
    views::CalendarQuestion question{.calendar = {},
                                     .zone = {},
                                     .from = call.query("from"),
                                     .to = call.query("to"),
                                     .in = call.query("in"),
                                     .at = call.query("at")};
    for (const auto& [name, into] :
         {std::pair("until", &question.until), std::pair("first-day", &question.first_day),
          std::pair("roll", &question.roll)})
        if (!call.query(name).empty()) *into = call.query(name);
    question.pause = parts_of(call.query("pause"));
    question.exclude = parts_of(call.query("exclude"));
    question.explain = call.query("explain") == "true";
    const auto answered = how(question, **calendar);
    if (!answered) return problem({"bad-parameter", answered.error().message, answered.error().place});
    return json_answer(answered->json);
}

constexpr Parameter pause{"pause", Kind::text,
                          "When the clock stood still: FROM/TO, or several with commas between"};
constexpr Parameter exclude{"exclude", Kind::text, "Time that by law does not count: FROM/TO, or several"};

constexpr Parameter due_query[] = {
    {"from", Kind::text, "When it starts; in the calendar's zone unless it says its offset (needed)"},
    {"in", Kind::text, "How long, such as \"15 working days\" (needed)"},
    {"until", Kind::text, "moment, close or day-end; else as the duration has it"},
    {"first-day", Kind::text, "excluded or counted; excluded unless told"},
    {"roll", Kind::text, "on or none: whether a last day that is no working day moves on"},
    pause,
    exclude,
    {"explain", Kind::flag, "true: the count, day by day"}};

Answer due(const Call& call, const views::Sight& sight) {
    return ask_calendar(call, sight, {"from", "in"}, views::answer_due);
}

constexpr Parameter between_query[] = {
    {"from", Kind::text, "From when (needed)"}, {"to", Kind::text, "To when (needed)"}, pause, exclude};

Answer between(const Call& call, const views::Sight& sight) {
    return ask_calendar(call, sight, {"from", "to"}, views::answer_between);
}

constexpr Parameter open_query[] = {{"at", Kind::text, "When (needed)"},
                                    {"periods", Kind::number, "The next so many stretches of office time"}};

Answer open(const Call& call, const views::Sight& sight) {
    const auto periods = static_cast<std::size_t>(std::min(number_of(call, "periods"), 1000));
    return ask_calendar(call, sight, {"at"},
                        [&](const views::CalendarQuestion& question, const time::Calendar& calendar) {
                            return views::answer_check(question, calendar, periods);
                        });
}

struct ChangedCalendar {
    std::string calendar, reason;
};
BOOST_DESCRIBE_STRUCT(ChangedCalendar, (), (calendar, reason))

Answer change_calendar(const Call& call, const views::Sight& sight, bool dry_run) {
    const auto body = body_of<ChangedCalendar>(call);
    if (!body) return problem(body.error());
    if (body->calendar.empty())
        return problem({"missing-field", "the calendar itself is missing", "/calendar"});
    if (!dry_run && is_blank(body->reason))
        return problem({"missing-reason", "say why: dates that people were told may move", "/reason"});
    const auto& name = call.at("calendar");
    const auto sheet = views::calendar_sheet(sight, name);
    if (!sheet) return problem(sheet.error());
    const auto text = sent_calendar(body->calendar);
    if (!text) return problem(text.error());
    const auto tag = tag_of(call);
    if (!tag) return problem(tag.error());
    const auto present = (*sheet)["text"].get<std::string>();
    if (!tag->empty() && *tag != tag_of_text(present))
        return problem({"changed-meanwhile", "the calendar is another by now: look again", "If-Match"});
    // Once the service ends the cases that have not moved are left: asked again, they move.
    const auto done = call.engine.change_calendar({.name = name,
                                                   .calendar = *text,
                                                   .reason = body->reason,
                                                   .dry_run = dry_run,
                                                   .expect = tag->empty() ? std::string() : present},
                                                  call.caller.person, [&] { return call.stopping.load(); });
    if (!done) {
        auto fault = done.error().front();
        if (fault.place == "calendar" || fault.place == "reason") fault.place.insert(0, "/");
        return problem(fault);
    }
    if (dry_run && call.stopping) return problem(ending());
    auto changes = changes_json(sight, *done, dry_run);
    // One that is in force and has ended is no change to refuse, and all the more to warn of.
    const auto covers = time::check_coverage(**time::parse_calendar(*text, name, ""), sight.now);
    changes["warnings"] = covers ? Json(*covers) : Json::array({covers.error().message});
    auto answer = json_answer(changes);
    if (!dry_run) answer.headers["ETag"] = '"' + tag_of_text(*text) + '"';
    return answer;
}

Answer preview_calendar(const Call& call, const views::Sight& sight) {
    return change_calendar(call, sight, true);
}
Answer put_calendar(const Call& call, const views::Sight& sight) {
    return change_calendar(call, sight, false);
}

constexpr Route calendar_table[] = {
    {"GET", "/v1/calendars", "listCalendars", "The calendars in use, and the definitions that go by each.",
     Scope::read, page_query, Takes::nothing, "", "CalendarRow", true, list_calendars},
    {"GET",
     "/v1/calendars/{calendar}",
     "showCalendar",
     "A calendar with its text, as cases count by it.",
     Scope::read,
     {},
     Takes::nothing,
     "",
     "Calendar",
     false,
     show_calendar},
    {"GET", "/v1/calendars/{calendar}/due", "countDue", "The instant at which a duration ends.", Scope::read,
     due_query, Takes::nothing, "", "Due", false, due},
    {"GET", "/v1/calendars/{calendar}/between", "countBetween", "Office time from one instant to another.",
     Scope::read, between_query, Takes::nothing, "", "Between", false, between},
    {"GET", "/v1/calendars/{calendar}/open", "checkOpen", "Whether the office is open at an instant.",
     Scope::read, open_query, Takes::nothing, "", "OpenHours", false, open},
    {.method = "POST",
     .pattern = "/v1/calendars/{calendar}/preview",
     .operation = "previewCalendar",
     .about = "What a changed calendar would move, case by case and clock by clock; nothing changes.",
     .needs = Scope::administer,
     .query = {},
     .takes = Takes::json,
     .body = "ChangedCalendar",
     .answers = "Changes",
     .does = preview_calendar,
     .heavy = true},
    {.method = "PUT",
     .pattern = "/v1/calendars/{calendar}",
     .operation = "changeCalendar",
     .about = "Put a changed calendar to use: its definitions get a new version, and open cases move there.",
     .needs = Scope::administer,
     .query = {},
     .takes = Takes::json,
     .body = "ChangedCalendar",
     .answers = "Changes",
     .does = put_calendar,
     .if_match = true,
     .heavy = true},
};

}  // namespace

std::span<const Route> calendar_routes() { return calendar_table; }

}  // namespace reeve::http
