// Inside engine/store/sqlite: the two halves of the store.
#pragma once

#include "engine/store/sqlite/sqlite.h"

namespace reeve::store::sqlite {

enum class Mode { write, write_unsynced, read };
// Opens the database with the settings that durability needs. Throws SQLite::Exception.
std::unique_ptr<SQLite::Database> connect(const std::filesystem::path& file, Mode);

void mark(SQLite::Database&, bool rehearsal);

// All of it into the one file, without a log beside it. Throws when that cannot be.
void make_plain(SQLite::Database&);

// A database as it stands now, with what is in the log beside it, into a new file that only its owner reads.
void copy_database(const std::filesystem::path& from, const std::filesystem::path& to);

// Brings a copy of an older backup or archive forward, as one plain file.
Result<void> bring_forward(const std::filesystem::path& copy);

// Where a file beside the database waits to take its place together with a new database.
std::filesystem::path staged_path(const std::filesystem::path& file);

// What waits so is taken away again, unless the new database is in the folder: then there is only on.
class Staged {
  public:
    explicit Staged(std::filesystem::path folder) : folder_(std::move(folder)) {}
    ~Staged();
    Staged(const Staged&) = delete;

  private:
    std::filesystem::path folder_;
};

// Why a folder is left alone whose database or log cannot be read, and the way out.
Error not_read(const std::exception&, const std::filesystem::path& folder);

// Puts a whole, plain database in the place of the folder's, whose lock is held, and what is staged with it.
// A kill leaves the old ones or the new ones. "in-use" while somebody reads the old one.
Result<void> replace(const std::filesystem::path& folder, const std::filesystem::path& with);

// What a kill left of that: the new one is whole, and takes its place. The lock is held.
void finish_replacing(const std::filesystem::path& folder);

std::unique_ptr<Store> make_store(const std::filesystem::path& folder, bool durable, Lock);
std::unique_ptr<Reader> make_reader(const std::filesystem::path& file);

}  // namespace reeve::store::sqlite
