#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <fstream>

#include "engine/store/packed.h"
#include "engine/store/store.h"

namespace reeve::store {
namespace {

constexpr std::size_t packed_piece = 1 << 16;

class Blob {
  public:
    Blob(SQLite::Database& db, std::int64_t row, bool write) : db_(db) {
        if (sqlite3_blob_open(db.getHandle(), "main", "attachments", "body", row, write, &blob_) != SQLITE_OK)
            throw SQLite::Exception(db.getHandle());
    }
    ~Blob() { sqlite3_blob_close(blob_); }
    Blob(const Blob&) = delete;

    int size() const { return sqlite3_blob_bytes(blob_); }
    void read(std::string& into, int at) {
        if (sqlite3_blob_read(blob_, into.data(), static_cast<int>(into.size()), at) != SQLITE_OK)
            throw SQLite::Exception(db_.getHandle());
    }
    void write(std::string_view bytes, int at) {
        if (sqlite3_blob_write(blob_, bytes.data(), static_cast<int>(bytes.size()), at) != SQLITE_OK)
            throw SQLite::Exception(db_.getHandle());
    }

  private:
    SQLite::Database& db_;
    sqlite3_blob* blob_ = nullptr;
};

SQLite::Database& with_table(SQLite::Database& db) {
    db.exec("CREATE TABLE attachments (sha256 TEXT PRIMARY KEY, body BLOB NOT NULL)");
    return db;
}

}  // namespace

Packing::Packing(SQLite::Database& db)
    : db_(with_table(db)), insert_(db, "INSERT INTO attachments VALUES (?, zeroblob(?))") {}

void Packing::add(const std::string& sha256, const std::filesystem::path& file) {
    const auto size = std::filesystem::file_size(file);
    std::ifstream in(file, std::ios::binary);
    insert_.bind(1, sha256);
    insert_.bind(2, static_cast<std::int64_t>(size));
    insert_.exec();
    insert_.reset();
    Blob blob(db_, db_.getLastInsertRowid(), true);
    std::string bytes(packed_piece, '\0');
    std::uint64_t at = 0;
    while (at < size) {
        in.read(bytes.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(packed_piece, size - at)));
        if (in.gcount() <= 0) throw std::runtime_error("reading " + file.string() + " failed");
        const auto read = static_cast<std::size_t>(in.gcount());
        blob.write(std::string_view(bytes).substr(0, read), static_cast<int>(at));
        at += read;
    }
}

void unpack(SQLite::Database& db, std::int64_t row, const std::function<void(std::string_view)>& each) {
    Blob blob(db, row, false);
    std::string bytes;
    for (int at = 0, size = blob.size(); at < size; at += static_cast<int>(bytes.size())) {
        bytes.resize(std::min(packed_piece, static_cast<std::size_t>(size - at)));
        blob.read(bytes, at);
        each(bytes);
    }
}

}  // namespace reeve::store
