#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "engine/store/beside.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/store.h"

namespace reeve::store {
namespace {

constexpr std::size_t piece = 1 << 20;

std::filesystem::path place_in(const std::filesystem::path& folder) { return folder / "access.db"; }

// Its secrets are hashes, and still nobody else's.
void for_its_owner(const std::filesystem::path& file) {
    std::ofstream(file, std::ios::binary | std::ios::app).close();
    if (::chmod(file.c_str(), S_IRUSR | S_IWUSR) != 0)
        throw std::system_error(errno, std::generic_category(), "protecting " + file.string());
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

}  // namespace

void pack_beside(SQLite::Database& backup, const std::filesystem::path& folder) {
    if (!std::filesystem::exists(place_in(folder))) return;
    const PartFile part(backup.getFilename() + ".access");
    for_its_owner(part.path());
    {
        auto source = sqlite::connect(place_in(folder), sqlite::Mode::read);
        SQLite::Database copy(part.path().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        SQLite::Backup copying(copy, *source);
        while (copying.executeStep(-1) != SQLITE_DONE)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        sqlite::make_plain(copy);
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
}

Beside::Beside(SQLite::Database& copy, const std::filesystem::path& folder) : place_(place_in(folder)) {
    if (!copy.tableExists("access")) return;
    part_.emplace(place_.string() + ".part");
    for_its_owner(part_->path());
    std::ofstream out(part_->path(), std::ios::binary);
    SQLite::Statement pieces(copy, "SELECT piece FROM access ORDER BY at");
    while (pieces.executeStep()) {
        const auto bytes = pieces.getColumn(0).getString();
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    out.close();
    if (!out) throw std::system_error(errno, std::generic_category(), "writing " + part_->path().string());
    pieces.reset();
    copy.exec("DROP TABLE access");
}

Result<void> Beside::stage() const {
    if (!part_) return {};
    if (auto gone = let_go(place_); !gone) return gone;
    part_->becomes(sqlite::staged_path(place_));
    return {};
}

}  // namespace reeve::store
