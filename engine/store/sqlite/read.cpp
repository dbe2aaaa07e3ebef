// The reading half: its own connection, so that a reader and the writer never wait for each other.
#include <SQLiteCpp/SQLiteCpp.h>

#include "engine/store/sqlite/columns.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/sqlite/damage.h"
#include "engine/store/sqlite/query.h"
#include "engine/store/sqlite/row_digest.h"

namespace reeve::store::sqlite {
namespace {

// The events of one command, from one row: their bodies are its lines.
void unpack(SQLite::Statement& s, std::vector<JournalRow>& rows) {
    JournalRow row;
    get(s.getColumn(0), row.seq);
    get(s.getColumn(1), row.stream);
    get(s.getColumn(2), row.revision);
    get(s.getColumn(3), row.at);
    get(s.getColumn(4), row.occurred);
    get(s.getColumn(5), row.actor);
    if (!s.getColumn(6).isNull()) get(s.getColumn(6), row.key);
    get(s.getColumn(7), row.events);
    const auto text = s.getColumn(8);
    std::string_view bodies(text.getText(), static_cast<std::size_t>(text.getBytes()));
    row.damaged = s.getColumn(9).getInt64() != digest_of(row, bodies);
    for (;;) {
        const auto end = std::min(bodies.find('\n'), bodies.size());
        row.body = bodies.substr(0, end);
        rows.push_back(row);
        if (end == bodies.size()) return;
        bodies.remove_prefix(end + 1);
        row.key.clear();
        row.events = 0;
        ++row.seq;
        ++row.revision;
    }
}

const std::string journal_columns =
    "SELECT seq, stream, revision, at, occurred, actor, \"key\", events, body, digest FROM journal ";
const std::string events_of =
    journal_columns +
    "WHERE stream = ?1 AND revision >= coalesce((SELECT max(revision) FROM journal WHERE stream = ?1 AND "
    "revision <= ?2), 0) ORDER BY revision";
const std::string events_from =
    journal_columns + "WHERE seq >= coalesce((SELECT max(seq) FROM journal WHERE seq <= ?), 0) ORDER BY seq";

class SqliteReader final : public Reader {
  public:
    explicit SqliteReader(const std::filesystem::path& file)
        : db_(connect(file, Mode::read)), prepared_(*db_) {}

    Head head() override {
        Head head;
        const auto last = prepared_.use("SELECT seq + events - 1, at FROM journal ORDER BY seq DESC LIMIT 1");
        if (last->executeStep()) {
            get(last->getColumn(0), head.seq);
            get(last->getColumn(1), head.at.emplace());
        }
        return head;
    }

    Totals totals() override {
        Totals t;
        t.events = head().seq;
        t.cases = count("SELECT coalesce(sum(cases), 0) FROM started");
        t.open = count("SELECT count(*) FROM cases WHERE status = 'open'");
        t.timers = count("SELECT count(*) FROM timers");
        t.undelivered =
            count("SELECT count(*) FROM outbox WHERE status <> 'sent' AND status = 'undelivered'");
        t.pending_alerts = count("SELECT count(*) FROM outbox WHERE status <> 'sent' AND status = 'pending'");
        return t;
    }

    Waiting waiting(Instant at) override {
        Waiting waiting;
        SQLite::Statement lights(*db_,
                                 "SELECT light, count(*), count(CASE WHEN due < ? THEN 1 END) FROM cases "
                                 "WHERE status = 'open' GROUP BY light");
        sqlite::bind(lights, 1, at);
        while (lights.executeStep())
            waiting.lights[lights.getColumn(0).getString()] = {
                static_cast<std::uint64_t>(lights.getColumn(1).getInt64()),
                static_cast<std::uint64_t>(lights.getColumn(2).getInt64())};
        SQLite::Statement alerts(
            *db_, "SELECT status, count(*), min(at) FROM outbox WHERE status <> 'sent' GROUP BY status");
        while (alerts.executeStep()) {
            const auto count = static_cast<std::uint64_t>(alerts.getColumn(1).getInt64());
            if (alerts.getColumn(0).getString() == "undelivered") {
                waiting.undelivered = count;
            } else {
                waiting.pending_alerts = count;
                get(alerts.getColumn(2), waiting.oldest_pending.emplace());
            }
        }
        return waiting;
    }

    std::uint64_t revision(const std::string& stream) override {
        const auto last = prepared_.use(
            "SELECT revision + events - 1 FROM journal WHERE stream = ? ORDER BY revision DESC LIMIT 1");
        bind(*last, 1, stream);
        return last->executeStep() ? static_cast<std::uint64_t>(last->getColumn(0).getInt64()) : 0;
    }

    void stream(const std::string& stream, std::uint64_t from_revision,
                const std::function<bool(const JournalRow&)>& each) override {
        // Read first, then told: what is told may read in its turn.
        std::vector<JournalRow> rows;
        {
            const auto s = prepared_.use(events_of);
            bind(*s, 1, stream);
            bind(*s, 2, from_revision);
            while (s->executeStep()) unpack(*s, rows);
        }
        for (const auto& row : rows)
            if (row.revision >= from_revision && !each(row)) return;
    }

    void journal(std::uint64_t from_seq, const std::function<bool(const JournalRow&)>& each) override {
        // Not one that is kept: what is told may read the journal in its turn.
        SQLite::Statement s(*db_, events_from);
        bind(s, 1, from_seq);
        std::vector<JournalRow> rows;
        while (s.executeStep()) {
            rows.clear();
            unpack(s, rows);
            for (const auto& row : rows)
                if (row.seq >= from_seq && !each(row)) return;
        }
    }

    std::vector<std::string> case_ids(const std::string& after, std::size_t limit) override {
        // One seek a case: every case begins with revision 1.
        SQLite::Statement s(
            *db_,
            "WITH RECURSIVE ids(id) AS (SELECT (SELECT min(stream) FROM journal WHERE stream > ?1) "
            "UNION ALL SELECT (SELECT min(stream) FROM journal WHERE stream > ids.id) FROM ids "
            "WHERE ids.id IS NOT NULL) SELECT id FROM ids WHERE id IS NOT NULL AND "
            "substr(id, 1, 1) <> '$' LIMIT ?2");
        s.bind(1, after);
        bind(s, 2, static_cast<std::int64_t>(limit));
        std::vector<std::string> ids;
        while (s.executeStep()) ids.push_back(s.getColumn(0).getString());
        return ids;
    }

    std::optional<Receipt> receipt(const std::string& key) override {
        const auto s = prepared_.use("SELECT seq, stream, revision, events FROM journal WHERE \"key\" = ?");
        bind(*s, 1, key);
        if (!s->executeStep()) return std::nullopt;
        const auto events = static_cast<std::uint64_t>(s->getColumn(3).getInt64());
        Receipt r;
        get(s->getColumn(0), r.first_seq);
        get(s->getColumn(1), r.case_id);
        get(s->getColumn(2), r.revision);
        r.last_seq = r.first_seq + events - 1;
        r.revision += events - 1;
        return r;
    }

    std::uint64_t cases_of(const std::string& definition) override {
        const auto s = prepared_.use("SELECT cases FROM started WHERE definition = ?");
        bind(*s, 1, definition);
        return s->executeStep() ? static_cast<std::uint64_t>(s->getColumn(0).getInt64()) : 0;
    }

    std::optional<ArchivedRow> archived(const std::string& case_id) override {
        auto found =
            select<ArchivedRow>("archived").where("id = ?", case_id).rows<ArchivedRow>(prepared_, "id", 1);
        return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
    }

    std::optional<std::string> archived_key(const std::string& key) override {
        const auto s = prepared_.use("SELECT case_id FROM archived_keys WHERE \"key\" = ?");
        bind(*s, 1, key);
        return s->executeStep() ? std::optional(s->getColumn(0).getString()) : std::nullopt;
    }

    std::optional<ArchiveStamp> stamp() override {
        if (!db_->tableExists("archive")) return std::nullopt;
        SQLite::Statement s(*db_, "SELECT before, cases, journal FROM archive");
        if (!s.executeStep()) return std::nullopt;
        ArchiveStamp stamp;
        get(s.getColumn(0), stamp.before);
        get(s.getColumn(1), stamp.cases);
        get(s.getColumn(2), stamp.journal);
        return stamp;
    }

    std::uint64_t rows() override {
        std::uint64_t sum = 0;
        for (const auto& table : derived_tables())
            sum += count(fmt::format("SELECT count(*) FROM {}", table.name));
        return sum;
    }

    void dump(const std::function<void(const std::string&)>& line) override {
        for (const auto& table : derived_tables()) {
            SQLite::Statement s(
                *db_, fmt::format("SELECT {} FROM {} ORDER BY {}", table.columns, table.name, table.key));
            while (s.executeStep()) {
                std::string text = table.name;
                for (int i = 0; i < s.getColumnCount(); ++i) {
                    const auto column = s.getColumn(i);
                    // As JSON, so that no two rows can be written alike.
                    text += ' ';
                    if (column.isNull())
                        text += "null";
                    else if (column.isInteger())
                        text += std::to_string(column.getInt64());
                    else
                        text += Json(column.getString()).dump(-1, ' ', false, Json::error_handler_t::replace);
                }
                line(text);
            }
        }
    }

    std::string fingerprint() override {
        std::uint64_t low = 0, high = 0, rows = 0;
        RowBytes bytes;
        for (const auto& table : derived_tables()) {
            SQLite::Statement s(*db_, fmt::format("SELECT {} FROM {}", table.columns, table.name));
            for (; s.executeStep(); ++rows) {
                bytes.clear();
                bytes.text(table.name);
                for (int i = 0; i < s.getColumnCount(); ++i) {
                    const auto column = s.getColumn(i);
                    bytes.mark(column.isInteger()).mark(!column.isNull());
                    if (column.isInteger())
                        bytes.number(column.getInt64());
                    else if (!column.isNull())
                        bytes.text({column.getText(), static_cast<std::size_t>(column.getBytes())});
                }
                const auto [one, two] = bytes.wide_digest();
                low += one;
                high += two + (low < one ? 1 : 0);
            }
        }
        return fmt::format("{:016x}{:016x} of {} rows", high, low, rows);
    }

    std::vector<std::string> integrity() override {
        auto found = damages(*db_);
        if (found.empty()) return schema_faults(*db_);
        try {
            std::ranges::move(schema_faults(*db_), std::back_inserter(found));
        } catch (const SQLite::Exception&) {
            // What cannot be read was said above.
        }
        return found;
    }

    void snapshot(const std::function<void()>& body) override {
        db_->exec("BEGIN");
        try {
            body();
            db_->tryExec("ROLLBACK");  // nothing was written, and a damaged file takes no COMMIT
        } catch (...) {
            db_->tryExec("ROLLBACK");
            throw;
        }
    }

    std::optional<CaseRow> find_case(const std::string& id) override {
        auto found = select<CaseRow>("cases").where("id = ?", id).rows<CaseRow>(prepared_, "id", 1);
        return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
    }

    std::vector<CaseRow> cases(const CaseFilter& f) override {
        auto query = select<CaseRow>("cases");
        query.any("unit", f.units).equal("definition", f.definition).equal("status", f.status);
        query.equal("owner", f.owner).equal("light", f.light).equal("parent", f.parent);
        if (!f.after.empty()) query.where("id > ?", f.after);
        if (f.overdue_at)
            query.where("status = 'open'")
                .where("id IN (SELECT case_id FROM clocks WHERE status = 'running' AND due < ?)",
                       *f.overdue_at);
        return query.rows<CaseRow>(prepared_, "id", f.limit);
    }

    std::vector<TaskRow> tasks(const TaskFilter& f) override {
        auto query = select<TaskRow>("tasks");
        query.equal("person", f.person).equal("case_id", f.case_id);
        query.any("(SELECT unit FROM cases WHERE cases.id = case_id)", f.units);
        if (f.open_only) query.where("status = 'open'");
        return query.rows<TaskRow>(prepared_, "due IS NULL, due, since, case_id, id", f.limit);
    }

    std::vector<JobRow> jobs(const JobFilter& f) override {
        auto query = select<JobRow>("jobs");
        query.any("handler", f.handlers).equal("case_id", f.case_id).equal("status", f.status);
        query.any("(SELECT unit FROM cases WHERE cases.id = case_id)", f.units);
        return query.rows<JobRow>(prepared_, "since, case_id, length(id), id", f.limit);
    }

    std::vector<RequestRow> requests(const RequestFilter& f) override {
        auto query = select<RequestRow>("requests");
        query.equal("case_id", f.case_id);
        query.any("(SELECT unit FROM cases WHERE cases.id = case_id)", f.units);
        return query.rows<RequestRow>(prepared_, "asked, case_id, length(id), id", f.limit);
    }

    std::vector<ClockRow> clocks(const std::string& case_id) override {
        return select<ClockRow>("clocks")
            .equal("case_id", case_id)
            .rows<ClockRow>(prepared_, "length(id), id", 0);
    }

    std::vector<ClockRow> overdue(Instant at) override {
        return select<ClockRow>("clocks")
            .where("status = 'running'")
            .where("due < ?", at)
            .rows<ClockRow>(prepared_, "due, case_id, id", 0);
    }

    std::vector<EscalationRow> escalations(const EscalationFilter& f) override {
        auto query = select<EscalationRow>("escalations");
        query.equal("case_id", f.case_id);
        if (!f.told.empty()) query.where("instr(' ' || told || ' ', ' ' || ? || ' ') > 0", f.told);
        query.any("(SELECT unit FROM cases WHERE cases.id = case_id)", f.units);
        if (f.from) query.where("at >= ?", *f.from);
        if (f.to) query.where("at < ?", *f.to);
        if (f.acknowledged) query.where(*f.acknowledged ? "acknowledged_by <> ''" : "acknowledged_by = ''");
        return query.rows<EscalationRow>(prepared_, "at, case_id, length(id), id", f.limit);
    }

    std::vector<LinkRow> links(const std::string& case_id) override {
        return select<LinkRow>("links")
            .equal("case_id", case_id)
            .rows<LinkRow>(prepared_, "case_id, other", 0);
    }

    std::vector<OutboxRow> outbox(const OutboxFilter& f) override {
        if (f.due) return due_alerts(*f.due, f.limit);
        auto query = select<OutboxRow>("outbox");
        query.equal("id", f.id)
            .equal("person", f.person)
            .equal("case_id", f.case_id)
            .equal("status", f.status);
        if (!f.case_id.empty())  // so that the index of ids serves
            query.where("id > ?", f.case_id + "/").where("id < ?", f.case_id + "0");
        if (!f.status.empty() && f.status != "sent")
            query.where("status <> 'sent'");  // so that the index serves
        return query.rows<OutboxRow>(prepared_, "at, id", f.limit);
    }

    // Those that wait for no moment, then the others; each in one stretch of the index.
    std::vector<OutboxRow> due_alerts(Instant at, std::size_t limit) {
        const auto pending = [] {
            return select<OutboxRow>("outbox").where("status <> 'sent'").where("status = 'pending'");
        };
        auto rows = pending().where("next_at IS NULL").rows<OutboxRow>(prepared_, "rowid", limit);
        if (limit > 0 && rows.size() >= limit) return rows;
        auto later = pending()
                         .where("next_at <= ?", at)
                         .rows<OutboxRow>(prepared_, "next_at, rowid", limit > 0 ? limit - rows.size() : 0);
        std::ranges::move(later, std::back_inserter(rows));
        return rows;
    }

    std::optional<Instant> next_delivery() override {
        const auto rows = select<OutboxRow>("outbox")
                              .where("status <> 'sent'")
                              .where("status = 'pending'")
                              .where("next_at IS NOT NULL")
                              .rows<OutboxRow>(prepared_, "next_at", 1);
        return rows.empty() ? std::nullopt : rows.front().next_at;
    }

    std::vector<LoadRow> loads() override {
        return select<LoadRow>("loads").rows<LoadRow>(prepared_, "person", 0);
    }
    std::vector<MarkRow> marks() override {
        return select<MarkRow>("marks").rows<MarkRow>(prepared_, "case_id, pattern", 0);
    }

    std::vector<TimerRow> timers(const TimerRow& after, std::size_t limit) override {
        const auto s =
            prepared_.use("SELECT at, id FROM timers WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?");
        bind(*s, 1, after.at);
        bind(*s, 2, after.id);
        bind(*s, 3, limit == 0 ? std::int64_t{-1} : static_cast<std::int64_t>(limit));
        std::vector<TimerRow> rows;
        while (s->executeStep()) rows.push_back(get_row<TimerRow>(*s));
        return rows;
    }

  private:
    std::uint64_t count(const std::string& sql) {
        return static_cast<std::uint64_t>(db_->execAndGet(sql).getInt64());
    }

    std::unique_ptr<SQLite::Database> db_;
    Prepared prepared_;
};

}  // namespace

std::unique_ptr<Reader> make_reader(const std::filesystem::path& file) {
    return std::make_unique<SqliteReader>(file);
}

}  // namespace reeve::store::sqlite
