#include "engine/store/secret.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sodium.h>

#include "engine/store/sqlite/connection.h"
#include "engine/store/sqlite/trouble.h"

namespace reeve::store {
namespace {

// It belongs to no version of the schema: an older reeve reads the folder as well, and leaves it alone.
constexpr const char* table = "CREATE TABLE IF NOT EXISTS secret (value BLOB NOT NULL)";

std::string kept_in(SQLite::Database& db) {
    if (!db.tableExists("secret")) return {};
    SQLite::Statement row(db, "SELECT value FROM secret LIMIT 1");
    if (!row.executeStep()) return {};
    const auto value = row.getColumn(0);
    if (value.getBytes() != static_cast<int>(secret_bytes))
        throw std::runtime_error("the folder's secret is not what was written: restore a backup");
    return value.getString();
}

// Two processes may make it at once: the first one's stays.
std::string keep(SQLite::Database& db, const std::string& value) {
    return sqlite::minding_room(db, [&] {
        SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
        db.exec(table);
        auto kept = kept_in(db);
        if (kept.empty()) {
            SQLite::Statement insert(db, "INSERT INTO secret VALUES (?)");
            insert.bind(1, value.data(), static_cast<int>(value.size()));
            insert.exec();
            kept = value;
        }
        transaction.commit();
        return kept;
    });
}

}  // namespace

std::string folder_secret(const std::filesystem::path& folder) {
    const auto file = sqlite::database_path(folder);
    if (auto kept = kept_in(*sqlite::connect(file, sqlite::Mode::read)); !kept.empty()) return kept;
    std::string fresh(secret_bytes, '\0');
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used");
    randombytes_buf(fresh.data(), fresh.size());
    return keep(*sqlite::connect(file, sqlite::Mode::write), fresh);
}

void copy_secret(const std::filesystem::path& from, const std::filesystem::path& to) {
    const auto kept = kept_in(*sqlite::connect(from, sqlite::Mode::read));
    if (!kept.empty()) keep(*sqlite::connect(to, sqlite::Mode::write), kept);
}

bool has_secret(const std::filesystem::path& database) {
    return !kept_in(*sqlite::connect(database, sqlite::Mode::read)).empty();
}

}  // namespace reeve::store
