#include "engine/store/salvage.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "engine/store/archived.h"
#include "engine/store/fingerprint.h"
#include "engine/store/part_file.h"
#include "engine/store/replay_all.h"
#include "engine/store/secret.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/sqlite/damage.h"
#include "engine/store/sqlite/trouble.h"

namespace reeve::store {
namespace {

// How far a journal can be read: every event before this, and why no further; empty: to its end.
struct Readable {
    std::uint64_t before = 1;
    std::string stopped;
};

// The number of the last command that an index of the journal knows: where its last page holds nothing any
// more no number is missing between two others.
std::uint64_t last_in_index(const std::filesystem::path& file) {
    std::uint64_t last = 0;
    const auto db = sqlite::connect(file, sqlite::Mode::read);
    try {
        SQLite::Statement s(*db, "SELECT seq FROM journal INDEXED BY journal_stream WHERE stream > ''");
        while (s.executeStep())
            last = std::max(last,
                            static_cast<std::uint64_t>(std::max<std::int64_t>(0, s.getColumn(0).getInt64())));
    } catch (const SQLite::Exception&) {
        // As far as it can be read; the journal itself is what counts.
    }
    return last;
}

// A page that holds nothing any more gives no error: its events are not there, or are not what they were.
// Where what was cut is accepted, that ends the journal; where not, it goes along, and `check` names what is
// missing.
Readable readable(Reader& reader, const std::filesystem::path& file, Cut cut) {
    Readable all;
    const bool ends = cut == Cut::accepted;
    std::optional<std::uint64_t> damaged;
    std::map<std::uint64_t, std::uint64_t> gone;
    try {
        gone = archived_runs(reader);
    } catch (const std::exception& e) {
        if (!is_damage(e)) throw;  // else the first that left is the end
    }
    try {
        reader.journal(1, [&](const JournalRow& row) {
            for (auto run = gone.find(all.before); run != gone.end() && row.seq > all.before;
                 run = gone.find(all.before))
                all.before = run->second + 1;
            if (ends && row.seq != all.before) {
                all.stopped = fmt::format("{} follows {}", row.seq, all.before - 1);
                return false;
            }
            // Without them no case can be understood.
            if (ends && row.damaged && row.stream.starts_with('$')) {
                all.stopped = fmt::format("event {} of {} is not what was written", row.seq, row.stream);
                return false;
            }
            all.before = row.seq + 1;
            if (row.damaged && !damaged) damaged = row.seq;
            return true;
        });
    } catch (const SQLite::Exception& e) {
        if (!is_damage(e)) throw;  // it may well be read the next time
        all.stopped = e.what();
    }
    if (!ends) return all;
    if (const auto known = last_in_index(file); all.stopped.empty() && known >= all.before)
        all.stopped = fmt::format("event {} is known to its index alone", known);
    // One that was altered alone is named, and goes along.
    if (!all.stopped.empty() && damaged) all.before = *damaged;
    return all;
}

// The number of the last event that was copied; 0: none was. What may belong to one transaction is copied
// whole or not at all: a command, and what followed from it at the same moment.
std::uint64_t copy_journal(Reader& from, const Readable& all, Store& to) {
    constexpr std::size_t page = 4096;
    std::uint64_t last = 0;
    if (all.before == 1) return last;
    std::vector<JournalRow> open;  // the last command, to which more may belong
    Batch whole;
    const auto settle = [&] {
        for (auto& row : std::exchange(open, {})) whole.journal.push_back(std::move(row));
    };
    const auto write = [&] {
        if (whole.journal.empty()) return;
        last = whole.journal.back().seq;
        to.commit(std::exchange(whole, {}));
    };
    from.journal(1, [&](const JournalRow& row) {
        if (row.seq >= all.before) return false;
        const bool follows = !open.empty() && (row.events == 0 ||
                                               (row.actor == core::system_actor && row.at == open.back().at));
        if (!follows) {
            settle();
            if (whole.journal.size() >= page) write();
        }
        open.push_back(row);
        return row.seq + 1 < all.before;
    });
    if (all.stopped.empty()) settle();
    write();
    return last;
}

// What is known of the delivery of alerts, which no journal tells: around what cannot be read.
std::vector<OutboxRow> delivered(const std::filesystem::path& file, Reader& anew,
                                 std::vector<std::string>& faults) {
    struct Delivery {
        std::string status;
        std::int64_t attempts = 0;
        std::optional<Instant> next_at;
        std::string error;
    };
    std::map<std::string, Delivery> known;
    const auto db = sqlite::connect(file, sqlite::Mode::read);
    const auto read = [&](sqlite::Way way) {
        return sqlite::read_rows(
            *db, "id, status, attempts, next_at, error", "outbox", "rowid", way, [&](SQLite::Statement& row) {
                Delivery one{row.getColumn(1), row.getColumn(2).getInt64(), {}, row.getColumn(4)};
                if (one.status != "pending" && one.status != "sent" && one.status != "undelivered") return;
                if (!row.getColumn(3).isNull())
                    one.next_at = Instant(time::Millis(row.getColumn(3).getInt64()));
                known.insert_or_assign(row.getColumn(0), std::move(one));
            });
    };
    if (!read(sqlite::Way::forwards)) read(sqlite::Way::backwards);
    std::vector<OutboxRow> rows;
    std::uint64_t unknown = 0;
    for (auto& row : anew.outbox({})) {
        const auto was = known.find(row.id);
        if (was == known.end()) {
            ++unknown;
            continue;
        }
        auto told = row;
        told.status = was->second.status;
        told.attempts = was->second.attempts;
        told.next_at = was->second.next_at;
        told.error = was->second.error;
        if (told != row) rows.push_back(std::move(told));
    }
    if (unknown > 0) faults.push_back(deliveries_unknown(unknown));
    return rows;
}

// The receipt codes come from it, and from nothing else.
void take_secret(const std::filesystem::path& from, const std::filesystem::path& to,
                 std::vector<std::string>& faults) {
    try {
        copy_secret(from, to);
    } catch (const NoRoom&) {
        throw;
    } catch (const std::exception& e) {
        faults.push_back(fmt::format(
            "the secret of the folder cannot be read ({}): receipt codes given so far are good no more",
            e.what()));
    }
}

}  // namespace

std::string deliveries_unknown(std::uint64_t alerts) {
    return fmt::format(
        "of {} alerts it cannot be told whether they had been delivered: they are pending again", alerts);
}

Result<RebuildReport> salvage(const std::filesystem::path& folder, const Progress& progress, Believe believe,
                              Cut cut) {
    auto lock = sqlite::Lock::take(folder);
    if (!lock) return std::unexpected(lock.error());
    const bool rehearsal = is_rehearsal(folder);
    sqlite::finish_replacing(folder);
    const PartFolder beside(folder / sqlite::rebuilding_name);
    const auto made = sqlite::database_path(beside.path());
    RebuildReport report;
    report.changed = true;
    auto old = open_reader(folder);
    if (!old) return std::unexpected(old.error());
    std::string rows;
    const auto all = readable(**old, sqlite::database_path(folder), cut);
    if (cut == Cut::refused && !all.stopped.empty())
        return refuse("journal-damaged",
                      fmt::format("the journal cannot be read behind event {} ({}); nothing was changed: "
                                  "restore the latest backup",
                                  all.before - 1, all.stopped),
                      folder.string());
    {
        auto store = open(beside.path(), {.create = true, .durable = false});
        if (!store) return std::unexpected(store.error());
        const auto last = copy_journal(**old, all, **store);
        if (!all.stopped.empty() && last == 0)
            return refuse(
                "journal-damaged",
                fmt::format("of its journal no transaction can be read to its end ({})", all.stopped),
                folder.string());
        if (!all.stopped.empty())
            report.faults.push_back(
                fmt::format("the journal cannot be read behind event {} ({}): what came later is not there",
                            last, all.stopped));
        auto reader = (*store)->read();
        if (believe == Believe::both)
            if (auto shorter = journal_shorter(folder, *reader, report.faults))
                return std::unexpected(*shorter);
        Catalog catalog;
        catalog.refresh(*reader);
        report.events = events_kept(*reader);
        std::function<void(const std::string&)> fault;
        if (cut == Cut::accepted) fault = [&](const std::string& text) { report.faults.push_back(text); };
        (*store)->replace_rows([&](const Store::Write& write) {
            report.cases = ReplayAll{*reader, catalog, write, {}, fault, progress}.run();
        });
        (*store)->commit({.outbox = delivered(sqlite::database_path(folder), *reader, report.faults)});
        rows = reader->fingerprint();
    }
    take_secret(sqlite::database_path(folder), made, report.faults);
    {
        SQLite::Database db(made.string(), SQLite::OPEN_READWRITE);
        sqlite::minding_room(db, [&] {
            sqlite::mark(db, rehearsal);
            sqlite::make_plain(db);
        });
    }
    // Closing a database says nothing of what it could not write: what takes the folder's place is read.
    {
        auto anew = open_reader(made);
        if (!anew) return std::unexpected(anew.error());
        if ((all.stopped.empty() && fingerprint_journal(**anew) != fingerprint_journal(**old)) ||
            (*anew)->fingerprint() != rows)
            throw std::runtime_error(
                "what was written beside the damaged file is not what was read in it; "
                "nothing was changed");
    }
    old->reset();
    if (auto replaced = sqlite::replace(folder, made); !replaced) return std::unexpected(replaced.error());
    return report;
}

}  // namespace reeve::store
