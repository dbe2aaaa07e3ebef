#include "engine/runtime/job_handler.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/log.h"
#include "engine/runtime/plugin_answer.h"
#include "engine/spelling.h"

namespace reeve::runtime {

namespace {

// Jobs that are tried in a turn: others may have taken the first ones, or their cases are damaged.
constexpr std::size_t looked_at_first = 16, tried_at_most = 1024;
constexpr Millis passed_over{60'000};  // such a one is not tried again for so long

// Nothing can be written now: the same is asked again.
bool is_for_now(const Error& error) {
    for (const char* code : {"not-durable", "disk-full", "not-writable", "clock-jumped"})
        if (error.code == code) return true;
    return false;
}
// The case cannot be read now: asked again until the lease is over, but no longer, as a disk may never give
// it back and other cases wait.
bool may_pass(const Error& error, Instant lease_over, Instant now) {
    return error.code == "not-readable" && now < lease_over;
}
// The job is no longer this plugin's.
bool is_lost(const Error& error) {
    for (const char* code :
         {"lease-lost", "case-closed", "job-not-running", "unknown-job", "unknown-case", "no-such-case",
          "archived", "damaged", "not-readable", "unknown-person", "person-left"})
        if (error.code == code) return true;
    return false;
}

// Where somebody with these posts may do jobs: at their units and below. Empty: nowhere; {""} would be no
// unit. `everywhere`: at the topmost.
struct Reach {
    bool everywhere = false;
    std::vector<std::string> units;
};
Reach reach_of(const org::Directory& directory, const std::string& person) {
    Reach reach;
    std::set<std::string> units;
    for (const auto* post : directory.posts()) {
        if (std::ranges::find(post->holders, person) == post->holders.end()) continue;
        reach.everywhere |= directory.parent(post->unit).empty();
        for (const auto* unit : directory.units())
            if (directory.within(unit->id, post->unit)) units.insert(unit->id);
    }
    reach.units.assign(units.begin(), units.end());
    return reach;
}

Json request_of(const store::CaseFile& file, const core::StageState& at) {
    const auto& program = *file.program;
    const auto& stage = program.stages[program.stage(at.stage)];
    const auto when = [&](const std::optional<Instant>& instant) {
        return instant ? Json(time::to_string(*instant, *program.calendar)) : Json();
    };
    return {{"job", at.job},
            {"handler", stage.job},
            {"case", file.state.id},
            {"definition", file.state.definition},
            {"version", file.state.version},
            {"title", file.state.title},
            {"unit", file.state.unit},
            {"stage", at.stage},
            {"attempt", at.attempt},
            {"attempts", stage.attempts},
            {"lease", at.lease},
            {"times_out", when(at.job_times_out)},
            {"data", file.state.data}};
}

}  // namespace

JobHandler::JobHandler(Engine& engine, std::unique_ptr<PluginHost> host, JobHandling wanted)
    : engine_(engine), host_(std::move(host)), wanted_(std::move(wanted)), health_of_host_(host_->health()) {}

JobHandler::~JobHandler() {
    ask_to_stop();
    rounds_.reset();
    keeper_ = {};
}

void JobHandler::start() {
    keeper_ = std::jthread([this](const std::stop_token& stop) { beat(stop); });
    auto rounds = std::make_unique<Rounds>(engine_, name(), [this] { return turn(); });
    std::lock_guard lock(mutex_);  // its health may be asked for already
    rounds_ = std::move(rounds);
}

void JobHandler::ask_to_stop() {
    stopping_ = true;
    if (rounds_) rounds_->ask_to_stop();
    host_->ask_to_stop();
}

bool JobHandler::turn() {
    if (unreported_) {
        if (!report(*std::exchange(unreported_, std::nullopt))) return false;
    }
    if (stopping_ || host_->health().state != PluginState::running) return false;
    const auto leased = lease();
    if (!leased) return false;
    const auto said = have_done(*leased);
    return report(report_of(*leased, outcome(*leased, said)));
}

std::optional<JobHandler::Leased> JobHandler::lease() {
    const auto reach = reach_of(*engine_.directory(), wanted_.person);
    if (!reach.everywhere && reach.units.empty()) return std::nullopt;
    if (!reader_) reader_ = engine_.read();
    store::JobFilter ready{.handlers = wanted_.handlers,
                           .units = reach.everywhere ? std::vector<std::string>{} : reach.units,
                           .case_id = {},
                           .status = "ready",
                           .limit = looked_at_first};
    std::string refusal;
    std::optional<Leased> leased;
    const auto now = engine_.now();
    std::erase_if(passed_over_, [&](const auto& one) { return one.second <= now; });
    auto jobs = reader_->jobs(ready);
    for (std::size_t next = 0; next < jobs.size() && !stopping_; ++next) {
        if (next + 1 == ready.limit && ready.limit < tried_at_most) {
            ready.limit *= 4;
            jobs = reader_->jobs(ready);
            if (next >= jobs.size()) break;
        }
        const auto job = jobs[next];
        if (passed_over_.contains(job.case_id)) continue;
        const core::Command command{
            .actor = wanted_.person,
            .case_id = job.case_id,
            .wish = core::LeaseJob{
                .job = job.id, .worker = name(), .seconds = static_cast<int>(wanted_.lease.count())}};
        const auto receipt = engine_.ask(command);
        if (!receipt) {
            refusal = receipt.error().code == "job-taken" ? "" : receipt.error().message;
            if (is_for_now(receipt.error())) break;
            if (receipt.error().code == "damaged" || receipt.error().code == "not-readable")
                passed_over_[job.case_id] = now + passed_over;
            continue;
        }
        for (const auto& event : receipt->events)
            if (const auto* given = std::get_if<core::JobLeased>(&event.event))
                leased = Leased{job.case_id, job.id, given->lease, event.at + Millis(wanted_.lease) / 3};
        refusal.clear();
        break;
    }
    std::lock_guard lock(mutex_);
    refusal_ = std::move(refusal);
    leased_ = leased;
    changed_.notify_all();
    return leased;
}

// Never throws: a job that was leased is reported on, or it would be kept for ever.
std::expected<Json, PluginFault> JobHandler::have_done(const Leased& leased) {
    try {
        const auto file = engine_.find(leased.case_id);
        if (!file) return std::unexpected(PluginFault{file.error().message, {}});
        const auto at = std::ranges::find_if(file->state.stages, [&](const auto& stage) {
            return stage.job == leased.job && stage.lease == leased.lease;
        });
        // Ended by somebody between the lease and now: the report will be refused, and that is all.
        if (at == file->state.stages.end()) return std::unexpected(PluginFault{"the lease is over", {}});
        return host_->call(request_of(*file, *at));
    } catch (const std::exception& e) {
        return std::unexpected(PluginFault{std::string("the case could not be read: ") + e.what(), {}});
    }
}

// A report, under the key that it would have over HTTP.
core::Command JobHandler::report_of(const Leased& leased, core::Wish wish) const {
    const auto word = std::holds_alternative<core::CompleteJob>(wish)  ? "complete"
                      : std::holds_alternative<core::ReleaseJob>(wish) ? "release"
                                                                       : "fail";
    return {
        .key = fmt::format("{}:{}/{}/{}/{}", word, leased.case_id, leased.job, leased.lease, wanted_.person),
        .actor = wanted_.person,
        .case_id = leased.case_id,
        .wish = std::move(wish)};
}

core::Wish JobHandler::outcome(const Leased& leased, const std::expected<Json, PluginFault>& answer) const {
    core::FailJob failed{.job = leased.job, .error = {}, .lease = leased.lease, .retry_after = {}};
    if (!answer) {
        // No fault of the job's: it goes on with whoever is there next.
        if (stopping_ || !answer.error().asked)
            return core::ReleaseJob{.job = leased.job, .lease = leased.lease};
        failed.error = answer.error().error;
        return failed;
    }
    const auto outcome = text_in(*answer, "outcome");
    if (outcome == "completed") {
        core::CompleteJob done{.job = leased.job,
                               .data = answer->value("data", Json::object()),
                               .lease = leased.lease,
                               .action = text_in(*answer, "action"),
                               .reason = text_in(*answer, "reason")};
        if (done.data.is_null()) done.data = Json::object();
        if (done.data.is_object()) return done;
        failed.error = fmt::format("the plugin {} answered with \"data\" that is no object", name());
    } else if (outcome == "failed") {
        failed.error = error_in(*answer, name());
        const auto retry = answer->find("retry");
        failed.retry = retry == answer->end() || *retry != false;
        if (const auto wait = wait_in(*answer)) failed.retry_after = time::Duration{.elapsed = *wait};
    } else {
        failed.error =
            fmt::format("the plugin {} answered without an outcome: expected completed or failed", name());
    }
    return failed;
}

// False: it could not be kept now, and is told again.
bool JobHandler::report(core::Command command) {
    auto receipt = engine_.ask(command);
    const auto* done = std::get_if<core::CompleteJob>(&command.wish);
    if (!receipt && done && !is_for_now(receipt.error()) && !is_lost(receipt.error())) {
        // The attempt has failed, and says so to people.
        core::FailJob failed{.job = done->job,
                             .error = fmt::format("what the plugin {} answered does not fit: {}", name(),
                                                  receipt.error().message),
                             .lease = done->lease,
                             .retry_after = {}};
        command = report_of({command.case_id, done->job, done->lease, {}}, std::move(failed));
        receipt = engine_.ask(command);
    }
    const auto now = engine_.now();
    // A full disk before that does not count.
    if (receipt || receipt.error().code != "not-readable")
        unread_since_.reset();
    else if (!unread_since_)
        unread_since_ = now;
    if (!receipt && (is_for_now(receipt.error()) ||
                     may_pass(receipt.error(), unread_since_.value_or(now) + Millis(wanted_.lease), now))) {
        unreported_ = std::move(command);  // the lease is kept until then
        std::lock_guard lock(mutex_);
        refusal_ = receipt.error().message;
        return false;
    }
    unread_since_.reset();
    {
        std::lock_guard lock(mutex_);
        leased_.reset();
    }
    if (receipt) {
        const bool failed = std::holds_alternative<core::FailJob>(command.wish);
        const bool completed = std::holds_alternative<core::CompleteJob>(command.wish);
        count(failed ? "failed" : completed ? "completed" : "released", failed);
        return true;
    }
    log::write(log::Level::warning, "job-came-too-late",
               {{"plugin", name()}, {"case", command.case_id}, {"error", receipt.error().message}});
    count("lost", false);
    return true;
}

void JobHandler::count(const char* result, bool failed) {
    std::lock_guard lock(mutex_);
    ++work_[result];
    refusal_.clear();
    if (result == std::string_view("completed")) failing_since_.reset();
    if (failed && !failing_since_) failing_since_ = engine_.now();
}

void JobHandler::keep() {
    std::unique_lock lock(mutex_);
    if (!leased_ || engine_.now() < leased_->extend_at) return;
    const auto leased = *leased_;
    lock.unlock();
    const core::Command command{
        .actor = wanted_.person,
        .case_id = leased.case_id,
        .wish = core::ExtendLease{
            .job = leased.job, .lease = leased.lease, .seconds = static_cast<int>(wanted_.lease.count())}};
    const auto kept = engine_.ask(command);
    lock.lock();
    if (!leased_ || leased_->lease != leased.lease || leased_->case_id != leased.case_id) return;
    // A lease that is lost is not kept any longer; what the plugin is at, it ends, and is refused.
    if (!kept && !is_for_now(kept.error()) && kept.error().code != "not-readable") leased_.reset();
    if (leased_ && kept) leased_->extend_at = engine_.now() + Millis(wanted_.lease) / 3;
}

void JobHandler::beat(const std::stop_token& stop) {
    const auto each = std::min(Millis{1'000}, Millis(wanted_.lease) / 3);
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, stop, [&] { return leased_.has_value(); });
            changed_.wait_for(lock, stop, each, [&] { return false; });
        }
        if (stop.stop_requested()) return;
        try {
            keep();
        } catch (const std::exception& e) {  // tried again in a moment; at worst the lease runs out
            log::write(log::Level::error, "lease-not-kept", {{"plugin", name()}, {"error", e.what()}});
        }
    }
}

// What an administrator can mend.
std::string JobHandler::trouble() const {
    const auto directory = engine_.directory();
    const auto* person = directory->person(wanted_.person);
    if (!person || !person->active)
        return fmt::format("there is no person \"{}\" in whose name it could work", wanted_.person);
    if (const auto reach = reach_of(*directory, wanted_.person); reach.units.empty())
        return fmt::format("{} has no post, and so no jobs", wanted_.person);
    std::vector<std::string> known;
    for (const auto& id : engine_.catalog().ids())
        for (const auto& stage : engine_.catalog().program(id)->stages)
            if (stage.kind == model::StageKind::job) known.push_back(stage.job);
    for (const auto& handler : wanted_.handlers)
        if (std::ranges::find(known, handler) == known.end())
            return fmt::format("no definition has a job for \"{}\"{}", handler, did_you_mean(handler, known));
    return {};
}

PluginHealth JobHandler::health() const {
    auto health = host_->health();
    health.trouble = trouble();
    std::lock_guard lock(mutex_);
    health.work = work_;
    health.failing_since = failing_since_;
    if (health.trouble.empty()) health.trouble = refusal_;
    if (health.trouble.empty() && rounds_) health.trouble = rounds_->fault();
    return health;
}

}  // namespace reeve::runtime
