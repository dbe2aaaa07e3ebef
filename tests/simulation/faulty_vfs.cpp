// The half that speaks SQLite's C interface; what the disk does is in faulty_disk.cpp.
#include "tests/simulation/faulty_vfs.h"

#include <sqlite3.h>

#include <new>
#include <stdexcept>

namespace reeve::simulation {
namespace {

using Disk = FaultyDisk;

// Ours, with SQLite's own behind it in the same piece of memory.
struct Handle {
    sqlite3_file base;
    Disk::File* file;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    std::int64_t size() {
        sqlite3_int64 size = 0;
        real()->pMethods->xFileSize(real(), &size);
        return size;
    }
};
static_assert(sizeof(Handle) % alignof(std::max_align_t) == 0 || sizeof(Handle) % 8 == 0);

Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
sqlite3_vfs* real_vfs = nullptr;

int x_close(sqlite3_file* f) { return of(f).real()->pMethods->xClose(of(f).real()); }
int x_read(sqlite3_file* f, void* into, int amount, sqlite3_int64 offset) {
    if (Disk::get().unreadable()) return SQLITE_IOERR_READ;
    return of(f).real()->pMethods->xRead(of(f).real(), into, amount, offset);
}
int x_write(sqlite3_file* f, const void* from, int amount, sqlite3_int64 offset) {
    auto& handle = of(f);
    const auto verdict = Disk::get().may_write(offset + amount, handle.size(), amount);
    const int part = verdict.written < 0 ? amount : verdict.written;
    if (part > 0) {
        if (const int code = handle.real()->pMethods->xWrite(handle.real(), from, part, offset)) return code;
        Disk::get().wrote(*handle.file, offset, part);
    }
    return verdict.code;
}
int x_truncate(sqlite3_file* f, sqlite3_int64 size) {
    if (const auto verdict = Disk::get().may_write(0, size, 0); verdict.code != SQLITE_OK)
        return SQLITE_IOERR_TRUNCATE;
    const int code = of(f).real()->pMethods->xTruncate(of(f).real(), size);
    if (code == SQLITE_OK) Disk::get().truncated(*of(f).file, size);
    return code;
}
int x_sync(sqlite3_file* f, int) {
    auto& handle = of(f);
    const int verdict = Disk::get().may_sync();
    Disk::get().synced(*handle.file, verdict, handle.size(),
                       [&](char* into, int amount, std::int64_t offset) {
                           handle.real()->pMethods->xRead(handle.real(), into, amount, offset);
                       });
    return verdict;
}
int x_size(sqlite3_file* f, sqlite3_int64* size) {
    return of(f).real()->pMethods->xFileSize(of(f).real(), size);
}
int x_lock(sqlite3_file* f, int level) { return of(f).real()->pMethods->xLock(of(f).real(), level); }
int x_unlock(sqlite3_file* f, int level) { return of(f).real()->pMethods->xUnlock(of(f).real(), level); }
int x_reserved(sqlite3_file* f, int* out) {
    return of(f).real()->pMethods->xCheckReservedLock(of(f).real(), out);
}
int x_control(sqlite3_file* f, int op, void* arg) {
    return of(f).real()->pMethods->xFileControl(of(f).real(), op, arg);
}
int x_sector(sqlite3_file* f) { return of(f).real()->pMethods->xSectorSize(of(f).real()); }
int x_character(sqlite3_file* f) { return of(f).real()->pMethods->xDeviceCharacteristics(of(f).real()); }
int x_shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** at) {
    return of(f).real()->pMethods->xShmMap(of(f).real(), page, size, extend, at);
}
int x_shm_lock(sqlite3_file* f, int offset, int n, int flags) {
    return of(f).real()->pMethods->xShmLock(of(f).real(), offset, n, flags);
}
void x_shm_barrier(sqlite3_file* f) { of(f).real()->pMethods->xShmBarrier(of(f).real()); }
int x_shm_unmap(sqlite3_file* f, int remove) {
    return of(f).real()->pMethods->xShmUnmap(of(f).real(), remove);
}

const sqlite3_io_methods methods{2,           x_close,   x_read,     x_write,       x_truncate,  x_sync,
                                 x_size,      x_lock,    x_unlock,   x_reserved,    x_control,   x_sector,
                                 x_character, x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, nullptr,
                                 nullptr};

int x_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    if (!name || !Disk::get().mounted(name)) return real_vfs->xOpen(real_vfs, name, file, flags, out);
    if (Disk::get().off()) {
        file->pMethods = nullptr;
        return SQLITE_CANTOPEN;
    }
    auto* handle = new (file) Handle{};
    const int code = real_vfs->xOpen(real_vfs, name, handle->real(), flags, out);
    if (code != SQLITE_OK) return code;
    handle->file = &Disk::get().open(name);
    handle->base.pMethods = &methods;
    return SQLITE_OK;
}
int x_delete(sqlite3_vfs*, const char* name, int sync) {
    if (!Disk::get().mounted(name)) return real_vfs->xDelete(real_vfs, name, sync);
    if (Disk::get().may_write(0, 0, 0).code != SQLITE_OK) return SQLITE_IOERR_DELETE;
    const int code = real_vfs->xDelete(real_vfs, name, 0);
    if (code == SQLITE_OK) Disk::get().forget(name);
    return code;
}

}  // namespace

FaultyDisk& FaultyDisk::get() {
    static FaultyDisk* const disk = [] {
        real_vfs = sqlite3_vfs_find(nullptr);
        static sqlite3_vfs ours = *real_vfs;
        ours.zName = "faulty";
        ours.szOsFile = static_cast<int>(sizeof(Handle)) + real_vfs->szOsFile;
        ours.xOpen = x_open;
        ours.xDelete = x_delete;
        if (sqlite3_vfs_register(&ours, 1) != SQLITE_OK) throw std::runtime_error("no VFS can be registered");
        return new FaultyDisk;  // stands until the end: databases may close late
    }();
    return *disk;
}

}  // namespace reeve::simulation
