// CaseCache: the states that the writer decides against, the latest used kept. A case touched by a batch that
// is not durable yet is pinned: its state stands nowhere else. Belongs to the writer thread.
#pragma once

#include <list>
#include <unordered_map>

#include "engine/store/catalog.h"

namespace reeve::runtime {

struct CachedCase {
    core::CaseState state;
    model::ProgramPtr program;
    std::shared_ptr<const store::CaseView> view;  // of `state`; null before its first event
    int pins = 0;
    std::list<std::string>::iterator used;
};

class CaseCache {
  public:
    explicit CaseCache(std::size_t most);     // 0: as many as fill a tenth of the memory
    CachedCase* find(const std::string& id);  // null: not here
    CachedCase& add(const std::string& id, core::CaseState, model::ProgramPtr);
    void drop(const std::string& id);
    void unpin(const std::string& id);
    void clear();
    std::size_t size() const { return cases_.size(); }

  private:
    void make_room();
    std::size_t most_;
    std::unordered_map<std::string, CachedCase> cases_;
    std::list<std::string> order_;  // the latest used first
};

}  // namespace reeve::runtime
