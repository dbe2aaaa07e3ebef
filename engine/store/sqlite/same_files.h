// Inside engine/store/sqlite: whether the files that a store has open still bear their names. Where somebody
// puts another folder in the place of this one, or takes its log away, a process goes on writing into files
// that nobody will ever open again.
#pragma once

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <stdexcept>

namespace reeve::store::sqlite {

class SameFiles {
  public:
    // As it is now, and until it is forgotten; one that is not there is not remembered.
    void remember(const std::filesystem::path& file) {
        struct stat is;
        if (::stat(file.c_str(), &is) == 0) known_.try_emplace(file, is.st_dev, is.st_ino);
    }
    void forget(const std::filesystem::path& file) { known_.erase(file); }

    // Throws when one of them is another now, or gone. A disk that cannot tell is no reason.
    void check() const {
        for (const auto& [file, id] : known_) {
            struct stat is;
            const bool there = ::stat(file.c_str(), &is) == 0;
            if (there ? std::pair(is.st_dev, is.st_ino) == id : errno != ENOENT && errno != ENOTDIR) continue;
            throw std::runtime_error(fmt::format(
                "{} {} while this process works on it; it takes nothing more: stop it, and see with `reeve "
                "check` what lies there now",
                file.string(), there ? "was replaced" : "was taken away"));
        }
    }

  private:
    std::map<std::filesystem::path, std::pair<dev_t, ino_t>> known_;
};

}  // namespace reeve::store::sqlite
