// What follows from events: a requested case is opened, a parent hears of its child's end, patterns are
// counted, duties fall. All of it is decided into the same transaction as its cause, under keys made from the
// cause, so that it happens exactly once whatever is tried again.
#include "engine/runtime/decider.h"

namespace reeve::runtime {
void Decider::follow(const std::string& case_id, const std::vector<core::Recorded>& events, bool was_open,
                     int depth) {
    for (const auto& event : events) {
        if (const auto* requested = std::get_if<core::CaseRequested>(&event.event))
            open_requested(event, *requested, depth);
        if (const auto* started = std::get_if<core::CaseStarted>(&event.event))
            count_patterns(event, *started, depth);
    }
    const auto* entry = lookup(case_id);
    if (entry->state.status != core::CaseStatus::open && (was_open || entry->state.revision == events.size()))
        end_child(events.back(), entry->state, depth);
}

void Decider::open_requested(const core::Recorded& cause, const core::CaseRequested& requested, int depth) {
    const auto key = fmt::format("open:{}/{}", cause.case_id, cause.revision);
    core::Command command{.key = key,
                          .actor = core::system_actor,
                          .case_id = requested.other,
                          .at = cause.at,
                          .wish = core::StartCase{.definition = requested.definition,
                                                  .unit = requested.unit,
                                                  .data = requested.data,
                                                  .title = requested.title,
                                                  .parent = cause.case_id,
                                                  .cause = requested.cause}};
    const auto opened = decide(std::move(command), depth + 1);
    if (opened) return;
    const auto told = decide({.key = key,
                              .actor = core::system_actor,
                              .case_id = cause.case_id,
                              .at = cause.at,
                              .occurred = cause.occurred,
                              .wish = core::FailOpening{.definition = requested.definition,
                                                        .other = requested.other,
                                                        .error = opened.error().text()}},
                             depth);
    if (!told) note(cause.case_id, cause.at, "the case asked for was not opened: " + opened.error().text());
}

// Never silent: what could not follow stands in the history of its cause.
void Decider::note(const std::string& case_id, Instant at, const std::string& text) {
    auto* entry = lookup(case_id);
    record({.actor = core::system_actor, .case_id = case_id, .at = at, .wish = core::AddNote{text}}, entry,
           entry->program, {core::NoteAdded{text}}, 0);
}

void Decider::end_child(const core::Recorded& last, const core::CaseState& child, int depth) {
    if (child.parent.empty() || !child.cause.starts_with("child:")) return;
    // Refused when the parent has moved on: then nobody waits for it.
    const auto told =
        decide({.key = fmt::format("end:{}/{}", child.id, last.revision),
                .actor = core::system_actor,
                .case_id = child.parent,
                .at = last.at,
                .wish = core::EndChild{.child = child.id, .outcome = child.outcome, .data = child.data}},
               depth + 1);
    if (!told && (told.error().code == "damaged" || told.error().code == "not-readable"))
        note(child.id, last.at, "the parent case was not told of this end: " + told.error().message);
}

void Decider::duty(const store::TimerRow& due, Instant now) {
    // "$duty/DEFINITION/NAME"
    const auto slash = due.id.find('/', 6);
    const auto definition = due.id.substr(6, slash - 6), name = due.id.substr(slash + 1);
    const auto program = catalog_.program(definition);
    const auto duty = std::find_if(program->duties.begin(), program->duties.end(),
                                   [&](const model::Duty& d) { return d.name == name; });
    if (duty == program->duties.end()) return timers_.change(due.id, due.at, std::nullopt);
    store::DutyFell fell{definition, name, due.at, {}, {}};
    const auto directory = this->directory();
    for (const auto& wanted : duty->units) {
        const bool level = wanted.starts_with("level:"), one = wanted.starts_with("unit:");
        for (const auto* unit : directory->units()) {
            if (level ? unit->level != wanted.substr(6) : unit->id != (one ? wanted.substr(5) : wanted))
                continue;
            fell.units.push_back(unit->id);
        }
    }
    for (const auto& unit : fell.units) {
        core::Command command{
            .key = fmt::format("duty:{}/{}/{}/{}", definition, name, due.at.time_since_epoch().count(), unit),
            .actor = core::system_actor,
            .at = now,
            .wish =
                core::StartCase{.definition = definition,
                                .unit = unit,
                                .data = duty->data.is_object() ? duty->data : Json::object(),
                                .title = program->title.zh.empty() ? program->title.en : program->title.zh,
                                .cause = "duty:" + name}};
        if (due.at < now) command.occurred = due.at;
        if (auto opened = decide(std::move(command), 1); !opened)
            fell.faults.push_back(unit + ": " + opened.error().text());
    }
    record_stream(store::duties_stream, duties_revision_, {store::body_of(fell)}, core::system_actor, now,
                  due.at < now ? std::optional(due.at) : std::nullopt);
    duty_dates_[due.id] = due.at;
    std::optional<Instant> next;
    for (const auto& timer : store::duty_timers(
             *program, [&](const auto&) { return due.at; }, duty_dates_))
        if (timer.id == due.id) next = timer.at;
    timers_.change(due.id, due.at, next);
    open_.rows.duties.push_back({next.value_or(Instant::max()), due.id});
}

}  // namespace reeve::runtime
