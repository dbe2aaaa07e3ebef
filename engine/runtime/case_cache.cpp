#include "engine/runtime/case_cache.h"

namespace reeve::runtime {

CachedCase* CaseCache::find(const std::string& id) {
    auto it = cases_.find(id);
    if (it == cases_.end()) return nullptr;
    order_.splice(order_.begin(), order_, it->second.used);
    return &it->second;
}

CachedCase& CaseCache::add(const std::string& id, core::CaseState state, model::ProgramPtr program) {
    make_room();
    order_.push_front(id);
    auto& entry = cases_[id];
    entry.state = std::move(state);
    entry.program = std::move(program);
    if (entry.state.revision > 0)
        entry.view = std::make_shared<const store::CaseView>(store::project(entry.state, *entry.program));
    entry.used = order_.begin();
    return entry;
}

void CaseCache::drop(const std::string& id) {
    auto it = cases_.find(id);
    if (it == cases_.end()) return;
    order_.erase(it->second.used);
    cases_.erase(it);
}

void CaseCache::unpin(const std::string& id) {
    if (auto it = cases_.find(id); it != cases_.end()) --it->second.pins;
}

void CaseCache::clear() {
    cases_.clear();
    order_.clear();
}

void CaseCache::make_room() {
    auto it = order_.end();
    while (cases_.size() >= most_ && it != order_.begin()) {
        --it;
        auto found = cases_.find(*it);
        if (found->second.pins > 0) continue;
        it = order_.erase(it);
        cases_.erase(found);
    }
}

}  // namespace reeve::runtime
