#include "engine/store/sqlite/damage.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <fmt/format.h>

#include <sstream>

#include "engine/store/sqlite/sqlite.h"

namespace reeve::store::sqlite {
namespace {

// The lines of a check; the last one is why it could not go on, if it could not. Empty: all is well.
struct Findings {
    std::vector<std::string> lines;
    std::string stopped;
    bool well() const { return lines.empty() && stopped.empty(); }
};

Findings ask(SQLite::Database& db, const std::string& pragma) {
    Findings found;
    try {
        SQLite::Statement s(db, pragma);
        while (s.executeStep()) {
            std::istringstream text(s.getColumn(0).getString());
            for (std::string line; std::getline(text, line);)
                if (line != "ok" && !line.starts_with("***") && !line.empty()) found.lines.push_back(line);
        }
    } catch (const SQLite::Exception& e) {
        found.stopped = e.what();
    }
    return found;
}

// Reads a table in the order of its key, one way, up to where it cannot be read. The key of the last row that
// could; nothing when all could.
std::optional<std::string> readable_up_to(SQLite::Database& db, const std::string& table, const char* key,
                                          const char* order) {
    std::string last;
    try {
        SQLite::Statement s(db, fmt::format("SELECT *, {0} FROM {1} NOT INDEXED ORDER BY {2} {3}",
                                            std::string(key), table, key, order));
        const int keys = 1 + static_cast<int>(std::ranges::count(std::string_view(key), ','));
        while (s.executeStep()) {
            last.clear();
            for (int i = s.getColumnCount() - keys; i < s.getColumnCount(); ++i)
                last += fmt::format("{}{}", last.empty() ? "" : " ", s.getColumn(i).getString());
        }
        return std::nullopt;
    } catch (const SQLite::Exception&) {
        return last.empty() ? "the first row" : last;
    }
}

std::string unreadable_rows(SQLite::Database& db, const std::string& table, const char* key) {
    const auto up_to = readable_up_to(db, table, key, "ASC");
    if (!up_to) return {};
    // From the end backwards, as far as that goes.
    const auto down_to = readable_up_to(db, table, key, "DESC");
    return fmt::format("the rows from {} to {} cannot all be read", *up_to,
                       !down_to || *down_to == "the first row" ? "the last" : *down_to);
}

const char* key_of(const std::string& table) {
    for (const auto& one : derived_tables())
        if (table == one.name) return std::string_view(one.key) == "at, id" ? "at" : one.key;
    return table == "journal" ? "seq" : nullptr;
}

}  // namespace

std::vector<std::string> damages(SQLite::Database& db) {
    const auto whole = ask(db, "PRAGMA integrity_check");
    if (whole.well()) return {};
    std::vector<std::string> faults, tables;
    try {
        SQLite::Statement s(db, "SELECT name FROM sqlite_master WHERE type = 'table'");
        while (s.executeStep()) tables.push_back(s.getColumn(0).getString());
    } catch (const SQLite::Exception& e) {
        return {fmt::format("the file itself: {}", e.what())};
    }
    for (const auto& table : tables) {
        const auto of_table = ask(db, fmt::format("PRAGMA integrity_check('{}')", table));
        if (of_table.well()) continue;
        for (const auto& line : of_table.lines) faults.push_back(fmt::format("table {}: {}", table, line));
        const char* key = key_of(table);
        const auto rows = key ? unreadable_rows(db, table, key) : std::string();
        if (!rows.empty())
            faults.push_back(fmt::format("table {}: {}", table, rows));
        else if (!of_table.stopped.empty())
            faults.push_back(fmt::format("table {}: {}", table,
                                         key ? "an index of it is damaged" : "not all of it can be read"));
    }
    for (const auto& line : whole.lines)
        if (faults.empty() || line.starts_with("Page "))
            faults.push_back(fmt::format("the file itself: {}", line));
    if (faults.empty()) faults.push_back(fmt::format("the file itself: {}", whole.stopped));
    return faults;
}

}  // namespace reeve::store::sqlite
