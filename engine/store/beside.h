// Inside engine/store: FOLDER/access.db, a database of the service that lies beside the journal and goes with
// it into a backup, in pieces, in a table of its own. What it holds is not the store's to know.
//
// SQLiteCpp appears in .cpp files only: include it before this header.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/result.h"
#include "engine/store/part_file.h"
#include "engine/store/upkeep.h"

namespace reeve::store {

// As it stood at one moment, into the backup; nothing when the folder has none. One that is damaged goes
// along as it is where it can be copied; where not, this says that the backup is without it.
std::string pack_beside(SQLite::Database& backup, const std::filesystem::path& folder);

// Says what is wrong with that of a folder, or with that in a backup.
void check_beside(const std::filesystem::path& place, CheckReport&);

// One that is taken out of a backup: whole, beside its name, and only for its owner to read.
class Beside {
  public:
    // As it is in the table of `copy`. Nothing is made when there is none.
    Beside(SQLite::Database& copy, const std::filesystem::path& folder);
    // Lets it wait for the database with which it takes the place of the one that is there. "in-use" while
    // somebody has that open.
    Result<void> stage() const;

  private:
    std::filesystem::path place_;
    std::optional<PartFile> part_;
};

}  // namespace reeve::store
