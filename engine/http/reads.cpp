#include "engine/http/reads.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/http/access_file.h"
#include "engine/log.h"
#include "engine/runtime/time_source.h"
#include "engine/store/same_files.h"

namespace reeve::http {

namespace {

// So often the disk is told to keep what was written, while something was.
constexpr std::chrono::seconds between_syncs{1};
// What has become too old is looked for once in so many reads too.
constexpr int reads_between_sweeps = 1000;

}  // namespace

Json to_json(const ReadRow& row) {
    return {{"id", row.id},         {"at", describe::write(row.at, Times::text)},
            {"person", row.person}, {"token", row.token},
            {"case", row.case_id},  {"route", row.route}};
}

struct Reads::Parts {
    Parts(const std::filesystem::path& folder, time::Millis span, std::function<time::Instant()> clock,
          std::chrono::milliseconds between)
        : kept(span),
          now(std::move(clock)),
          between_sweeps(between),
          db(open_access_file(folder)),
          files(store::SameFiles::of_database(folder / "access.db")) {
        // Each is in the file at once; that the file is on the disk is seen to by keep().
        db->exec("PRAGMA synchronous = NORMAL");
    }

    void keep(std::stop_token stop) {
        std::unique_lock lock(mutex);
        auto next_sweep = runtime::stopwatch();
        while (true) {
            if (now && runtime::stopwatch() >= next_sweep) {
                try_sweep();
                next_sweep = runtime::stopwatch() + between_sweeps;
            }
            const auto something = [&] { return written || trouble; };
            if (now)
                written_one.wait_for(lock, stop, next_sweep - runtime::stopwatch(), something);
            else
                written_one.wait(lock, stop, something);
            if (trouble) look_again();
            if (written) sync();
            if (stop.stop_requested()) return;
            lock.unlock();
            {
                std::unique_lock pause(pause_mutex);
                stopped.wait_for(pause, stop, between_syncs, [] { return false; });
            }
            lock.lock();
        }
    }

    void sweep_before(time::Instant oldest) {
        sweep.tryReset();
        sweep.bind(1, millis_of(oldest));
        sweep.exec();
    }

    // A disk that is full or busy now may not be the next time.
    void try_sweep() {
        try {
            sweep_before(now() - kept);
        } catch (const std::exception& e) {
            log::write(log::Level::error, "reads-not-removed", {{"error", e.what()}});
        }
    }

    void insert_row(const ReadRow& row) {
        files.check(db.get());
        insert.tryReset();
        insert.bind(1, millis_of(row.at));
        insert.bind(2, row.person);
        insert.bind(3, row.token);
        insert.bind(4, row.case_id);
        insert.bind(5, row.route);
        insert.exec();
        files.check(db.get());
    }

    void failed(const std::string& why) {
        if (!trouble) log::write(log::Level::error, "reads-not-recorded", {{"error", why}});
        trouble = why;
        written_one.notify_one();
    }

    // Whether a row can be written again: one that nobody sees, as it goes with the same commit.
    void look_again() {
        try {
            SQLite::Transaction probe(*db, SQLite::TransactionBehavior::IMMEDIATE);
            insert_row({});
            db->exec("DELETE FROM reads WHERE id = last_insert_rowid()");
            probe.commit();
            trouble.reset();
            log::write(log::Level::info, "reads-recorded-again", {});
        } catch (const std::exception& e) {
            trouble = e.what();
        }
    }

    // A checkpoint syncs the log before it copies from it. What is in its way, or a full disk, is tried
    // again.
    void sync() {
        try {
            files.check(db.get());
            written = db->execAndGet("PRAGMA wal_checkpoint(PASSIVE)").getInt() != 0;
        } catch (const std::exception&) {
            written = true;
        }
    }

    const time::Millis kept;
    const std::function<time::Instant()> now;
    const std::chrono::milliseconds between_sweeps;
    std::mutex mutex;
    AccessFile db;
    store::SameFiles files;
    SQLite::Statement insert{*db,
                             "INSERT INTO reads (at, person, token, case_id, route) VALUES (?, ?, ?, ?, ?)"};
    SQLite::Statement sweep{*db, "DELETE FROM reads WHERE at < ?"};
    int until_sweep = 0;
    bool written = false;
    std::optional<std::string> trouble;  // why the last row could not be written
    std::condition_variable_any written_one, stopped;
    std::mutex pause_mutex;
    std::jthread keeper{[this](std::stop_token stop) { keep(stop); }};  // last: the rest is there
};

Reads::Reads(const std::filesystem::path& folder, time::Millis kept, std::function<time::Instant()> now,
             std::chrono::milliseconds between_sweeps)
    : parts_(std::make_unique<Parts>(folder, kept, std::move(now), between_sweeps)) {}
Reads::~Reads() = default;

void Reads::record(const ReadRow& row) try {
    auto& parts = *parts_;
    std::lock_guard lock(parts.mutex);
    try {
        parts.insert_row(row);
    } catch (const std::exception& e) {
        parts.failed(e.what());
        throw;
    }
    parts.trouble.reset();
    if (parts.until_sweep-- <= 0) {
        parts.until_sweep = reads_between_sweeps;
        parts.sweep_before(row.at - parts.kept);
    }
    parts.written = true;
    parts.written_one.notify_one();
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

std::optional<std::string> Reads::trouble() const {
    std::lock_guard lock(parts_->mutex);
    try {
        if (!parts_->trouble) parts_->files.check(parts_->db.get());
    } catch (const std::exception& e) {
        parts_->failed(e.what());
    }
    return parts_->trouble;
}

std::vector<ReadRow> Reads::list(const ReadFilter& filter) try {
    std::string sql = "SELECT id, at, person, token, case_id, route FROM reads WHERE 1";
    if (!filter.case_id.empty()) sql += " AND case_id = :case";
    if (!filter.person.empty()) sql += " AND person = :person";
    if (filter.from) sql += " AND at >= :from";
    if (filter.to) sql += " AND at < :to";
    if (filter.before > 0) sql += " AND id < :before";
    sql += " ORDER BY id DESC";
    if (filter.limit > 0) sql += " LIMIT :limit";
    std::lock_guard lock(parts_->mutex);
    SQLite::Statement rows(*parts_->db, sql);
    if (!filter.case_id.empty()) rows.bind(":case", filter.case_id);
    if (!filter.person.empty()) rows.bind(":person", filter.person);
    if (filter.from) rows.bind(":from", millis_of(*filter.from));
    if (filter.to) rows.bind(":to", millis_of(*filter.to));
    if (filter.before > 0) rows.bind(":before", static_cast<std::int64_t>(filter.before));
    if (filter.limit > 0) rows.bind(":limit", static_cast<std::int64_t>(filter.limit));
    std::vector<ReadRow> found;
    while (rows.executeStep())
        found.push_back({.id = static_cast<std::uint64_t>(rows.getColumn(0).getInt64()),
                         .at = instant_of(rows.getColumn(1).getInt64()),
                         .person = rows.getColumn(2).getString(),
                         .token = rows.getColumn(3).getString(),
                         .case_id = rows.getColumn(4).getString(),
                         .route = rows.getColumn(5).getString()});
    return found;
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

}  // namespace reeve::http
