// Inside engine/store/sqlite: a full disk told from every other failure.
#pragma once

namespace SQLite {
class Database;
class Exception;
}  // namespace SQLite

namespace reeve::store::sqlite {

// Whether this came of a full disk, a quota or a limit on the size of a file. Ask before anything else is
// done with the database.
bool no_room(const SQLite::Exception&, SQLite::Database&);

}  // namespace reeve::store::sqlite
