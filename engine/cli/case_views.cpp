// reeve case show|list|history: reading cases.
#include <fmt/format.h>

#include "engine/cli/case_commands.h"

namespace reeve::cli {

Json localized(Json json, const time::CalendarPtr& calendar) {
    if (json.is_string()) {
        const auto& text = json.get_ref<const std::string&>();
        if (text.size() >= 20 && text[4] == '-' && text[10] == 'T' && text.ends_with('Z'))
            if (auto at = time::parse_instant(text)) return when_json(*at, calendar);
    } else if (json.is_object()) {
        for (auto& [key, value] : json.items())
            if (key != "data") value = localized(std::move(value), calendar);
    } else if (json.is_array()) {
        for (auto& value : json) value = localized(std::move(value), calendar);
    }
    return json;
}

namespace {

const std::vector<Column> list_columns{
    {"id", "CASE"},         {"title", "TITLE"},  {"light", "LIGHT"},           {"left", "TIME LEFT"},
    deadline("due", "DUE"), {"stages", "STAGE"}, {"owner", "OWNER", "nobody"}, {"unit", "UNIT"},
    {"status", "STATUS"}};

Json row_json(Folder& folder, const store::CaseRow& row) {
    Json json = localized(store::to_json(row), folder.calendar(row.id));
    json["light"] = row.light;
    json["status"] = row.status;
    // After its end a case may have a follow-up's clock: that is the task's, nothing of the case is due.
    if (row.status != "open") json["due"] = nullptr;
    if (row.due && row.status == "open") json["left"] = left_of(folder, row.id, *row.due);
    if (!row.due && row.status == "open" &&
        std::ranges::any_of(folder.reader().clocks(row.id),
                            [](const auto& c) { return c.status == "paused"; }))
        json["left"] = "paused";
    return json;
}

void add_list(CLI::App& cases, Cli& cli) {
    auto* command = add_command(cases, "list", "List cases, open ones unless another status is asked for.",
                                "reeve case list --unit north --light red");
    auto filter = std::make_shared<store::CaseFilter>();
    auto unit = std::make_shared<std::string>();
    auto overdue = std::make_shared<bool>(false);
    filter->status = "open";
    command->add_option("--unit", *unit, "In this unit and below");
    command->add_option("--definition", filter->definition, "Of this kind");
    command->add_option("--owner", filter->owner, "Owned by this person")->type_name("PERSON");
    command->add_option("--light", filter->light, "green, blue, yellow, orange or red")
        ->check(CLI::IsMember({"green", "blue", "yellow", "orange", "red"}))
        ->type_name("LIGHT");
    command->add_option("--status", filter->status, "open, closed, cancelled or all")
        ->check(CLI::IsMember({"open", "closed", "cancelled", "all"}))
        ->capture_default_str()
        ->type_name("STATUS");
    command->add_flag("--overdue", *overdue, "With a clock past its due date");
    command->add_option("--after", filter->after, "Begin behind this case")->type_name("CASE");
    command->add_option("--limit", filter->limit, "At most so many")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 1'000'000));
    reads(cli, command, [&cli, filter, unit, overdue](Folder& folder) {
        auto wanted = *filter;
        if (wanted.status == "all") wanted.status.clear();
        auto units = folder.below(*unit);
        if (!units) return refused(cli, units.error());
        for (const auto& no : {folder.unknown_definition(filter->definition, "--definition"),
                               folder.unknown_person(filter->owner, "--owner")})
            if (no) return refused(cli, *no);
        wanted.units = *units;
        if (*overdue) wanted.overdue_at = folder.now();
        Json rows = Json::array();
        for (const auto& row : folder.reader().cases(wanted)) rows.push_back(row_json(folder, row));
        print_rows(cli, list_columns, rows, "No case fits.");
        return 0;
    });
}

// What the stages and open tasks still need.
void add_needs(Json& json, const store::CaseFile& file) {
    for (std::size_t i = 0; i < file.state.stages.size(); ++i) {
        const int index = file.program->stage(file.state.stages[i].stage);
        if (index == model::none) continue;
        const auto& stage = file.program->stages[index];
        json["stages"][i]["needs"] = missing_of(file, stage.require, stage.documents);
    }
    for (std::size_t i = 0; i < file.state.tasks.size(); ++i)
        if (file.state.tasks[i].status == core::TaskStatus::open)
            json["tasks"][i]["needs"] = needs_of(file, file.state.tasks[i]);
}

// What requests ask for, which clock's step an escalation was, and what people may do to the clocks.
void add_words(Json& json, const store::CaseFile& file) {
    const auto name_of = [&](const std::string& id) {
        const auto* clock = file.state.clock(id);
        return clock ? clock->name : id;
    };
    for (std::size_t i = 0; i < file.state.requests.size(); ++i) {
        const auto& wish = file.state.requests[i].wish;
        json["requests"][i]["asks"] = core::asked_for(wish, name_of(wish.value("clock", "")));
    }
    for (std::size_t i = 0; i < file.state.escalations.size(); ++i) {
        const auto& escalation = file.state.escalations[i];
        auto& shown = json["escalations"][i];
        shown["clock_name"] = name_of(escalation.clock);
        shown["number"] =
            fmt::format("{}{}", escalation.step + 1,
                        escalation.repeat == 0 ? "" : fmt::format(" repeat {}", escalation.repeat));
        shown["light"] = light_of(*file.program, name_of(escalation.clock), escalation.step);
    }
    Json may = Json::array();
    for (const auto& clock : file.state.clocks) {
        const bool counts =
            clock.status == core::ClockStatus::running || clock.status == core::ClockStatus::paused;
        if (!counts || clock.rule == model::none) continue;
        const auto& rule = file.program->clocks[clock.rule];
        if (rule.pause.empty() && rule.exclude.empty() && !rule.restart && !rule.extend) continue;
        Json one{{"clock", clock.name},
                 {"pause", rule.pause},
                 {"exclude", rule.exclude},
                 {"restart", rule.restart ? Json("with a reason") : Json()}};
        if (rule.extend && static_cast<int>(clock.extended.size()) < rule.extend->times) {
            one["extend"] = "by " + time::to_string(rule.extend->by) + ", with a reason";
            if (rule.extend->approve) one["approve"] = org::to_string(*rule.extend->approve);
        }
        may.push_back(std::move(one));
    }
    json["clocks_allow"] = std::move(may);
}

// The parts of a case as they are now, each a list of its own.
Json show_json(Folder& folder, const store::CaseFile& file) {
    const auto calendar = file.program->calendar;
    Json json = localized(core::to_json(file.state), calendar);
    json["light"] = model::to_string(core::light(file.state));
    json["definition_title"] = title_of(file.program->title);
    json["actions"] = offered(file);
    for (std::size_t i = 0; i < file.state.clocks.size(); ++i) {
        const auto& clock = file.state.clocks[i];
        auto& shown = json["clocks"][i];
        shown.erase("rule");  // an index that means nothing outside
        shown["due"] = when_json(clock.due, calendar);
        const auto left = clock_left(clock, *file.program, folder.now());
        shown["left"] = left.empty() ? Json() : Json(left);
        Json stops = Json::array();
        for (const auto& stop : clock.stops)
            stops.push_back({{"from", when_json(stop.from, calendar)}, {"to", when_json(stop.to, calendar)}});
        shown["stops"] = std::move(stops);
    }
    add_needs(json, file);
    add_words(json, file);
    return json;
}

Json open_ones(const Json& json, const char* list) {
    Json open = Json::array();
    if (!json.contains(list)) return open;
    for (const auto& one : json[list])
        if (one.value("status", Json("open")) == "open" && one.value("open", true)) open.push_back(one);
    return open;
}

void print_part(const char* head, const std::vector<Column>& columns, const Json& rows) {
    if (!rows.empty()) fmt::print("\n{}\n{}", head, table(columns, rows, may_colour(stdout)));
}

void print_case(const Json& json) {
    const bool colour = may_colour(stdout);
    fmt::print("{}", sheet({{"id", "Case"},
                            {"title", "Title"},
                            {"definition_title", "Kind"},
                            {"status", "Status"},
                            {"outcome", "Outcome"},
                            {"light", "Light"},
                            {"unit", "Unit"},
                            {"owner", "Owner", "nobody"},
                            {"owner_stands_for", "Standing in for"},
                            {"occurred", "Occurred"},
                            {"started", "Started"},
                            {"ended", "Ended"},
                            {"parent", "Part of"},
                            {"cause", "Opened by"},
                            {"data", "Data"},
                            {"revision", "Revision"}},
                           json, colour));
    auto list = [&](const char* name) { return json.value(name, Json::array()); };
    print_part("Stages",
               {{"stage", "STAGE"},
                {"since", "SINCE"},
                deadline("wake", "WAITS UNTIL"),
                {"job", "JOB"},
                {"child", "PART"},
                {"needs", "TO LEAVE IT NEEDS"},
                {"fault", "FAULT"}},
               list("stages"));
    print_part("Open tasks",
               {{"id", "TASK"},
                {"name", "NAME"},
                {"title", "TITLE"},
                {"person", "PERSON", "nobody"},
                {"stands_for", "FOR"},
                {"needs", "NEEDS"},
                {"since", "SINCE"}},
               open_ones(json, "tasks"));
    print_part("Clocks",
               {{"id", "ID"},
                {"name", "CLOCK"},
                {"status", "STATUS"},
                {"light", "LIGHT"},
                {"left", "TIME LEFT"},
                deadline("due", "DUE"),
                {"ended", "ENDED"},
                {"pause_reason", "PAUSED FOR"}},
               list("clocks"));
    print_part("Requests that wait",
               {{"id", "REQUEST"}, {"asks", "WHAT"}, {"wish.reason", "REASON"}, {"by", "BY"}, {"of", "OF"}},
               open_ones(json, "requests"));
    print_part("Escalations",
               {{"id", "ID"},
                {"clock_name", "CLOCK"},
                {"number", "STEP"},
                {"light", "LIGHT"},
                {"at", "AT"},
                {"told", "TOLD"},
                {"ask", "ASKED FOR"},
                {"acknowledged_by", "ACKNOWLEDGED BY"}},
               list("escalations"));
    print_part("Documents", {{"kind", "KIND"}, {"name", "NAME"}, {"bytes", "BYTES"}, {"sha256", "SHA-256"}},
               list("documents"));
    print_part("Linked cases", {{"other", "CASE"}, {"relation", "RELATION"}}, list("links"));
    print_part("What may be done",
               {{"action", "ACTION"},
                {"stage", "STAGE"},
                {"to", "LEADS TO"},
                {"needs", "NEEDS"},
                {"second", "APPROVED BY"}},
               list("actions"));
    print_part("What the clocks allow",
               {{"clock", "CLOCK"},
                {"pause", "PAUSE FOR"},
                {"exclude", "EXCLUDE"},
                {"restart", "RESTART"},
                {"extend", "EXTEND"},
                {"approve", "APPROVED BY"}},
               list("clocks_allow"));
}

void add_show(CLI::App& cases, Cli& cli) {
    auto* command = add_command(
        cases, "show", "Show a case: its stage, tasks, clocks and lights, and what may be done next.",
        "reeve case show noise-1");
    auto case_id = add_case_argument(command);
    reads(cli, command, [&cli, case_id](Folder& folder) {
        auto file = folder.find(*case_id);
        if (!file) return refused(cli, file.error());
        const Json json = show_json(folder, *file);
        cli.json ? print_json(json) : print_case(json);
        return 0;
    });
}

void add_history(CLI::App& cases, Cli& cli) {
    auto* command = add_command(cases, "history", "Print all that happened to a case, who did it and when.",
                                "reeve case history noise-1");
    auto case_id = add_case_argument(command);
    auto from = std::make_shared<std::uint64_t>(1);
    command->add_option("--from", *from, "Begin at this revision")->type_name("REVISION");
    reads(cli, command, [&cli, case_id, from](Folder& folder) {
        auto file = folder.find(*case_id);
        if (!file) return refused(cli, file.error());
        const auto wording = folder.wording(*case_id);
        Json rows = Json::array();
        for (const auto& one : file->history) {
            if (one.revision < *from) continue;
            Json row{{"revision", one.revision},
                     {"at", when(one.at, wording.calendar)},
                     {"occurred", when_json(one.occurred, wording.calendar)},
                     {"actor", one.actor}};
            if (cli.json)
                row.update(localized(core::to_json(one.event, Times::text), wording.calendar));
            else
                row["what"] = words(one.event, wording);
            rows.push_back(std::move(row));
        }
        print_rows(cli,
                   {{"revision", "REV"},
                    {"at", "RECORDED"},
                    {"occurred", "HAPPENED"},
                    {"actor", "BY"},
                    {"what", "WHAT"}},
                   rows, "Nothing happened since.");
        return 0;
    });
}

}  // namespace

void add_case_views(CLI::App& cases, Cli& cli) {
    add_show(cases, cli);
    add_list(cases, cli);
    add_history(cases, cli);
}

}  // namespace reeve::cli
