// Inside engine/store and used by the runtime: a folder that is gone when it goes out of scope.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace reeve::store {

class ScratchFolder {
  public:
    // Below `base`; empty: below the system's folder for temporary files.
    explicit ScratchFolder(const std::filesystem::path& base = {}) {
        std::string path =
            ((base.empty() ? std::filesystem::temp_directory_path() : base) / "reeve-XXXXXX").string();
        if (!::mkdtemp(path.data())) throw std::runtime_error("no scratch folder can be made at " + path);
        path_ = path;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace reeve::store
