// Told: an event of a case as those who follow are told of it. It is made once for all of them and says
// nothing of what the case holds: whoever may read that reads the case.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "engine/http/route.h"

namespace reeve::http {

struct Told {
    std::uint64_t seq = 0;  // in the journal
    std::string case_id, event;
    std::string unit;  // that has the case, when it was read
    std::string left;  // of a CaseTransferred: the unit it left, which hears of that too
    std::shared_ptr<const std::set<std::string>> theirs;  // see theirs() of route.h
    std::string text;                                     // the message, as it is sent
};

// What one who follows wants to hear of; what is empty excludes nothing.
struct Wanted {
    std::string case_id;
    std::string unit;              // of this unit and below
    std::set<std::string> events;  // of these names
};
// Whether it is wanted, and the caller may hear of it.
bool hears(const Caller&, const Wanted&, const org::Directory&, const Told&);

// A stretch of the journal.
struct Stretch {
    std::uint64_t after = 0, upto = 0;  // what lies behind the one, up to the other, was read
    bool more = false;                  // there may be more behind it
    std::vector<std::shared_ptr<const Told>> told;
};
// Those of `wanted.case_id` and `wanted.events`, of whatever unit. What was damaged is left out: reeve check
// names it. Of a case that left for an archive nothing is told any more.
Stretch read_stretch(const views::Sight&, std::uint64_t after, const Wanted& wanted);

}  // namespace reeve::http
