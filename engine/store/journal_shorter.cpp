#include <SQLiteCpp/SQLiteCpp.h>

#include <set>

#include "engine/store/archived.h"
#include "engine/store/salvage.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/sqlite/damage.h"

namespace reeve::store {
namespace {

// A journal that lost its end fits together: only rows that followed from the end still know of it.
class Beyond {
  public:
    explicit Beyond(Reader& journal) : journal_(journal) {
        each_archived(journal, [&](const CasesArchived& record, Instant) {
            for (const auto& one : record.cases) archived_.insert(one.id);
        });
    }

    void case_row(const std::string& id, std::uint64_t revision) {
        const auto last = journal_.revision(id);
        if (revision > last)
            found(id, fmt::format("{} is at revision {} there, and ends with {} in the journal", id, revision,
                                  last));
    }
    void part_of(const std::string& id, const char* table) {
        if (id == seen_) return;  // the parts of a case lie together
        seen_ = id;
        if (journal_.revision(id) == 0)
            found(id, fmt::format("{} know {}, and the journal does not", table, id));
    }
    void archived(const std::string& id) {
        if (!archived_.contains(id))
            found(id, fmt::format("{} was archived, and the journal does not know it", id));
    }
    void given(const std::string& person, std::uint64_t event) {
        const auto last = journal_.head().seq;
        if (event <= last || !first_.empty()) return;  // what was given was given in a case
        first_ = fmt::format("event {} gave {} something, and the journal ends with {}", event, person, last);
    }
    std::optional<Error> error(const std::filesystem::path& folder) const {
        if (first_.empty()) return std::nullopt;
        return Error{
            "journal-shorter",
            fmt::format("the rows know more than the journal ({}{}): events were lost, or only these "
                        "rows are wrong. No row was changed; `reeve restore` puts the latest backup "
                        "into a new folder, and `reeve rebuild --believe-journal` makes the rows from "
                        "what the journal has",
                        first_, cases_.size() > 1 ? fmt::format("; and {} more", cases_.size() - 1) : ""),
            folder.string()};
    }

  private:
    void found(const std::string& id, std::string what) {
        if (cases_.insert(id).second && first_.empty()) first_ = std::move(what);
    }
    Reader& journal_;
    std::set<std::string> archived_, cases_;
    std::string first_, seen_;
};

std::uint64_t number_in(SQLite::Statement& row) {
    return static_cast<std::uint64_t>(row.getColumn(1).getInt64());
}

}  // namespace

std::optional<Error> journal_shorter(const std::filesystem::path& folder, Reader& journal,
                                     std::vector<std::string>& faults) {
    using sqlite::Way;
    const auto db = sqlite::connect(sqlite::database_path(folder), sqlite::Mode::read);
    Beyond beyond(journal);
    // From both ends, where not all of it can be read.
    const auto look = [&](const char* columns, const char* table, const char* key, const auto& each) {
        return sqlite::read_rows(*db, columns, table, key, Way::forwards, each) ||
               sqlite::read_rows(*db, columns, table, key, Way::backwards, each);
    };
    const bool every_case = look("id, revision", "cases", "id", [&](SQLite::Statement& row) {
        beyond.case_row(row.getColumn(0), number_in(row));
    });
    if (!every_case)
        faults.emplace_back(
            "the rows of some cases could not be read, and so not be held against the journal: look whether "
            "the latest cases and notes are there");
    // A row that is gone tells nothing: of its case the other tables know.
    for (const char* table : {"tasks", "clocks"})
        look("case_id", table, "case_id, id",
             [&](SQLite::Statement& row) { beyond.part_of(row.getColumn(0), table); });
    look("id", "archived", "id", [&](SQLite::Statement& row) { beyond.archived(row.getColumn(0)); });
    look("person, last_given", "loads", "person",
         [&](SQLite::Statement& row) { beyond.given(row.getColumn(0), number_in(row)); });
    return beyond.error(folder);
}

}  // namespace reeve::store
