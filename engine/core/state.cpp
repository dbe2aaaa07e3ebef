#include "engine/core/state.h"

#include <algorithm>

namespace reeve::core {

namespace {

template <class List, class Key, class Member>
auto find(List& list, const Key& key, Member member) -> decltype(list.data()) {
    auto it = std::ranges::find(list, key, member);
    return it == list.end() ? nullptr : &*it;
}

// By id; else the latest of that name, one that counts before those that ended.
template <class Clocks>
auto find_clock(Clocks& clocks, std::string_view key) -> decltype(clocks.data()) {
    decltype(clocks.data()) ended = nullptr;
    for (auto it = clocks.rbegin(); it != clocks.rend(); ++it) {
        if (it->id == key) return &*it;
        if (it->name != key) continue;
        if (!ended || (!counts(*ended) && counts(*it))) ended = &*it;
    }
    return ended;
}

}  // namespace

StageState* CaseState::stage(int entry) { return find(stages, entry, &StageState::entry); }
TaskState* CaseState::task(std::string_view id) { return find(tasks, id, &TaskState::id); }
ClockState* CaseState::clock(std::string_view key) { return find_clock(clocks, key); }
const ClockState* CaseState::clock(std::string_view key) const { return find_clock(clocks, key); }
RequestState* CaseState::request(std::string_view id) { return find(requests, id, &RequestState::id); }

Light light(const CaseState& state) {
    Light worst = Light::green;
    for (const auto& clock : state.clocks)
        if (counts(clock)) worst = std::max(worst, clock.light);
    return worst;
}

}  // namespace reeve::core
