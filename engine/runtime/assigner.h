// Assigner: a plugin that chooses who gets a task. A task is given by the definition's own rule first, with
// the event that makes it, so that somebody has it from its first second whatever the plugin does. The
// assigner is asked afterwards, and what it chooses is asked for by an ordinary AssignTask, in the name of a
// person with the post of an assigner: decided by the engine, within those whom the rule means. A replay asks
// nobody.
//
// Only tasks that were made since the service began are asked about. Whoever makes it owns it; the engine
// outlives it.
#pragma once

#include <deque>

#include "engine/runtime/plugin.h"
#include "engine/runtime/rounds.h"

namespace reeve::runtime {

struct Assigning {
    struct Stage {
        std::string definition, stage;
    };
    std::vector<Stage> stages;  // whose tasks it chooses for
    std::string person;         // in whose name
};

class Assigner {
  public:
    Assigner(Engine&, std::unique_ptr<PluginHost>, Assigning);
    ~Assigner();  // a call that is under way is waited for as long as PluginLimits::close says

    void start();  // from now on by itself, until the end
    // For tests, instead of start(). Asks about the next task; false: there is none. One thread.
    bool turn();

    PluginHealth health() const;
    void ask_to_stop();  // without waiting, so that several stop at once

  private:
    struct Task {
        std::string case_id, task;
    };
    struct Question {
        Json request;
        std::string person;  // who has the task
        std::vector<std::string> candidates;
        std::uint64_t revision = 0;
    };
    void look();
    bool may_choose(std::string unit) const;
    std::optional<Question> question(const Task&);
    Json candidates(const std::vector<org::Found>&, const time::CalendarPtr&);
    Result<std::pair<std::string, std::string>> choice(const Question&);
    void give(const Task&, Question, const std::string& person, const std::string& reason);
    void count(const char* result, const std::string& error = {});
    std::string trouble() const;
    std::string name() const { return who_.name; }

    Engine& engine_;
    std::unique_ptr<PluginHost> host_;
    Assigning wanted_;
    const PluginHealth who_;  // as it was at the beginning
    std::atomic<bool> stopping_ = false;
    // Of turn's thread.
    std::unique_ptr<store::Reader> reader_;
    std::uint64_t seen_;  // the journal, up to here
    std::deque<Task> tasks_;

    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t> work_;
    std::optional<Instant> failing_since_;
    std::string error_;  // of the last failure, until a choice was taken

    std::unique_ptr<Rounds> rounds_;
};

}  // namespace reeve::runtime
