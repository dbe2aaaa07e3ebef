// Jobs: what a stage asks of a program, who has it and for how long, and what becomes of it. docs/jobs.md
// tells why leases are events.
#include <fmt/format.h>

#include "engine/core/flow.h"
#include "engine/json.h"

namespace reeve::core {

namespace {

constexpr std::size_t longest_error = 4000;  // bytes; it stands in the history of the case, for people

Duration doubled(Duration d, int times) {
    const std::int64_t factor = std::int64_t{1} << std::min(times, 16);
    return {.months = d.months * factor,
            .days = d.days * factor,
            .elapsed = d.elapsed * factor,
            .working_days = d.working_days * factor,
            .working = d.working * factor,
            .working_unit = d.working_unit};
}

Instant after(const Decision& d, const Duration& in) {
    return time::due(*d.program().calendar, d.now, in, {.until = time::Until::moment}).at;
}

std::string shortened(std::string text) {
    if (text.size() <= longest_error) return text;
    text.resize(longest_error);
    while (!text.empty() && bad_utf8(text) != std::string::npos) text.pop_back();
    return text + "…";
}

std::optional<StageState> stage_of_job(const Decision& d, const std::string& job) {
    for (const auto& stage : d.state.stages)
        if (!job.empty() && stage.job == job) return stage;
    return {};
}

Outcome unknown_job(const std::string& job) {
    return reject("unknown-job", fmt::format("no active stage waits for the job \"{}\"", job), "job");
}

// A program works in the name of somebody who has a post in the case's unit, or in one above it.
Outcome may_work(const Decision& d) {
    if (!is_person(d)) return may(d, {});
    const auto& directory = d.context.directory;
    for (auto unit = d.state.unit; !unit.empty(); unit = directory.parent(unit))
        if (!directory.roles_of(d.command.actor, unit).empty()) return {};
    return reject("not-permitted",
                  fmt::format("{} has no post in {} or above it, and so no jobs of its cases",
                              d.command.actor, d.state.unit),
                  "actor");
}

Outcome check_seconds(int seconds) {
    if (seconds >= 1 && seconds <= longest_lease_seconds) return {};
    return reject("bad-duration",
                  fmt::format("a lease is for 1 to {} seconds, not {}: whoever needs longer extends it",
                              longest_lease_seconds, seconds),
                  "seconds");
}

// A lease never outlasts the attempt.
Instant lease_end(const Decision& d, int seconds, const std::optional<Instant>& times_out) {
    const auto end = d.now + std::chrono::seconds(seconds);
    return times_out ? std::min(end, *times_out) : end;
}

// The late worker is refused, whoever has the job by now.
Result<StageState> leased(const Decision& d, const std::string& job, std::int64_t lease) {
    const auto lost = [&](const std::string& why) {
        return refuse("lease-lost", fmt::format("the lease {} of {} is not yours: {}", lease, job, why),
                      "lease");
    };
    const auto at = stage_of_job(d, job);
    if (!at) return lost("no stage waits for the job any more");
    if (lease > 0 && at->lease == lease && at->leased_by == d.command.actor) return *at;
    if (at->lease == lease)
        return lost(fmt::format("{} took it in the name of {}, not of {}", at->worker, at->leased_by,
                                d.command.actor));
    if (at->lease) return lost(fmt::format("{} has the job as lease {}", at->worker, at->lease));
    if (at->job_failed) return lost("the job has failed for good, and people do it");
    return lost(at->job_retry_at ? "the job waits for its next attempt" : "the job waits for a program");
}

// Who reports on a job: the program that has it, or a person, or the engine, in its place.
Result<StageState> reported(const Decision& d, const std::string& job, std::int64_t lease) {
    if (lease) return leased(d, job, lease);
    const auto at = stage_of_job(d, job);
    if (!at) return std::unexpected(*unknown_job(job));
    if (auto no = may(d, {})) return std::unexpected(*no);
    return *at;
}

}  // namespace

// How long an attempt may take counts from its lease: a job that waits for a program loses no attempt. Its
// stage's clock runs all the while.
void request_job(Decision& d, int entry) {
    const StageState stage = *d.state.stage(entry);
    d.emit(JobRequested{.job = stage.attempt ? stage.job : d.new_id('j'),
                        .handler = rules_of(d, stage).job,
                        .entry = entry,
                        .attempt = stage.attempt + 1});
}

void job_failed(Decision& d, int entry, const std::string& error, bool retry,
                const std::optional<Duration>& wait) {
    const StageState stage = *d.state.stage(entry);
    const auto& rules = rules_of(d, stage);
    JobFailed failed{.job = stage.job, .error = error};
    const bool again = retry && stage.attempt < rules.attempts;
    if (again)
        failed.retry_at =
            after(d, wait.value_or(doubled(rules.backoff.value_or(Duration{}), stage.attempt - 1)));
    d.emit(failed);
    // Without a way out for failures the stage stays: its clock climbs, and a person may act on it.
    if (again || rules.on_failure == model::none) return;
    if (auto no = all_or_nothing(d, [&] { return go(d, entry, rules.on_failure, "failed"); }))
        leave_to_people(d, entry, "The case could not go on by itself: " + no->message);
}

// The attempt is spent, so that a job which kills every program that takes it ends with people; the next one
// begins at once, as the lease was the wait.
void lease_ran_out(Decision& d, int entry) {
    const auto worker = d.state.stage(entry)->worker;
    job_failed(d, entry, worker + " said nothing until its lease ran out", true, Duration{});
    if (const auto* stage = d.state.stage(entry); stage && stage->job_retry_at) request_job(d, entry);
}

Outcome decide_flow(Decision& d, const LeaseJob& wish) {
    const auto at = stage_of_job(d, wish.job);
    if (!at) return unknown_job(wish.job);
    if (auto no = may_work(d)) return no;
    if (auto no = check_seconds(wish.seconds)) return no;
    if (wish.worker.empty() || wish.worker.size() > longest_worker_bytes)
        return reject(
            "missing-name",
            fmt::format("say what the program calls itself, in {} bytes at most", longest_worker_bytes),
            "worker");
    if (at->lease)
        return reject("job-taken",
                      fmt::format("{} has {} until {}", at->worker, wish.job,
                                  time::to_string(*at->lease_until, *d.program().calendar)),
                      "job");
    if (at->job_failed || at->job_retry_at)
        return reject("job-not-running",
                      fmt::format("{} has failed, and {}", wish.job,
                                  at->job_failed ? "people do it" : "waits for its next attempt"),
                      "job");
    JobLeased lease{
        .job = wish.job, .worker = wish.worker, .lease = static_cast<std::int64_t>(d.state.revision) + 1};
    if (const auto& timeout = rules_of(d, *at).timeout) lease.times_out = after(d, *timeout);
    lease.until = lease_end(d, wish.seconds, lease.times_out);
    d.emit(std::move(lease));
    return {};
}

// While more than half of it is left nothing is written: a program that is diligent fills no journal.
Outcome decide_flow(Decision& d, const ExtendLease& wish) {
    if (auto no = check_seconds(wish.seconds)) return no;
    const auto at = leased(d, wish.job, wish.lease);
    if (!at) return at.error();
    const auto end = lease_end(d, wish.seconds, at->job_times_out);
    if (end <= *at->lease_until || (*at->lease_until - d.now) * 2 > std::chrono::seconds(wish.seconds))
        return {};
    d.emit(JobLeaseExtended{.job = wish.job, .lease = wish.lease, .until = end});
    return {};
}

Outcome decide_flow(Decision& d, const ReleaseJob& wish) {
    const auto at = leased(d, wish.job, wish.lease);
    if (!at) return at.error();
    d.emit(JobReleased{.job = wish.job, .lease = wish.lease});
    return {};
}

Outcome decide_flow(Decision& d, const CompleteJob& wish) {
    const auto at = reported(d, wish.job, wish.lease);
    if (!at) return at.error();
    ByItself job(d);
    if (!wish.action.empty()) {
        const Act act{.action = wish.action, .stage = at->stage, .data = wish.data, .reason = wish.reason};
        return act_for_job(d, *at, act);
    }
    if (auto no = check_given(d, wish.data, {})) return no;
    d.emit(JobCompleted{wish.job});
    record_given(d, wish.data, {});
    return go(d, at->entry, rules_of(d, *at).then, "then");
}

Outcome decide_flow(Decision& d, const FailJob& wish) {
    const auto at = reported(d, wish.job, wish.lease);
    if (!at) return at.error();
    if (at->job_retry_at)
        return reject("job-not-running",
                      fmt::format("{} has failed already and waits for its next attempt", wish.job), "job");
    if (wish.retry_after) {
        const auto next = after(d, *wish.retry_after);
        if (next < d.now || !time::countable(next))
            return reject("bad-duration", "the next attempt cannot be then", "retry_after");
    }
    if (wish.error.empty()) return reject("missing-field", "say what went wrong", "error");
    ByItself job(d);
    job_failed(d, at->entry, shortened(wish.error), wish.retry, wish.retry_after);
    return {};
}

}  // namespace reeve::core
