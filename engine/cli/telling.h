// Events in a line of plain words, for people: what scenarios, the demo and histories print. Pure.
#pragma once

#include <string>
#include <vector>

#include "engine/core/core.h"

namespace reeve::cli {

// What an event says, flat: {"told", "li-na"}, {"clock", "registered"}. Ids of clocks, tasks and stage
// entries come with the names they stand for beside them, under the same field.
struct Fact {
    std::string field, value;
};
std::vector<Fact> facts_of(const core::Recorded&, const core::CaseState&);

// "EscalationFired registered step 1 -> li-na (blue), planned 2026-03-09T15:00:00+08:00": without the time
// and the case, which the reader's line has already.
std::string sentence(const core::Event&, const core::CaseState&, const time::Calendar& zone);

std::vector<std::string> people_told(const core::Event&);
std::vector<std::string> event_names();
std::string status_text(core::CaseStatus);
std::string status_text(core::TaskStatus);
std::string status_text(core::ClockStatus);
std::string lateness_text(std::int64_t late_ms);  // "2 days 3 h 10 min", "0"

}  // namespace reeve::cli
