// An assigner that chooses whom the case's data name, or does what they say.
#include "misdeeds.h"
#include "reeve_plugin.hpp"

using namespace reeve::plugin;

class Chooser : public Assigner {
  public:
    explicit Chooser(const Json& settings) : folder_(settings.value("folder", "")) {}
    Choice choose(const Task& task) override {
        const auto what = task.data.value("do", "");
        misbehave(what);
        if (what == "wait") wait_in(folder_);
        std::string saw = task.role + " " + task.name + " " + task.person + ":";
        for (const auto& one : task.candidates)
            saw += " " + one.person + " " + std::to_string(one.open_tasks) + (one.last.empty() ? "-" : "+");
        return {task.data.value("for", ""), what == "silent" ? "" : saw};
    }

  private:
    std::string folder_;
};
REEVE_PLUGIN(Chooser, "chooser", "1.0")
