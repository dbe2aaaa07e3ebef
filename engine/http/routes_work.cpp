// Routes of work and oversight: tasks, escalations, the overdue board, alerts.
#include <algorithm>

#include "engine/http/route.h"

namespace reeve::http {

namespace {

using Kind = Parameter::Kind;
constexpr Parameter of_unit{"unit", Kind::text, "Of this unit's cases and below"};

constexpr Parameter tasks_query[] = {
    {"person", Kind::text, "Whose work; with that of the absent for whom they stand in"},
    {"case", Kind::text, "Of one case"},
    of_unit,
    {"all", Kind::flag, "true: done and cancelled ones too"},
    page_limit,
    page_after};

Answer tasks(const Call& call, const views::Sight& sight) {
    store::TaskFilter filter{.person = call.query("person"), .case_id = call.query("case"), .units = {}};
    filter.open_only = call.query("all") != "true";
    // One's own work may lie in any unit.
    if (filter.person != call.caller.person || filter.person.empty() || !call.query("unit").empty()) {
        auto units = seen_units(call, sight);
        if (!units) return problem(units.error());
        filter.units = std::move(*units);
    }
    auto page_wanted = page_of(call);
    if (!page_wanted) return problem(page_wanted.error());
    filter.limit = page_wanted->from + page_wanted->limit + 1;
    return page(views::tasks(sight, filter), *page_wanted,
                [&](const store::TaskRow& row) { return views::task_row(sight, row); });
}

constexpr Parameter requests_query[] = {{"person", Kind::text, "That this person may answer"},
                                        {"case", Kind::text, "Of one case"},
                                        of_unit,
                                        page_limit,
                                        page_after};

Answer requests(const Call& call, const views::Sight& sight) {
    const auto& person = call.query("person");
    store::RequestFilter filter{.case_id = call.query("case"), .units = {}};
    // What waits for oneself may lie in any unit.
    if (person != call.caller.person || person.empty() || !call.query("unit").empty()) {
        auto units = seen_units(call, sight);
        if (!units) return problem(units.error());
        filter.units = std::move(*units);
    }
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    filter.limit = wanted->from + wanted->limit + 1;
    return page(views::requests(sight, filter, person), *wanted, [&](const store::RequestRow& row) {
        auto json = views::request_row(sight, row);
        // What the case would hold is read in the case, where that is recorded.
        if (json.contains("wish"))
            for (const char* name : {"data", "documents"}) json["wish"].erase(name);
        return json;
    });
}

constexpr Parameter escalations_query[] = {{"case", Kind::text, "Of one case"},
                                           {"told", Kind::text, "That this person was told of"},
                                           of_unit,
                                           {"light", Kind::light, "That set this light"},
                                           {"from", Kind::time, "Fired at this time or later"},
                                           {"to", Kind::time, "Fired before this time"},
                                           {"acknowledged", Kind::flag, "Whether somebody has acknowledged"},
                                           page_limit,
                                           page_after};

Answer escalations(const Call& call, const views::Sight& sight) {
    store::EscalationFilter filter{.case_id = call.query("case"),
                                   .told = call.query("told"),
                                   .units = {},
                                   .from = {},
                                   .to = {},
                                   .acknowledged = {}};
    if (const auto& from = call.query("from"); !from.empty()) filter.from = *time::parse_instant(from);
    if (const auto& to = call.query("to"); !to.empty()) filter.to = *time::parse_instant(to);
    if (const auto& seen = call.query("acknowledged"); !seen.empty()) filter.acknowledged = seen == "true";
    if (filter.told != call.caller.person || filter.told.empty() || !call.query("unit").empty()) {
        auto units = seen_units(call, sight);
        if (!units) return problem(units.error());
        filter.units = std::move(*units);
    }
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    filter.limit = wanted->from + wanted->limit + 1;
    const auto found = views::escalations(sight, filter, call.query("light"));
    return page(std::vector<Json>(found.rows.begin(), found.rows.end()), *wanted,
                [](const Json& row) { return row; });
}

constexpr Parameter board_query[] = {of_unit, page_limit, page_after};

Answer board(const Call& call, const views::Sight& sight) {
    auto units = seen_units(call, sight);
    if (!units) return problem(units.error());
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    const auto rows = views::board(sight, *units);
    return page(std::vector<Json>(rows.begin(), rows.end()), *wanted, [](const Json& row) { return row; });
}

constexpr Parameter forecast_query[] = {
    of_unit,
    {"person", Kind::text, "Of cases that this person owns, or steps that they are told of"},
    {"within", Kind::duration, "How far ahead; \"7 days\" unless told, a year at most"},
    page_limit,
    page_after};

Answer forecast(const Call& call, const views::Sight& sight) {
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    views::Ahead ahead{.until = {},
                       .units = {},
                       .person = call.query("person"),
                       .from = wanted->from,
                       .limit = wanted->limit,
                       .given_up = &call.stopping};
    // One's own cases may lie in any unit.
    if (ahead.person != call.caller.person || ahead.person.empty() || !call.query("unit").empty()) {
        auto units = seen_units(call, sight);
        if (!units) return problem(units.error());
        ahead.units = std::move(*units);
    }
    const auto until = views::ahead_until(sight, call.query("within"));
    if (!until) return problem({"bad-parameter", until.error().message, "within"});
    ahead.until = *until;
    auto coming = views::forecast(sight, ahead);
    if (call.stopping) return problem(ending());
    return json_answer({{"items", std::move(coming.rows)},
                        {"next", coming.more ? Json(std::to_string(wanted->from + wanted->limit)) : Json()}});
}

constexpr Parameter alerts_query[] = {
    {"person", Kind::text, "To this person; to oneself unless one sees everything"},
    {"case", Kind::text, "About this case"},
    {"status", Kind::alert_status, "How far it got"},
    page_limit,
    page_after};

Answer alerts(const Call& call, const views::Sight& sight) {
    store::OutboxFilter filter{
        .person = call.query("person"), .case_id = call.query("case"), .status = call.query("status")};
    if (!call.caller.rights->everywhere) {
        if (filter.person.empty()) filter.person = call.caller.person;
        if (filter.person != call.caller.person)
            return problem({"not-permitted", "you see the alerts that are for you", "person"});
    }
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    filter.limit = wanted->from + wanted->limit + 1;
    return page(sight.reader.outbox(filter), *wanted,
                [&](const store::OutboxRow& row) { return views::alert_row(sight, row); });
}

// One's own, or of a case that one sees; then what is wanted is done with it, and it is shown as it is now.
Answer with_alert(const Call& call, const views::Sight& sight,
                  const std::function<Result<void>(const std::string& id)>& wanted) {
    const auto& id = call.at("alert");
    const Error unknown{"unknown-alert", "there is no alert \"" + id + "\" that you see", "alert"};
    auto rows = sight.reader.outbox({.id = id});
    if (rows.empty()) return problem(unknown);
    if (rows.front().person != call.caller.person)
        if (auto seen = seen_case(call, sight, rows.front().case_id); !seen) return problem(unknown);
    if (auto done = wanted(id); !done) return problem(done.error());
    rows = sight.reader.outbox({.id = id});
    return json_answer(views::alert_row(sight, rows.front()));
}

Answer resend(const Call& call, const views::Sight& sight) {
    return with_alert(call, sight, [&](const auto& id) { return call.engine.resend({id}); });
}

struct ToldBody {
    std::string reason;
};
REEVE_DESCRIBED(ToldBody, reason)

Answer told(const Call& call, const views::Sight& sight) {
    ToldBody body;
    if (auto fault = describe::read(call.body, body, {})) return problem(*fault);
    return with_alert(call, sight, [&](const auto& id) {
        return call.engine.told_otherwise(id, body.reason, call.caller.person);
    });
}

constexpr Route work_table[] = {
    {"GET", "/v1/tasks", "listTasks", "Open tasks, the most pressing first.", Scope::read, tasks_query,
     Takes::nothing, "", "Task", true, tasks},
    {"GET", "/v1/requests", "listRequests", "What waits for a second person, the longest first.", Scope::read,
     requests_query, Takes::nothing, "", "Request", true, requests},
    {"GET", "/v1/escalations", "listEscalations", "The steps that fired, the newest first.", Scope::read,
     escalations_query, Takes::nothing, "", "Escalation", true, escalations},
    {"GET", "/v1/board", "showBoard",
     "The overdue board: running clocks past their due date, the most overdue first.", Scope::read,
     board_query, Takes::nothing, "", "BoardRow", true, board},
    {.method = "GET",
     .pattern = "/v1/forecast",
     .operation = "forecast",
     .about =
         "What is about to happen by itself if nobody acts: dates, steps and whom they tell, in their order.",
     .needs = Scope::read,
     .query = forecast_query,
     .answers = "ForecastRow",
     .list = true,
     .does = forecast,
     .heavy = true},
    {"GET", "/v1/alerts", "listAlerts", "Alerts: to whom, about what, and whether they were delivered.",
     Scope::read, alerts_query, Takes::nothing, "", "Alert", true, alerts},
    {"POST",
     "/v1/alerts/{alert}/resend",
     "resendAlert",
     "Tries an alert again that is on the undelivered list, or waits.",
     Scope::act,
     {},
     Takes::nothing,
     "",
     "Alert",
     false,
     resend},
    {"POST",
     "/v1/alerts/{alert}/told",
     "toldOtherwise",
     "Takes an alert from the undelivered list, as its person was told by other means; the case notes how.",
     Scope::act,
     {},
     Takes::json,
     "ToldOtherwise",
     "Alert",
     false,
     told},
};

}  // namespace

std::span<const Route> work_routes() { return work_table; }

}  // namespace reeve::http
