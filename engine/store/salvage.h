// Inside engine/store: a data folder whose database is damaged is made again from its journal.
#pragma once

#include "engine/store/upkeep.h"

namespace reeve::store {

// What becomes of a journal that cannot be read to its end.
enum class Cut {
    refused,  // "journal-damaged", and nothing is changed
    accepted  // it ends where it cannot be read; faults says so, and which cases cannot be understood
};
// Takes the journal into a new database, makes every row again there and puts it in the place of the damaged
// one. faults: what could not be taken over.
Result<RebuildReport> salvage(const std::filesystem::path& folder, const Progress&, Believe,
                              Cut = Cut::refused);

// What is said of alerts of which no row was found that tells how far they got.
std::string deliveries_unknown(std::uint64_t alerts);

// "journal-shorter": the folder's rows know more than the journal, as when its end was lost. The rows of
// cases are held against it, and those of tasks, clocks, archived cases and loads; faults says when some of
// cases cannot be read.
std::optional<Error> journal_shorter(const std::filesystem::path& folder, Reader& journal,
                                     std::vector<std::string>& faults);

}  // namespace reeve::store
