// For the engine's own files, whichever layer writes them: a file that is written beside its name and moved
// there when it is whole and on the disk. Until then it is taken away again when it goes out of scope: a full
// disk is not made fuller by what came of it.
#pragma once

#include <filesystem>
#include <system_error>

namespace reeve::store {

void sync(const std::filesystem::path& file_or_folder);  // throws std::system_error

// Makes a folder and those above it that are missing; each is there also after a power cut.
void make_folder(const std::filesystem::path&);

// Gives a whole file its name: it is synced before it has it, and the name after. What bears the name is
// whole, also after a power cut.
void move_whole(const std::filesystem::path& from, const std::filesystem::path& to);

class PartFile {
  public:
    // What an earlier process left under this name is taken away.
    explicit PartFile(std::filesystem::path path) : path_(std::move(path)) { remove(); }
    ~PartFile() { remove(); }
    PartFile(const PartFile&) = delete;

    const std::filesystem::path& path() const { return path_; }
    void becomes(const std::filesystem::path& whole) const { move_whole(path_, whole); }

  private:
    void remove() const noexcept {
        for (const char* tail : {"", "-journal", "-wal", "-shm"}) {
            auto file = path_;
            file += tail;
            std::error_code ignored;
            std::filesystem::remove(file, ignored);
        }
    }
    std::filesystem::path path_;
};

// A folder in which such a file is made with others beside it.
class PartFolder {
  public:
    explicit PartFolder(std::filesystem::path path) : path_(std::move(path)) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~PartFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    PartFolder(const PartFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace reeve::store
