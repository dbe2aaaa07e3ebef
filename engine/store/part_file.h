// Inside engine/store: a file that is written beside its name and moved there when it is whole. Until then it
// is taken away again when it goes out of scope: a full disk is not made fuller by what came of it.
#pragma once

#include <filesystem>
#include <system_error>

namespace reeve::store {

class PartFile {
  public:
    // What an earlier process left under this name is taken away.
    explicit PartFile(std::filesystem::path path) : path_(std::move(path)) { remove(); }
    ~PartFile() { remove(); }
    PartFile(const PartFile&) = delete;

    const std::filesystem::path& path() const { return path_; }
    void becomes(const std::filesystem::path& whole) const { std::filesystem::rename(path_, whole); }

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

}  // namespace reeve::store
