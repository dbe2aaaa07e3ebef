// A small office in a rehearsal folder, worked by the real command: what the tests of the command share.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace reeve::cli {

struct Ran {
    int exit = 0;
    std::string out, err;
    nlohmann::json json() const { return nlohmann::json::parse(out); }
};

// A folder with notice.pdf, the definition, its calendar and the organisation; in it office/, a rehearsal
// that begins on Monday 2026-03-02 at 09:00 in Shanghai. Removed at the end.
class Office {
  public:
    explicit Office(bool with_folder = true);
    ~Office();
    Office(const Office&) = delete;

    // A line as a shell takes it: "reeve case list". REEVE_DATA is office.
    Ran run(const std::string& line) const;
    // The same, and it must have worked.
    Ran did(const std::string& line) const;
    // A copy, with everything as it is now.
    void copy_to(const std::filesystem::path& folder) const;
    const std::filesystem::path& folder() const { return folder_; }
    // Starts a case and gives its id.
    std::string start(const std::string& more = "") const;

  private:
    std::filesystem::path folder_;
};

}  // namespace reeve::cli
