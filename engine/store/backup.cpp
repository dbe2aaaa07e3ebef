// A backup is one SQLite file: the database as it stood, and in tables of their own the attachments and
// whoever may use the service.
#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "engine/store/beside.h"
#include "engine/store/fingerprint.h"
#include "engine/store/packed.h"
#include "engine/store/part_file.h"
#include "engine/store/secret.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/upkeep.h"

namespace reeve::store {
namespace {

// A backup that was made before the folder had a secret has none: what was derived from that stays good.
// Where the folder is restored because it cannot be read, it gets another.
void keep_own_secret(const std::filesystem::path& replaced, const std::filesystem::path& copy) {
    try {
        if (!has_secret(copy)) copy_secret(replaced, copy);
    } catch (const NoRoom&) {
        throw;
    } catch (const std::exception&) {
        // A damaged folder, which is why it is restored: its receipt codes are lost with it.
    }
}

}  // namespace

Result<CheckReport> backup(const std::filesystem::path& folder, const std::filesystem::path& file) {
    const auto exists =
        refuse("file-exists", "there is a file of that name; a backup overwrites nothing", file.string());
    if (std::filesystem::exists(file)) return exists;
    if (const auto into = std::filesystem::absolute(file).parent_path(); !std::filesystem::is_directory(into))
        return refuse("no-folder", "there is no folder " + into.string() + " to write it into",
                      file.string());
    if (auto readable = open_reader(folder); !readable) return std::unexpected(readable.error());
    if (auto inside = inside_refuses(folder, file, "a backup")) return std::unexpected(*inside);
    // The documents that the copy names stay until they are packed.
    const FolderHold hold(folder / "attachments", FolderHold::Kind::shared);
    const PartFile part(part_beside(file));
    sqlite::copy_database(sqlite::database_path(folder), part.path());
    // All that the folder knows, and the secrets by which people and programs come in.
    std::filesystem::permissions(part.path(),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::string left_out;
    {
        // The copy is one plain file, whole in itself.
        SQLite::Database copy(part.path().string(), SQLite::OPEN_READWRITE);
        sqlite::make_plain(copy);
        SQLite::Transaction transaction(copy);
        Packing packing(copy);
        // Attachments are written before their events, so the folder holds at least those of the copy.
        const auto root = folder / "attachments";
        if (std::filesystem::exists(root))
            for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
                if (!entry.is_regular_file() || entry.path().extension() == ".part") continue;
                packing.add(entry.path().parent_path().filename().string() + entry.path().filename().string(),
                            entry.path());
            }
        left_out = pack_beside(copy, folder);
        transaction.commit();
    }
    auto report = check(part.path());
    if (!report) return report;
    if (!left_out.empty()) report->faults.push_back(left_out);
    // With faults too: what is whole of it may be all that is left one day.
    if (!part.becomes_new(file)) return exists;
    return report;
}

Result<CheckReport> restore(const std::filesystem::path& file, const std::filesystem::path& folder,
                            const RestoreOptions& options) {
    Result<std::unique_ptr<Reader>> source = nullptr;
    try {
        source = open_reader(file);
    } catch (const SQLite::Exception& e) {
        if (!is_damage(e)) throw;  // it could not be read, or brought forward, now
        return refuse("no-backup", std::string("this is no backup that reeve made: ") + e.what(),
                      file.string());
    }
    if (!source) return std::unexpected(source.error());
    if ((*source)->stamp())
        return refuse(
            "no-backup",
            "this is an archive: it holds closed cases only and is read as it is, such as by `reeve "
            "case list --data FILE`",
            file.string());
    const auto target = sqlite::database_path(folder);
    if (std::filesystem::exists(target) && !options.over)
        return refuse("folder-in-use", "this folder holds data; restoring over it must be forced",
                      folder.string());
    for (const auto& there : {target, folder / "access.db"}) expect_not_emptied(there);
    // Proved before anything is replaced: a faulty backup takes the place of nothing unasked.
    auto report = check(file);
    if (!report) return report;
    if (!report->faults.empty() && !options.faulty)
        return refuse(
            "backup-damaged",
            fmt::format("{} in this backup, so nothing was restored: {}; `reeve check --data {}` lists "
                        "them, --faulty restores what can be read",
                        report->faults.size() == 1
                            ? "there is a fault"
                            : fmt::format("there are {} faults", report->faults.size()),
                        report->faults.front(), file.string()),
            file.string());
    make_folder(folder / "attachments");
    auto lock = sqlite::Lock::take(folder);
    if (!lock) return std::unexpected(lock.error());
    // Made whole beside what is there, then put in its place.
    const PartFile part(folder / sqlite::restoring_name);
    sqlite::copy_database(file, part.path());
    if (auto forward = sqlite::bring_forward(part.path()); !forward) return std::unexpected(forward.error());
    {
        SQLite::Database copy(part.path().string(), SQLite::OPEN_READWRITE);
        SQLite::Statement rows(copy, "SELECT sha256, rowid FROM attachments");
        while (rows.executeStep()) {
            Attaching attaching(folder);
            unpack(copy, rows.getColumn(1).getInt64(), [&](std::string_view bytes) { attaching.add(bytes); });
            if (attaching.finish("", "").sha256 != rows.getColumn(0).getString() && !options.faulty)
                return refuse("backup-damaged", "an attachment in it is not what its name says",
                              file.string());
        }
    }
    if (std::filesystem::exists(target)) keep_own_secret(target, part.path());
    std::optional<Beside> beside;
    {
        SQLite::Database copy(part.path().string(), SQLite::OPEN_READWRITE);
        beside.emplace(copy, folder);
        copy.exec("DROP TABLE attachments");
        // Before it is in its place: a rehearsal is never a live folder, not even for a moment.
        if (options.rehearsal) sqlite::mark(copy, true);
        sqlite::make_plain(copy);
        copy.exec("VACUUM");
    }
    {
        auto copy = open_reader(part.path());
        if (!copy) return std::unexpected(copy.error());
        if (fingerprint_journal(**source) != fingerprint_journal(**copy) ||
            (*source)->fingerprint() != (*copy)->fingerprint())
            return refuse("backup-damaged", "what was copied out of it differs from it; nothing was restored",
                          file.string());
    }
    // All of it or nothing: a kill in between leaves the old folder, or is finished by the next opening. What
    // time it was in a rehearsal that is replaced is not the new folder's.
    const sqlite::Staged staged(folder);
    if (auto waits = beside->stage(); !waits) return std::unexpected(waits.error());
    const auto no_rehearsal = sqlite::staged_path(folder / "rehearsal.json");
    std::ofstream(no_rehearsal).close();
    sync(no_rehearsal);
    if (auto replaced = sqlite::replace(folder, part.path()); !replaced)
        return std::unexpected(replaced.error());
    return report;
}

}  // namespace reeve::store
