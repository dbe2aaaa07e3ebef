// Inside engine/store/sqlite: damage to the file itself, found and named.
#pragma once

#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace reeve::store::sqlite {

// What of the file is damaged, by table and by the rows that cannot be read; empty: nothing.
std::vector<std::string> damages(SQLite::Database&);

}  // namespace reeve::store::sqlite
