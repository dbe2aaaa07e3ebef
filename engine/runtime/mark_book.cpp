#include "engine/runtime/mark_book.h"

namespace reeve::runtime {

void MarkBook::clear() {
    by_values_.clear();
    by_age_.clear();
}

void MarkBook::add(const store::MarkRow& mark) {
    const Place place{mark.at, mark.case_id};
    by_values_[mark.pattern].insert(place);
    by_age_[store::prefix_of(mark)].insert({place, mark.pattern});
}

void MarkBook::drop(const store::MarkRow& mark) {
    const Place place{mark.at, mark.case_id};
    const auto values = by_values_.find(mark.pattern);
    if (values == by_values_.end()) return;
    values->second.erase(place);
    if (values->second.empty()) by_values_.erase(values);
    by_age_[store::prefix_of(mark)].erase({place, mark.pattern});
}

std::vector<store::MarkRow> MarkBook::drop_older(const std::string& prefix, time::Instant oldest) {
    std::vector<store::MarkRow> dropped;
    for (const auto& [place, pattern] : by_age_[prefix]) {
        if (place.first >= oldest) break;
        dropped.push_back({pattern, place.second, place.first});
    }
    for (const auto& mark : dropped) drop(mark);
    return dropped;
}

std::vector<store::MarkRow> MarkBook::window(const store::MarkRow& mark, int count,
                                             const std::function<time::Instant(time::Instant)>& end) const {
    const auto values = by_values_.find(mark.pattern);
    if (values == by_values_.end()) return {};
    const auto& places = values->second;
    const auto own = places.find({mark.at, mark.case_id});
    auto first = own;
    while (first != places.begin() && end(std::prev(first)->first) >= mark.at) --first;
    for (;; ++first) {
        const auto last = end(first->first);
        std::vector<store::MarkRow> found;
        for (auto place = first; place != places.end() && place->first <= last; ++place)
            found.push_back({mark.pattern, place->second, place->first});
        if (static_cast<int>(found.size()) >= count) return found;
        if (first == own) return {};
    }
}

}  // namespace reeve::runtime
