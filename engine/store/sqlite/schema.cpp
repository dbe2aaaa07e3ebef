// The tables, by schema version. A stored form never changes its meaning: a new form is a new version and a
// step from the one before it.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "engine/store/part_file.h"
#include "engine/store/sqlite/columns.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/sqlite/open_work.h"
#include "engine/store/sqlite/row_digest.h"
#include "engine/store/sqlite/sqlite.h"

namespace reeve::store::sqlite {
namespace {

// Rows of one case lie together (they begin their keys with its id): a change touches few pages. Indexes on
// what changes are partial, so that what is over costs nothing.
constexpr const char* version_1 = R"sql(
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL,
  occurred INTEGER, actor TEXT NOT NULL, "key" TEXT, events INTEGER, body TEXT NOT NULL);
CREATE UNIQUE INDEX journal_stream ON journal(stream, revision);
CREATE UNIQUE INDEX journal_key ON journal("key") WHERE "key" IS NOT NULL;
CREATE TRIGGER journal_stands BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'what happened is never changed: the journal is append-only'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'what happened is never changed: the journal is append-only'); END;

CREATE TABLE cases (
  id TEXT PRIMARY KEY, definition TEXT NOT NULL, version INTEGER NOT NULL, revision INTEGER NOT NULL,
  unit TEXT NOT NULL, owner TEXT NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL, outcome TEXT NOT NULL,
  stages TEXT NOT NULL, light TEXT NOT NULL, due INTEGER, occurred INTEGER NOT NULL, started INTEGER NOT NULL,
  last INTEGER NOT NULL, ended INTEGER, cycle INTEGER NOT NULL, parent TEXT NOT NULL, cause TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX cases_open ON cases(unit) WHERE status = 'open';

CREATE TABLE tasks (
  case_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, person TEXT NOT NULL,
  stands_for TEXT NOT NULL, status TEXT NOT NULL, since INTEGER NOT NULL, due INTEGER, light TEXT NOT NULL,
  ended INTEGER, follow_up INTEGER NOT NULL, PRIMARY KEY (case_id, id)) WITHOUT ROWID;
CREATE INDEX tasks_open ON tasks(person) WHERE status = 'open';

CREATE TABLE clocks (
  case_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, task TEXT NOT NULL, kind TEXT NOT NULL,
  status TEXT NOT NULL, light TEXT NOT NULL, "from" INTEGER NOT NULL, due INTEGER, ended INTEGER,
  late_ms INTEGER NOT NULL, cycle INTEGER NOT NULL, PRIMARY KEY (case_id, id)) WITHOUT ROWID;
CREATE INDEX clocks_running ON clocks(due) WHERE status = 'running';

CREATE TABLE escalations (
  case_id TEXT NOT NULL, id TEXT NOT NULL, clock TEXT NOT NULL, step INTEGER NOT NULL, repeat INTEGER NOT NULL,
  at INTEGER NOT NULL, planned INTEGER NOT NULL, told TEXT NOT NULL, ask TEXT NOT NULL, answer TEXT NOT NULL,
  answer_by INTEGER, acknowledge_by INTEGER, acknowledged_by TEXT NOT NULL, acknowledge_missed INTEGER NOT NULL,
  answer_missed INTEGER NOT NULL, overtaken INTEGER NOT NULL, PRIMARY KEY (case_id, id)) WITHOUT ROWID;
CREATE INDEX escalations_at ON escalations(at);

CREATE TABLE links (
  case_id TEXT NOT NULL, other TEXT NOT NULL, relation TEXT NOT NULL,
  PRIMARY KEY (case_id, other, relation)) WITHOUT ROWID;

CREATE TABLE timers (at INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (at, id)) WITHOUT ROWID;

CREATE TABLE outbox (
  id TEXT PRIMARY KEY, person TEXT NOT NULL, case_id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
  status TEXT NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER, error TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox(at) WHERE status <> 'sent';

CREATE TABLE loads (person TEXT PRIMARY KEY, open INTEGER NOT NULL, last_given INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE marks (
  case_id TEXT NOT NULL, pattern TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (case_id, pattern)) WITHOUT ROWID;
CREATE TABLE started (definition TEXT PRIMARY KEY, cases INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// One journal row a command instead of one an event: a command touches the journal's trees once. The bodies
// of its events stand in one text, a line each.
constexpr const char* version_2 = R"sql(
DROP TRIGGER journal_stands;
DROP TRIGGER journal_stays;
DROP INDEX journal_stream;
DROP INDEX journal_key;
ALTER TABLE journal RENAME TO journal_1;
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL,
  occurred INTEGER, actor TEXT NOT NULL, "key" TEXT, events INTEGER NOT NULL, body TEXT NOT NULL);
INSERT INTO journal SELECT seq, stream, revision, at, occurred, actor, "key", events,
  (SELECT group_concat(body, char(10)) FROM (SELECT body FROM journal_1 AS of_command
    WHERE of_command.seq >= first.seq AND of_command.seq < first.seq + first.events ORDER BY of_command.seq))
  FROM journal_1 AS first WHERE events IS NOT NULL ORDER BY seq;
DROP TABLE journal_1;
CREATE UNIQUE INDEX journal_stream ON journal(stream, revision);
CREATE UNIQUE INDEX journal_key ON journal("key") WHERE "key" IS NOT NULL;
CREATE TRIGGER journal_stands BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'what happened is never changed: the journal is append-only'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'what happened is never changed: the journal is append-only'); END;
)sql";

// Cases that were archived leave the journal, and only they. A duty's timer is found by its name.
constexpr const char* version_3 = R"sql(
CREATE TABLE archived (
  id TEXT PRIMARY KEY, at INTEGER NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE archived_keys ("key" TEXT PRIMARY KEY, case_id TEXT NOT NULL) WITHOUT ROWID;
DROP TRIGGER journal_stays;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
  WHEN NOT EXISTS (SELECT 1 FROM archived WHERE id = OLD.stream)
  BEGIN SELECT RAISE(ABORT, 'what happened is never changed: the journal is append-only'); END;
CREATE INDEX timers_duty ON timers(id) WHERE id >= '$duty/' AND id < '$duty0';
)sql";

// A row of the journal tells when it is not what was written. Alerts lie in the order in which they were
// written, and only their ids in that of the cases: an alert is long, and a page of its own was written for
// each.
constexpr const char* version_4 = R"sql(
DROP TRIGGER journal_stands;
ALTER TABLE journal ADD COLUMN digest INTEGER NOT NULL DEFAULT 0;
UPDATE journal SET digest = journal_digest(seq, stream, revision, at, occurred, actor, "key", events, body);
CREATE TRIGGER journal_stands BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'what happened is never changed: the journal is append-only'); END;
DROP INDEX outbox_waiting;
ALTER TABLE outbox RENAME TO outbox_3;
CREATE TABLE outbox (
  id TEXT NOT NULL, person TEXT NOT NULL, case_id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
  status TEXT NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER, error TEXT NOT NULL);
INSERT INTO outbox SELECT * FROM outbox_3 ORDER BY at, id;
DROP TABLE outbox_3;
CREATE UNIQUE INDEX outbox_id ON outbox(id);
CREATE INDEX outbox_waiting ON outbox(at) WHERE status <> 'sent';
)sql";

// Alerts that may be tried are found without looking at those that may not.
constexpr const char* version_5 = R"sql(
DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox(status, next_at) WHERE status <> 'sent';
)sql";

// Jobs are found by their handler without reading the cases.
constexpr const char* version_6 = R"sql(
CREATE TABLE jobs (
  case_id TEXT NOT NULL, id TEXT NOT NULL, handler TEXT NOT NULL, stage TEXT NOT NULL, status TEXT NOT NULL,
  since INTEGER NOT NULL, attempt INTEGER NOT NULL, attempts INTEGER NOT NULL, worker TEXT NOT NULL,
  person TEXT NOT NULL, lease INTEGER NOT NULL, until INTEGER, times_out INTEGER, retry_at INTEGER,
  PRIMARY KEY (case_id, id)) WITHOUT ROWID;
CREATE INDEX jobs_ready ON jobs(handler, since) WHERE status = 'ready';
)sql";

// What waits for a second person is found without reading the cases.
constexpr const char* version_7 = R"sql(
CREATE TABLE requests (
  case_id TEXT NOT NULL, id TEXT NOT NULL, what TEXT NOT NULL, "by" TEXT NOT NULL, "of" TEXT NOT NULL,
  asked INTEGER NOT NULL, PRIMARY KEY (case_id, id)) WITHOUT ROWID;
)sql";

// steps[n] leads from schema n to n + 1.
constexpr const char* steps[schema_version] = {version_1, version_2, version_3, version_4,
                                               version_5, version_6, version_7};

constexpr int before_jobs = 5, before_requests = 6;

void bring(SQLite::Database& db, int from, int to, const std::function<void()>& fill) {
    db.exec("BEGIN EXCLUSIVE");
    try {
        for (int version = from; version < to; ++version) db.exec(steps[version]);
        fill();
        db.exec(fmt::format("PRAGMA user_version = {}", to));
        db.exec("COMMIT");
    } catch (...) {
        db.tryExec("ROLLBACK");
        throw;
    }
}

template <class Row>
void put_all(SQLite::Database& db, const char* table, const std::vector<Row>& rows) {
    SQLite::Statement put(db, insert_into<Row>(table));
    for (const auto& row : rows) {
        bind_row(put, row);
        run(put);
    }
}

}  // namespace

const std::vector<Table>& derived_tables() {
    static const std::vector<Table> tables{
        {"cases", "id", "*"},
        {"tasks", "case_id, id", "*"},
        {"jobs", "case_id, id", "*"},
        {"requests", "case_id, id", "*"},
        {"clocks", "case_id, id", "*"},
        {"escalations", "case_id, id", "*"},
        {"links", "case_id, other, relation", "*"},
        {"timers", "at, id", "*"},
        // How far an alert got is not the journal's to tell, but whether that is anything at all.
        {"outbox", "id", "id, person, case_id, at, body, " + std::string(is_delivery) + " AS delivery"},
        {"loads", "person", "*"},
        {"marks", "case_id, pattern", "*"},
        {"started", "definition", "*"},
        {"archived", "id", "*"},
        {"archived_keys", "\"key\"", "*"},
    };
    return tables;
}

Result<void> prepare(SQLite::Database& db, const std::filesystem::path& file, Older older) {
    const int found = db.execAndGet("PRAGMA user_version").getInt();
    if (found == schema_version) return {};
    if (found > schema_version)
        return refuse(
            "newer-schema",
            fmt::format("the data is of schema {}, this reeve knows schema {}; use a reeve at least as "
                        "new as the one that wrote it",
                        found, schema_version),
            file.string());
    if (found > 0 && older == Older::kept) {
        const std::string copy = fmt::format("{}.schema-{}.backup", file.string(), found);
        const PartFile part(copy + ".part");
        make_private(part.path());
        SQLite::Statement vacuum(db, "VACUUM INTO ?");
        vacuum.bind(1, part.path().string());
        vacuum.exec();
        own_as_its_folder(part.path());
        part.becomes(copy);
    }
    define_digest(db);
    if (found == 0) {
        bring(db, 0, schema_version, [] {});
        return {};
    }
    // What the jobs and the requests are no statement can tell: the cases are replayed, before there are
    // tables of them.
    if (found < before_jobs) bring(db, found, before_jobs, [] {});
    const auto waiting = open_work(*make_reader(file));
    bring(db, std::max(found, before_jobs), schema_version, [&] {
        if (found < before_requests) put_all(db, "jobs", waiting.jobs);
        put_all(db, "requests", waiting.requests);
    });
    return {};
}

namespace {

struct Object {
    std::string type, name, table, sql;
    bool operator==(const Object&) const = default;
};

// What a database of this schema holds, tables first.
std::vector<Object> objects_of(SQLite::Database& db) {
    std::vector<Object> objects;
    SQLite::Statement s(db,
                        "SELECT type, lower(name), lower(tbl_name), sql FROM sqlite_master "
                        "WHERE sql IS NOT NULL ORDER BY type <> 'table', rowid");
    while (s.executeStep())
        objects.push_back({s.getColumn(0), s.getColumn(1), s.getColumn(2), s.getColumn(3)});
    return objects;
}

std::vector<Object> wanted_objects() {
    SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    if (auto made = prepare(fresh, ":memory:"); !made) throw std::logic_error(made.error().message);
    return objects_of(fresh);
}

const Object* find(const std::vector<Object>& objects, const std::string& name) {
    const auto it = std::ranges::find(objects, name, &Object::name);
    return it == objects.end() ? nullptr : &*it;
}

// One that is not there, or is another than is wanted, or is there and not wanted.
struct Difference {
    const Object *wanted, *found;
};

// A table or a view of somebody else's does nothing to ours; what a trigger does to a row, and an index
// refuses, no replay tells.
std::vector<Difference> differences(const std::vector<Object>& wanted, const std::vector<Object>& there) {
    std::vector<Difference> all;
    for (const auto& object : wanted)
        if (const auto* found = find(there, object.name); !found || *found != object)
            all.push_back({&object, found});
    for (const auto& object : there)
        if (!find(wanted, object.name) &&
            (object.type == "trigger" || (object.type == "index" && find(wanted, object.table))))
            all.push_back({nullptr, &object});
    return all;
}

std::string of_table(const Object& object) {
    return fmt::format("{} {}{}", object.type, object.name,
                       object.table == object.name ? "" : " of table " + object.table);
}

std::string told(const Difference& of) {
    if (!of.found) return of_table(*of.wanted) + " is missing";
    auto text = of.found->sql;
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' '; }, ' ');
    return fmt::format("{} is not {}: {}", of_table(of.wanted ? *of.wanted : *of.found),
                       of.wanted ? "what it was" : "of Reeve", text);
}

}  // namespace

std::vector<std::string> schema_faults(SQLite::Database& db) {
    std::vector<std::string> faults;
    const auto wanted = wanted_objects(), there = objects_of(db);
    for (const auto& one : differences(wanted, there)) faults.push_back(told(one));
    return faults;
}

void mend(SQLite::Database& db) {
    if (!db.tableExists("journal")) return;  // without it nothing can be made again
    const auto wanted = wanted_objects(), there = objects_of(db);
    SQLite::Transaction all(db, SQLite::TransactionBehavior::IMMEDIATE);
    const auto differing = differences(wanted, there);
    for (const auto& [_, found] : differing) {
        if (!found) continue;
        // It may hold what is nowhere else: the rows of a new file are made from the journal.
        if (found->type == "table")
            throw SQLite::Exception(of_table(*found) + " is not what it was", SQLITE_CORRUPT);
        std::string name;
        for (const char c : found->name) name.append(c == '"' ? 2 : 1, c);
        db.exec(fmt::format("DROP {} IF EXISTS \"{}\"", found->type, name));
    }
    for (const auto& [object, _] : differing)
        if (object) db.exec(object->sql);
    all.commit();
    db.exec("REINDEX");
}

}  // namespace reeve::store::sqlite
