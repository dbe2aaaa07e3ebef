// Routes of jobs: what a program leases, keeps, completes and fails, and the list of what there is.
#include <fmt/format.h>

#include <algorithm>

#include "engine/http/leasing.h"
#include "engine/http/route.h"
#include "engine/spelling.h"

namespace reeve::http {

// The bodies, as they are read.
struct LeaseBody {
    std::vector<std::string> handlers;
    std::string worker;
    int most = 1, lease_seconds = 60, wait_seconds = 0;
};
struct HeartbeatBody {
    std::int64_t lease = 0;
    int lease_seconds = 60;
};
struct ReleaseBody {
    std::int64_t lease = 0;
};
struct CompleteBody {
    std::int64_t lease = 0;
    Json data = Json::object();
    std::string action;
    std::string reason;
};
struct FailBody {
    std::int64_t lease = 0;
    std::string error;
    bool retry = true;
    std::optional<int> retry_after_seconds;
};
REEVE_DESCRIBED(LeaseBody, handlers, worker, most, lease_seconds, wait_seconds)
REEVE_DESCRIBED(HeartbeatBody, lease, lease_seconds)
REEVE_DESCRIBED(ReleaseBody, lease)
REEVE_DESCRIBED(CompleteBody, lease, data, action, reason)
REEVE_DESCRIBED(FailBody, lease, error, retry, retry_after_seconds)

namespace {

using Kind = Parameter::Kind;
constexpr Parameter job_unit{"unit", Kind::text, "Of this unit and below"};

std::optional<Error> within(int value, int least, int most, const char* field) {
    if (value >= least && value <= most) return std::nullopt;
    return Error{"bad-shape", fmt::format("expected a whole number from {} to {}", least, most),
                 fmt::format("/{}", field)};
}

// A name that stands in no definition is a slip of the pen, and would be waited for in vain.
std::optional<Error> unknown_handler(const Call& call, const views::Sight& sight, const std::string& wanted,
                                     const std::string& field) {
    std::vector<std::string> known;
    for (const auto& id : call.engine.catalog().ids())
        for (const auto& stage : call.engine.catalog().program(id)->stages)
            if (stage.kind == model::StageKind::job) known.push_back(stage.job);
    if (std::ranges::find(known, wanted) != known.end()) return std::nullopt;
    // Of an older version, perhaps, at which cases still are.
    const store::JobFilter of_it{.handlers = {wanted}, .units = {}, .case_id = {}, .status = {}, .limit = 1};
    if (!sight.reader.jobs(of_it).empty()) return std::nullopt;
    return Error{"unknown-handler",
                 "no definition has a job for \"" + wanted + "\"" + did_you_mean(wanted, known), field};
}

Answer lease(const Call& call, const views::Sight& sight) {
    constexpr int longest_wait = 60, most_at_once = 100;
    LeaseBody body;
    if (auto fault = describe::read(call.body, body, {})) return problem(*fault);
    if (body.handlers.empty() || body.handlers.size() > most_at_once)
        return problem({"bad-shape", "say which handlers' jobs the program does", "/handlers"});
    // The core refuses it too, but only once there is a job.
    if (body.worker.empty() || body.worker.size() > core::longest_worker_bytes)
        return problem({"missing-name",
                        fmt::format("say what the program calls itself, in {} bytes at most",
                                    core::longest_worker_bytes),
                        "/worker"});
    for (const auto& fault : {within(body.most, 1, most_at_once, "most"),
                              within(body.lease_seconds, 1, core::longest_lease_seconds, "lease_seconds"),
                              within(body.wait_seconds, 0, longest_wait, "wait_seconds")})
        if (fault) return problem(*fault);
    for (std::size_t i = 0; i < body.handlers.size(); ++i)
        if (auto fault = unknown_handler(call, sight, body.handlers[i], fmt::format("/handlers/{}", i)))
            return problem(*fault);
    auto units = seen_units(call, sight);
    if (!units) return problem(units.error());
    std::ranges::sort(body.handlers);
    Answer answer{.headers = {}};
    answer.leasing =
        std::make_shared<const Leasing>(Leasing{.kind = {std::move(body.handlers), std::move(*units)},
                                                .worker = std::move(body.worker),
                                                .most = static_cast<std::size_t>(body.most),
                                                .lease_seconds = body.lease_seconds,
                                                .wait = std::chrono::seconds(body.wait_seconds)});
    return answer;
}

// A command on the job of the path, in the name of whoever has the lease. `key`: a word; what it gave is
// given again to one whose answer got lost, wherever the case has gone since.
Result<core::Command> report(const Call& call, const views::Sight& sight, std::int64_t lease,
                             std::string_view key, core::Wish wish) {
    if (lease <= 0) return refuse("missing-field", "say which lease, as it was given with the job", "/lease");
    core::Command command{.actor = call.caller.person, .case_id = call.at("case"), .wish = std::move(wish)};
    if (!key.empty())
        command.key =
            fmt::format("{}:{}/{}/{}/{}", key, command.case_id, call.at("job"), lease, command.actor);
    if (!command.key.empty() && sight.reader.receipt(command.key)) return command;
    if (auto seen = seen_case(call, sight, command.case_id); !seen) return std::unexpected(seen.error());
    return command;
}

Result<core::Command> heartbeat(const Call& call, const views::Sight& sight) {
    HeartbeatBody body;
    if (auto fault = describe::read(call.body, body, {})) return std::unexpected(*fault);
    if (auto fault = within(body.lease_seconds, 1, core::longest_lease_seconds, "lease_seconds"))
        return std::unexpected(*fault);
    return report(
        call, sight, body.lease, "",
        core::ExtendLease{.job = call.at("job"), .lease = body.lease, .seconds = body.lease_seconds});
}

Answer kept(const Call& call, const views::Sight& sight, const runtime::Receipt& receipt) {
    for (const auto& job :
         sight.reader.jobs({.handlers = {}, .units = {}, .case_id = receipt.case_id, .status = {}}))
        if (job.id == call.at("job") && call.body["lease"] == job.lease)
            return json_answer(views::job_row(sight, job));
    return problem({"lease-lost", "the lease ended just now", "lease"});
}

Result<core::Command> release(const Call& call, const views::Sight& sight) {
    ReleaseBody body;
    if (auto fault = describe::read(call.body, body, {})) return std::unexpected(*fault);
    return report(call, sight, body.lease, "release",
                  core::ReleaseJob{.job = call.at("job"), .lease = body.lease});
}

Result<core::Command> complete(const Call& call, const views::Sight& sight) {
    CompleteBody body;
    if (auto fault = describe::read(call.body, body, {})) return std::unexpected(*fault);
    return report(call, sight, body.lease, "complete",
                  core::CompleteJob{.job = call.at("job"),
                                    .data = std::move(body.data),
                                    .lease = body.lease,
                                    .action = std::move(body.action),
                                    .reason = std::move(body.reason)});
}

Result<core::Command> fail(const Call& call, const views::Sight& sight) {
    constexpr int longest_wait = 30 * 24 * 3600;
    FailBody body;
    if (auto fault = describe::read(call.body, body, {})) return std::unexpected(*fault);
    core::FailJob wish{
        .job = call.at("job"), .error = std::move(body.error), .retry = body.retry, .lease = body.lease};
    if (body.retry_after_seconds) {
        if (auto fault = within(*body.retry_after_seconds, 0, longest_wait, "retry_after_seconds"))
            return std::unexpected(*fault);
        wish.retry_after = time::Duration{.elapsed = std::chrono::seconds(*body.retry_after_seconds)};
    }
    return report(call, sight, body.lease, "fail", std::move(wish));
}

Answer receipt_of(const Call&, const views::Sight& sight, const runtime::Receipt& receipt) {
    return json_answer(views::receipt_text(sight, receipt));
}

constexpr Parameter job_query[] = {{"handler", Kind::text, "Of this handler"},
                                   {"case", Kind::text, "Of this case"},
                                   job_unit,
                                   {"status", Kind::job_status, "In this state"},
                                   page_limit,
                                   page_after};

Answer list_jobs(const Call& call, const views::Sight& sight) {
    auto units = seen_units(call, sight);
    if (!units) return problem(units.error());
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    store::JobFilter filter{.handlers = {},
                            .units = std::move(*units),
                            .case_id = call.query("case"),
                            .status = call.query("status"),
                            .limit = wanted->from + wanted->limit + 1};
    if (const auto& handler = call.query("handler"); !handler.empty()) {
        if (auto fault = unknown_handler(call, sight, handler, "handler")) return problem(*fault);
        filter.handlers = {handler};
    }
    return page(sight.reader.jobs(filter), *wanted,
                [&](const store::JobRow& row) { return views::job_row(sight, row); });
}

constexpr Parameter lease_query[] = {job_unit};

constexpr Route job_table[] = {
    {"GET", "/v1/jobs", "listJobs",
     "What active stages ask of programs, those that have waited longest first: who has it, and until when.",
     Scope::read, job_query, Takes::nothing, "", "Job", true, list_jobs},
    {"POST", "/v1/jobs/lease", "leaseJobs",
     "Takes jobs for a time, and waits until there is one; an empty list when there was none.", Scope::work,
     lease_query, Takes::json, "Lease", "LeasedJobs", false, lease},
    {"POST",
     "/v1/jobs/{case}/{job}/heartbeat",
     "extendLease",
     "Keeps a job: its lease ends so many seconds from now, but never after the attempt.",
     Scope::work,
     {},
     Takes::json,
     "LeaseExtension",
     "Job",
     false,
     Report{heartbeat, kept}},
    {"POST",
     "/v1/jobs/{case}/{job}/release",
     "releaseJob",
     "Gives a job back undone: it waits for a program again at once, and no attempt is spent.",
     Scope::work,
     {},
     Takes::json,
     "JobReleased",
     "Receipt",
     false,
     Report{release, receipt_of}},
    {"POST",
     "/v1/jobs/{case}/{job}/complete",
     "completeJob",
     "The job is done, and the case goes on. Sent again with the same lease it does nothing more.",
     Scope::work,
     {},
     Takes::json,
     "JobDone",
     "Receipt",
     false,
     Report{complete, receipt_of}},
    {"POST",
     "/v1/jobs/{case}/{job}/fail",
     "failJob",
     "This attempt has failed; the job is tried again, or goes to people. Sent again it does nothing more.",
     Scope::work,
     {},
     Takes::json,
     "JobGivenUp",
     "Receipt",
     false,
     Report{fail, receipt_of}},
};

}  // namespace

std::span<const Route> job_routes() { return job_table; }

}  // namespace reeve::http
