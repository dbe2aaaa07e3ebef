#include "engine/store/sqlite/open_work.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "engine/store/catalog.h"

namespace reeve::store::sqlite {

OpenWork open_work(Reader& reader) {
    std::set<std::string> cases;
    reader.journal(1, [&](const JournalRow& row) {
        for (const auto* name : {"\"JobRequested\"", "\"ApprovalAsked\""})
            if (row.body.find(name) != std::string::npos) cases.insert(row.stream);
        return true;
    });
    OpenWork work;
    if (cases.empty()) return work;
    Catalog catalog;
    catalog.refresh(reader);
    for (const auto& id : cases) try {
            const auto file = find(reader, catalog, id);
            if (!file) continue;
            auto view = project(file->state, *file->program);
            std::ranges::move(view.jobs, std::back_inserter(work.jobs));
            std::ranges::move(view.requests, std::back_inserter(work.requests));
        } catch (const std::exception& e) {
            // What passes must not leave anything out for good.
            if (trouble(e).code == "disk-full" || !is_damage(e)) throw;
        }
    return work;
}

}  // namespace reeve::store::sqlite
