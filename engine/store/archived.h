// Inside engine/store and used by the runtime: the record of cases that left for an archive. It stands in the
// journal and explains the numbers that are gone; what the cases told of others stays in it, so that a
// rebuild comes to the same rows without them.
#pragma once

#include "engine/store/store.h"

namespace reeve::store {

// What came before this, of a pattern, was out of date when event `seq` was written.
struct AgeLimit {
    std::string prefix;
    std::uint64_t seq = 0;
    Instant oldest;
    bool operator==(const AgeLimit&) const = default;
};
// A case whose mark a pattern used up.
struct UsedMark {
    std::string case_id, prefix;
    bool operator==(const UsedMark&) const = default;
};
struct ArchivedCase {
    std::string id, definition;
    std::vector<std::uint64_t> runs;  // first and last number of each run of its events, one behind the other
    std::vector<std::string> keys;    // of its commands
    std::vector<AgeLimit> limits;
    std::vector<UsedMark> used;
    bool operator==(const ArchivedCase&) const = default;
};
// The last event that gave a person something.
struct GivenTo {
    std::string person;
    std::uint64_t seq = 0;
    bool operator==(const GivenTo&) const = default;
};
struct CasesArchived {
    std::string file, sha256;
    Instant before;  // they closed before this
    std::string reason;
    std::uint64_t events = 0;
    std::vector<ArchivedCase> cases;
    std::vector<GivenTo> given;
    bool operator==(const CasesArchived&) const = default;
};
std::string body_of(const CasesArchived&);
CasesArchived archived_from(Json body);  // throws when it is not understood
// Every record, in order.
void each_archived(Reader&, const std::function<void(const CasesArchived&, Instant at)>& each);
// The numbers of events that left for an archive, as the records say: first -> last.
std::map<std::uint64_t, std::uint64_t> archived_runs(Reader&);
// How many events the journal holds: without those that left with their cases.
std::uint64_t events_kept(Reader&);
// The rows that follow from one; the same when it is written and when it is rebuilt.
void add_rows(const CasesArchived&, Instant at, Batch&);
// "archived": when the case was, and into which file.
Error archived_error(const ArchivedRow&);

}  // namespace reeve::store
