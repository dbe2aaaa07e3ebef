#include "engine/store/same_files.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace reeve::store {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
    throw std::runtime_error(fmt::format(
        "{} {} while this process works on it; it takes nothing more: stop it, and see with `reeve "
        "check` what lies there now",
        file.string(), what));
}

// The head of a log's index, as https://www.sqlite.org/walformat.html gives it (2.1, "The WAL-Index Header"):
// two copies of twelve words, in the machine's byte order, in memory that all connections share.
class IndexHead {
  public:
    // Nothing while there is none, or while somebody writes it.
    static std::optional<IndexHead> of(SQLite::Database& db) {
        // Through the connection: whoever opens the file and closes it again lets go of SQLite's locks on it.
        sqlite3_file* file = nullptr;
        if (sqlite3_file_control(db.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
            !file || !file->pMethods || file->pMethods->iVersion < 2)
            return std::nullopt;
        constexpr int first_block = 32'768;
        volatile void* shared = nullptr;
        if (file->pMethods->xShmMap(file, 0, first_block, 0, &shared) != SQLITE_OK || !shared)
            return std::nullopt;
        const auto* words = static_cast<const volatile std::uint32_t*>(shared);
        IndexHead head, copy;
        std::copy_n(words, head.words_.size(), head.words_.begin());
        file->pMethods->xShmBarrier(file);
        std::copy_n(words + head.words_.size(), copy.words_.size(), copy.words_.begin());
        constexpr std::uint32_t format = 3'007'000;
        if (head != copy || head.words_[0] != format) return std::nullopt;
        return head;
    }
    bool operator==(const IndexHead&) const = default;

    // So long the log has to be.
    off_t log() const {
        constexpr off_t head_of_log = 32, head_of_frame = 24;
        const off_t frames = words_[4];
        return frames == 0 ? 0 : head_of_log + frames * (head_of_frame + page());
    }
    // So long the database may have become by what was in the log; 0: nothing was yet.
    off_t database() const { return static_cast<off_t>(words_[5]) * page(); }

  private:
    // Two bytes, in which 65,536 is 1.
    off_t page() const {
        std::array<std::uint16_t, 2> halves{};
        std::memcpy(halves.data(), &words_[3], sizeof halves);
        return (halves[1] & 0xfe00) + ((halves[1] & 1) << 16);
    }
    std::array<std::uint32_t, 12> words_{};
};

}  // namespace

void spare_cut_log(SQLite::Database& open) {
    const auto head = IndexHead::of(open);
    sqlite3_file* log = nullptr;
    sqlite3_int64 size = 0;
    if (!head ||
        sqlite3_file_control(open.getHandle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK ||
        !log || !log->pMethods || log->pMethods->xFileSize(log, &size) != SQLITE_OK)
        return;
    if (size < head->log()) sqlite3_db_config(open.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void SameFiles::remember(const std::filesystem::path& file, Kind kind) {
    struct stat is;
    if (::stat(file.c_str(), &is) == 0) known_.try_emplace(file, is.st_dev, is.st_ino, kind, is.st_size);
}

void SameFiles::check(SQLite::Database* open) {
    bool grew = false;
    std::optional<off_t> log;
    for (auto& [file, was] : known_) {
        struct stat is;
        if (::stat(file.c_str(), &is) != 0) {
            if (errno == ENOENT || errno == ENOTDIR) refuse(file, "was taken away");
            continue;
        }
        if (is.st_dev != was.device || is.st_ino != was.number) refuse(file, "was replaced");
        if ((was.kind == Kind::database || was.kind == Kind::index) && is.st_size < was.size)
            refuse(file, fmt::format("was cut off, to {} bytes of {},", is.st_size, was.size));
        if (was.kind == Kind::log) log = is.st_size;
        grew = grew || (was.kind == Kind::database && is.st_size > was.size);
        if (!open) was.size = is.st_size;  // the last to close it took its log into it
    }
    if (!open) return;
    // Only what is in doubt is looked at again: this is asked twice a commit.
    const auto head = IndexHead::of(*open);
    if (grew || (head && log && *log < head->log())) check_lengths(*open);
}

void SameFiles::check_lengths(SQLite::Database& open) {
    const auto head = IndexHead::of(open);
    if (!head) return;
    std::map<std::filesystem::path, off_t> sizes;
    for (const auto& [file, was] : known_) {
        struct stat is;
        if (::stat(file.c_str(), &is) == 0) sizes[file] = is.st_size;
    }
    // Where another process worked on them meanwhile, sizes and index are not of one moment.
    if (IndexHead::of(open) != head) return;
    for (const auto& [file, size] : sizes) {
        auto& was = known_.at(file);
        if (was.kind == Kind::log && size < head->log())
            refuse(file, fmt::format("was cut off, to {} bytes of {},", size, head->log()));
        if (was.kind == Kind::database && size > was.size && size > head->database())
            refuse(file, fmt::format("was overwritten by {} bytes, in the place of {},", size, was.size));
        was.size = size;
    }
}

}  // namespace reeve::store
