// The secret of a data folder: random bytes from which others are derived, such as the receipt codes. It lies
// in the database, so that a backup has it and a restored folder goes on with it; no event tells of it and no
// projection comes from it.
#pragma once

#include <filesystem>
#include <string>

namespace reeve::store {

inline constexpr std::size_t secret_bytes = 32;

// Made when it is first asked for, durable when it returns; whether or not an engine has the folder. Throws.
std::string folder_secret(const std::filesystem::path& folder);

// Gives the database `to` the secret of the database `from`, where that has one. Throws.
void copy_secret(const std::filesystem::path& from, const std::filesystem::path& to);
// Whether the database has one.
bool has_secret(const std::filesystem::path& database);

}  // namespace reeve::store
