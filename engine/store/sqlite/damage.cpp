#include "engine/store/sqlite/damage.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

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

// The key of the last row that could be read; nothing when all could.
std::optional<std::string> readable_up_to(SQLite::Database& db, const std::string& table, const char* key,
                                          Way way) {
    std::string last;
    const int keys = 1 + static_cast<int>(std::ranges::count(std::string_view(key), ','));
    try {
        if (read_rows(db, fmt::format("*, {}", key), table, key, way, [&](SQLite::Statement& s) {
                last.clear();
                for (int i = s.getColumnCount() - keys; i < s.getColumnCount(); ++i)
                    last += fmt::format("{}{}", last.empty() ? "" : " ", s.getColumn(i).getString());
            }))
            return std::nullopt;
    } catch (const SQLite::Exception&) {
        // Whyever: those behind it were not read.
    }
    return last.empty() ? "the first row" : last;
}

std::string backwards(const std::string& key) {
    std::string order;
    for (const char c : key) order += c == ',' ? " DESC," : std::string(1, c);
    return order + " DESC";
}

std::string unreadable_rows(SQLite::Database& db, const std::string& table, const char* key) {
    const auto up_to = readable_up_to(db, table, key, Way::forwards);
    if (!up_to) return {};
    const auto down_to = readable_up_to(db, table, key, Way::backwards);
    return fmt::format("the rows from {} to {} cannot all be read", *up_to,
                       !down_to || *down_to == "the first row" ? "the last" : *down_to);
}

const char* key_of(const std::string& table) {
    for (const auto& one : derived_tables())
        if (table == one.name) return std::string_view(one.key) == "at, id" ? "at" : one.key;
    return table == "journal" ? "seq" : nullptr;
}

}  // namespace

bool read_rows(SQLite::Database& db, const std::string& columns, const std::string& table,
               const std::string& key, Way way, const std::function<void(SQLite::Statement&)>& each) {
    const auto sql = fmt::format("SELECT {} FROM {} NOT INDEXED ORDER BY {}", columns, table,
                                 way == Way::forwards ? key : backwards(key));
    std::optional<SQLite::Statement> s;
    const auto step = [&]() -> std::optional<bool> {
        try {
            if (!s) s.emplace(db, sql);
            return s->executeStep();
        } catch (const SQLite::Exception& e) {
            // Damage, or a table that is not there; else it may be read the next time.
            if (!is_damage(e) && e.getErrorCode() != SQLITE_ERROR) throw;
            return std::nullopt;
        }
    };
    auto row = step();
    for (; row == true; row = step()) each(*s);
    return row.has_value();
}

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
