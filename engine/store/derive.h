// Inside engine/store and used by the runtime: the rows that follow from events across cases. The engine
// calls these as it decides and rebuild calls them over the journal, so that both come to the same rows.
#pragma once

#include <map>

#include "engine/store/catalog.h"

namespace reeve::store {

// The open tasks and owned cases in a view, added (sign 1) or taken away (-1).
using LoadMap = std::map<std::string, LoadRow, std::less<>>;
void count_loads(const CaseView&, int sign, LoadMap&);
// Whom the event gives something to; empty: nobody.
std::string given_to(const core::Event&);

// The patterns a new case counts toward.
std::vector<MarkRow> marks_of(const core::Recorded&, const core::CaseStarted&, const model::Program&);
// "DEFINITION/NAME " before the values.
std::string mark_prefix(const std::string& definition, const std::string& pattern);
// The cases of a pattern lie in one window: `within` from its first on, that instant included, to the moment
// and without a roll, so that it is as long on every day.
Instant window_end(const model::Program&, const model::Pattern&, Instant first);
// What happened before this counts no more once `now` is recorded: two windows back. Whoever enters a case
// later than that comes too late to call for anything, and nothing older need be kept.
Instant oldest_mark(const model::Program&, const model::Pattern&, Instant now);
// The pattern of the program that the mark is of.
const model::Pattern& pattern_of(const model::Program&, const MarkRow&);
std::string prefix_of(const MarkRow&);  // its mark_prefix
// The prefix whose marks a case opened by a pattern uses up (those of its related cases); empty: none.
std::string uses_marks(const core::CaseStarted&);

OutboxRow outbox_row(const core::Alert&, Instant at);
core::Alert alert_from(const OutboxRow&);
Json to_json(const core::Alert&);  // times as text in UTC

// A date of a duty on which its cases were opened.
struct DutyFell {
    std::string definition, duty;
    Instant planned;
    std::vector<std::string> units;
    std::vector<std::string> faults;  // units whose case could not be opened, and why
};
std::string body_of(const DutyFell&);
DutyFell duty_from(Json body);
// "$duty/DEFINITION/NAME"
std::string duty_id(const std::string& definition, const std::string& duty);
using DutyDates = std::map<std::string, Instant, std::less<>>;  // by duty id: the last planned date that fell
DutyDates duty_dates(Reader&);
// The next date of each of its duties: after the last that fell, but none before the duty began. `since`: the
// first deployment of the unbroken run of versions that have it; a duty that was taken out and comes back
// owes nothing for the time between.
using DutySince = std::function<Instant(const std::string& duty)>;
std::vector<TimerRow> duty_timers(const model::Program&, const DutySince&, const DutyDates&);

}  // namespace reeve::store
