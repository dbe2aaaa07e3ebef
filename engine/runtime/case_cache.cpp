#include "engine/runtime/case_cache.h"

#include <unistd.h>

#include <algorithm>
#include <limits>

namespace reeve::runtime {
namespace {

std::size_t bytes_of(const Json& json) {
    constexpr std::size_t node = 4 * sizeof(void*) + sizeof(std::string);  // a name and its place
    std::size_t bytes = sizeof(Json);
    if (json.is_string()) return bytes + sizeof(std::string) + json.get_ref<const std::string&>().size();
    if (!json.is_structured()) return bytes;
    for (const auto& value : json) bytes += (json.is_object() ? node : 0) + bytes_of(value);
    return bytes;
}

// What there is of each kind in the state and in its view, and what lies apart from it: names, moments.
std::size_t bytes_of(const core::CaseState& state) {
    constexpr std::size_t apart = 256;
    constexpr std::size_t of_case = sizeof(CachedCase) + sizeof(store::CaseView) + 3 * apart,
                          of_task = sizeof(core::TaskState) + sizeof(store::TaskRow) + apart,
                          of_clock = sizeof(core::ClockState) + sizeof(store::ClockRow) + apart,
                          of_escalation = sizeof(core::EscalationState) + apart;  // shared by both
    std::size_t wishes = 0;
    for (const auto& request : state.requests) wishes += bytes_of(request.wish);
    return of_case + bytes_of(state.data) + wishes + state.tasks.size() * of_task +
           state.clocks.size() * of_clock + state.escalations.size() * of_escalation +
           state.stages.size() * sizeof(core::StageState) +
           (state.documents.size() + state.requests.size() + state.hand_overs.size() + state.links.size()) *
               2 * apart;
}

}  // namespace

std::size_t tenth_of_memory() {
    const auto pages = std::max(0L, ::sysconf(_SC_PHYS_PAGES)), page = std::max(0L, ::sysconf(_SC_PAGESIZE));
    return static_cast<std::size_t>(pages) / 10 * static_cast<std::size_t>(page);
}

CaseCache::CaseCache(std::size_t most_cases, std::size_t most_bytes)
    : most_cases_(most_cases > 0 ? most_cases : std::numeric_limits<std::size_t>::max()),
      most_bytes_(most_bytes) {}

CachedCase* CaseCache::find(const std::string& id) {
    auto it = cases_.find(id);
    if (it == cases_.end()) return nullptr;
    order_.splice(order_.begin(), order_, it->second.used);
    return &it->second;
}

CachedCase& CaseCache::add(const std::string& id, core::CaseState state, model::ProgramPtr program) {
    make_room(1);
    order_.push_front(id);
    auto& entry = cases_[id];
    entry.state = std::move(state);
    entry.program = std::move(program);
    if (entry.state.revision > 0)
        entry.view = std::make_shared<const store::CaseView>(store::project(entry.state, *entry.program));
    entry.used = order_.begin();
    weigh(entry);
    return entry;
}

void CaseCache::drop(const std::string& id) {
    auto it = cases_.find(id);
    if (it == cases_.end()) return;
    bytes_ -= it->second.bytes;
    order_.erase(it->second.used);
    cases_.erase(it);
}

void CaseCache::unpin(const std::string& id) {
    auto it = cases_.find(id);
    if (it == cases_.end()) return;
    --it->second.pins;
    weigh(it->second);
    make_room(0);
}

void CaseCache::clear() {
    cases_.clear();
    order_.clear();
    bytes_ = 0;
}

void CaseCache::weigh(CachedCase& entry) {
    bytes_ -= entry.bytes;
    entry.bytes = bytes_of(entry.state);
    bytes_ += entry.bytes;
}

// Those used last stay, however great: a command may be at work on them.
void CaseCache::make_room(std::size_t coming) {
    constexpr std::size_t at_work = 16;
    auto others = order_.size() - std::min({at_work, most_cases_ - 1, order_.size()});
    for (auto it = order_.end(); others > 0; --others) {
        if (cases_.size() + coming <= most_cases_ && bytes_ <= most_bytes_) return;
        auto found = cases_.find(*--it);
        if (found->second.pins > 0) continue;
        bytes_ -= found->second.bytes;
        it = order_.erase(it);
        cases_.erase(found);
    }
}

}  // namespace reeve::runtime
