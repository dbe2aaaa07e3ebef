#include "engine/store/archive.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "engine/store/describe_rows.h"
#include "engine/store/fingerprint.h"
#include "engine/store/named_part.h"
#include "engine/store/packed.h"
#include "engine/store/replay_all.h"
#include "engine/store/sqlite/connection.h"

namespace reeve::store {
namespace {

// All that is kept of a case: its events, and its rows with the delivery of its alerts.
std::string all_of(Reader& reader, const std::string& id) {
    std::string text;
    auto add = [&](const auto& row) {
        text +=
            describe::write(row, Times::millis).dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
    };
    reader.stream(id, 1, [&](const JournalRow& row) {
        add(row);
        return true;
    });
    if (const auto row = reader.find_case(id)) add(*row);
    for (const auto& row : reader.tasks({.case_id = id, .open_only = false})) add(row);
    for (const auto& row : reader.clocks(id)) add(row);
    for (const auto& row : reader.escalations({.case_id = id})) add(row);
    for (const auto& row : reader.links(id)) add(row);
    for (const auto& row : reader.outbox({.case_id = id})) add(row);
    return text;
}

// People and definitions go along: without them a case cannot be read.
void copy_events(Reader& live, const std::vector<std::string>& ids, Store& to) {
    std::vector<JournalRow> rows;
    auto take = [&](const JournalRow& row) {
        rows.push_back(row);
        return true;
    };
    auto write = [&] {
        Batch batch;
        batch.journal = std::exchange(rows, {});
        if (!batch.journal.empty()) to.commit(batch);
    };
    constexpr std::size_t page = 4096;
    for (const auto& stream : {org_stream, definitions_stream}) live.stream(stream, 1, take);
    for (const auto& id : ids) {
        live.stream(id, 1, take);
        if (rows.size() >= page) write();
    }
    write();
}

void copy_delivery(Reader& live, const std::vector<std::string>& ids, Store& to) {
    for (const auto& id : ids)
        if (Batch batch{.outbox = live.outbox({.case_id = id})}; !batch.outbox.empty()) to.commit(batch);
}

void finish(const std::filesystem::path& folder, const std::filesystem::path& database,
            const std::set<std::string>& documents, const ArchiveStamp& stamp) {
    SQLite::Database db(database.string(), SQLite::OPEN_READWRITE);
    sqlite::make_plain(db);
    if (is_rehearsal(folder)) sqlite::mark(db, true);
    SQLite::Transaction transaction(db);
    Packing packing(db);
    for (const auto& sha256 : documents)
        if (const auto path = attachment_path(folder, sha256); std::filesystem::exists(path))
            packing.add(sha256, path);  // where not, the proof says that it is missing
    db.exec("CREATE TABLE archive (before INTEGER NOT NULL, cases INTEGER NOT NULL, journal TEXT NOT NULL)");
    SQLite::Statement mark(db, "INSERT INTO archive VALUES (?, ?, ?)");
    mark.bind(1, static_cast<std::int64_t>(stamp.before.time_since_epoch().count()));
    mark.bind(2, static_cast<std::int64_t>(stamp.cases));
    mark.bind(3, stamp.journal);
    mark.exec();
    transaction.commit();
}

Result<void> not_proved(const std::filesystem::path& file, const std::string& why) {
    return refuse("archive-not-proved",
                  "the archive would not hold what the folder holds, so nothing has left it: " + why,
                  file.string());
}

Result<void> prove(Reader& live, const std::filesystem::path& database, const std::vector<std::string>& ids,
                   const std::filesystem::path& file) {
    auto checked = check(database);
    if (!checked) return std::unexpected(checked.error());
    if (!checked->faults.empty()) return not_proved(file, checked->faults.front());
    auto written = open_reader(database);
    if (!written) return std::unexpected(written.error());
    for (const auto& id : ids)
        if (all_of(live, id) != all_of(**written, id)) return not_proved(file, "case " + id + " differs");
    return {};
}

std::unexpected<Error> not_ours(const std::filesystem::path& file) {
    return refuse("file-exists",
                  "there is a file of that name, and it is not the archive that this command began; an "
                  "archive overwrites nothing",
                  file.string());
}

Result<void> write(Reader& live, const std::filesystem::path& folder, const std::filesystem::path& file,
                   Instant before, const std::vector<std::string>& ids) {
    const NamedPart beside(file);
    if (auto used = beside.refuses(file, "archive")) return std::unexpected(*used);
    std::set<std::string> documents;
    ArchiveStamp stamp{before, ids.size(), {}};
    {
        auto store = open(beside.path(), {.create = true, .durable = false});
        if (!store) return std::unexpected(store.error());
        copy_events(live, ids, **store);
        auto reader = (*store)->read();
        Catalog catalog;
        catalog.refresh(*reader);
        (*store)->replace_rows([&](const Store::Write& rows) {
            ReplayAll{*reader,
                      catalog,
                      rows,
                      [&](const CaseFile& one, const CaseView&) {
                          for (const auto& document : one.state.documents)
                              if (!document.sha256.empty()) documents.insert(document.sha256);
                      },
                      {},
                      {}}
                .run();
        });
        copy_delivery(live, ids, **store);
        stamp.journal = fingerprint_journal(*reader);
    }
    const auto database = sqlite::database_path(beside.path());
    finish(folder, database, documents, stamp);
    if (auto proved = prove(live, database, ids, file); !proved) return proved;
    // Whole cases, and everybody of the organisation.
    std::filesystem::permissions(database,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    if (!name_whole(database, file)) return not_ours(file);
    return {};
}

// A file that is there: made by this very command, and whole.
Result<ArchiveFile> look_at(const std::filesystem::path& folder, const std::filesystem::path& file,
                            Instant before) {
    const auto other = not_ours(file);
    std::optional<ArchiveStamp> stamp;
    std::unique_ptr<Reader> reader;
    try {
        auto opened = open_reader(file);
        if (!opened) return other;
        reader = std::move(*opened);
        stamp = reader->stamp();
    } catch (const SQLite::Exception& e) {
        if (!is_damage(e)) throw;
        return other;
    }
    if (!stamp || stamp->before != before) return other;
    auto checked = check(file);
    if (!checked) return std::unexpected(checked.error());
    if (!checked->faults.empty()) return std::unexpected(not_proved(file, checked->faults.front()).error());
    ArchiveFile found{digest_of(file), stamp->cases, false};
    auto live = open_reader(folder);
    if (!live) return std::unexpected(live.error());
    for (const auto& id : reader->case_ids("", stamp->cases)) {
        const auto gone = (*live)->archived(id);
        if (gone ? gone->sha256 != found.sha256 : !(*live)->find_case(id).has_value()) return other;
    }
    // Killed between its name and its end, the run before left the folder that it was made in.
    std::filesystem::remove_all(part_beside(file));
    return found;
}

// What the journal says is in the file of that name would be in none.
std::optional<Error> name_is_used(Reader& live, const std::filesystem::path& file) {
    std::optional<Error> used;
    each_archived(live, [&](const CasesArchived& record, Instant at) {
        if (record.file == file.string())
            used = Error{"file-used",
                         fmt::format("cases left for a file of that name on {}, and it is not there now: put "
                                     "it back, or take another name",
                                     time::to_utc_string(at).substr(0, 10)),
                         file.string()};
    });
    return used;
}

// What time it is, as the disk has it.
std::filesystem::file_time_type disk_time(const std::filesystem::path& folder) {
    const PartFile now(folder / "now.part");
    std::ofstream(now.path()).close();
    return std::filesystem::last_write_time(now.path());
}

}  // namespace

Result<ArchiveFile> make_archive(const std::filesystem::path& folder, const std::filesystem::path& file,
                                 const Choice& choice) {
    if (std::filesystem::exists(file))
        return std::filesystem::is_regular_file(file) ? look_at(folder, file, choice.before)
                                                      : Result<ArchiveFile>(not_ours(file));
    if (const auto into = file.parent_path(); !std::filesystem::is_directory(into))
        return refuse("no-folder", "there is no folder " + into.string() + " to write it into",
                      file.string());
    if (auto inside = inside_refuses(folder, file, "an archive")) return std::unexpected(*inside);
    auto live = open_reader(folder);
    if (!live) return std::unexpected(live.error());
    if (auto used = name_is_used(**live, file)) return std::unexpected(*used);
    Catalog catalog;
    catalog.refresh(**live);
    std::vector<std::string> ids;
    Result<void> written;
    (*live)->snapshot([&] {
        for (const auto& family : closed_before(**live, catalog, choice).families)
            ids.insert(ids.end(), family.begin(), family.end());
        if (!ids.empty()) written = write(**live, folder, file, choice.before, ids);
    });
    if (!written) return std::unexpected(written.error());
    if (ids.empty()) return ArchiveFile{};
    return ArchiveFile{digest_of(file), ids.size(), true};
}

DocumentsGone remove_documents(Reader& live, const std::filesystem::path& folder,
                               const std::filesystem::path& file) {
    constexpr auto just_sent = std::chrono::hours(24);
    std::set<std::string, std::less<>> leaving;
    {
        SQLite::Database db(file.string(), SQLite::OPEN_READONLY);
        SQLite::Statement packed(db, "SELECT sha256 FROM attachments");
        while (packed.executeStep()) leaving.insert(packed.getColumn(0).getString());
    }
    constexpr std::string_view name = "\"sha256\":\"";
    constexpr std::size_t digits = 64;
    if (!leaving.empty())
        live.journal(1, [&](const JournalRow& row) {
            const std::string_view body = row.body;
            for (auto at = body.find(name); at != std::string_view::npos; at = body.find(name, at + 1))
                if (const auto it = leaving.find(body.substr(at + name.size(), digits)); it != leaving.end())
                    leaving.erase(it);
            return true;
        });
    DocumentsGone gone;
    const FolderHold hold(folder / "attachments", FolderHold::Kind::alone);
    const auto now = leaving.empty() ? std::filesystem::file_time_type() : disk_time(folder / "attachments");
    for (const auto& sha256 : leaving) {
        const auto path = attachment_path(folder, sha256);
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) continue;  // in a run before
        const auto sent = std::filesystem::last_write_time(path, ignored);
        const bool leaves = hold.held() && sent < now - just_sent && std::filesystem::remove(path, ignored);
        ++(leaves ? gone.removed : gone.stayed);
    }
    return gone;
}

CasesArchived record_of(Reader& live, Reader& file, const Catalog& catalog,
                        const std::vector<std::vector<std::string>>& families) {
    CasesArchived record;
    std::map<std::string, std::uint64_t> given;
    auto same = [&](const std::string& id) { return all_of(live, id) == all_of(file, id); };
    auto leaves = [&](const std::string& id) {
        ArchivedCase one{.id = id};
        CaseFile read;
        live.stream(id, 1, [&](const JournalRow& row) {
            replay(read, row, catalog);
            const auto& event = read.history.back();
            if (one.runs.empty() || one.runs.back() + 1 != row.seq)
                one.runs.insert(one.runs.end(), {row.seq, row.seq});
            one.runs.back() = row.seq;
            if (!row.key.empty()) one.keys.push_back(row.key);
            ++record.events;
            if (const auto person = given_to(event.event); !person.empty())
                given[person] = std::max(given[person], row.seq);
            const auto* started = std::get_if<core::CaseStarted>(&event.event);
            if (!started) return true;
            one.definition = started->definition;
            for (const auto& mark : marks_of(event, *started, *read.program))
                one.limits.push_back({prefix_of(mark), row.seq,
                                      oldest_mark(*read.program, pattern_of(*read.program, mark), event.at)});
            if (const auto prefix = uses_marks(*started); !prefix.empty())
                for (const auto& other : started->related) one.used.push_back({other, prefix});
            return true;
        });
        record.cases.push_back(std::move(one));
    };
    for (const auto& family : families)
        if (std::ranges::all_of(family, same)) std::ranges::for_each(family, leaves);
    for (const auto& [person, seq] : given) record.given.push_back({person, seq});
    return record;
}

}  // namespace reeve::store
