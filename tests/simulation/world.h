// World: one office on one faulty disk under one clock, and one thread of control that does to it what a
// seed says. Every step is drawn by chance; the same seed draws the same steps and leaves the same bytes.
#pragma once

#include <deque>

#include "engine/store/scratch.h"
#include "tests/simulation/auditor.h"
#include "tests/simulation/faulty_vfs.h"

namespace reeve::simulation {

struct Settings {
    std::uint64_t seed = 1;
    int steps = 120;
    bool faults = true;             // of the disk, the power and the clock
    int starts = 1;                 // cases that one step opens
    int settle_every = 4;           // steps; then every live case is compared
    int longest_hours = 24 * 14;    // one advance of time
    std::size_t cached_cases = 40;  // the rest is replayed when it is used again
    // Wraps the engine's store; for mutants.
    std::function<std::unique_ptr<store::Store>(std::unique_ptr<store::Store>)> wrap = {};
};

struct Outcome {
    std::vector<std::string> faults;  // none: every law held
    std::string bytes;  // digest of every event, wherever it lies, and of which cases were archived
    Instant began, ended;
    Auditor::Counts counts;
    FaultyDisk::Counts disk;
    std::uint64_t acknowledged = 0, refused = 0, doubtful = 0, restarts = 0, power_cuts = 0;
    std::map<std::string, int> drawn;  // how often each kind of step was
    std::vector<std::string> last_steps;
};

class World {
  public:
    explicit World(Settings);
    ~World();
    Outcome run();
    static std::vector<const char*> steps();  // all that may be drawn, by name

  private:
    using Step = void (World::*)();
    struct Draw {
        const char* name;
        int weight;
        bool fault;
        Step step;
    };
    static const std::vector<Draw>& draws();

    // world.cpp: the engine and its time.
    void open();
    void stop();
    void furnish();
    store::Reader& reader();
    Result<store::CaseFile> find(const std::string& case_id);
    Instant now();
    void advance(Instant until);  // plays what is due, at its moments
    void settle();
    void step(int n);
    void rest();
    void heal();  // all troubles of the disk are lifted
    Result<runtime::Receipt> ask(core::Command);
    void answered(const core::Command&, const Result<runtime::Receipt>&);
    void note(std::string text);

    // wishes.cpp: what people wish for.
    std::optional<core::CaseState> some_case();
    std::string some_person();
    std::string actor_for(const core::CaseState&);
    core::Wish wish_for(const core::CaseState&);
    core::Wish clock_wish(const core::CaseState&);
    core::Wish task_wish(const core::CaseState&);
    core::Wish nonsense(const std::string& definition);

    // steps_work.cpp: what they do.
    void start_case();
    void start_cases();
    void work();
    void say_nonsense();
    void repeat_key();
    void burst();  // several commands while the disk is slow
    void change_people();
    void new_version();
    void archive();

    // steps_fate.cpp: what befalls them.
    void pass_time();
    void restart();
    void sleep();
    void cut_power();
    void plan_trouble();
    void fill_disk();
    void break_disk();
    void set_clock_back();
    void set_clock_wrong();
    void wake_in_another_year();
    void retry_doubtful();

    Settings settings_;
    Dice dice_;
    store::ScratchFolder scratch_;
    std::filesystem::path folder_;
    std::shared_ptr<runtime::ManualTime> time_;
    std::unique_ptr<runtime::Engine> engine_;
    std::unique_ptr<store::Reader> reader_;  // of the engine, while it is open
    Auditor auditor_;
    std::deque<core::Command> doubtful_;  // that were answered with "not-durable"
    std::vector<std::pair<core::Command, runtime::Receipt>> done_;
    std::optional<runtime::ArchiveClosed> archiving_;  // that was broken off
    int next_key_ = 1, next_case_ = 1, next_archive_ = 1;
    Outcome outcome_;
};

// The same seed in the same settings.
Outcome simulate(const Settings&);

}  // namespace reeve::simulation
