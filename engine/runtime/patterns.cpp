// Cases close together that open another: decided into the transaction of the case that completes the set.
#include "engine/runtime/decider.h"

namespace reeve::runtime {

void Decider::count_patterns(const core::Recorded& event, const core::CaseStarted& started, int depth) {
    const auto program = lookup(event.case_id)->program;
    for (const auto& mark : store::marks_of(event, started, *program)) {
        const auto& pattern = store::pattern_of(*program, mark);
        const auto oldest = store::oldest_mark(*program, pattern, event.at);
        for (const auto& old : marks_.drop_older(store::prefix_of(mark), oldest))
            open_.rows.marks_used.push_back(old);
        if (mark.at < oldest) continue;
        marks_.add(mark);
        open_.rows.marks.push_back(mark);
        const auto found = marks_.window(
            mark, pattern.count, [&](Instant first) { return store::window_end(*program, pattern, first); });
        if (!found.empty()) open_pattern(event, started, pattern, *program, found, depth);
    }
}

void Decider::open_pattern(const core::Recorded& event, const core::CaseStarted& started,
                           const model::Pattern& pattern, const model::Program& program,
                           const std::vector<store::MarkRow>& found, int depth) {
    const org::Asking asking{started.unit, {}, &started.data, event.at};
    const auto unit = pattern.unit ? directory()->locate(*pattern.unit, asking) : std::nullopt;
    core::StartCase start{.definition = pattern.start,
                          .unit = unit.value_or(started.unit),
                          .cause = "pattern:" + program.id + "/" + pattern.name};
    for (const auto& mark : found) start.related.push_back(mark.case_id);
    // What the cases have in common is known of the new one too, where its definition asks for it.
    if (const auto target = catalog_.program(pattern.start))
        for (const auto& path : pattern.same) {
            const Json* value = path == "unit" ? nullptr : model::at_path(started.data, path);
            if (value && target->data_schema.contains("properties") &&
                target->data_schema["properties"].contains(path))
                start.data[path] = *value;
        }
    const auto key = fmt::format("pattern:{}/{}/{}", program.id, pattern.name, event.case_id);
    auto opened = decide({.key = key, .actor = core::system_actor, .at = event.at, .wish = std::move(start)},
                         depth + 1);
    if (!opened) {
        note(event.case_id, event.at,
             fmt::format("the pattern {} holds, but {} was not opened: {}", pattern.name, pattern.start,
                         opened.error().text()));
        return;
    }
    for (const auto& mark : found) {
        if (auto* entry = lookup(mark.case_id))
            record(
                {.actor = core::system_actor, .case_id = mark.case_id, .at = event.at, .wish = core::Tick{}},
                entry, entry->program, {core::CaseLinked{.other = opened->case_id, .relation = "pattern"}},
                0);
        marks_.drop(mark);
        open_.rows.marks_used.push_back(mark);
    }
}

}  // namespace reeve::runtime
