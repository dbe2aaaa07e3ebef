// JobHandler: a plugin that does the jobs of stages, in the process of the service. It leases, keeps,
// completes, fails and gives them back by the same commands as a program does over HTTP (docs/jobs.md), in
// the name of a person: what stands in the journal is the same, and so is what a late one is refused by.
//
// One job at a time, as a plugin has one thread. A plugin that rests is given none: the attempts of a job
// are not spent on one that cannot be asked. Whoever makes it owns it; the engine outlives it.
#pragma once

#include "engine/runtime/plugin.h"
#include "engine/runtime/rounds.h"

namespace reeve::runtime {

struct JobHandling {
    std::vector<std::string> handlers;  // as stages name them
    std::string person;                 // in whose name
    std::chrono::seconds lease{60};     // how long after the end of this process another gets the job
};

class JobHandler {
  public:
    JobHandler(Engine&, std::unique_ptr<PluginHost>, JobHandling);
    // A job that is being done is waited for as long as PluginLimits::close says, and then given back: no
    // attempt is spent.
    ~JobHandler();

    void start();  // from now on by itself, until the end
    // For tests, instead of start(). Leases a job, has it done and reports on it; false: there was none, or
    // what came of it could not be kept yet and is told in the next turn. One thread.
    bool turn();
    // Extends the lease of the job that is being done, once a third of it is over. Another thread than
    // turn's.
    void keep();

    PluginHealth health() const;
    void ask_to_stop();  // without waiting, so that several stop at once

  private:
    struct Leased {
        std::string case_id, job;
        std::int64_t lease = 0;
        Instant extend_at;
    };
    std::optional<Leased> lease();
    std::expected<Json, PluginFault> have_done(const Leased&);
    core::Wish outcome(const Leased&, const std::expected<Json, PluginFault>&) const;
    core::Command report_of(const Leased&, core::Wish) const;
    bool report(core::Command);
    void count(const char* result, bool failed);
    void beat(const std::stop_token&);
    std::string trouble() const;
    std::string name() const { return health_of_host_.name; }

    Engine& engine_;
    std::unique_ptr<PluginHost> host_;
    JobHandling wanted_;
    const PluginHealth health_of_host_;      // as it was at the beginning: who it is
    std::unique_ptr<store::Reader> reader_;  // of turn's thread
    std::optional<core::Command> unreported_;
    std::optional<Instant> unread_since_;         // its case cannot be read
    std::map<std::string, Instant> passed_over_;  // cases that cannot be read, until when
    std::atomic<bool> stopping_ = false;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<Leased> leased_;  // what is being done, or done and not reported yet
    std::map<std::string, std::uint64_t> work_;
    std::optional<Instant> failing_since_;
    std::string refusal_;  // why nothing could be leased or reported, the last time

    std::jthread keeper_;
    std::unique_ptr<Rounds> rounds_;
};

}  // namespace reeve::runtime
