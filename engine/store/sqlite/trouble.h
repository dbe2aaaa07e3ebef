// Inside engine/store/sqlite: a full disk told from every other failure.
//
// SQLiteCpp appears in .cpp files only: include it before this header.
#pragma once

#include "engine/store/store.h"

namespace reeve::store::sqlite {

// Whether this came of a full disk, a quota or a limit on the size of a file. Ask before anything else is
// done with the database.
bool no_room(const SQLite::Exception&, SQLite::Database&);

// Does something with the database that may find the disk full: thrown as NoRoom.
template <class F>
auto minding_room(SQLite::Database& db, F&& what) {
    try {
        return what();
    } catch (const SQLite::Exception& e) {
        if (no_room(e, db)) throw NoRoom(e.what());
        throw;
    }
}

}  // namespace reeve::store::sqlite
