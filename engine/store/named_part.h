// Inside engine/store: where a file that a person named is made. A folder beside it, hidden and only for its
// owner to read, which goes when it is done; nobody else makes one of that name meanwhile.
#pragma once

#include "engine/store/part_file.h"

namespace reeve::store {

class NamedPart {
  public:
    explicit NamedPart(const std::filesystem::path& file) : path_(part_beside(file)) {
        if (const FolderHold others(path_, FolderHold::Kind::alone); !others.held()) return;
        folder_.emplace(path_);
        hold_.emplace(path_, FolderHold::Kind::alone);
    }
    const std::filesystem::path& path() const { return path_; }
    // "in-use": somebody makes `what`, being "backup", of that name.
    std::optional<Error> refuses(const std::filesystem::path& file, const std::string& what) const {
        if (hold_ && hold_->held()) return std::nullopt;
        return Error{"in-use", "another " + what + " is being written to that name", file.string()};
    }

  private:
    std::filesystem::path path_;
    std::optional<PartFolder> folder_;
    std::optional<FolderHold> hold_;
};

}  // namespace reeve::store
