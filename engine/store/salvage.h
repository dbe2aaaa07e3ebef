// Inside engine/store: a data folder whose database is damaged is made again from its journal.
#pragma once

#include "engine/store/upkeep.h"

namespace reeve::store {

// Takes the journal into a new database, makes every row again there and puts it in the place of the damaged
// one. faults: what could not be taken over. Refused with "journal-damaged" when the journal cannot be read
// whole: then nothing is changed.
Result<RebuildReport> salvage(const std::filesystem::path& folder, const Progress&, Believe);

// "journal-shorter": the folder's rows know more than the journal, as when its end was lost. Each case's row
// is held against it; where some cannot be read, those that can and the rows of tasks, clocks and loads, and
// faults says so.
std::optional<Error> journal_shorter(const std::filesystem::path& folder, Reader& journal,
                                     std::vector<std::string>& faults);

}  // namespace reeve::store
