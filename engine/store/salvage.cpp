#include "engine/store/salvage.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "engine/store/archived.h"
#include "engine/store/fingerprint.h"
#include "engine/store/part_file.h"
#include "engine/store/replay_all.h"
#include "engine/store/secret.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/sqlite/trouble.h"

namespace reeve::store {
namespace {

// Every event, in order. The number of the last that could be read, and why no more could.
struct Copied {
    std::uint64_t last = 0;
    std::string stopped;
};

Copied copy_journal(Reader& from, Store& to) {
    constexpr std::size_t page = 4096;
    Copied copied;
    Batch batch;
    auto write = [&] {
        if (batch.journal.empty()) return;
        copied.last = batch.journal.back().seq;
        to.commit(std::exchange(batch, {}));
    };
    try {
        from.journal(1, [&](const JournalRow& row) {
            if (row.events > 0 && batch.journal.size() >= page) write();
            batch.journal.push_back(row);
            return true;
        });
    } catch (const SQLite::Exception& e) {
        copied.stopped = e.what();
    }
    write();
    return copied;
}

// What is known of the delivery of alerts, which no journal tells.
std::vector<OutboxRow> delivered(Reader& from, Reader& anew, std::vector<std::string>& faults) {
    std::vector<OutboxRow> rows;
    std::map<std::string, OutboxRow> known;
    try {
        for (auto& row : from.outbox({}))
            if (row.status == "pending" || row.status == "sent" || row.status == "undelivered")
                known.emplace(row.id, std::move(row));
        for (auto& row : anew.outbox({}))
            if (const auto was = known.find(row.id); was != known.end() && was->second != row) {
                row.status = was->second.status;
                row.attempts = was->second.attempts;
                row.next_at = was->second.next_at;
                row.error = was->second.error;
                rows.push_back(std::move(row));
            }
    } catch (const SQLite::Exception& e) {
        faults.push_back(fmt::format(
            "which alerts had been delivered cannot be read ({}): all are pending again", e.what()));
    }
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
    bool ended = true;
    {
        auto store = open(beside.path(), {.create = true, .durable = false});
        if (!store) return std::unexpected(store.error());
        const auto copied = copy_journal(**old, **store);
        ended = copied.stopped.empty();
        if (!ended && (cut == Cut::refused || copied.last == 0))
            return refuse("journal-damaged",
                          fmt::format("the journal cannot be read behind event {} ({}); nothing was changed: "
                                      "restore the latest backup",
                                      copied.last, copied.stopped),
                          folder.string());
        if (!ended)
            report.faults.push_back(
                fmt::format("the journal cannot be read behind event {} ({}): what came later is "
                            "not there",
                            copied.last, copied.stopped));
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
        (*store)->commit({.outbox = delivered(**old, *reader, report.faults)});
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
        if ((ended && fingerprint_journal(**anew) != fingerprint_journal(**old)) ||
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
