// FaultyDisk: a disk under SQLite that fails on purpose. It stands between SQLite and its own file layer (a
// VFS of SQLite's C interface, made the default one) and meddles with the files of one folder only.
//
// What was written and not synced is as uncertain as on a real disk: after a power cut each of its sectors is
// the old or the new one. Syncing a file makes it certain. A sync that failed leaves its sectors in doubt,
// and a later one does not make up for it, as a kernel that dropped its dirty pages would have it. There is
// one disk a process; safe to use from several threads.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "tests/simulation/dice.h"

namespace reeve::simulation {

class FaultyDisk {
  public:
    enum class Trouble { none, write_fails, write_torn, sync_fails, power_cut };

    static FaultyDisk& get();  // made the default VFS at the first call

    // From here on the files of this folder are on the disk, and all is well. `seed` decides what becomes of
    // what was not synced.
    void mount(const std::filesystem::path& folder, std::uint64_t seed);
    void unmount();

    // One trouble, once: at the first write or sync that it can befall after so many of them.
    void plan(Trouble, int after);
    bool pending() const;  // planned and not met
    // Troubles that last until they are lifted.
    void set_full(bool);        // no file grows
    void set_broken(bool);      // every write and sync fails
    void set_unreadable(bool);  // every read fails
    bool unreadable() const;
    void power_off();  // everything fails
    bool off() const;
    // The files become what the disk has of them. Every database must have been closed.
    void power_on();
    // A slow disk: the next sync waits until it is released.
    void hold_next_sync();
    bool held() const;
    void release();

    struct Counts {
        std::uint64_t writes = 0, syncs = 0, troubles = 0, lost_sectors = 0;
    };
    Counts counts() const;

    // For the VFS.
    struct File {
        std::string platter;                     // what is certain
        std::set<std::uint64_t> dirty, doubted;  // sectors that are not
    };
    struct Verdict {
        int code;          // of SQLite
        int written = -1;  // so many bytes all the same; -1: all of them
    };
    bool mounted(const char* path) const;
    const std::string& folder() const { return folder_; }  // with its slash
    File& open(const std::string& path);                   // stands until unmount
    void forget(const std::string& path);
    Verdict may_write(std::int64_t end, std::int64_t size, int amount);
    void wrote(File&, std::int64_t offset, std::int64_t amount);
    void truncated(File&, std::int64_t size);
    int may_sync();
    using Read = std::function<void(char* into, int amount, std::int64_t offset)>;
    void synced(File&, int verdict, std::int64_t size, const Read&);

  private:
    bool comes_true(bool writing);
    mutable std::mutex mutex_;
    std::condition_variable released_;
    std::string folder_;
    Dice dice_{0};
    std::map<std::string, File> files_;
    Trouble trouble_ = Trouble::none;
    int after_ = 0;
    bool full_ = false, broken_ = false, unreadable_ = false, off_ = false, hold_ = false, held_ = false;
    Counts counts_;
};

}  // namespace reeve::simulation
