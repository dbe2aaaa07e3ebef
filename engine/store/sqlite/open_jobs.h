// Inside engine/store/sqlite: the jobs of a folder that has no table of them yet.
#pragma once

#include "engine/store/store.h"

namespace reeve::store::sqlite {

// From the journal. A case that cannot be read is left out: reeve check names it.
std::vector<JobRow> open_jobs(Reader&);

}  // namespace reeve::store::sqlite
