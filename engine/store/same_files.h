// Inside the engine: whether the files that a database has open still lie where they lay, as long as they
// were. Where somebody puts another folder in the place of this one, takes its log away or copies an older
// database over it, a process goes on writing into what nobody will ever open again.
#pragma once

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>

namespace reeve::store {

// SQLite cuts a log down to this size when it begins it anew.
inline constexpr off_t log_shrinks_to = 64 << 20;

class SameFiles {
  public:
    enum class Kind { other, database, log };
    // Whether SQLite knows why a database is this much longer, or its log so short.
    using Explained = std::function<bool(Kind, off_t bytes)>;

    static SameFiles of_database(const std::filesystem::path& file) {
        SameFiles files;
        files.remember_database(file);
        return files;
    }
    // As it is now, and until it is forgotten; one that is not there is not remembered.
    void remember(const std::filesystem::path& file, Kind kind = Kind::other) {
        struct stat is;
        if (::stat(file.c_str(), &is) == 0) known_.try_emplace(file, is.st_dev, is.st_ino, kind, is.st_size);
    }
    // A database, which never becomes shorter, and its log, where there is one.
    void remember_database(const std::filesystem::path& file) {
        remember(file, Kind::database);
        remember(file.string() + "-wal", Kind::log);
        remember(file.string() + "-shm");
    }
    // The log and its index go with the last connection, and are made by the first to look.
    void forget_log(const std::filesystem::path& file) {
        for (const char* tail : {"-wal", "-shm"}) known_.erase(file.string() + tail);
    }

    // Throws when one of them is another now, cut off, or gone. A disk that cannot tell is no reason. Without
    // `explained` what it would be asked is no reason either.
    void check(const Explained& explained = {}) {
        for (auto& [file, was] : known_) {
            struct stat is;
            if (::stat(file.c_str(), &is) != 0) {
                if (errno == ENOENT || errno == ENOTDIR) refuse(file, "was taken away");
                continue;
            }
            const auto ask = [&] { return !explained || explained(was.kind, is.st_size); };
            const bool shorter = is.st_size < was.size;
            if (is.st_dev != was.device || is.st_ino != was.number) refuse(file, "was replaced");
            if ((was.kind == Kind::database && shorter) ||
                (was.kind == Kind::log && shorter && is.st_size < log_shrinks_to && !ask()))
                refuse(file, fmt::format("was cut off, to {} bytes of {},", is.st_size, was.size));
            if (was.kind == Kind::database && is.st_size > was.size && !ask())
                refuse(file,
                       fmt::format("was overwritten by {} bytes, in the place of {},", is.st_size, was.size));
            was.size = is.st_size;
        }
    }

  private:
    struct Known {
        dev_t device;
        ino_t number;
        Kind kind;
        off_t size;
    };

    [[noreturn]] static void refuse(const std::filesystem::path& file, const std::string& what) {
        throw std::runtime_error(fmt::format(
            "{} {} while this process works on it; it takes nothing more: stop it, and see with `reeve "
            "check` what lies there now",
            file.string(), what));
    }

    std::map<std::filesystem::path, Known> known_;
};

}  // namespace reeve::store
