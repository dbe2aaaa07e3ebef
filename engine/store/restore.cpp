// A backup is checked, copied and proved to be what it was, before it takes the place of anything. Of one
// that was damaged or cut off, what can be read.
#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <fstream>

#include "engine/store/beside.h"
#include "engine/store/fingerprint.h"
#include "engine/store/packed.h"
#include "engine/store/salvage.h"
#include "engine/store/scratch.h"
#include "engine/store/secret.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/sqlite/damage.h"
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

// What the head of a database says of it; nothing when it is none.
struct InHead {
    std::uintmax_t page = 0, pages = 0;
    std::uintmax_t bytes() const { return page * pages; }
};
InHead in_head(const std::filesystem::path& file) {
    std::array<unsigned char, 32> head{};
    std::ifstream in(file, std::ios::binary);
    in.read(reinterpret_cast<char*>(head.data()), head.size());
    if (!in || !std::string_view(reinterpret_cast<const char*>(head.data()), head.size())
                    .starts_with("SQLite format 3"))
        return {};
    const auto number = [&](std::size_t at, std::size_t bytes) {
        std::uintmax_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | head.at(at + i);
        return value;
    };
    const auto page = number(16, 2);
    return {page == 1 ? 65'536 : page, number(28, 4)};
}

// So long, with nothing in the place of what it had not, and saying so.
void make_long(const std::filesystem::path& file, std::uintmax_t page, std::uintmax_t pages) {
    std::filesystem::resize_file(file, pages * page);
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(28);
    for (int shift = 24; shift >= 0; shift -= 8) out.put(static_cast<char>(pages >> shift & 0xff));
    out.close();
    if (!out) throw std::system_error(errno, std::generic_category(), "writing " + file.string());
}

std::optional<Error> holds_data(const std::filesystem::path& folder, const RestoreOptions& options) {
    if (options.over || !std::filesystem::exists(sqlite::database_path(folder))) return std::nullopt;
    return Error{"folder-in-use", "this folder holds data; restoring over it must be forced",
                 folder.string()};
}

enum class Locked { by_caller, not_yet };
Result<CheckReport> restore_from(const std::filesystem::path& file, const std::filesystem::path& folder,
                                 const RestoreOptions& options, Locked);

// Of a backup that was cut off what is there, with nothing in the place of the rest: so SQLite opens it. Half
// a page is none: of its rows those would come back empty that were cut off.
Result<CheckReport> restore_cut(const std::filesystem::path& file, const std::filesystem::path& folder,
                                const RestoreOptions& options, const std::string& fault) {
    constexpr std::uintmax_t most = 16;  // times what is there: else the head may be wrong
    const auto head = in_head(file);
    const auto pages = std::filesystem::file_size(file) / head.page;
    if (pages == 0) return refuse("backup-damaged", fault + ", and nothing of it can be read", file.string());
    if (auto data = holds_data(folder, options)) return std::unexpected(*data);
    make_data_folder(folder);
    auto lock = sqlite::Lock::take(folder);
    if (!lock) return std::unexpected(lock.error());
    // Of a head that says too much every page may be there, so that is tried first; but not all of what is
    // there says where it lies when what comes last is not.
    std::vector<std::uintmax_t> lengths;
    if (head.pages / most > pages) lengths.push_back(pages);
    // It is written in full: other work on this disk is not to feel it.
    if (lengths.empty() || head.bytes() < std::filesystem::space(folder).available / 4)
        lengths.push_back(head.pages);
    Result<CheckReport> report;
    for (const auto length : lengths) {
        const PartFile filled(folder / sqlite::filled_name);
        std::filesystem::copy_file(file, filled.path());
        using enum std::filesystem::perm_options;
        std::filesystem::permissions(filled.path(), std::filesystem::perms(0600), replace | nofollow);
        std::filesystem::resize_file(filled.path(), pages * head.page);
        make_long(filled.path(), head.page, length);
        report = restore_from(filled.path(), folder, options, Locked::by_caller);
        if (report || report.error().code != "backup-damaged") break;
    }
    if (!report)
        return refuse(report.error().code, fault + ", and of the rest: " + report.error().message,
                      file.string());
    report->faults.insert(report->faults.begin(), fault);
    return report;
}

void unpack_attachments(const std::filesystem::path& backup, const std::filesystem::path& folder,
                        std::vector<std::string>& faults) {
    SQLite::Database copy(backup.string(), SQLite::OPEN_READONLY);
    std::map<std::int64_t, std::string> names;
    const auto read = [&](sqlite::Way way) {
        return sqlite::read_rows(copy, "sha256, rowid", "attachments", "rowid", way,
                                 [&](SQLite::Statement& row) {
                                     names.emplace(row.getColumn(1).getInt64(), row.getColumn(0).getString());
                                 });
    };
    // Around a page that cannot be read.
    if (!read(sqlite::Way::forwards) && !read(sqlite::Way::backwards))
        faults.emplace_back("not all of its attachments can be read");
    for (const auto& [row, sha256] : names) {
        Attaching attaching(folder);
        try {
            unpack(copy, row, [&](std::string_view bytes) { attaching.add(bytes); });
        } catch (const SQLite::Exception& e) {
            if (!is_damage(e)) throw;
            faults.push_back(fmt::format("attachment {} in it cannot be read", sha256));
            continue;
        }
        if (attaching.finish("", "").sha256 != sha256)
            faults.push_back(fmt::format("attachment {} in it is not what its name says", sha256));
    }
}

// A damaged backup holds what nothing else may hold any more: its journal, as far as it can be read, makes a
// new database, in a folder of its own.
Result<void> make_anew(const std::filesystem::path& copy, const std::filesystem::path& beside,
                       CheckReport& report) {
    std::filesystem::rename(copy, sqlite::database_path(beside));
    auto made = salvage(beside, {}, Believe::journal, Cut::accepted);
    if (!made) return std::unexpected(made.error());
    // What it made is looked at as well.
    auto checked = check(sqlite::database_path(beside));
    if (!checked) return std::unexpected(checked.error());
    for (const auto* faults : {&made->faults, &checked->faults})
        report.faults.insert(report.faults.end(), faults->begin(), faults->end());
    report.last = checked->last;
    return {};
}

void take_beside(std::optional<Beside>& beside, SQLite::Database& copy, const std::filesystem::path& folder,
                 bool damaged, std::vector<std::string>& faults) {
    try {
        beside.emplace(copy, folder);
    } catch (const SQLite::Exception& e) {
        if (!damaged || !is_damage(e)) throw;
        faults.push_back(std::string("access.db in it cannot be read: ") + e.what());
    }
}

Result<CheckReport> restore_from(const std::filesystem::path& file, const std::filesystem::path& folder,
                                 const RestoreOptions& options, Locked locked) {
    Result<std::unique_ptr<Reader>> source = nullptr;
    try {
        source = open_reader(file);
    } catch (const SQLite::Exception& e) {
        if (!is_damage(e)) throw;  // it could not be read, or brought forward, now
        const auto is = std::filesystem::file_size(file), was = in_head(file).bytes();
        const auto cut = fmt::format("this backup was cut off: it has {} of {} bytes", is, was);
        if (is < was && options.faulty) return restore_cut(file, folder, options, cut);
        if (is < was)
            return refuse("backup-damaged", cut + "; --faulty restores what can be read", file.string());
        if (was > 0)
            return refuse("backup-damaged",
                          fmt::format("nothing of this file can be read ({}): take another backup", e.what()),
                          file.string());
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
    if (!sqlite::connect(file, sqlite::Mode::read)->tableExists("attachments"))
        return refuse(
            "no-backup",
            "this is the database of a data folder, not a backup: as reeve.db in a folder, with its "
            "attachments beside it, it is one",
            file.string());
    const auto target = sqlite::database_path(folder);
    if (auto data = holds_data(folder, options)) return std::unexpected(*data);
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
    const auto too_early = [&]() -> std::optional<Error> {
        if (!options.rehearsal || !report->last || *options.rehearsal >= *report->last) return std::nullopt;
        return Error{"too-early",
                     "the last event of the backup is of " + time::to_utc_string(*report->last) +
                         "; a rehearsal with it begins there or later",
                     "--rehearsal"};
    };
    if (auto early = too_early(); early && !report->damaged) return std::unexpected(*early);
    make_data_folder(folder);
    std::optional<Result<sqlite::Lock>> lock;
    if (locked == Locked::not_yet) lock.emplace(sqlite::Lock::take(folder));
    if (lock && !*lock) return std::unexpected(lock->error());
    // Made whole beside what is there, then put in its place.
    const PartFile part(folder / sqlite::restoring_name);
    sqlite::copy_database(file, part.path());
    if (auto forward = sqlite::bring_forward(part.path()); !forward) return std::unexpected(forward.error());
    // What is altered in it and can be read is restored as it is.
    const bool torn =
        report->damaged && !sqlite::damages(*sqlite::connect(part.path(), sqlite::Mode::read)).empty();
    std::vector<std::string> faults;
    std::optional<Beside> beside;
    {
        SQLite::Database copy(part.path().string(), SQLite::OPEN_READWRITE);
        take_beside(beside, copy, folder, torn, faults);
        if (!torn) {
            for (const char* table : {"attachments", "access"})
                copy.exec(fmt::format("DROP TABLE IF EXISTS {}", table));
            sqlite::make_plain(copy);
            copy.exec("VACUUM");
        }
    }
    std::optional<PartFolder> anew;
    auto made = part.path();
    if (torn) {
        anew.emplace(folder / sqlite::rebuilding_name);
        if (auto whole = make_anew(part.path(), anew->path(), *report); !whole)
            return refuse("backup-damaged", whole.error().message + "; nothing was restored", file.string());
        made = sqlite::database_path(anew->path());
    } else {
        auto copy = open_reader(made);
        if (!copy) return std::unexpected(copy.error());
        if (fingerprint_journal(**source) != fingerprint_journal(**copy) ||
            (*source)->fingerprint() != (*copy)->fingerprint())
            return refuse("backup-damaged", "what was copied out of it differs from it; nothing was restored",
                          file.string());
    }
    if (auto early = too_early()) return std::unexpected(*early);
    if (std::filesystem::exists(target)) keep_own_secret(target, made);
    {
        // Before it is in its place: a rehearsal is never a live folder, not even for a moment.
        SQLite::Database copy(made.string(), SQLite::OPEN_READWRITE);
        if (options.rehearsal) sqlite::mark(copy, true);
        sqlite::make_plain(copy);
    }
    unpack_attachments(file, folder, faults);
    if (!faults.empty() && !options.faulty) return refuse("backup-damaged", faults.front(), file.string());
    report->faults.insert(report->faults.end(), faults.begin(), faults.end());
    // All of it or nothing: a kill in between leaves the old folder, or is finished by the next opening. What
    // time it was in a rehearsal that is replaced is not the new folder's.
    const sqlite::Staged staged(folder);
    if (beside)
        if (auto waits = beside->stage(); !waits) return std::unexpected(waits.error());
    const auto no_rehearsal = sqlite::staged_path(folder / "rehearsal.json");
    std::filesystem::remove(no_rehearsal);
    make_private(no_rehearsal);
    sync(no_rehearsal);
    if (auto replaced = sqlite::replace(folder, made); !replaced) return std::unexpected(replaced.error());
    return report;
}

}  // namespace

Result<CheckReport> restore(const std::filesystem::path& file, const std::filesystem::path& folder,
                            const RestoreOptions& options) {
    // Nor what is read while its folder is made anew.
    if (std::filesystem::exists(folder))
        if (auto inside = inside_refuses(folder, file, "a backup")) return std::unexpected(*inside);
    return restore_from(file, folder, options, Locked::not_yet);
}

}  // namespace reeve::store
