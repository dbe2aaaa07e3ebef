// Cases: of a list, whole, their history, their clocks.
#include <fmt/compile.h>

#include <algorithm>
#include <iterator>

#include "engine/views/facts.h"

namespace reeve::views {

namespace {

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
        if (rule.pause_at_most) one["pause_at_most"] = time::to_string(*rule.pause_at_most);
        if (rule.extend && static_cast<int>(clock.extended.size()) < rule.extend->times) {
            one["extend"] = "by " + time::to_string(rule.extend->by) + ", with a reason";
            if (rule.extend->approve) one["approve"] = org::to_string(*rule.extend->approve);
        }
        may.push_back(std::move(one));
    }
    json["clocks_allow"] = std::move(may);
}

}  // namespace

Json case_row(const Sight& sight, const store::CaseRow& row) {
    const auto program = sight.catalog.program(row.definition, row.version);
    Json json = localized(store::to_json(row), program ? program->calendar : nullptr);
    json["light"] = row.light;
    json["status"] = row.status;
    // After its end a case may have a follow-up's clock: that is the task's, nothing of the case is due.
    if (row.status != "open") json["due"] = nullptr;
    if (row.due && row.status == "open") json["left"] = left_of(sight, row.id, *row.due);
    if (!row.due && row.status == "open" &&
        std::ranges::any_of(sight.reader.clocks(row.id), [](const auto& c) { return c.status == "paused"; }))
        json["left"] = "paused";
    return json;
}

// The parts of a case as they are now, each a list of its own.
Json case_sheet(const Sight& sight, const store::CaseFile& file) {
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
        const auto left = clock_left(clock, *file.program, sight.now);
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

// Beside when it was recorded stands when it happened, if that was another moment: where an event has a
// moment of its own (when a clock was met, say), that one.
static std::optional<time::Instant> own_moment(const core::Event& event) {
    return std::visit(
        [](const auto& one) -> std::optional<time::Instant> {
            if constexpr (requires { one.at; }) return one.at;
            return std::nullopt;
        },
        event);
}
static std::optional<time::Instant> happened(const core::Recorded& one) {
    const auto own = own_moment(one.event);
    if (!own) return one.occurred;
    return *own == one.at ? std::nullopt : own;
}
// It is told there, and not once more.
static core::Event without_moment(core::Event event) {
    std::visit(
        [](auto& one) {
            if constexpr (requires { one.at; }) one.at = {};
        },
        event);
    return event;
}

Json history(const Sight& sight, const store::CaseFile& file, std::uint64_t from, std::size_t limit) {
    const auto wording = wording_of(sight, file);
    Json rows = Json::array();
    for (const auto& one : file.history) {
        if (one.revision < from) continue;
        if (limit > 0 && rows.size() == limit) break;
        Json row{{"revision", one.revision},
                 {"at", when(one.at, wording.calendar)},
                 {"occurred", when_json(happened(one), wording.calendar)},
                 {"actor", one.actor}};
        row.update(localized(core::to_json(without_moment(one.event), Times::text), wording.calendar));
        row["words"] = words(one.event, wording);
        rows.push_back(std::move(row));
    }
    return rows;
}

Json clock_rows(const Sight& sight, const store::CaseFile& file) {
    Json rows = Json::array();
    for (const auto& row : sight.reader.clocks(file.state.id)) {
        Json json = localized(store::to_json(row), file.program->calendar);
        json["status"] = row.status;
        json["light"] = row.light;
        const auto* clock = file.state.clock(row.id);
        const auto left = clock ? clock_left(*clock, *file.program, sight.now) : "";
        if (!left.empty()) json["left"] = left;
        if (clock && clock->paused_until)
            json["paused_until"] = when_json(*clock->paused_until, file.program->calendar);
        if (row.late_ms > 0) json["late"] = span_words(row.late_ms);
        rows.push_back(std::move(json));
    }
    return rows;
}

// Whether the event says itself when it happened, under the name that stands around it.
static bool says_when(const core::Event& event) {
    return std::visit(
        [&](const auto& one) {
            static_assert(
                !requires { one.seq; } && !requires { one.revision; } && !requires { one.actor; },
                "a receipt would say it twice");
            if constexpr (requires { one.occurred; }) return !(one.occurred == decltype(one.occurred){});
            return false;
        },
        event);
}

std::string receipt_text(const Sight& sight, const runtime::Receipt& receipt,
                         const std::string& receipt_code) {
    const auto calendar = receipt.program ? receipt.program->calendar : calendar_of(sight, receipt.case_id);
    // What one command did happened at one moment.
    std::optional<time::Instant> at;
    std::string moment;
    std::string text = R"({"case":)";
    text.reserve(512 + 256 * receipt.events.size());
    describe::print_text(text, receipt.case_id);
    fmt::format_to(std::back_inserter(text), FMT_COMPILE(R"(,"revision":{},"repeated":{},"events":[)"),
                   receipt.revision, receipt.repeated);
    for (const auto& one : receipt.events) {
        if (at != one.at) {
            at = one.at;
            moment = when(one.at, calendar);
        }
        fmt::format_to(std::back_inserter(text), FMT_COMPILE(R"({{"seq":{},"revision":{},"at":"{}")"),
                       one.seq, one.revision, moment);
        if (!says_when(one.event)) {
            text += R"(,"occurred":)";
            describe::print_json(text, when_json(happened(one), calendar));
        }
        text += R"(,"actor":)";
        describe::print_text(text, one.actor);
        // The event's own object goes on where this one stands.
        const auto its = text.size();
        if (own_moment(one.event))
            core::print(text, without_moment(one.event), Times::text);
        else
            core::print(text, one.event, Times::text);
        text[its] = ',';
        text += ',';
    }
    if (text.back() == ',') text.pop_back();
    text += ']';
    if (!receipt_code.empty()) {
        text += R"(,"receipt_code":)";
        describe::print_text(text, receipt_code);
    }
    text += '}';
    return text;
}

}  // namespace reeve::views
