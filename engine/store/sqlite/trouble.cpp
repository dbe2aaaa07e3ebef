#include "engine/store/sqlite/trouble.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <system_error>

#include "engine/store/store.h"

namespace reeve::store {
namespace {

bool says_no_room(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

}  // namespace

bool sqlite::no_room(const SQLite::Exception& e, SQLite::Database& db) {
    const int code = e.getErrorCode() & 0xff;
    if (code == SQLITE_FULL) return true;
    return (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) &&
           says_no_room(sqlite3_system_errno(db.getHandle()));
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
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        return {
            "damaged",
            fmt::format("the database is damaged ({}); `reeve check` names what, `reeve rebuild` makes again "
                        "what follows from the journal, and `reeve restore` takes the latest backup",
                        e.what()),
            ""};
    return {"failed", e.what(), ""};
}

}  // namespace reeve::store
