#include "engine/store/derive.h"

#include <stdexcept>

#include "engine/store/describe_rows.h"

namespace reeve::core {
REEVE_DESCRIBED(Alert, id, to, kind, case_id, clock, basis, subject, expected, by, due, late_ms, urgent,
                burst)
}

namespace reeve::store {

REEVE_DESCRIBED(DutyFell, definition, duty, planned, units, faults)

void count_loads(const CaseView& view, int sign, LoadMap& loads) {
    auto add = [&](const std::string& person) {
        if (person.empty()) return;
        auto& load = loads[person];
        load.person = person;
        load.open += sign;
    };
    if (view.row.status == "open") add(view.row.owner);
    for (const auto& task : view.tasks)
        if (task.status == "open") add(task.person);
}

std::string given_to(const core::Event& event) {
    if (const auto* named = std::get_if<core::OwnerNamed>(&event)) return named->person;
    if (const auto* assigned = std::get_if<core::TaskAssigned>(&event)) return assigned->person;
    return {};
}

std::string mark_prefix(const std::string& definition, const std::string& pattern) {
    return definition + "/" + pattern + " ";
}

std::vector<MarkRow> marks_of(const core::Recorded& event, const core::CaseStarted& started,
                              const model::Program& program) {
    std::vector<MarkRow> marks;
    for (const auto& pattern : program.patterns) {
        if (pattern.when != model::none) {
            const Json facts{{"id", event.case_id}, {"unit", started.unit}, {"title", started.title}};
            // A condition that faults at run time does not hold: the case counts for nothing, and starts.
            if (!model::holds(program, pattern.when, started.data, facts).value_or(false)) continue;
        }
        Json values = Json::array();
        for (const auto& path : pattern.same) {
            const Json* value = path == "unit" ? nullptr : model::at_path(started.data, path);
            if (path == "unit") values.push_back(started.unit);
            if (value && !value->is_null()) values.push_back(*value);
        }
        if (values.size() < pattern.same.size()) continue;  // what is not known is not the same
        marks.push_back(
            {mark_prefix(program.id, pattern.name) + values.dump(), event.case_id, started.occurred});
    }
    return marks;
}

namespace {

constexpr time::DueRule to_the_moment{.until = time::Until::moment, .count_first_day = false, .roll = false};

}  // namespace

Instant window_end(const model::Program& program, const model::Pattern& pattern, Instant first) {
    return time::due(*program.calendar, first, pattern.within, to_the_moment).at;
}

Instant oldest_mark(const model::Program& program, const model::Pattern& pattern, Instant now) {
    const auto window = -pattern.within;
    const auto before = time::due(*program.calendar, now, window, to_the_moment).at;
    return time::due(*program.calendar, before, window, to_the_moment).at;
}

std::string prefix_of(const MarkRow& mark) { return mark.pattern.substr(0, mark.pattern.find(' ') + 1); }

const model::Pattern& pattern_of(const model::Program& program, const MarkRow& mark) {
    return *std::ranges::find_if(program.patterns, [prefix = prefix_of(mark), &program](const auto& p) {
        return mark_prefix(program.id, p.name) == prefix;
    });
}

std::string uses_marks(const core::CaseStarted& started) {
    constexpr std::string_view cause = "pattern:";
    return started.cause.starts_with(cause) ? started.cause.substr(cause.size()) + " " : std::string();
}

OutboxRow outbox_row(const core::Alert& alert, Instant at) {
    OutboxRow row;
    row.id = alert.id;
    row.person = alert.to;
    row.case_id = alert.case_id;
    row.at = at;
    describe::print(row.body, alert);
    return row;
}

core::Alert alert_from(const OutboxRow& row) {
    core::Alert alert;
    if (auto fault = describe::read(Json::parse(row.body), alert, {}))
        throw std::runtime_error("alert " + row.id + ": " + fault->text());
    return alert;
}

Json to_json(const core::Alert& alert) { return describe::write(alert, Times::text); }

std::string body_of(const DutyFell& fell) {
    Json body{{"event", "DutyFell"}};
    body.update(describe::write(fell, Times::millis));
    return body.dump();
}

DutyFell duty_from(Json body) {
    body.erase("event");
    DutyFell fell;
    if (auto fault = describe::read(body, fell, {})) throw std::runtime_error(fault->text());
    return fell;
}

std::string duty_id(const std::string& definition, const std::string& duty) {
    return "$duty/" + definition + "/" + duty;
}

DutyDates duty_dates(Reader& reader) {
    DutyDates dates;
    reader.stream(duties_stream, 1, [&](const JournalRow& row) {
        const auto fell = duty_from(parsed(row));
        auto [it, fresh] = dates.emplace(duty_id(fell.definition, fell.duty), fell.planned);
        if (!fresh) it->second = std::max(it->second, fell.planned);
        return true;
    });
    return dates;
}

std::vector<TimerRow> duty_timers(const model::Program& program, const DutySince& since,
                                  const DutyDates& dates) {
    std::vector<TimerRow> timers;
    for (const auto& duty : program.duties) {
        const auto key = duty_id(program.id, duty.name);
        auto start = time::parse_instant(duty.start, *program.calendar);
        if (!start) throw std::runtime_error(key + ": " + start.error().text());
        const auto last = dates.find(key);
        const auto began = since(duty.name);
        auto next = time::next_occurrence(*program.calendar, duty.rule, *start,
                                          last == dates.end() ? began : std::max(began, last->second));
        if (!next) throw std::runtime_error(key + ": " + next.error().text());
        if (*next) timers.push_back({**next, key});
    }
    return timers;
}

}  // namespace reeve::store
