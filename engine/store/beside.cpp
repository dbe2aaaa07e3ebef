#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "engine/store/beside.h"
#include "engine/store/scratch.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/sqlite/damage.h"
#include "engine/store/store.h"

namespace reeve::store {
namespace {

constexpr std::size_t piece = 1 << 20;

std::filesystem::path place_in(const std::filesystem::path& folder) { return folder / "access.db"; }

bool kept_from_us(const std::filesystem::path& file) {
    return ::faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) != 0 && errno == EACCES;
}

// What the old one logged must not be replayed onto its successor: it is written into the old one first.
Result<void> let_go(const std::filesystem::path& old) {
    if (!std::filesystem::exists(old)) return {};
    try {
        SQLite::Database db(old.string(), SQLite::OPEN_READWRITE);
        sqlite::make_plain(db);
    } catch (const std::exception& e) {
        if (!is_damage(e))
            return refuse("in-use", std::string("the folder's access.db cannot be replaced now: ") + e.what(),
                          old.string());
        for (const char* tail : {"-wal", "-shm"}) std::filesystem::remove(old.string() + tail);
    }
    return {};
}

void copy_plain(const std::filesystem::path& from, const std::filesystem::path& to) {
    sqlite::copy_database(from, to);
    SQLite::Database copy(to.string(), SQLite::OPEN_READWRITE);
    sqlite::make_plain(copy);
}

void take_out(SQLite::Database& backup, const std::filesystem::path& file) {
    make_private(file);
    std::ofstream out(file, std::ios::binary);
    SQLite::Statement pieces(backup, "SELECT piece FROM access ORDER BY at");
    while (pieces.executeStep()) {
        const auto bytes = pieces.getColumn(0).getString();
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    out.close();
    if (!out) throw std::system_error(errno, std::generic_category(), "writing " + file.string());
}

std::string first_damage(const std::filesystem::path& file) {
    if (std::filesystem::file_size(file) == 0) return "it is empty";
    const auto db = sqlite::connect(file, sqlite::Mode::read);
    try {
        if (db->execAndGet("PRAGMA integrity_check(1)").getString() == "ok") return {};
    } catch (const SQLite::Exception& e) {
        if (!is_damage(e)) throw;  // it could not be read this time
    }
    const auto found = sqlite::damages(*db);
    return found.empty() ? std::string() : found.front();
}

std::string damage_at(const std::filesystem::path& place) {
    if (std::filesystem::is_directory(place)) {
        expect_not_emptied(place_in(place));
        return std::filesystem::exists(place_in(place)) ? first_damage(place_in(place)) : std::string();
    }
    SQLite::Database backup(place.string(), SQLite::OPEN_READONLY);
    if (!backup.tableExists("access")) return {};
    const ScratchFolder scratch;
    take_out(backup, place_in(scratch.path()));
    return first_damage(place_in(scratch.path()));
}

}  // namespace

void check_beside(const std::filesystem::path& place, CheckReport& report) {
    if (std::filesystem::is_directory(place) && kept_from_us(place_in(place))) {
        report.not_looked_at.push_back(place_in(place).string() + ", which this user may not read");
        return;
    }
    try {
        const auto why = damage_at(place);
        if (!why.empty()) report.faults.push_back(trouble(AccessDamaged(why)).message);
    } catch (const Emptied& e) {
        report.faults.push_back(trouble(e).message);
    } catch (const std::exception& e) {
        const auto error = trouble(e);
        if (error.code == "disk-full") throw;
        report.faults.push_back(error.code == "damaged"
                                    ? trouble(AccessDamaged(e.what())).message
                                    : "access.db could not be looked at: " + error.message);
    }
}

std::string pack_beside(SQLite::Database& backup, const std::filesystem::path& folder) {
    const PartFile part(backup.getFilename() + ".access");
    const std::string without = "the backup is without access.db: ";  // the journal is worth one all the same
    try {
        expect_not_emptied(place_in(folder));
        if (!std::filesystem::exists(place_in(folder))) return {};
        if (std::filesystem::file_size(place_in(folder)) == 0)
            return without + trouble(AccessDamaged("it is empty")).message;
        copy_plain(place_in(folder), part.path());
    } catch (const Emptied& e) {
        return without + trouble(e).message;
    } catch (const SQLite::Exception& e) {
        const auto error = trouble(e);
        if (error.code == "disk-full") throw;
        if (error.code != "damaged")
            throw std::runtime_error("access.db could not be copied, and nothing was backed up: " +
                                     error.message);
        return without + trouble(AccessDamaged(e.what())).message;
    }
    backup.exec("CREATE TABLE access (at INTEGER PRIMARY KEY, piece BLOB NOT NULL)");
    SQLite::Statement insert(backup, "INSERT INTO access VALUES (?, ?)");
    std::ifstream in(part.path(), std::ios::binary);
    std::string bytes(piece, '\0');
    for (std::int64_t at = 0; in; ++at) {
        in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (in.gcount() == 0) break;
        insert.bind(1, at);
        insert.bind(2, bytes.data(), static_cast<int>(in.gcount()));
        insert.exec();
        insert.reset();
    }
    if (in.bad()) throw std::runtime_error("reading " + part.path().string() + " failed");
    return {};
}

Beside::Beside(SQLite::Database& copy, const std::filesystem::path& folder) : place_(place_in(folder)) {
    if (!copy.tableExists("access")) return;
    part_.emplace(place_.string() + ".part");
    take_out(copy, part_->path());
}

Result<void> Beside::stage() const {
    if (!part_) return {};
    if (auto gone = let_go(place_); !gone) return gone;
    own_like(part_->path(), place_);
    part_->becomes(sqlite::staged_path(place_));
    return {};
}

}  // namespace reeve::store
