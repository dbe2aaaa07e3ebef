#include "engine/store/bare.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "engine/store/sqlite/columns.h"
#include "engine/store/sqlite/connection.h"

namespace reeve::store {

struct Bare::Database {
    explicit Database(const std::filesystem::path& file)
        : db(made(file)),
          journal(*db, "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)"),
          cases(*db, sqlite::insert_into<CaseRow>("cases")),
          tasks(*db, sqlite::insert_into<TaskRow>("tasks")),
          clocks(*db, sqlite::insert_into<ClockRow>("clocks")),
          outbox(*db, sqlite::insert_into<OutboxRow>("outbox")),
          set_timer(*db, "INSERT INTO timers (at, id) VALUES (?, ?)"),
          drop_timer(*db, "DELETE FROM timers WHERE at = ? AND id = ?") {}

    static std::unique_ptr<SQLite::Database> made(const std::filesystem::path& file) {
        auto db = sqlite::connect(file, sqlite::Mode::write);
        db->exec(
            "CREATE TABLE journal (seq INTEGER PRIMARY KEY, stream TEXT, revision INTEGER, at INTEGER, "
            "actor TEXT, body TEXT)");
        db->exec(
            fmt::format("CREATE TABLE cases ({}, PRIMARY KEY (id)) WITHOUT ROWID", sqlite::names<CaseRow>()));
        db->exec(fmt::format("CREATE TABLE tasks ({}, PRIMARY KEY (case_id, id)) WITHOUT ROWID",
                             sqlite::names<TaskRow>()));
        db->exec(fmt::format("CREATE TABLE clocks ({}, PRIMARY KEY (case_id, id)) WITHOUT ROWID",
                             sqlite::names<ClockRow>()));
        db->exec(fmt::format("CREATE TABLE outbox ({})", sqlite::names<OutboxRow>()));
        db->exec("CREATE UNIQUE INDEX outbox_id ON outbox(id)");
        db->exec("CREATE TABLE timers (at INTEGER, id TEXT, PRIMARY KEY (at, id)) WITHOUT ROWID");
        return db;
    }

    void write_journal(const Batch& command, std::uint64_t seq) {
        const auto& first = command.journal.front();
        body.clear();
        for (const auto& row : command.journal) body += row.body;
        sqlite::bind(journal, 1, seq);
        sqlite::bind(journal, 2, first.stream);
        sqlite::bind(journal, 3, first.revision);
        sqlite::bind(journal, 4, first.at);
        sqlite::bind(journal, 5, first.actor);
        sqlite::bind(journal, 6, body);
        sqlite::run(journal);
    }
    void write_case(const CaseRow& row) {
        sqlite::bind_row(cases, row);
        sqlite::run(cases);
    }
    template <class Row>
    static void write_changed(SQLite::Statement& statement, const std::vector<Row>* before,
                              const std::vector<Row>& after) {
        for (std::size_t i = 0; i < after.size(); ++i) {
            if (before && i < before->size() && (*before)[i] == after[i]) continue;
            sqlite::bind_row(statement, after[i]);
            sqlite::run(statement);
        }
    }
    void timer(SQLite::Statement& statement, const std::optional<Instant>& at, const std::string& id) {
        if (!at) return;
        sqlite::bind(statement, 1, *at);
        sqlite::bind(statement, 2, id);
        sqlite::run(statement);
    }

    std::unique_ptr<SQLite::Database> db;
    SQLite::Statement journal, cases, tasks, clocks, outbox, set_timer, drop_timer;
    std::string body;
};

Bare::Bare(const std::filesystem::path& folder) : db_(std::make_unique<Database>(folder / "bare.db")) {}
Bare::~Bare() = default;

void Bare::commit(std::span<const Batch> commands) {
    SQLite::Transaction transaction(*db_->db, SQLite::TransactionBehavior::IMMEDIATE);
    for (const auto& command : commands) {
        db_->write_journal(command, ++seq_);
        for (const auto& change : command.cases) {
            const auto& after = *change.after;
            db_->write_case(after.row);
            const auto* old = change.before.get();
            db_->write_changed(db_->tasks, old ? &old->tasks : nullptr, after.tasks);
            db_->write_changed(db_->clocks, old ? &old->clocks : nullptr, after.clocks);
            const auto before = change.before ? change.before->next : std::nullopt;
            if (before == after.next) continue;
            db_->timer(db_->drop_timer, before, after.row.id);
            db_->timer(db_->set_timer, after.next, after.row.id);
        }
        db_->write_changed<OutboxRow>(db_->outbox, nullptr, command.outbox);
    }
    transaction.commit();
}

void Bare::fire(std::span<const Batch> commands) {
    SQLite::Transaction transaction(*db_->db, SQLite::TransactionBehavior::IMMEDIATE);
    for (const auto& command : commands) {
        db_->write_journal(command, ++seq_);
        for (const auto& change : command.cases) {
            db_->write_case(change.after->row);
            if (change.before) db_->timer(db_->drop_timer, change.before->next, change.after->row.id);
        }
    }
    transaction.commit();
}

void Bare::set_timers(std::span<const TimerRow> rows) {
    SQLite::Transaction transaction(*db_->db, SQLite::TransactionBehavior::IMMEDIATE);
    for (const auto& row : rows) db_->timer(db_->set_timer, row.at, row.id);
    transaction.commit();
}

void pend_timers(const std::filesystem::path& folder, std::span<const TimerRow> rows) {
    const auto db = sqlite::connect(sqlite::database_path(folder), sqlite::Mode::write);
    SQLite::Statement insert(*db, "INSERT INTO timers (at, id) VALUES (?, ?)");
    SQLite::Transaction transaction(*db, SQLite::TransactionBehavior::IMMEDIATE);
    for (const auto& row : rows) {
        sqlite::bind_row(insert, row);
        sqlite::run(insert);
    }
    transaction.commit();
}

}  // namespace reeve::store
