// Inside engine/store/sqlite: what waits in a folder that has no tables of it yet.
#pragma once

#include "engine/store/store.h"

namespace reeve::store::sqlite {

struct OpenWork {
    std::vector<JobRow> jobs;
    std::vector<RequestRow> requests;
};
// From the journal. A case that cannot be read is left out: reeve check names it.
OpenWork open_work(Reader&);

}  // namespace reeve::store::sqlite
