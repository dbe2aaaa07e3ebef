// Rounds: does something again and again on a thread of its own: after each commit, once a second at least
// (a commit of an unknown outcome tells nobody), and at once again for as long as it says that there is more.
//
// Whoever makes one owns it, and lets go of it before anything that `turn` uses, and before the engine.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "engine/runtime/engine.h"

namespace reeve::runtime {

class Rounds {
  public:
    // `turn`: true when there may be more to do. What it throws is said in the log, as `name`, and it is done
    // again at the next occasion.
    Rounds(Engine&, std::string name, std::function<bool()> turn);
    ~Rounds();  // a turn that is under way is waited for
    Rounds(const Rounds&) = delete;

    void ask_to_stop();  // without waiting
    // What the last turn threw; empty: nothing. On any thread.
    std::string fault() const;

  private:
    void run(const std::stop_token&);
    bool once();

    std::string name_;
    std::function<bool()> turn_;
    mutable std::mutex mutex_;
    std::string fault_;
    std::condition_variable_any changed_;
    bool told_ = true;
    std::shared_ptr<void> listening_;
    std::jthread thread_;
};

}  // namespace reeve::runtime
