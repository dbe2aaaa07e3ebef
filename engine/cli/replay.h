// Replay: recorded milestones played as commands under the virtual clock, the timers firing between them, and
// what became of every clock. One definition, one map; a scratch folder that is gone afterwards.
#pragma once

#include "engine/cli/recorded.h"
#include "engine/model/program.h"

namespace reeve::cli {

struct ReplayedClock {
    std::string case_id, clock, status;
    time::Instant start, due;  // due: Instant::max() while it is paused
    std::optional<time::Instant> done;
    std::int64_t late_ms = 0;  // past due, real time; of one that still runs, until the end of the play
    struct Step {
        std::string at;  // as the ladder has it: "80%", "due"
        time::Instant moment;
        bool fired = false;
    };
    std::vector<Step> steps;
};

struct Replay {
    std::size_t cases = 0, milestones = 0, ignored = 0, beyond = 0;  // beyond: behind the end of the play
    time::Instant first, until;
    std::vector<ReplayedClock> clocks;  // by case in the order of their start, then in the order of starting
    Errors unplayed;                    // milestones that the case refused; place is FILE:ROW
};

// code "unmapped-activity" when the map does not say what an activity does. Progress: milestones done, of
// all.
std::expected<Replay, Errors> replay(const std::string& definition, const std::string& events, PlayMap,
                                     const std::function<void(std::size_t, std::size_t)>& progress = {});

// What the activities do when no map says: a case's first one starts it; any other is the action, message or
// task of its name or title.
std::map<std::string, std::vector<Deed>, std::less<>> guess_deeds(const model::Program&,
                                                                  const std::vector<Milestone>&);

std::string csv(const Replay&);

}  // namespace reeve::cli
