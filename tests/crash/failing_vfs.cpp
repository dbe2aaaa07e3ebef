#include "tests/crash/failing_vfs.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstdlib>

namespace reeve::crash {
namespace {

FailingVfs* faults = nullptr;
sqlite3_vfs* real = nullptr;
sqlite3_vfs ours;

struct File {
    sqlite3_file base;
    sqlite3_file* inner;  // behind this struct, in the memory that SQLite gives
    bool database;
};
sqlite3_file* inner(sqlite3_file* file) { return reinterpret_cast<File*>(file)->inner; }

// Whether this one is the one that fails.
bool falls(std::atomic<int>& countdown) { return countdown.load() >= 0 && countdown.fetch_sub(1) == 0; }

int fail(int code) {
    ++faults->failed;
    return code;
}

int write(sqlite3_file* f, const void* bytes, int n, sqlite3_int64 at) {
    if (faults->full) {
        errno = ENOSPC;
        return fail(SQLITE_FULL);
    }
    if (faults->database_fails && reinterpret_cast<File*>(f)->database) return fail(SQLITE_IOERR_WRITE);
    if (falls(faults->fail_write)) {
        // Half of it arrives.
        if (n > 1) (void)inner(f)->pMethods->xWrite(inner(f), bytes, n / 2, at);
        return fail(SQLITE_IOERR_WRITE);
    }
    return inner(f)->pMethods->xWrite(inner(f), bytes, n, at);
}

int sync(sqlite3_file* f, int flags) {
    if (faults->every_sync_fails || falls(faults->fail_sync)) return fail(SQLITE_IOERR_FSYNC);
    return inner(f)->pMethods->xSync(inner(f), flags);
}

const sqlite3_io_methods methods{
    .iVersion = 2,
    .xClose =
        [](sqlite3_file* f) {
            const int result = inner(f)->pMethods->xClose(inner(f));
            f->pMethods = nullptr;
            return result;
        },
    .xRead = [](sqlite3_file* f, void* to, int n,
                sqlite3_int64 at) { return inner(f)->pMethods->xRead(inner(f), to, n, at); },
    .xWrite = write,
    .xTruncate = [](sqlite3_file* f,
                    sqlite3_int64 size) { return inner(f)->pMethods->xTruncate(inner(f), size); },
    .xSync = sync,
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* size) { return inner(f)->pMethods->xFileSize(inner(f), size); },
    .xLock = [](sqlite3_file* f, int lock) { return inner(f)->pMethods->xLock(inner(f), lock); },
    .xUnlock = [](sqlite3_file* f, int lock) { return inner(f)->pMethods->xUnlock(inner(f), lock); },
    .xCheckReservedLock = [](sqlite3_file* f,
                             int* out) { return inner(f)->pMethods->xCheckReservedLock(inner(f), out); },
    .xFileControl = [](sqlite3_file* f, int op,
                       void* arg) { return inner(f)->pMethods->xFileControl(inner(f), op, arg); },
    .xSectorSize = [](sqlite3_file* f) { return inner(f)->pMethods->xSectorSize(inner(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return inner(f)->pMethods->xDeviceCharacteristics(inner(f)); },
    .xShmMap =
        [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
            return inner(f)->pMethods->xShmMap(inner(f), page, size, extend, out);
        },
    .xShmLock = [](sqlite3_file* f, int offset, int n,
                   int flags) { return inner(f)->pMethods->xShmLock(inner(f), offset, n, flags); },
    .xShmBarrier = [](sqlite3_file* f) { inner(f)->pMethods->xShmBarrier(inner(f)); },
    .xShmUnmap = [](sqlite3_file* f, int away) { return inner(f)->pMethods->xShmUnmap(inner(f), away); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out) {
    auto* file = reinterpret_cast<File*>(f);
    file->inner = reinterpret_cast<sqlite3_file*>(file + 1);
    file->database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    const int result = real->xOpen(real, name, file->inner, flags, out);
    file->base.pMethods = result == SQLITE_OK ? &methods : nullptr;
    return result;
}

}  // namespace

FailingVfs::FailingVfs() {
    faults = this;
    real = sqlite3_vfs_find(nullptr);
    ours = *real;
    ours.zName = "failing";
    ours.pNext = nullptr;
    ours.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
    ours.xOpen = open;
    if (sqlite3_vfs_register(&ours, 1) != SQLITE_OK) std::abort();
}

FailingVfs::~FailingVfs() {
    sqlite3_vfs_unregister(&ours);
    sqlite3_vfs_register(real, 1);
    faults = nullptr;
}

}  // namespace reeve::crash
