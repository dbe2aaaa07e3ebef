// Inside engine/store: a data folder whose database is damaged is made again from its journal.
#pragma once

#include "engine/store/upkeep.h"

namespace reeve::store {

// Takes the journal into a new database, makes every row again there and puts it in the place of the damaged
// one. faults: what could not be taken over. Refused with "journal-damaged" when the journal cannot be read
// whole: then nothing is changed.
Result<RebuildReport> salvage(const std::filesystem::path& folder, const Progress&, Believe);

// "journal-shorter": there are cases whose rows know more than the journal, as when its end was lost. Looked
// at are those rows of cases that can be read.
std::optional<Error> journal_shorter(Reader& rows, Reader& journal, const std::filesystem::path& folder);

}  // namespace reeve::store
