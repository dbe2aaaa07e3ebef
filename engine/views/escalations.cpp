// Steps that fired, the overdue board, alerts.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/views/facts.h"

namespace reeve::views {

namespace {

// What is or was expected of those who were told.
std::string state_of(const store::EscalationRow& row, const time::CalendarPtr& calendar) {
    if (row.overtaken) return "overtaken";
    const auto by = [&](time::Instant at) { return " by " + time::deadline_words(when(at, calendar)); };
    std::vector<std::string> parts;
    if (!row.acknowledged_by.empty())
        parts.push_back("acknowledged by " + row.acknowledged_by);
    else if (row.acknowledge_missed)
        parts.push_back("acknowledgement missed");
    else if (row.acknowledge_by)
        parts.push_back("to be acknowledged" + by(*row.acknowledge_by));
    if (!row.answer.empty())
        parts.push_back("answered");
    else if (row.answer_missed)
        parts.push_back("answer missed");
    else if (row.answer_by)
        parts.push_back("to be answered" + by(*row.answer_by));
    return fmt::format("{}", fmt::join(parts, "; "));
}

Json row_of(const store::EscalationRow& row, const store::CaseRow& owner, const model::Program& program) {
    Json json = localized(store::to_json(row), program.calendar);
    json.erase("case_id");
    json.erase("id");
    Json named{
        {"escalation", row.case_id + "/" + row.id},        {"title", owner.title}, {"unit", owner.unit},
        {"light", light_of(program, row.clock, row.step)}, {"clock", row.clock},   {"step", row.step + 1}};
    json.erase("step");
    named.update(json);
    named["told"] = Json::array();
    std::istringstream told(row.told);
    for (std::string person; told >> person;) named["told"].push_back(person);
    named["number"] =
        fmt::format("{}{}", row.step + 1, row.repeat == 0 ? "" : fmt::format(" repeat {}", row.repeat));
    named["state"] = state_of(row, program.calendar);
    return named;
}

}  // namespace

EscalationRows escalations(const Sight& sight, const store::EscalationFilter& filter,
                           const std::string& light) {
    auto wanted = filter;
    wanted.limit = 0;  // the newest come first and the light is judged here, so the limit is too
    auto found = sight.reader.escalations(wanted);
    std::ranges::reverse(found);
    EscalationRows result;
    std::map<std::string, store::CaseRow> cases;
    for (const auto& row : found) {
        auto [it, first] = cases.try_emplace(row.case_id);
        if (first) it->second = sight.reader.find_case(row.case_id).value_or(store::CaseRow{});
        auto program = sight.catalog.program(it->second.definition, it->second.version);
        if (!program) continue;
        Json json = row_of(row, it->second, *program);
        if (!light.empty() && json["light"] != light) continue;
        result.cut = filter.limit != 0 && result.rows.size() >= filter.limit;
        if (result.cut) break;
        result.rows.push_back(std::move(json));
    }
    return result;
}

Json board(const Sight& sight, const std::vector<std::string>& units) {
    Json rows = Json::array();
    for (const auto& clock : sight.reader.overdue(sight.now)) {
        const auto row = sight.reader.find_case(clock.case_id);
        if (!row || (!units.empty() && std::ranges::find(units, row->unit) == units.end())) continue;
        rows.push_back({{"case", row->id},
                        {"title", row->title},
                        {"clock", clock.name},
                        {"light", clock.light},
                        {"due", when_json(clock.due, calendar_of(sight, row->id))},
                        {"late", span_words((sight.now - *clock.due).count())},
                        {"owner", row->owner},
                        {"unit", row->unit},
                        {"stage", row->stages}});
    }
    return rows;
}

Json alert_row(const Sight& sight, const store::OutboxRow& row) {
    const auto calendar = calendar_of(sight, row.case_id);
    Json body = Json::parse(row.body, nullptr, false);
    for (const char* field : {"by", "due"})  // stored as milliseconds
        if (body.is_object() && body.contains(field) && body[field].is_number_integer())
            body[field] = when(time::Instant(time::Millis(body[field].get<std::int64_t>())), calendar);
    return {
        {"id", row.id},         {"person", row.person},
        {"case", row.case_id},  {"at", when_json(row.at, calendar)},
        {"status", row.status}, {"attempts", row.attempts},
        {"error", row.error},   {"alert", body.is_object() ? localized(std::move(body), calendar) : Json()}};
}

}  // namespace reeve::views
