#include "engine/cli/telling.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace reeve::cli {

namespace {

void flatten(const Json& value, const std::string& field, std::vector<Fact>& into) {
    if (value.is_object()) {
        for (const auto& [key, item] : value.items())
            flatten(item, field.empty() ? key : field + "." + key, into);
    } else if (value.is_array()) {
        for (const auto& item : value) flatten(item, field, into);
    } else {
        into.push_back({field, value.is_string() ? value.get<std::string>() : value.dump()});
    }
}

std::string clock_name(const core::CaseState& state, const std::string& id) {
    for (const auto& clock : state.clocks)
        if (clock.id == id) return clock.name;
    return id;
}

std::string task_name(const core::CaseState& state, const std::string& id) {
    for (const auto& task : state.tasks)
        if (task.id == id) return task.title.empty() ? task.name : task.title;
    return id;
}

std::string list(const std::vector<std::string>& words, const char* none = "nobody") {
    return words.empty() ? none : fmt::format("{}", fmt::join(words, ", "));
}

std::string tail(const std::string& text, const char* before = ": ") {
    return text.empty() ? "" : before + text;
}

}  // namespace

std::vector<Fact> facts_of(const core::Recorded& recorded, const core::CaseState& state) {
    std::vector<Fact> facts;
    auto json = core::to_json(recorded.event, Times::text);
    json.erase("event");
    flatten(json, "", facts);
    const auto count = facts.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto fact = facts[i];
        if (fact.field == "clock") facts.push_back({"clock", clock_name(state, fact.value)});
        if (fact.field != "task") continue;
        for (const auto& task : state.tasks)
            if (task.id == fact.value) facts.push_back({"task", task.name});
    }
    // The stage an action was taken in.
    if (const auto* taken = std::get_if<core::ActionTaken>(&recorded.event))
        for (const auto& stage : state.stages)
            if (stage.entry == taken->entry) facts.push_back({"stage", stage.stage});
    return facts;
}

std::string sentence(const core::Event& event, const core::CaseState& state, const time::Calendar& zone) {
    const std::string name(core::name(event));
    if (const auto* e = std::get_if<core::EscalationFired>(&event)) {
        auto text = fmt::format("{} {} step {}", name, clock_name(state, e->clock), e->step + 1);
        if (e->repeat) text += fmt::format(" repeat {}", e->repeat);
        text += " -> " + list(e->told);
        if (!e->light.empty()) text += " (" + e->light + ")";
        text += ", planned " + time::to_string(e->planned, zone);
        return text + tail(fmt::format("{}", fmt::join(e->notes, "; ")));
    }
    if (const auto* e = std::get_if<core::ClockMet>(&event))
        return fmt::format("{} {} at {}{}", name, clock_name(state, e->clock), time::to_string(e->at, zone),
                           e->late_ms ? ", late by " + lateness_text(e->late_ms) : "");
    if (const auto* e = std::get_if<core::ClockStarted>(&event))
        return fmt::format("{} {} from {}", name, e->name, time::to_string(e->from, zone));
    if (const auto* e = std::get_if<core::TaskAssigned>(&event))
        return fmt::format(
            "{} {} -> {} ({}){}", name, task_name(state, e->task), e->person, e->how,
            tail(e->reason.empty() ? fmt::format("{}", fmt::join(e->notes, "; ")) : e->reason));
    if (const auto* e = std::get_if<core::OwnerNamed>(&event))
        return fmt::format("{} {}{}{}", name, e->person, tail(e->stands_for, " for "), tail(e->reason));
    if (const auto* e = std::get_if<core::StageEntered>(&event)) return fmt::format("{} {}", name, e->stage);
    if (const auto* e = std::get_if<core::StageLeft>(&event))
        return fmt::format("{} {} by {}", name, e->stage, e->how);
    // Everything else: the fields as they are, names instead of ids.
    auto json = core::to_json(event, Times::text);
    json.erase("event");
    std::vector<Fact> facts;
    flatten(json, "", facts);
    std::string text = name;
    for (const auto& [field, value] : facts) {
        auto shown = value;
        if (field == "clock") shown = clock_name(state, value);
        if (field == "task") shown = task_name(state, value);
        text +=
            fmt::format(" {}={}", field, shown.find(' ') == std::string::npos ? shown : '"' + shown + '"');
    }
    return text;
}

std::vector<std::string> people_told(const core::Event& event) {
    return std::visit(
        []<class E>(const E& e) -> std::vector<std::string> {
            if constexpr (requires { e.told; })
                return e.told;
            else
                return {};
        },
        event);
}

namespace {

template <class... E>
std::vector<std::string> names_of(const std::variant<E...>*) {
    return {std::string(core::name(core::Event(E{})))...};
}

}  // namespace

std::vector<std::string> event_names() { return names_of(static_cast<const core::Event*>(nullptr)); }

std::string status_text(core::CaseStatus status) {
    return status == core::CaseStatus::open     ? "open"
           : status == core::CaseStatus::closed ? "closed"
                                                : "cancelled";
}

std::string status_text(core::TaskStatus status) {
    return status == core::TaskStatus::open   ? "open"
           : status == core::TaskStatus::done ? "done"
                                              : "cancelled";
}

std::string status_text(core::ClockStatus status) {
    switch (status) {
        case core::ClockStatus::running: return "running";
        case core::ClockStatus::paused: return "paused";
        case core::ClockStatus::met: return "met";
        case core::ClockStatus::expired: return "expired";
        case core::ClockStatus::cancelled: return "cancelled";
    }
    return "";
}

std::string lateness_text(std::int64_t late_ms) {
    if (late_ms == 0) return "0";
    std::string text;
    auto part = [&](std::int64_t unit, const char* name) {
        if (late_ms >= unit) text += fmt::format("{}{} {}", text.empty() ? "" : " ", late_ms / unit, name);
        late_ms %= unit;
    };
    part(86'400'000, "days");
    part(3'600'000, "h");
    part(60'000, "min");
    part(1000, "s");
    part(1, "ms");
    return text;
}

}  // namespace reeve::cli
