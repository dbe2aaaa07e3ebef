// The people of the county at work: whoever has a case does the next thing, as the plan says.
#pragma once

#include <functional>

#include "engine/cli/casework.h"

namespace reeve::cli {

class Season {
  public:
    // `paper`: a sheet of paper to attach, of a kind.
    Season(const Casework& casework, std::function<core::Document(const std::string& kind)> paper)
        : casework_(casework), paper_(std::move(paper)) {}

    core::Command open(const Arrival&) const;
    // What is done at a visit to the case as it stands, in order; `what` names the visit. The last has the
    // visit's own key: once it stands, all of the visit was done.
    std::vector<core::Command> visit(const core::CaseState&, const std::string& what) const;
    static std::string key(const std::string& case_id, const std::string& what);

  private:
    struct Visit;
    const Casework& casework_;
    std::function<core::Document(const std::string&)> paper_;
};

}  // namespace reeve::cli
