// Inside engine/store: the attachments of a folder, or of a backup, held against the SHA-256 that they are
// named by. Each is read once. Used by one thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace reeve::store {

class Documents {
  public:
    explicit Documents(const std::filesystem::path& folder_or_backup);
    ~Documents();
    Documents(const Documents&) = delete;

    // What is wrong with one: "is missing from attachments", "is not what was attached"; empty: nothing.
    const std::string& fault(const std::string& sha256);

  private:
    struct Source;
    std::unique_ptr<Source> source_;
    std::map<std::string, std::string> looked_at_;
};

}  // namespace reeve::store
