#include "engine/store/sqlite/trouble.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <cerrno>

namespace reeve::store::sqlite {

bool no_room(const SQLite::Exception& e, SQLite::Database& db) {
    if (e.getErrorCode() == SQLITE_FULL) return true;
    if ((e.getErrorCode() & 0xff) != SQLITE_IOERR && (e.getErrorCode() & 0xff) != SQLITE_CANTOPEN) return false;
    const int error = sqlite3_system_errno(db.getHandle());
    return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

}  // namespace reeve::store::sqlite
