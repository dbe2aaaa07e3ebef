// PluginHost: one plugin (plugins/reeve_plugin.h) in a process of its own, started, watched, ended and
// started again. What the plugin does wrong (exits, hangs, crashes, takes too much memory, answers rubbish)
// ends its process and is an answer with a sentence here; nothing of it reaches the engine.
//
// Who starts one owns it. Every member may be called from any thread; calls queue up behind one another. A
// thread of the host's own starts the process and sees its end, also between two calls, for the kernel ends
// the process with the thread that started it.
#pragma once

#include <expected>
#include <filesystem>
#include <map>

#include "engine/result.h"
#include "engine/runtime/notifier.h"
#include "engine/runtime/time_source.h"

namespace reeve::runtime {

struct PluginLimits {
    Millis open{10'000};  // to be loaded and to take its settings
    Millis call{30'000};  // for one call
    Millis close{2'000};  // for a call that runs when it is stopped, and again to end
    std::uint64_t memory = std::uint64_t{256}
                           << 20;  // bytes that it may write to, the process's own included
    std::size_t answer = 1 << 20;  // bytes
    // After it fell it rests, each time twice as long; a good answer begins anew.
    Millis first_rest{1'000}, longest_rest{60'000};
};

struct PluginSettings {
    std::string name;               // as the office calls it: "mail"
    std::filesystem::path library;  // the shared library
    std::string kind = "notifier";  // "notifier", "job handler", "assigner", "exporter": what it must be
    Json settings = Json::object();
    PluginLimits limits;
    // Who becomes the process: started with the one word "plugin-host", it must call host_plugin(). A program
    // that embeds the engine does so itself or names the reeve command.
    std::filesystem::path program = "/proc/self/exe";
    std::shared_ptr<TimeSource> time = {};  // for `since`; none: the system's
};

enum class PluginState {
    starting,
    running,
    resting,  // it fell, and is started again after a pause
    stopped
};

struct PluginHealth {
    std::string name;    // as the office calls it
    std::string kind;    // as in PluginSettings
    std::string plugin;  // its own name and version: "smtp 0.1.0"
    PluginState state = PluginState::starting;
    Instant since;               // of the state
    std::uint64_t restarts = 0;  // since it was started first
    std::uint64_t calls = 0, faults = 0;
    std::string last_error;             // one sentence; it stays when the plugin runs again
    std::optional<Instant> last_fault;  // when that was
    // Of one that the engine gives work to (job handler, assigner, exporter):
    std::map<std::string, std::uint64_t> work;  // what came of it since the start: "completed", "failed"
    std::string trouble;                        // why what it is there for is not done; empty: all is well
    std::optional<Instant> failing_since;       // of the first failure since something was done
    struct Export {
        std::uint64_t to = 0;          // the last event that it keeps
        std::uint64_t behind = 0;      // how many numbers of the journal come after that
        std::optional<Instant> since;  // when the first event behind it was written
    };
    std::optional<Export> exported;
};
Json to_json(const PluginHealth&);  // times in UTC

// Why there is no answer, and how long the plugin still rests.
struct PluginFault {
    std::string error;  // one sentence that names the plugin
    std::optional<Millis> wait;
    bool asked = true;  // false: it rests or has stopped, and has not seen the request
};

class PluginHost {
  public:
    // Waits until the plugin is open. Refuses what would be refused again, so that it is said before anything
    // else starts: "no-plugin" (no such file), "bad-plugin" (it cannot be loaded, is no plugin, speaks
    // another ABI or is of another kind), "bad-settings" (its own sentence), "plugin-fell" (it ended or
    // hung).
    static Result<std::unique_ptr<PluginHost>> start(PluginSettings);
    ~PluginHost();  // a clean stop, within twice limits.close
    PluginHost(const PluginHost&) = delete;

    // Its answer, a JSON object. Waits for it, within the limits. Never throws.
    std::expected<Json, PluginFault> call(const Json& request) noexcept;
    PluginHealth health() const;
    void ask_to_stop();  // without waiting, so that several stop at once

  private:
    PluginHost();
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// A plugin of the kind "notifier" as what the dispatcher sends by.
class PluginNotifier final : public Notifier {
  public:
    explicit PluginNotifier(std::unique_ptr<PluginHost> host) : host_(std::move(host)) {}
    static Result<std::unique_ptr<PluginNotifier>> start(PluginSettings);
    Delivery send(const Message&) noexcept override;
    PluginHost& host() { return *host_; }

  private:
    std::unique_ptr<PluginHost> host_;
};

// What a process does that was started with "plugin-host": loads the plugin it is told of over the socket
// that is its file 3, and serves it until the other end closes. Its exit status.
int host_plugin();

}  // namespace reeve::runtime
