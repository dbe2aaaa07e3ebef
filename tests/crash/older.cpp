#include "tests/crash/older.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace reeve::crash {

void make_older(const std::filesystem::path& folder, const std::filesystem::path& file) {
    std::ifstream in(REEVE_SOURCE "/tests/schemas/schema-1.sql");
    const std::string sql(std::istreambuf_iterator<char>(in), {});
    SQLite::Database db(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    db.exec(sql);
    db.exec("DROP TRIGGER journal_stays; DELETE FROM journal");
    db.exec(fmt::format("ATTACH '{}' AS now", (folder / "reeve.db").string()));
    db.exec("BEGIN");
    for (const char* table : {"cases", "tasks", "clocks", "escalations", "links", "timers", "outbox", "loads",
                              "marks", "started"})
        db.exec(fmt::format("DELETE FROM main.{0}; INSERT INTO main.{0} SELECT * FROM now.{0}", table));
    // An event a row; the key and the count stand on a command's first.
    db.exec(R"(INSERT INTO main.journal
      WITH RECURSIVE event(seq, stream, revision, at, occurred, actor, "key", events, body, rest) AS (
        SELECT seq, stream, revision, at, occurred, actor, "key", events,
          substr(body || char(10), 1, instr(body || char(10), char(10)) - 1),
          substr(body || char(10), instr(body || char(10), char(10)) + 1) FROM now.journal
        UNION ALL
        SELECT seq + 1, stream, revision + 1, at, occurred, actor, NULL, NULL,
          substr(rest, 1, instr(rest, char(10)) - 1), substr(rest, instr(rest, char(10)) + 1)
          FROM event WHERE rest <> '')
      SELECT seq, stream, revision, at, occurred, actor, "key", events, body FROM event ORDER BY seq)");
    db.exec("COMMIT");
    db.exec(R"(DETACH now; CREATE TRIGGER journal_stays BEFORE DELETE ON journal
      BEGIN SELECT RAISE(ABORT, 'what happened is never changed: the journal is append-only'); END)");
    db.exec("PRAGMA user_version = 1");
}

std::vector<std::string> events_of_older(const std::filesystem::path& file) {
    SQLite::Database db(file.string(), SQLite::OPEN_READONLY);
    if (const int found = db.execAndGet("PRAGMA user_version").getInt(); found != 1)
        throw std::runtime_error(fmt::format("{} is of schema {}", file.string(), found));
    std::vector<std::string> bodies;
    SQLite::Statement rows(db, "SELECT body FROM journal ORDER BY seq");
    while (rows.executeStep()) bodies.push_back(rows.getColumn(0).getString());
    return bodies;
}

}  // namespace reeve::crash
