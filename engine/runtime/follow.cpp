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
    if (auto opened = decide(std::move(command), depth + 1); !opened)
        note(cause.case_id, key, cause.at,
             fmt::format("{} was not opened: {}", requested.definition, opened.error().text()));
}

// Never silent: what could not follow stands in the history of its cause.
void Decider::note(const std::string& case_id, const std::string& key, Instant at, const std::string& text) {
    auto* entry = lookup(case_id);
    record(
        {.key = key, .actor = core::system_actor, .case_id = case_id, .at = at, .wish = core::AddNote{text}},
        entry, entry->program, {core::NoteAdded{text}}, 0);
}

void Decider::end_child(const core::Recorded& last, const core::CaseState& child, int depth) {
    if (child.parent.empty() || !child.cause.starts_with("child:")) return;
    // Refused when the parent has moved on: then nobody waits for it.
    (void)decide({.key = fmt::format("end:{}/{}", child.id, last.revision),
                  .actor = core::system_actor,
                  .case_id = child.parent,
                  .at = last.at,
                  .wish = core::EndChild{.child = child.id, .outcome = child.outcome}},
                 depth + 1);
}

void Decider::count_patterns(const core::Recorded& event, const core::CaseStarted& started, int depth) {
    const auto program = lookup(event.case_id)->program;
    for (auto& mark : store::marks_of(event, started, *program)) {
        auto& marks = marks_[mark.pattern];
        marks.push_back(mark);
        // The store gives them back in another order; what is decided may not depend on a restart.
        std::ranges::sort(marks, {}, [](const auto& m) { return std::pair(m.at, m.case_id); });
        open_.rows.marks.push_back(mark);
        const auto& pattern = *std::find_if(
            program->patterns.begin(), program->patterns.end(),
            [&](const auto& p) { return mark.pattern.starts_with(store::mark_prefix(program->id, p.name)); });
        const Instant from = time::due(*program->calendar, mark.at, -pattern.within).at;
        std::vector<std::string> related;
        for (const auto& m : marks)
            if (m.at > from && m.at <= mark.at) related.push_back(m.case_id);
        if (static_cast<int>(related.size()) < pattern.count) continue;

        const org::Asking asking{started.unit, {}, &started.data, event.at};
        const auto unit = pattern.unit ? directory()->locate(*pattern.unit, asking) : std::nullopt;
        core::StartCase start{.definition = pattern.start,
                              .unit = unit.value_or(started.unit),
                              .cause = "pattern:" + program->id + "/" + pattern.name,
                              .related = related};
        // What the cases have in common is known of the new one too, where its definition asks for it.
        if (const auto target = catalog_.program(pattern.start))
            for (const auto& path : pattern.same) {
                const Json* value = path == "unit" ? nullptr : model::at_path(started.data, path);
                if (value && target->data_schema.contains("properties") &&
                    target->data_schema["properties"].contains(path))
                    start.data[path] = *value;
            }
        const auto key = fmt::format("pattern:{}/{}/{}", program->id, pattern.name, event.case_id);
        auto opened = decide(
            {.key = key, .actor = core::system_actor, .at = event.at, .wish = std::move(start)}, depth + 1);
        if (!opened) {
            note(event.case_id, "", event.at,
                 fmt::format("the pattern {} holds, but {} was not opened: {}", pattern.name, pattern.start,
                             opened.error().text()));
            continue;
        }
        for (const auto& other : related) {
            auto* entry = lookup(other);
            if (!entry) continue;
            record({.actor = core::system_actor, .case_id = other, .at = event.at, .wish = core::Tick{}},
                   entry, entry->program, {core::CaseLinked{.other = opened->case_id, .relation = "pattern"}},
                   0);
        }
        std::erase_if(marks_[mark.pattern], [&](const store::MarkRow& m) {
            const bool used = std::find(related.begin(), related.end(), m.case_id) != related.end();
            if (used) open_.rows.marks_used.push_back(m);
            return used;
        });
    }
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
    for (const auto& timer : store::duty_timers(*program, due.at, duty_dates_))
        if (timer.id == due.id) next = timer.at;
    timers_.change(due.id, due.at, next);
    open_.rows.duties.push_back({next.value_or(Instant::max()), due.id});
}

}  // namespace reeve::runtime
