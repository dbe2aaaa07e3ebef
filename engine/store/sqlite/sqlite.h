// Inside engine/store/sqlite: the files of a data folder and the statements both halves need. Only forward
// declarations of SQLiteCpp: it is included by .cpp files alone.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "engine/store/store.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace reeve::store::sqlite {

constexpr int schema_version = 7;

inline constexpr const char* lock_name = "lock";
inline constexpr const char* restoring_name = "restoring.db";  // beside it, while a backup is restored
inline constexpr const char* filled_name = "filled.db";        // while one that was cut off is restored
inline constexpr const char* rebuilding_name =
    "rebuilding";  // a folder in it, while a damaged one is rebuilt
inline constexpr const char* replacing_name = "replacing.db";  // whole: what takes the database's place
inline constexpr const char* staged_prefix = "replacing.";     // what takes a place with it; empty: it goes
inline constexpr std::array beside_names{"access.db", "rehearsal.json"};

std::filesystem::path database_path(const std::filesystem::path& folder);

// Creates the tables, or brings an older schema forward. "newer-schema" when the file is from a later
// version.
enum class Older {
    kept,  // a copy of it is made beside the file first
    gone   // it is itself a copy
};
Result<void> prepare(SQLite::Database&, const std::filesystem::path& file, Older = Older::kept);

// What is missing of the tables, indexes and triggers, or is not what `prepare` made; empty: nothing.
std::vector<std::string> schema_faults(SQLite::Database&);

// Makes what is missing of the tables, indexes and triggers, and every index anew.
void mend(SQLite::Database&);

// Whether a row of the outbox tells a delivery: one of another kind would never be tried, nor listed.
inline constexpr const char* is_delivery =
    "(status IN ('pending', 'sent', 'undelivered') AND typeof(attempts) = 'integer')";

// The tables that rebuild makes again, and the columns that order and name their rows.
struct Table {
    const char* name;
    const char* key;      // its primary key
    std::string columns;  // what is compared; of the delivery of an alert only whether it is one
};
const std::vector<Table>& derived_tables();

// The lock of a folder: held while it lives, gone with the process, however that ends.
class Lock {
  public:
    static Result<Lock> take(const std::filesystem::path& folder);
    Lock(Lock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    Lock& operator=(Lock&&) = delete;
    ~Lock();

  private:
    explicit Lock(int fd) : fd_(fd) {}
    int fd_;
};

}  // namespace reeve::store::sqlite
