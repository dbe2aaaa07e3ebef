// The writing half: one transaction a batch, every statement prepared once, and of a case only the rows that
// changed.
#include <SQLiteCpp/SQLiteCpp.h>

#include <span>

#include "engine/store/same_files.h"
#include "engine/store/sqlite/columns.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/sqlite/row_digest.h"
#include "engine/store/sqlite/trouble.h"

namespace reeve::store::sqlite {
namespace {

// What the indexes of a table stand on.
bool indexed_alike(const CaseRow& a, const CaseRow& b) { return a.status == b.status && a.unit == b.unit; }
bool indexed_alike(const TaskRow& a, const TaskRow& b) {
    return a.status == b.status && a.person == b.person;
}
bool indexed_alike(const ClockRow& a, const ClockRow& b) { return a.status == b.status && a.due == b.due; }
bool indexed_alike(const EscalationRow& a, const EscalationRow& b) { return a.at == b.at; }

// Writes a row where it differs from what was there.
template <class Row>
class Changing {
  public:
    Changing(SQLite::Database& db, const char* table, std::initializer_list<std::string_view> key,
             std::initializer_list<std::string_view> indexed)
        : put_(db, insert_into<Row>(table)), change_(db, update_of<Row>(table, key, indexed)) {}

    void write(const Row* before, const Row& after) {
        if (before && *before == after) return;
        auto& statement = before && indexed_alike(*before, after) ? change_ : put_;
        bind_row(statement, after);
        run(statement);
    }
    // Rows are only ever added to a case or changed in place: history has no gaps.
    void write(const std::vector<Row>* before, const std::vector<Row>& after) {
        if (before && before->size() > after.size()) throw std::logic_error("a case lost rows it had");
        for (std::size_t i = 0; i < after.size(); ++i)
            write(before && i < before->size() ? &(*before)[i] : nullptr, after[i]);
    }

  private:
    SQLite::Statement put_, change_;
};

struct Statements {
    explicit Statements(SQLite::Database& db)
        : journal(db,
                  "INSERT INTO journal (seq, stream, revision, at, occurred, actor, \"key\", events, body, "
                  "digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
          cases(db, "cases", {"id"}, {"unit", "status"}),
          tasks(db, "tasks", {"case_id", "id"}, {"person", "status"}),
          put_job(db, insert_into<JobRow>("jobs")),
          drop_job(db, "DELETE FROM jobs WHERE case_id = ? AND id = ?"),
          put_request(db, insert_into<RequestRow>("requests")),
          drop_request(db, "DELETE FROM requests WHERE case_id = ? AND id = ?"),
          clocks(db, "clocks", {"case_id", "id"}, {"due", "status"}),
          escalations(db, "escalations", {"case_id", "id"}, {"at"}),
          links(db, insert_into<LinkRow>("links")),
          started(db, "INSERT INTO started VALUES (?1, ?2) ON CONFLICT DO UPDATE SET cases = cases + ?2"),
          set_timer(db, "INSERT OR REPLACE INTO timers (at, id) VALUES (?, ?)"),
          drop_timer(db, "DELETE FROM timers WHERE at = ? AND id = ?"),
          drop_duty(db, "DELETE FROM timers WHERE id = ? AND id >= '$duty/' AND id < '$duty0'"),
          outbox(db, insert_into<OutboxRow>("outbox")),
          delivery(db,
                   "UPDATE outbox SET status = ?, attempts = ?, next_at = ?, error = ? WHERE id = ? "
                   "AND status <> 'sent'"),
          loads(db, insert_into<LoadRow>("loads")),
          mark(db, insert_into<MarkRow>("marks")),
          unmark(db, "DELETE FROM marks WHERE case_id = ? AND pattern = ?"),
          archived(db, insert_into<ArchivedRow>("archived")),
          archived_key(db, insert_into<ArchivedKeyRow>("archived_keys")) {
        for (const char* of_case :
             {"journal WHERE stream", "cases WHERE id", "tasks WHERE case_id", "jobs WHERE case_id",
              "requests WHERE case_id", "clocks WHERE case_id", "escalations WHERE case_id",
              "links WHERE case_id", "outbox WHERE id > ?1 || '/' AND id < ?1 || '0' AND case_id",
              "marks WHERE case_id"})
            remove.emplace_back(db, fmt::format("DELETE FROM {} = ?1", of_case));
    }

    SQLite::Statement journal;
    Changing<CaseRow> cases;
    Changing<TaskRow> tasks;
    SQLite::Statement put_job, drop_job, put_request, drop_request;
    Changing<ClockRow> clocks;
    Changing<EscalationRow> escalations;
    SQLite::Statement links, started, set_timer, drop_timer, drop_duty, outbox, delivery, loads, mark, unmark,
        archived, archived_key;
    std::vector<SQLite::Statement> remove;  // all that is there of one case
    std::string bodies;

    static std::map<std::string, std::int64_t> started_in(const Batch& batch) {
        std::map<std::string, std::int64_t> cases;
        for (const auto& change : batch.cases)
            if (!change.before) ++cases[change.after->row.definition];
        return cases;
    }

    // The events of one command are one row.
    void write(std::span<const JournalRow> command) {
        const auto& first = command.front();
        for (std::size_t i = 1; i < command.size(); ++i) {
            const auto& row = command[i];
            if (row.stream != first.stream || row.seq != first.seq + i ||
                row.revision != first.revision + i || row.at != first.at || row.occurred != first.occurred ||
                row.actor != first.actor || !row.key.empty() || row.events != 0)
                throw std::logic_error(fmt::format("event {} is not of the command before it", row.seq));
        }
        bodies.clear();
        for (const auto& row : command) {
            if (!bodies.empty()) bodies += '\n';
            bodies += row.body;
        }
        sqlite::bind(journal, 1, first.seq);
        bind(journal, 2, first.stream);
        bind(journal, 3, first.revision);
        bind(journal, 4, first.at);
        bind(journal, 5, first.occurred);
        bind(journal, 6, first.actor);
        if (first.key.empty()) {
            journal.bind(7);
        } else {
            bind(journal, 7, first.key);
        }
        bind(journal, 8, first.events);
        sqlite::bind(journal, 9, bodies);
        // What was read damaged stays so wherever it is copied to.
        sqlite::bind(journal, 10, digest_of(first, bodies) ^ (first.damaged ? 1 : 0));
        run(journal);
    }

    // Of what comes and goes.
    template <class Row>
    static void write_list(SQLite::Statement& put, SQLite::Statement& drop, const std::vector<Row>* before,
                           const std::vector<Row>& after) {
        static const std::vector<Row> none;
        const auto& had = before ? *before : none;
        for (const auto& row : had) {
            if (std::ranges::count(after, row.id, &Row::id)) continue;
            bind(drop, 1, row.case_id);
            bind(drop, 2, row.id);
            run(drop);
        }
        for (const auto& row : after) {
            if (std::ranges::count(had, row)) continue;
            bind_row(put, row);
            run(put);
        }
    }

    // What both share did not change; of a case with hundreds that is nearly all.
    void write_escalations(const CaseView* before, const CaseView& after) {
        const auto had = before ? before->escalations.size() : 0;
        if (had > after.escalations.size()) throw std::logic_error("a case lost escalations");
        // A migration may give a clock another name, which stands in the rows too.
        const bool renamed =
            before &&
            !std::ranges::equal(before->clocks, std::span(after.clocks).first(before->clocks.size()), {},
                                &ClockRow::name, &ClockRow::name);
        for (std::size_t i = 0; i < after.escalations.size(); ++i) {
            if (before && !renamed && after.escalations.shares(i, before->escalations)) continue;
            std::optional<EscalationRow> was;
            if (i < had) was = row_of(*before, before->escalations[i]);
            escalations.write(was ? &*was : nullptr, row_of(after, after.escalations[i]));
        }
    }

    void write(const Batch::Change& change) {
        const CaseView* before = change.before.get();
        const CaseView& after = *change.after;
        cases.write(before ? &before->row : nullptr, after.row);
        tasks.write(before ? &before->tasks : nullptr, after.tasks);
        write_list(put_job, drop_job, before ? &before->jobs : nullptr, after.jobs);
        write_list(put_request, drop_request, before ? &before->requests : nullptr, after.requests);
        clocks.write(before ? &before->clocks : nullptr, after.clocks);
        write_escalations(before, after);
        if (before && before->links.size() > after.links.size()) throw std::logic_error("a case lost links");
        for (auto i = before ? before->links.size() : 0; i < after.links.size(); ++i) {
            bind_row(links, after.links[i]);
            run(links);
        }
        const std::optional<Instant> old = before ? before->next : std::nullopt;
        if (old == after.next) return;
        if (old) {
            bind(drop_timer, 1, *old);
            bind(drop_timer, 2, after.row.id);
            run(drop_timer);
        }
        if (after.next) {
            bind(set_timer, 1, *after.next);
            bind(set_timer, 2, after.row.id);
            run(set_timer);
        }
    }

    void write(const Batch& batch) {
        for (std::span rows(batch.journal); !rows.empty();) {
            const auto events = static_cast<std::size_t>(rows.front().events);
            if (events == 0 || events > rows.size())
                throw std::logic_error(fmt::format("event {} begins no command", rows.front().seq));
            write(rows.first(events));
            rows = rows.subspan(events);
        }
        for (const auto& change : batch.cases) write(change);
        for (const auto& [definition, cases] : started_in(batch)) {
            sqlite::bind(started, 1, definition);
            sqlite::bind(started, 2, cases);
            run(started);
        }
        for (const auto& row : batch.outbox) {
            bind_row(outbox, row);
            run(outbox);
        }
        for (const auto& row : batch.deliveries) {
            bind(delivery, 1, row.status);
            bind(delivery, 2, row.attempts);
            bind(delivery, 3, row.next_at);
            bind(delivery, 4, row.error);
            bind(delivery, 5, row.id);
            run(delivery);
        }
        for (const auto& row : batch.loads) {
            bind_row(loads, row);
            run(loads);
        }
        for (const auto& row : batch.marks) {
            bind_row(mark, row);
            run(mark);
        }
        for (const auto& row : batch.marks_used) {
            bind(unmark, 1, row.case_id);
            bind(unmark, 2, row.pattern);
            run(unmark);
        }
        for (const auto& duty : batch.duties) {
            bind(drop_duty, 1, duty.id);
            run(drop_duty);
            if (duty.at == Instant::max()) continue;
            bind(set_timer, 1, duty.at);
            bind(set_timer, 2, duty.id);
            run(set_timer);
        }
        for (const auto& [definition, cases] : batch.started) {
            sqlite::bind(started, 1, definition);
            sqlite::bind(started, 2, cases);
            run(started);
        }
        for (const auto& row : batch.archived) {
            bind_row(archived, row);
            run(archived);
        }
        for (const auto& row : batch.archived_keys) {
            bind_row(archived_key, row);
            run(archived_key);
        }
        for (const auto& id : batch.removed)
            for (auto& statement : remove) {
                sqlite::bind(statement, 1, id);
                run(statement);
            }
    }
};

class SqliteStore final : public Store {
  public:
    SqliteStore(const std::filesystem::path& folder, bool durable, Lock lock)
        : lock_(std::move(lock)),
          file_(database_path(folder)),
          mode_(durable ? Mode::write : Mode::write_unsynced) {
        files_.remember(folder / lock_name);
        reopen();
        check_files();  // somebody else may have had it open, so that nobody read the log again
        try {
            settle_log();
        } catch (const SQLite::Exception&) {
            // It can be read; who wants to write is told.
        }
    }
    // All readers are closed.
    ~SqliteStore() override {
        if (db_) spare_cut_log(*db_);
    }

    void commit(const Batch& batch) override {
        transaction([&] { statements_->write(batch); });
    }

    void probe() override {
        transaction([&] { db_->exec(fmt::format("PRAGMA user_version = {}", schema_version)); });
    }

    void check_files() override { files_.check(db_.get()); }

    std::unique_ptr<Reader> read() override { return make_reader(file_); }

    void reopen() override {
        // While it is open, what was acknowledged still gets into a file that was only moved.
        check_files();
        statements_.reset();
        db_.reset();
        files_.forget_log(file_);
        auto db = connect(file_, mode_);
        files_.check();
        statements_ = std::make_unique<Statements>(*db);
        db_ = std::move(db);
        files_.remember_database(file_);
    }

    void replace_rows(const std::function<void(const Write&)>& fill) override {
        transaction([&] {
            db_->exec(fmt::format(
                "CREATE TEMP TABLE delivery AS SELECT id, status, attempts, next_at, error FROM outbox WHERE "
                "{} "
                "AND (status <> 'pending' OR attempts <> 0 OR next_at IS NOT NULL OR error <> '')",
                is_delivery));
            for (const auto& table : derived_tables()) db_->exec(fmt::format("DELETE FROM {}", table.name));
            fill([&](const Batch& batch) { statements_->write(batch); });
            db_->exec(
                "UPDATE outbox SET status = d.status, attempts = d.attempts, next_at = d.next_at, "
                "error = d.error FROM delivery d WHERE d.id = outbox.id");
            db_->exec("DROP TABLE delivery");
        });
    }

  private:
    // After a sync that failed, what a killed engine left in the log may be in the machine's memory alone and
    // never be written by a later sync. It is written anew, into the database, before anything is built on
    // it. Where somebody reads an older state the rest has to wait for them: each commit tries again.
    void settle_log() {
        if (log_settled_) return;
        SQLite::Statement checkpoint(*db_, "PRAGMA wal_checkpoint(PASSIVE)");
        checkpoint.executeStep();
        log_settled_ = checkpoint.getColumn(0).getInt() == 0 &&
                       checkpoint.getColumn(1).getInt() == checkpoint.getColumn(2).getInt();
    }
    template <class F>
    void transaction(F&& body) {
        try {
            check_files();  // before a checkpoint hides what was cut off
            settle_log();
            db_->exec("BEGIN IMMEDIATE");
            body();
            db_->exec("COMMIT");
            check_files();
        } catch (const SQLite::Exception& e) {
            const bool full = no_room(e, *db_);
            db_->tryExec("ROLLBACK");
            if (full) throw NoRoom(e.what());
            throw;
        } catch (...) {
            db_->tryExec("ROLLBACK");
            throw;
        }
    }

    Lock lock_;
    std::filesystem::path file_;
    SameFiles files_;
    Mode mode_;
    bool log_settled_ = false;
    std::unique_ptr<SQLite::Database> db_;
    std::unique_ptr<Statements> statements_;
};

}  // namespace

std::unique_ptr<Store> make_store(const std::filesystem::path& folder, bool durable, Lock lock) {
    return std::make_unique<SqliteStore>(folder, durable, std::move(lock));
}

}  // namespace reeve::store::sqlite
