#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <filesystem>
#include <system_error>

#include "engine/store/sqlite/trouble.h"

namespace reeve::store {
namespace {

bool says_no_room(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

// What the system said when the database or its log was last written, as SQLite keeps it for each file.
bool last_write_found_no_room(sqlite3* db) {
    sqlite3_file *main = nullptr, *log = nullptr;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &main);
    sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    for (auto* file : {main, log}) {
        int error = 0;
        if (file && file->pMethods &&
            file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error) == SQLITE_OK &&
            says_no_room(error))
            return true;
    }
    return false;
}

}  // namespace

bool sqlite::no_room(const SQLite::Exception& e, SQLite::Database& db) {
    const int code = e.getErrorCode() & 0xff;
    // The last: the file by which connections share the log could not be given its size.
    if (code == SQLITE_FULL || e.getExtendedErrorCode() == SQLITE_IOERR_SHMSIZE) return true;
    return (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) &&
           (says_no_room(sqlite3_system_errno(db.getHandle())) || last_write_found_no_room(db.getHandle()));
}

void expect_not_emptied(const std::filesystem::path& file) {
    const auto emptied = [&] {
        std::error_code database, log;
        const bool none = std::filesystem::file_size(file, database) == 0 && !database;
        return (none || database == std::errc::no_such_file_or_directory) &&
               std::filesystem::file_size(file.string() + "-wal", log) > 0 && !log;
    };
    // Twice: a new one is written between the two looks of one.
    if (emptied() && emptied()) throw Emptied(file);
}

bool is_damage(const std::exception& e) {
    if (const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&e)) {
        const int code = sqlite->getErrorCode() & 0xff;
        return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    }
    return !dynamic_cast<const std::system_error*>(&e) && !dynamic_cast<const std::bad_alloc*>(&e);
}

Error trouble(const std::exception& e) {
    const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&e);
    const auto* system = dynamic_cast<const std::system_error*>(&e);
    const int code = sqlite ? sqlite->getErrorCode() & 0xff : 0;
    if (dynamic_cast<const NoRoom*>(&e) || code == SQLITE_FULL ||
        (system && says_no_room(system->code().value())))
        return {
            "disk-full",
            fmt::format("the disk is full ({}); nothing that was acknowledged is lost; make room, and try "
                        "again",
                        e.what()),
            ""};
    if (const auto* emptied = dynamic_cast<const Emptied*>(&e))
        return {"damaged",
                fmt::format(
                    "{} was {}, its log was not: nothing was touched. {}", emptied->file.string(),
                    std::filesystem::exists(emptied->file) ? "emptied" : "taken away",
                    emptied->file.filename() == "access.db"
                        ? "Cases are not in it. While no service runs on the folder, move both elsewhere, "
                          "and put the access.db of a backup there (`reeve restore BACKUP --data NEW` "
                          "makes it)"
                        : "Keep both as they are; `reeve restore BACKUP --data NEW` puts the latest backup "
                          "into a new folder"),
                ""};
    if (dynamic_cast<const AccessDamaged*>(&e))
        return {
            "damaged",
            fmt::format("access.db, which holds passwords, tokens and who read what, is damaged ({}): while "
                        "no service runs on the folder, remove it with its -wal and -shm, and put that of a "
                        "backup there (`reeve restore BACKUP --data NEW` makes it); without one, `reeve "
                        "serve` makes an empty one and gives the administrator a first password, and all "
                        "other passwords and tokens are given anew",
                        e.what()),
            ""};
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        return {
            "damaged",
            fmt::format("the database is damaged ({}); `reeve check` names what, `reeve rebuild` makes again "
                        "what follows from the journal, and `reeve restore` takes the latest backup",
                        e.what()),
            ""};
    if (code == SQLITE_CANTOPEN)
        return {
            "failed",
            "the database cannot be opened: is it a file that this user may read and write, in a folder that "
            "this user may write?",
            ""};
    if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&e))
        return {"failed", file->code().message(), file->path1().string()};
    return {"failed", e.what(), ""};
}

}  // namespace reeve::store
