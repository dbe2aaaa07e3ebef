// Inside engine/store: what is wrong with derived rows, in words. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace reeve::store {

// `kept` and `made` are lines of Reader::dump(): as they stand, and as they follow from the journal. One
// sentence a column that differs, a row that is missing and a row that follows from nothing.
std::vector<std::string> row_faults(const std::set<std::string>& kept, const std::set<std::string>& made);

// Which lines to look at when there are too many to hold: lines of one row fall into one heap, whose sums are
// the same on both sides unless a row of it differs.
class RowHeaps {
  public:
    void kept(const std::string& line);
    void made(const std::string& line);
    // Keeps to at most so many of the heaps that differ: each has a fault at least.
    void choose(std::size_t most);
    bool chosen(const std::string& line) const;

  private:
    static constexpr std::size_t heaps = 1 << 16;
    std::vector<std::uint64_t> sums_ = std::vector<std::uint64_t>(heaps);
};

}  // namespace reeve::store
