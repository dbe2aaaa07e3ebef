// Tasks: of a list, with what comes next; and a person's work.
#include <algorithm>

#include "engine/views/facts.h"

namespace reeve::views {

namespace {

// What the person with the task does next: an action of its stage, or done.
Json next_of(const store::CaseFile& file, const core::TaskState& task) {
    Json next = Json::array();
    for (const auto& stage : file.state.stages) {
        if (stage.entry != task.entry || stage.stage != task.name) continue;
        for (const auto& one : offered(file))
            if (one["stage"] == stage.stage) next.push_back(one["action"]);
    }
    if (next.empty()) next.push_back(task.name == core::name_owner_task ? "case own" : "done");
    return next;
}

// The open tasks of those in whose place `person` stands now: they may be done by them, and nobody else sees
// them today.
std::vector<store::TaskRow> stood_in_for(const Sight& sight, const std::string& person,
                                         const store::TaskFilter& filter) {
    std::vector<store::TaskRow> rows;
    for (const auto* absent : sight.people->people()) {
        if (absent->id == person || !absent->active || !sight.people->absent(absent->id, sight.now)) continue;
        auto theirs = filter;
        theirs.person = absent->id;
        theirs.open_only = true;
        for (auto& row : sight.reader.tasks(theirs)) {
            const auto of = sight.reader.find_case(row.case_id);
            const auto stand_in = sight.people->resolve(
                {.kind = org::Who::Kind::person, .name = absent->id},
                {.unit = of ? of->unit : "", .owner = of ? of->owner : "", .at = sight.now});
            if (std::ranges::find(stand_in.people, person, &org::Found::person) == stand_in.people.end())
                continue;
            row.person = person;
            row.stands_for = absent->id;
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

}  // namespace

Json task_row(const Sight& sight, const store::TaskRow& row) {
    const auto calendar = calendar_of(sight, row.case_id);
    Json json{
        {"task", row.case_id + "/" + row.id},
        {"title", row.title.empty() ? row.name : row.title},
        {"name", row.name},
        {"person", row.person},
        {"stands_for", row.stands_for},
        {"status", row.status},
        {"light", row.light},
        {"left", row.due && row.status == "open" ? Json(left_of(sight, row.case_id, *row.due)) : Json()},
        {"due", when_json(row.due, calendar)},
        {"since", when_json(row.since, calendar)},
        {"ended", when_json(row.ended, calendar)},
        {"follow_up", row.follow_up}};
    if (row.status != "open") return json;
    if (auto file = store::find(sight.reader, sight.catalog, row.case_id))
        if (auto* task = file->state.task(row.id)) {
            json["case_title"] = file->state.title;
            json["next"] = next_of(*file, *task);
            json["needs"] = needs_of(*file, *task);
        }
    return json;
}

std::vector<store::TaskRow> tasks(const Sight& sight, const store::TaskFilter& filter) {
    if (filter.person.empty()) return sight.reader.tasks(filter);
    auto wanted = filter;
    wanted.limit = 0;
    auto found = sight.reader.tasks(wanted);
    auto more = stood_in_for(sight, filter.person, wanted);
    found.insert(found.end(), more.begin(), more.end());
    std::ranges::stable_sort(found, {}, [](const store::TaskRow& row) {
        return std::pair(row.due.value_or(time::Instant::max()), row.since);
    });
    if (filter.limit > 0 && found.size() > filter.limit) found.resize(filter.limit);
    return found;
}

}  // namespace reeve::views
