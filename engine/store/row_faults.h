// Inside engine/store: what is wrong with derived rows, in words. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace reeve::store {

// `kept` and `made` are lines of Reader::dump(): as they stand, and as they follow from the journal. One
// sentence a column that differs, a row that is missing and a row that follows from nothing.
std::vector<std::string> row_faults(const std::set<std::string>& kept, const std::set<std::string>& made);

}  // namespace reeve::store
