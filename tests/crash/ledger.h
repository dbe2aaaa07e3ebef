// Ledger: what a killed process had acknowledged, held against the folder it left.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/store/store.h"

namespace reeve::crash {

class Ledger {
  public:
    // A line of the worker. A key that was answered before must be answered the same way again.
    void take(const std::string& line);
    std::size_t acknowledged() const { return receipts_.size(); }
    std::size_t repeated() const { return repeated_; }
    std::uint64_t highest() const { return highest_; }  // the highest number of a matter acknowledged

    // Whether what was acknowledged since the last call stands in the journal as it was acknowledged.
    void look(store::Reader&);
    // All that was ever acknowledged is there exactly once, nothing is there twice, no timer was lost and
    // none fired early or again.
    void look_at_all(store::Reader&);

    std::vector<std::string> faults;

  private:
    struct Receipt {
        std::string case_id;
        std::uint64_t last_seq = 0;
    };
    void fault(std::string text);
    std::map<std::string, Receipt> receipts_;
    std::vector<std::string> fresh_;
    std::size_t repeated_ = 0;
    std::uint64_t highest_ = 0;
};

}  // namespace reeve::crash
