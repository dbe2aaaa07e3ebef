// Inside engine/runtime: what the process of a plugin writes to its standard error, line by line into the
// log, under the plugin's name. A plugin that writes without end neither waits nor pushes out what others
// tell.
#pragma once

#include <string>
#include <thread>

namespace reeve::runtime {

class PluginVoice {
  public:
    explicit PluginVoice(std::string plugin);  // throws std::system_error
    ~PluginVoice();                            // what was written before is told first
    PluginVoice(const PluginVoice&) = delete;

    // The end for the process.
    int mouth() const { return ends_[1]; }
    // The process has its copy: the end here is closed, and what comes is read.
    void begin();

  private:
    void listen();
    void tell(std::string line);
    void tell_lost();

    const std::string plugin_;
    int ends_[2] = {-1, -1};
    int stop_ = -1;  // an eventfd
    std::string unended_;
    bool cut_ = false;  // the rest of a line whose beginning was told
    long second_ = 0;   // in which so many lines were told
    int told_ = 0;
    std::uint64_t lost_ = 0;
    std::thread listener_;
};

}  // namespace reeve::runtime
