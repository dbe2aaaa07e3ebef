// Inside engine/store: attachments as they lie in a backup or an archive, in a table of its one file. They go
// in and come out in pieces: one may be larger than the memory that is free.
//
// SQLiteCpp appears in .cpp files only: include it before this header.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace reeve::store {

class Packing {
  public:
    explicit Packing(SQLite::Database&);  // makes the table
    // Throws when the file cannot be read, or is cut short meanwhile.
    void add(const std::string& sha256, const std::filesystem::path& file);

  private:
    SQLite::Database& db_;
    SQLite::Statement insert_;
};

// The bytes of one, by its rowid.
void unpack(SQLite::Database&, std::int64_t row, const std::function<void(std::string_view)>& each);

}  // namespace reeve::store
