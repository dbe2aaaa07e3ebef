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
    std::size_t bytes = 0;  // about what it takes, as it was when it was last weighed
    std::list<std::string>::iterator used;
};

std::size_t tenth_of_memory();  // of the machine, in bytes

class CaseCache {
  public:
    // 0 cases: as many as fit. What is pinned stays beyond both.
    explicit CaseCache(std::size_t most_cases, std::size_t most_bytes = tenth_of_memory());
    CachedCase* find(const std::string& id);  // null: not here
    CachedCase& add(const std::string& id, core::CaseState, model::ProgramPtr);
    void drop(const std::string& id);
    void unpin(const std::string& id);  // weighed anew: it changed meanwhile
    void clear();
    std::size_t size() const { return cases_.size(); }
    std::size_t bytes() const { return bytes_; }

  private:
    void weigh(CachedCase&);
    void make_room(std::size_t coming);
    std::size_t most_cases_, most_bytes_, bytes_ = 0;
    std::unordered_map<std::string, CachedCase> cases_;
    std::list<std::string> order_;  // the latest used first
};

}  // namespace reeve::runtime
