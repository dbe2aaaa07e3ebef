// A folder of schema 1, as great as one likes: today's data in the older form, made after the folder that is
// kept in tests/schemas.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace reeve::crash {

void make_older(const std::filesystem::path& folder, const std::filesystem::path& file);
// The bodies of its events; throws when it is not of schema 1.
std::vector<std::string> events_of_older(const std::filesystem::path& file);

}  // namespace reeve::crash
