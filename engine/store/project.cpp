#include <fmt/ranges.h>

#include "engine/store/describe_rows.h"
#include "engine/store/rows.h"

namespace reeve::store {
namespace {

const char* word(core::CaseStatus s) {
    switch (s) {
        case core::CaseStatus::open: return "open";
        case core::CaseStatus::closed: return "closed";
        case core::CaseStatus::cancelled: return "cancelled";
    }
    return "";
}
const char* word(core::TaskStatus s) {
    switch (s) {
        case core::TaskStatus::open: return "open";
        case core::TaskStatus::done: return "done";
        case core::TaskStatus::cancelled: return "cancelled";
    }
    return "";
}
const char* word(core::ClockStatus s) {
    switch (s) {
        case core::ClockStatus::running: return "running";
        case core::ClockStatus::paused: return "paused";
        case core::ClockStatus::met: return "met";
        case core::ClockStatus::expired: return "expired";
        case core::ClockStatus::cancelled: return "cancelled";
    }
    return "";
}
const char* word(model::LimitKind k) {
    switch (k) {
        case model::LimitKind::due: return "due";
        case model::LimitKind::limit: return "limit";
        case model::LimitKind::expiry: return "expiry";
    }
    return "";
}

std::optional<Instant> due_of(const core::ClockState& c) {
    if (c.status != core::ClockStatus::paused && c.due != Instant::max()) return c.due;
    return std::nullopt;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& w : words) out += (out.empty() ? "" : " ") + w;
    return out;
}

const char* status_of(const core::StageState& job) {
    if (job.job_failed) return "failed";
    if (job.job_retry_at) return "waiting";
    return job.lease ? "leased" : "ready";
}

// A stage of the case that asks something of a program. By the program it is pinned to: a version to which it
// was migrated may ask another handler, or none.
std::optional<JobRow> job_of(const core::CaseState& s, const core::StageState& stage,
                             const model::Program& program) {
    const int index = program.stage(stage.stage);
    if (stage.job.empty() || index == model::none) return std::nullopt;
    const auto& rules = program.stages[static_cast<std::size_t>(index)];
    if (rules.kind != model::StageKind::job) return std::nullopt;
    return JobRow{.case_id = s.id,
                  .id = stage.job,
                  .handler = rules.job,
                  .stage = stage.stage,
                  .status = status_of(stage),
                  .since = stage.since,
                  .attempt = stage.attempt,
                  .attempts = rules.attempts,
                  .worker = stage.worker,
                  .person = stage.leased_by,
                  .lease = stage.lease,
                  .until = stage.lease_until,
                  .times_out = stage.job_times_out,
                  .retry_at = stage.job_retry_at};
}

}  // namespace

CaseView project(const core::CaseState& s, const model::Program& program) {
    CaseView view;
    auto& row = view.row;
    row.id = s.id;
    row.definition = s.definition;
    row.version = s.version;
    row.revision = s.revision;
    row.unit = s.unit;
    row.owner = s.owner;
    row.title = s.title;
    row.status = word(s.status);
    row.outcome = s.outcome;
    for (const auto& stage : s.stages) row.stages += (row.stages.empty() ? "" : " ") + stage.stage;
    row.light = model::to_string(core::light(s));
    row.occurred = s.occurred;
    row.started = s.started;
    row.last = s.last;
    row.ended = s.ended;
    row.cycle = s.cycle;
    row.parent = s.parent;
    row.cause = s.cause;
    for (const auto& c : s.clocks) {
        ClockRow r;
        r.case_id = s.id;
        r.id = c.id;
        r.name = c.name;
        r.task = c.task;
        r.kind = word(c.rule == model::none ? model::LimitKind::due
                                            : program.clocks[static_cast<std::size_t>(c.rule)].kind);
        r.status = word(c.status);
        r.light = model::to_string(c.light);
        r.from = c.from;
        r.due = due_of(c);
        r.ended = c.ended;
        r.late_ms = c.late_ms;
        r.cycle = c.cycle;
        if (c.status == core::ClockStatus::running && r.due && (!row.due || *r.due < *row.due))
            row.due = r.due;
        view.clocks.push_back(std::move(r));
    }
    for (const auto& t : s.tasks) {
        TaskRow r;
        r.case_id = s.id;
        r.id = t.id;
        r.name = t.name;
        r.title = t.title;
        r.person = t.person;
        r.stands_for = t.stands_for;
        r.status = word(t.status);
        r.since = t.since;
        r.light = model::to_string(model::Light::green);
        for (const auto& c : s.clocks) {
            // A plain stage's task runs under the stage's own clock.
            const bool own = c.task == t.id;
            const bool stage = c.task.empty() && c.entry != 0 && c.entry == t.entry;
            // To name an owner is pressed by the clock that runs while nobody owns the case.
            const bool unowned = t.name == core::name_owner_task && c.rule == program.unowned_clock;
            if (!own && !unowned && !(stage && !r.due)) continue;
            if (c.status != core::ClockStatus::running && c.status != core::ClockStatus::paused) continue;
            r.due = due_of(c);
            r.light = model::to_string(c.light);
        }
        r.ended = t.ended;
        r.follow_up = t.follow_up;
        view.tasks.push_back(std::move(r));
    }
    for (const auto& stage : s.stages)
        if (auto job = job_of(s, stage, program)) view.jobs.push_back(std::move(*job));
    for (const auto& request : s.requests)
        if (request.open)
            view.requests.push_back({.case_id = s.id,
                                     .id = request.id,
                                     .what = request.what,
                                     .by = request.by,
                                     .of = fmt::format("{}", fmt::join(request.of, " ")),
                                     .asked = request.asked});
    view.escalations = s.escalations;
    for (const auto& l : s.links) {
        LinkRow r{s.id, l.other, l.relation};
        if (std::find(view.links.begin(), view.links.end(), r) == view.links.end())
            view.links.push_back(std::move(r));
    }
    view.next = core::next_moment(s);
    return view;
}

EscalationRow row_of(const CaseView& view, const core::EscalationState& e) {
    EscalationRow r;
    r.case_id = view.row.id;
    r.id = e.id;
    const auto clock = std::ranges::find(view.clocks, e.clock, &ClockRow::id);
    r.clock = clock == view.clocks.end() ? e.clock : clock->name;
    r.step = e.step;
    r.repeat = e.repeat;
    r.at = e.at;
    r.planned = e.planned;
    r.told = joined(e.told);
    r.ask = e.ask;
    r.answer = e.answer;
    r.answer_by = e.answer_by;
    r.acknowledge_by = e.acknowledge_by;
    r.acknowledged_by = e.acknowledged_by;
    r.acknowledge_missed = e.acknowledge_missed;
    r.answer_missed = e.answer_missed;
    r.overtaken = e.overtaken;
    return r;
}

Json to_json(const CaseRow& r, Times t) { return describe::write(r, t); }
Json to_json(const TaskRow& r, Times t) { return describe::write(r, t); }
Json to_json(const JobRow& r, Times t) { return describe::write(r, t); }
Json to_json(const RequestRow& r, Times t) { return describe::write(r, t); }
Json to_json(const ClockRow& r, Times t) { return describe::write(r, t); }
Json to_json(const EscalationRow& r, Times t) { return describe::write(r, t); }
Json to_json(const LinkRow& r, Times t) { return describe::write(r, t); }
Json to_json(const OutboxRow& r, Times t) { return describe::write(r, t); }

}  // namespace reeve::store
