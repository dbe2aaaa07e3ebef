// Inside the engine: whether the files that a database has open still lie where they lay, as long as they
// have to be. Where somebody puts another folder in the place of this one, takes its log away or copies an
// older database over it, a process goes on writing into what nobody will ever open again.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace SQLite {
class Database;
}

namespace reeve::store {

// Before a connection to a database with a log is closed, which nobody uses any more. The last to close one
// takes its log into it: not one that was cut off, of which half a transaction would get there. One that only
// lost its name is whole, and is nowhere else.
void spare_cut_log(SQLite::Database& open);

class SameFiles {
  public:
    static SameFiles of_database(const std::filesystem::path& file) {
        SameFiles files;
        files.remember_database(file);
        return files;
    }
    enum class Kind { other, database, log, index };
    // As it is now, and until it is forgotten; one that is not there is not remembered.
    void remember(const std::filesystem::path& file, Kind kind = Kind::other);
    // A database, which never becomes shorter, and its log, where there is one.
    void remember_database(const std::filesystem::path& file) {
        remember(file, Kind::database);
        remember(file.string() + "-wal", Kind::log);
        remember(file.string() + "-shm", Kind::index);
    }
    // The log and its index go with the last connection, and are made by the first to look.
    void forget_log(const std::filesystem::path& file) {
        for (const char* tail : {"-wal", "-shm"}) known_.erase(file.string() + tail);
    }

    // Throws std::runtime_error when one of them is another now, cut off, or gone. A disk that cannot tell is
    // no reason. With a connection, which nobody else uses meanwhile, the log has to be as long as its index
    // says, and the database no longer than that lets it be; what other processes do by way of SQLite is in
    // order. Nothing is written: a checkpoint of a log that was cut off puts half a transaction into the
    // database.
    void check(SQLite::Database* open = nullptr);

  private:
    struct Known {
        dev_t device;
        ino_t number;
        Kind kind;
        off_t size;
    };
    void check_lengths(SQLite::Database&);

    std::map<std::filesystem::path, Known> known_;
};

}  // namespace reeve::store
