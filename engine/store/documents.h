// The attachments of a folder, or of a backup or an archive, held against the SHA-256 that they are named by.
// Used by one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace reeve::store {

class Documents {
  public:
    explicit Documents(const std::filesystem::path& folder_or_backup);
    ~Documents();
    Documents(const Documents&) = delete;

    // What is wrong with one: "is missing from attachments", "is not what was attached"; empty: nothing.
    // Each is looked at once.
    const std::string& fault(const std::string& sha256);
    // The bytes of one, in pieces. False: it is not there.
    bool read(const std::string& sha256, const std::function<void(std::string_view)>& each);

  private:
    struct Source;
    std::unique_ptr<Source> source_;
    std::map<std::string, std::string> looked_at_;
};

}  // namespace reeve::store
