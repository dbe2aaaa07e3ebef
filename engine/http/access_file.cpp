#include "engine/http/access_file.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include <filesystem>
#include <system_error>

#include "engine/store/part_file.h"
#include "engine/store/same_files.h"
#include "engine/store/store.h"

namespace reeve::http {

namespace {

constexpr const char* tables = R"sql(
CREATE TABLE IF NOT EXISTS tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, person TEXT NOT NULL, made_by TEXT NOT NULL, scopes TEXT NOT NULL,
  made INTEGER NOT NULL, until INTEGER, revoked INTEGER, hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS passwords (
  person TEXT PRIMARY KEY, hash TEXT NOT NULL, one_time INTEGER NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempts (
  person TEXT PRIMARY KEY, failures INTEGER NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (
  hash BLOB PRIMARY KEY, person TEXT NOT NULL, csrf TEXT NOT NULL, one_time INTEGER NOT NULL,
  until INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS plans (
  "key" TEXT PRIMARY KEY, request BLOB NOT NULL, plan TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reads (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, person TEXT NOT NULL, token TEXT NOT NULL,
  case_id TEXT NOT NULL, route TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS reads_case ON reads(case_id);
CREATE INDEX IF NOT EXISTS reads_at ON reads(at);
)sql";

AccessFile open_or_make(const std::filesystem::path& folder) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used");
    constexpr int patience_ms = 5000;  // for another reeve that writes
    const auto file = folder / "access.db";
    store::expect_not_emptied(file);
    if (!std::filesystem::exists(std::filesystem::symlink_status(file))) {
        try {
            store::make_private(file);
            store::own_as_its_folder(file);  // before there is a log, which SQLite makes like it
        } catch (const std::system_error& e) {
            if (e.code() != std::errc::file_exists) throw;  // another reeve made it just now
        }
    }
    auto db = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE, patience_ms);
    // Also one that was copied here. Where it is a link, what that leads to is not ours.
    if (::fchmodat(AT_FDCWD, file.c_str(), S_IRUSR | S_IWUSR, AT_SYMLINK_NOFOLLOW) != 0 &&
        errno != EOPNOTSUPP)
        throw std::system_error(errno, std::generic_category(), "protecting " + file.string());
    db->exec("PRAGMA journal_mode = WAL");
    db->exec("PRAGMA synchronous = FULL");
    db->exec(tables);
    return AccessFile(db.release());
}

}  // namespace

void CloseAccessFile::operator()(SQLite::Database* db) const {
    store::spare_cut_log(*db);
    delete db;
}

AccessFile open_access_file(const std::filesystem::path& folder) {
    try {
        return open_or_make(folder);
    } catch (const SQLite::Exception& e) {
        const auto error = store::trouble(e);
        if (error.code == "failed") throw std::runtime_error("access.db: " + error.message);
        throw_of_access_file(e);
    }
}

void throw_of_access_file(const std::exception& e) {
    if (dynamic_cast<const SQLite::Exception*>(&e) && store::trouble(e).code == "damaged")
        throw store::AccessDamaged(e.what());
    throw;
}

std::string random_text(std::size_t bytes) {
    std::string raw(bytes, '\0');
    randombytes_buf(raw.data(), raw.size());
    std::string text(sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                      raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.resize(text.find('\0'));
    return text;
}

std::string hash_of(std::string_view secret) {
    std::string hash(crypto_generichash_BYTES, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                       reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), nullptr, 0);
    return hash;
}

bool same_hash(const std::string& a, const std::string& b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace reeve::http
