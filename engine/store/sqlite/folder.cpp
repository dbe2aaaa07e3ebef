#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <system_error>

#include "engine/store/sqlite/connection.h"

namespace reeve::store {
namespace sqlite {

std::filesystem::path database_path(const std::filesystem::path& folder) { return folder / "reeve.db"; }

Result<Lock> Lock::take(const std::filesystem::path& folder) {
    const auto path = folder / "lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "opening " + path.string());
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ::close(fd);
        return refuse(
            "in-use",
            "another reeve has this folder open; one engine owns a folder at a time: stop it, or ask it",
            folder.string());
    }
    return Lock(fd);
}

Lock::~Lock() {
    if (fd_ >= 0) ::close(fd_);
}

std::unique_ptr<SQLite::Database> connect(const std::filesystem::path& file, Mode mode) {
    // A reader opens for writing too: SQLite may have to recover the log that a killed process left behind.
    auto db = std::make_unique<SQLite::Database>(
        file.string(), SQLite::OPEN_READWRITE | (mode == Mode::read ? 0 : SQLite::OPEN_CREATE), 10'000);
    if (mode == Mode::read) {
        db->exec("PRAGMA query_only = ON");
    } else {
        db->exec("PRAGMA journal_mode = WAL");
        db->exec(mode == Mode::write ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
        db->exec("PRAGMA wal_autocheckpoint = 4000");
        db->exec("PRAGMA journal_size_limit = 67108864");
    }
    db->exec("PRAGMA cache_size = -65536");
    db->exec("PRAGMA temp_store = MEMORY");
    return db;
}

}  // namespace sqlite

Result<std::unique_ptr<Store>> open(const std::filesystem::path& folder, const OpenOptions& options) {
    const auto file = sqlite::database_path(folder);
    if (!std::filesystem::exists(file)) {
        if (!options.create)
            return refuse("no-folder", "there is no Reeve data here; `reeve init` makes a data folder",
                          folder.string());
        std::filesystem::create_directories(folder / "attachments");
    }
    auto lock = sqlite::Lock::take(folder);
    if (!lock) return std::unexpected(lock.error());
    {
        auto db = sqlite::connect(file, options.durable ? sqlite::Mode::write : sqlite::Mode::write_unsynced);
        if (auto ready = sqlite::prepare(*db, file); !ready) return std::unexpected(ready.error());
    }
    return sqlite::make_store(folder, options.durable, std::move(*lock));
}

Result<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& folder) {
    const auto file = std::filesystem::is_directory(folder) ? sqlite::database_path(folder) : folder;
    if (!std::filesystem::exists(file))
        return refuse("no-folder", "there is no Reeve data here; `reeve init` makes a data folder",
                      folder.string());
    const int found = sqlite::connect(file, sqlite::Mode::read)->execAndGet("PRAGMA user_version").getInt();
    if (found != sqlite::schema_version)
        return refuse(
            found > sqlite::schema_version ? "newer-schema" : "older-schema",
            fmt::format("the data is of schema {}, this reeve reads schema {}{}", found,
                        sqlite::schema_version,
                        found > sqlite::schema_version
                            ? ""
                            : "; opening it with `reeve serve` or any command that writes brings it forward"),
            file.string());
    return sqlite::make_reader(file);
}

}  // namespace reeve::store
