#include "engine/runtime/case_cache.h"

#include <unistd.h>

namespace reeve::runtime {
namespace {

// A case with 400 bytes of data, its view and its place in the cache take 4.3 KB.
std::size_t fill_a_tenth() {
    const auto pages = std::max(0L, ::sysconf(_SC_PHYS_PAGES)), page = std::max(0L, ::sysconf(_SC_PAGESIZE));
    const auto fitting = static_cast<std::size_t>(pages) / 10 * static_cast<std::size_t>(page) / 5120;
    return std::max<std::size_t>(fitting, 1000);
}

}  // namespace

CaseCache::CaseCache(std::size_t most) : most_(most > 0 ? most : fill_a_tenth()) {}

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
