// Upkeep of a data folder: check, rebuild, backup, restore. check and backup work beside a running engine;
// rebuild and restore want the folder to themselves.
#pragma once

#include "engine/store/catalog.h"

namespace reeve::store {

using Progress = std::function<void(std::uint64_t done, std::uint64_t of)>;

struct CheckReport {
    std::uint64_t events = 0, cases = 0, open = 0, timers = 0;
    std::optional<Instant> last;      // the journal's last moment
    bool damaged = false;             // the file itself: some of it cannot be read
    std::vector<std::string> faults;  // each names what is wrong and where; empty: all is well
    // Of archives, which lie outside the folder: no fault of it, nor of a backup. What is there and wrong,
    // and what is not there.
    std::vector<std::string> wrong_archives, absent_archives;
    std::vector<std::string> not_looked_at;  // what this user may not read: no fault
};
// Integrity of the file; numbers without a gap; every event parses and applies; the rows equal a rebuild in
// memory; every open case has an owner and a clock; no timer is missing; every attachment is what was
// attached; access.db can be read. Of a folder, not of a backup, also: every archive that is still where it
// was made is what it was.
Result<CheckReport> check(const std::filesystem::path& folder, const Progress& = {});

struct RebuildReport {
    std::uint64_t events = 0, cases = 0;
    bool changed = false;             // whether any row differed from what was live
    std::vector<std::string> faults;  // what check() still finds
};
// Tables, indexes and triggers that are gone are made anew, and every index is; then every row. Of a damaged
// file the journal is taken into a new one; where that cannot be read, nothing is changed: "journal-damaged".
// Nor where a case's rows know more than the journal, unless the journal is to be believed all the same:
// "journal-shorter".
enum class Believe { both, journal };
Result<RebuildReport> rebuild(const std::filesystem::path& folder, const Progress& = {},
                              Believe = Believe::both);

// One file with everything: attachments, and who may use the service; also with faults, which it tells.
// Refuses to overwrite: "file-exists"; and to lie among the folder's own: "file-inside".
Result<CheckReport> backup(const std::filesystem::path& folder, const std::filesystem::path& file);
struct RestoreOptions {
    bool over = false;    // also over a folder that holds data, which is lost
    bool faulty = false;  // also from a backup with faults: what can be read of it
    // As a rehearsal, whatever it was, in which it is this time: "too-early" before its last event.
    std::optional<Instant> rehearsal = std::nullopt;
};
// Checks the backup ("backup-damaged"), copies it, and proves that journal and rows of the copy equal its
// own, all before the copy is put in place. Refuses a folder that holds data: "folder-in-use".
Result<CheckReport> restore(const std::filesystem::path& file, const std::filesystem::path& folder,
                            const RestoreOptions& = {});

}  // namespace reeve::store
