// Inside engine/store: the whole journal replayed, case by case, into the rows that follow from it. Memory
// holds one case at a time.
#pragma once

#include "engine/store/derive.h"
#include "engine/store/upkeep.h"

namespace reeve::store {

struct ReplayAll {
    Reader& from;
    const Catalog& catalog;
    Store::Write write;                                            // gets the rows, some at a time
    std::function<void(const CaseFile&, const CaseView&)> looked;  // may be empty
    std::function<void(const std::string& fault)> fault;           // empty: a fault throws
    Progress progress;                                             // in events

    std::uint64_t run();  // how many cases
};

}  // namespace reeve::store
