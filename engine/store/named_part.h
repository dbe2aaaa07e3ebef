// Inside engine/store: where a file that a person named is made. A folder beside it, hidden and only for its
// owner to read, which goes when it is done; nobody else makes one of that name meanwhile.
#pragma once

#include "engine/store/part_file.h"

namespace reeve::store {

class NamedPart {
  public:
    explicit NamedPart(const std::filesystem::path& file) : path_(part_beside(file)) {
        do {
            // Through a link somebody else's folder would be emptied.
            if (std::filesystem::is_symlink(path_)) std::filesystem::remove(path_);
            std::filesystem::create_directories(path_);
            std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
            hold_.emplace(path_, FolderHold::Kind::alone);
            if (!hold_->held()) return;
            // Whoever had it took it away between the two: another lies there, or none.
        } while (!hold_->still_bears(path_));
        // What a process that was killed left in it.
        for (const auto& left : std::filesystem::directory_iterator(path_))
            std::filesystem::remove_all(left.path());
    }
    // It goes while it is held: nobody else's goes with it.
    ~NamedPart() {
        std::error_code ignored;
        if (hold_->held()) std::filesystem::remove_all(path_, ignored);
    }
    NamedPart(const NamedPart&) = delete;

    const std::filesystem::path& path() const { return path_; }
    // "in-use": somebody makes `what`, being "backup", of that name.
    std::optional<Error> refuses(const std::filesystem::path& file, const std::string& what) const {
        if (hold_->held()) return std::nullopt;
        return Error{"in-use", "another " + what + " is being written to that name", file.string()};
    }

  private:
    std::filesystem::path path_;
    std::optional<FolderHold> hold_;
};

}  // namespace reeve::store
