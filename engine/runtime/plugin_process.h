// Inside engine/runtime: the process of one plugin, seen from the engine. Used by the one thread that started
// it: the kernel ends the process with that thread.
//
// What goes over the socket, both ways, is a length (4 bytes, this machine's order) and as many bytes. To the
// process: first a PluginSettings as JSON, then requests. From it: one letter and a text.
#pragma once

#include <sys/types.h>

#include <atomic>

#include "engine/runtime/plugin.h"
#include "engine/runtime/plugin_voice.h"

namespace reeve::runtime {

namespace plugin_word {
inline constexpr char opened = 'O';    // {"name": …, "version": …}
inline constexpr char unusable = 'U';  // why it is no plugin for this engine
inline constexpr char settings = 'S';  // why it does not take its settings
inline constexpr char answer = 'A';    // what it answered
inline constexpr char fault = 'F';     // what it said of its failure
}  // namespace plugin_word

// The status with which the process ends when it is refused memory.
inline constexpr int out_of_memory = 119;

struct PluginReply {
    char word = 0;
    std::string text;
};

class PluginProcess {
  public:
    explicit PluginProcess(const PluginSettings&);  // throws std::system_error when it cannot be started
    ~PluginProcess();                               // kills it, and what it has started
    PluginProcess(const PluginProcess&) = delete;

    // Sends, and waits for the reply. Without one the process has ended when this returns, and the fault is
    // what to say of it, to follow the plugin's name: "took longer than 30 s and was ended". When `stopping`
    // comes true, no more than limits.close is waited.
    std::expected<PluginReply, std::string> exchange(std::string_view request, Millis within,
                                                     const std::atomic<bool>& stopping);
    int ended() const { return pidfd_; }  // can be read once it has ended
    std::string why_ended();              // waits a moment for its end, else kills it
    void end(Millis within);              // asks it to close; kills it when that takes too long

  private:
    std::string killed(std::string why);
    bool wait_for_end(int within_ms) const;
    std::uint64_t memory_used() const;
    int reap();

    PluginLimits limits_;
    pid_t pid_ = -1;
    int socket_ = -1, pidfd_ = -1;
    std::optional<int> status_;
    std::unique_ptr<PluginVoice> voice_;  // none: its standard error is the engine's
};

}  // namespace reeve::runtime
