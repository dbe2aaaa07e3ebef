// MarkBook: the cases that still count toward patterns, in order of when they happened. Belongs to the
// decider.
#pragma once

#include <functional>
#include <set>

#include "engine/store/derive.h"

namespace reeve::runtime {

class MarkBook {
  public:
    void clear();
    void add(const store::MarkRow&);
    void drop(const store::MarkRow&);
    // Those of the pattern that happened before `oldest`, taken out.
    std::vector<store::MarkRow> drop_older(const std::string& prefix, time::Instant oldest);
    // The marks of the earliest window that holds `mark` and at least `count`; empty when none does. `end`
    // says where the window ends that begins at an instant.
    std::vector<store::MarkRow> window(const store::MarkRow& mark, int count,
                                       const std::function<time::Instant(time::Instant)>& end) const;

  private:
    using Place = std::pair<time::Instant, std::string>;                     // a case, by when it happened
    std::map<std::string, std::set<Place>> by_values_;                       // by MarkRow::pattern
    std::map<std::string, std::set<std::pair<Place, std::string>>> by_age_;  // by mark prefix
};

}  // namespace reeve::runtime
