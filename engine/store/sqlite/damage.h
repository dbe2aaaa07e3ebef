// Inside engine/store/sqlite: damage to the file itself, found and named.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace reeve::store::sqlite {

// What of the file is damaged, by table and by the rows that cannot be read; empty: nothing.
std::vector<std::string> damages(SQLite::Database&);

// The rows of a table in the order of its key, from its first on or, backwards, from its last, as far as they
// can be read. False: not all of them could.
enum class Way { forwards, backwards };
bool read_rows(SQLite::Database&, const std::string& columns, const std::string& table,
               const std::string& key, Way, const std::function<void(SQLite::Statement&)>& each);

}  // namespace reeve::store::sqlite
