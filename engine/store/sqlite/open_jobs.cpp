#include "engine/store/sqlite/open_jobs.h"

#include <set>

#include "engine/store/catalog.h"

namespace reeve::store::sqlite {

std::vector<JobRow> open_jobs(Reader& reader) {
    std::set<std::string> cases;
    reader.journal(1, [&](const JournalRow& row) {
        if (row.body.find("\"JobRequested\"") != std::string::npos) cases.insert(row.stream);
        return true;
    });
    std::vector<JobRow> jobs;
    if (cases.empty()) return jobs;
    Catalog catalog;
    catalog.refresh(reader);
    for (const auto& id : cases) try {
            const auto file = find(reader, catalog, id);
            if (!file) continue;
            for (auto& job : project(file->state, *file->program).jobs) jobs.push_back(std::move(job));
        } catch (const std::exception& e) {
            if (trouble(e).code == "disk-full") throw;
        }
    return jobs;
}

}  // namespace reeve::store::sqlite
