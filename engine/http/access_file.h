// Inside engine/http: FOLDER/access.db, and the secrets that are kept in it as hashes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/time/time.h"

namespace SQLite {
class Database;
}

namespace reeve::http {

// A log that was cut off is not taken into it.
struct CloseAccessFile {
    void operator()(SQLite::Database*) const;
};
using AccessFile = std::unique_ptr<SQLite::Database, CloseAccessFile>;
// Opens or makes it, readable by its owner only, with every table.
AccessFile open_access_file(const std::filesystem::path& folder);
// For a catch around what was asked of it: throws that again; damage as store::AccessDamaged, which names the
// file and its way out.
[[noreturn]] void throw_of_access_file(const std::exception&);
std::string random_text(std::size_t bytes);                  // base64url
std::string hash_of(std::string_view secret);                // of a secret that is long and random
bool same_hash(const std::string& a, const std::string& b);  // takes as long whatever they are
inline std::int64_t millis_of(time::Instant at) { return at.time_since_epoch().count(); }
inline time::Instant instant_of(std::int64_t millis) { return time::Instant(time::Millis(millis)); }

}  // namespace reeve::http
