#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>
#include <thread>

#include "engine/store/part_file.h"
#include "engine/store/process.h"
#include "engine/store/scratch.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/sqlite/trouble.h"

namespace reeve::store {

void count_no_memory() { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

namespace sqlite {

std::filesystem::path database_path(const std::filesystem::path& folder) { return folder / "reeve.db"; }

Result<Lock> Lock::take(const std::filesystem::path& folder) {
    const auto path = folder / lock_name;
    int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0)
        own_as_its_folder(path);
    else if (errno == EEXIST)
        fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
        return refuse("not-writable",
                      "this folder cannot be written by this user: it can be read, nothing in it can change",
                      folder.string());
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "opening " + path.string());
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ::close(fd);
        return refuse(
            "in-use",
            "another reeve has this folder open; one engine owns a folder at a time: stop it, or ask it",
            folder.string());
    }
    return Lock(fd);
}

Lock::~Lock() {
    if (fd_ >= 0) ::close(fd_);
}

namespace {

// Nobody shares a connection, as store.h says, so SQLite need not lock one for each value bound or read.
constexpr int of_one_thread = SQLITE_OPEN_NOMUTEX;

// A file that may not be written is read as it stands: SQLite would make its log beside it.
std::unique_ptr<SQLite::Database> connect_immutable(const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::file_size(file.string() + "-wal", ignored) > 0 && !ignored)
        throw std::runtime_error(
            "this folder cannot be written by this user, and its latest changes lie in " + file.string() +
            "-wal: let a user who may write it run `reeve check` once");
    std::string uri = "file:";
    for (const char c : file.string())
        uri += c == '?' || c == '#' || c == '%' ? fmt::format("%{:02X}", static_cast<unsigned char>(c))
                                                : std::string(1, c);
    return std::make_unique<SQLite::Database>(uri + "?immutable=1",
                                              SQLite::OPEN_READONLY | SQLite::OPEN_URI | of_one_thread);
}

}  // namespace

namespace {

std::unique_ptr<SQLite::Database> open_file(const std::filesystem::path& file, Mode mode) {
    // A reader opens for writing too: SQLite may have to recover the log that a killed process left behind.
    return std::make_unique<SQLite::Database>(
        file.string(),
        SQLite::OPEN_READWRITE | of_one_thread | (mode == Mode::read ? 0 : SQLite::OPEN_CREATE), 10'000);
}

// SQLite cuts a log down to this size when it begins it anew.
constexpr int log_shrinks_to = 64 << 20;

void set_up(SQLite::Database& db, Mode mode) {
    if (mode == Mode::read) {
        db.exec("PRAGMA query_only = ON");
        db.exec("PRAGMA schema_version");  // the first to look at the file: whether it can be read shows here
    } else {
        db.exec("PRAGMA journal_mode = WAL");
        // What has left leaves nothing in free pages, which backups copy too. Debian's SQLite does so
        // unasked.
        db.exec("PRAGMA secure_delete = ON");
        db.exec(mode == Mode::write ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
        db.exec("PRAGMA wal_autocheckpoint = 4000");
        db.exec(fmt::format("PRAGMA journal_size_limit = {}", log_shrinks_to));
    }
    db.exec("PRAGMA cache_size = -65536");
    db.exec("PRAGMA temp_store = MEMORY");
}

// On a full disk SQLite cannot make the file by which connections share the log. One that has the database to
// itself needs none.
std::unique_ptr<SQLite::Database> connect_alone(const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::file_size(file.string() + "-wal", ignored) == 0 || ignored)
        return connect_immutable(file);
    auto db = open_file(file, Mode::read);
    db->exec("PRAGMA locking_mode = EXCLUSIVE");
    set_up(*db, Mode::read);
    return db;
}

}  // namespace

std::unique_ptr<SQLite::Database> connect(const std::filesystem::path& file, Mode mode) {
    expect_not_emptied(file);
    if (mode == Mode::read &&
        (::faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) != 0 ||
         ::faccessat(AT_FDCWD, std::filesystem::absolute(file).parent_path().c_str(), W_OK, AT_EACCESS) != 0))
        return connect_immutable(file);
    auto db = open_file(file, mode);
    try {
        set_up(*db, mode);
    } catch (const SQLite::Exception& e) {
        if (!no_room(e, *db)) throw;
        db.reset();
        if (mode != Mode::read) throw NoRoom(e.what());
        return connect_alone(file);
    }
    return db;
}

namespace {

// The mark of a rehearsal, in the header of the database ("REHE").
constexpr int rehearsal_mark = 0x52454845;

}  // namespace

Error not_read(const std::exception& e, const std::filesystem::path& folder) {
    return {
        trouble(e).code,
        fmt::format("what this folder wrote last cannot be read ({}), so nothing was changed; where it stays "
                    "so, `reeve restore BACKUP --data NEW` puts the latest backup into a new folder, and "
                    "this one is kept as it is",
                    e.what()),
        folder.string()};
}

Result<void> replace(const std::filesystem::path& folder, const std::filesystem::path& with) {
    const auto target = database_path(folder);
    if (std::filesystem::exists(with.string() + "-wal"))
        throw std::logic_error("what replaces a database is one plain file");
    bool read_by_somebody = false;
    try {
        if (std::filesystem::exists(target))
            read_by_somebody =
                connect(target, Mode::write)->execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() != 0;
    } catch (const SQLite::Exception& e) {
        // Damaged is what may well be replaced; what cannot be read now may be whole.
        if (!is_damage(e)) return std::unexpected(not_read(e, folder));
    }
    if (read_by_somebody)
        return refuse("in-use", "somebody is reading this folder; replacing it has to wait", folder.string());
    own_like(with, target);
    move_whole(with, folder / replacing_name);
    finish_replacing(folder);
    return {};
}

std::filesystem::path staged_path(const std::filesystem::path& file) {
    return file.parent_path() / (staged_prefix + file.filename().string());
}

Staged::~Staged() {
    std::error_code ignored;
    if (std::filesystem::exists(folder_ / replacing_name, ignored)) return;
    for (const char* name : beside_names) std::filesystem::remove(staged_path(folder_ / name), ignored);
}

// What the old one logged must not be replayed onto its successor, so it goes first; from here on there is no
// way back, only on. The database goes last: while it waits, all of this is done again by whoever comes next.
void finish_replacing(const std::filesystem::path& folder) {
    const Staged leftover(folder);
    const auto whole = folder / replacing_name, target = database_path(folder);
    if (!std::filesystem::exists(whole)) return;
    for (const char* name : beside_names) {
        const auto file = folder / name, staged = staged_path(file);
        if (!std::filesystem::exists(staged)) continue;
        for (const char* tail : {"-wal", "-shm"}) std::filesystem::remove(file.string() + tail);
        if (std::filesystem::file_size(staged) > 0) {
            move_whole(staged, file);
        } else {
            std::filesystem::remove(file);
            std::filesystem::remove(staged);
        }
    }
    for (const char* tail : {"-wal", "-shm"}) std::filesystem::remove(target.string() + tail);
    sync(folder);
    move_whole(whole, target);
}

void make_plain(SQLite::Database& db) {
    const auto mode =
        minding_room(db, [&] { return db.execAndGet("PRAGMA journal_mode = DELETE").getString(); });
    if (mode != "delete") throw std::runtime_error(db.getFilename() + " keeps a log of its own: " + mode);
}

void copy_database(const std::filesystem::path& from, const std::filesystem::path& to) {
    auto source = connect(from, Mode::read);
    make_private(to);
    SQLite::Database target(to.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 10'000);
    SQLite::Backup copy(target, *source);
    // All at once; where it has to wait for a lock, not in a hot loop.
    while (copy.executeStep(-1) != SQLITE_DONE) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

Result<void> bring_forward(const std::filesystem::path& copy) {
    if (SQLite::Database(copy.string()).execAndGet("PRAGMA user_version").getInt() == schema_version)
        return {};
    auto db = connect(copy, Mode::write_unsynced);
    const auto ready = minding_room(*db, [&] { return prepare(*db, copy, Older::gone); });
    if (ready) make_plain(*db);
    return ready;
}

void mark(SQLite::Database& db, bool rehearsal) {
    db.exec(fmt::format("PRAGMA application_id = {}", rehearsal ? rehearsal_mark : 0));
}

}  // namespace sqlite

namespace {

// What a process that was killed, or met a full disk, left half written. The lock is held.
void clear_leftovers(const std::filesystem::path& folder) {
    sqlite::finish_replacing(folder);
    const PartFile restoring(folder / sqlite::restoring_name), filled(folder / sqlite::filled_name);
    std::error_code ignored;
    std::filesystem::remove_all(folder / sqlite::rebuilding_name, ignored);
    for (const auto& entry : std::filesystem::directory_iterator(folder / "attachments", ignored))
        if (entry.path().extension() == ".part") PartFile part(entry.path());
}

// A database is made whole before it has its name: one without tables was emptied, or is another's.
Result<int> schema_of(SQLite::Database& db, const std::filesystem::path& file) {
    const int found = db.execAndGet("PRAGMA user_version").getInt();
    if (found != 0) return found;
    return refuse("damaged",
                  "this file holds nothing of Reeve: it was emptied, or is another program's; `reeve restore "
                  "BACKUP --data FOLDER` puts the latest backup into a new folder",
                  file.string());
}

}  // namespace

void finish_left(const std::filesystem::path& folder) {
    std::error_code ignored;
    if (!std::filesystem::exists(folder / sqlite::replacing_name, ignored)) return;
    // Somebody who has the folder is at it; who may not write it reads what stands.
    if (auto lock = sqlite::Lock::take(folder)) sqlite::finish_replacing(folder);
}

bool is_rehearsal(const std::filesystem::path& place) {
    finish_left(place);
    const auto file = std::filesystem::is_directory(place) ? sqlite::database_path(place) : place;
    if (!std::filesystem::exists(file)) return false;
    return sqlite::connect(file, sqlite::Mode::read)->execAndGet("PRAGMA application_id").getInt() ==
           sqlite::rehearsal_mark;
}

void mark_rehearsal(const std::filesystem::path& folder, bool rehearsal) {
    sqlite::mark(*sqlite::connect(sqlite::database_path(folder), sqlite::Mode::write), rehearsal);
}

namespace {

// What is left of a folder whose database somebody took away.
std::optional<Error> database_gone(const std::filesystem::path& folder) {
    std::error_code ignored;
    // A restore that was killed: there was none yet.
    for (const char* begun : {sqlite::restoring_name, sqlite::rebuilding_name})
        if (std::filesystem::exists(folder / begun, ignored)) return std::nullopt;
    const auto documents = folder / "attachments";
    for (const auto& left : {folder / "access.db", sqlite::database_path(folder).concat("-wal"), documents})
        if (std::filesystem::exists(left, ignored) && !std::filesystem::is_empty(left, ignored))
            return Error{
                "database-gone",
                fmt::format("{} is gone from this folder, and {} is there: put it back, or `reeve restore "
                            "BACKUP --data NEW` puts the latest backup into a new folder",
                            sqlite::database_path(folder).filename().string(), left.filename().string()),
                folder.string()};
    return std::nullopt;
}

std::unexpected<Error> no_data(const std::filesystem::path& folder) {
    if (auto gone = database_gone(folder)) return std::unexpected(*gone);
    return refuse("no-folder", "there is no Reeve data here; `reeve init` makes a data folder",
                  folder.string());
}

}  // namespace

Result<std::unique_ptr<Store>> open(const std::filesystem::path& folder, const OpenOptions& options) {
    const auto file = sqlite::database_path(folder);
    finish_left(folder);
    if (!std::filesystem::exists(file)) {
        if (!options.create) return no_data(folder);
        if (auto gone = database_gone(folder)) return std::unexpected(*gone);
        make_data_folder(folder, options.durable);
    }
    auto lock = sqlite::Lock::take(folder);
    if (!lock) return std::unexpected(lock.error());
    clear_leftovers(folder);
    const auto mode = options.durable ? sqlite::Mode::write : sqlite::Mode::write_unsynced;
    if (!std::filesystem::exists(file)) {
        // Made whole beside its name: a kill leaves a folder without a database, not one without tables.
        const PartFile part(folder / sqlite::restoring_name);
        make_private(part.path());
        {
            auto db = sqlite::connect(part.path(), mode);
            const auto made = sqlite::minding_room(*db, [&] {
                auto ready = sqlite::prepare(*db, part.path());
                // Of a log that has no room in the database SQLite says nothing when it closes; and this one
                // stays behind.
                if (ready) db->exec("PRAGMA wal_checkpoint(TRUNCATE)");
                return ready;
            });
            if (!made) return std::unexpected(made.error());
        }
        own_as_its_folder(part.path());
        if (options.durable)
            part.becomes(file);
        else
            std::filesystem::rename(part.path(), file);
    }
    {
        auto db = sqlite::connect(file, mode);
        if (auto schema = schema_of(*db, file); !schema) return std::unexpected(schema.error());
        const auto ready = sqlite::minding_room(*db, [&] { return sqlite::prepare(*db, file); });
        if (!ready) return std::unexpected(ready.error());
        if (options.mend) sqlite::minding_room(*db, [&] { sqlite::mend(*db); });
    }
    return sqlite::make_store(folder, options.durable, std::move(*lock));
}

namespace {

// A backup or an archive of an older reeve stays as it is for ever, and can be read for ever: from a copy
// that was brought forward. It has no name any more once it is open, and goes with the reader.
Result<std::unique_ptr<Reader>> read_older(const std::filesystem::path& file) {
    const ScratchFolder scratch;
    const auto copy = scratch.path() / "older.db";
    sqlite::copy_database(file, copy);
    if (auto forward = sqlite::bring_forward(copy); !forward)
        return refuse(forward.error().code, forward.error().message, file.string());
    return sqlite::make_reader(copy);
}

}  // namespace

Result<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& folder) {
    finish_left(folder);
    const auto file = std::filesystem::is_directory(folder) ? sqlite::database_path(folder) : folder;
    if (!std::filesystem::exists(file)) return no_data(folder);
    const auto schema = schema_of(*sqlite::connect(file, sqlite::Mode::read), file);
    if (!schema) return std::unexpected(schema.error());
    if (*schema < sqlite::schema_version && file == folder) return read_older(file);
    if (const int found = *schema; found != sqlite::schema_version)
        return refuse(
            found > sqlite::schema_version ? "newer-schema" : "older-schema",
            fmt::format("the data is of schema {}, this reeve reads schema {}{}", found,
                        sqlite::schema_version,
                        found > sqlite::schema_version ? "" : "; `reeve migrate` brings it forward"),
            file.string());
    return sqlite::make_reader(file);
}

}  // namespace reeve::store
