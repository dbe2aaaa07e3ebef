// A job handler that does what the case's data say, well or badly.
#include "misdeeds.h"
#include "reeve_plugin.hpp"

using namespace reeve::plugin;

class Worker : public JobHandler {
  public:
    explicit Worker(const Json& settings) : folder_(settings.value("folder", "")) {
        if (settings.contains("colour")) throw std::runtime_error("settings: there is no \"colour\"");
    }
    JobReport work(const Job& job) override {
        const auto what = job.data.value("do", "");
        misbehave(what);
        if (what == "wait") wait_in(folder_);
        if (what == "shrug") return {{{"outcome", "maybe"}}};
        if (what == "list") return {Json::array({1})};
        if (what == "misfit") return completed({{"copies", "many"}});
        if (what == "text") return {{{"outcome", "completed"}, {"data", "done"}}};
        if (what == "skip") return completed({}, "skip", "nothing to print");
        if (what == "later") return try_again("the printer is busy", std::chrono::minutes(5));
        if (what == "vain") return in_vain("there is no printer");
        return completed(
            {{"copies", job.attempt}, {"seen", job.case_id + "/" + job.job + " " + job.handler}});
    }

  private:
    std::string folder_;
};
REEVE_PLUGIN(Worker, "worker", "1.0")
