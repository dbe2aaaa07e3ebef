#include "engine/store/part_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace reeve::store {

void sync(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || ::fsync(fd) != 0) {
        const int error = errno;
        if (fd >= 0) ::close(fd);
        throw std::system_error(error, std::generic_category(), "syncing " + path.string());
    }
    ::close(fd);
}

void make_folder(const std::filesystem::path& path) {
    auto folder = std::filesystem::absolute(path).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();  // "office/"
    if (std::filesystem::exists(folder)) return;
    make_folder(folder.parent_path());
    std::filesystem::create_directory(folder);
    sync(folder.parent_path());
}

void make_data_folder(const std::filesystem::path& folder, bool durable) {
    for (const auto& one : {folder, folder / "attachments"}) {
        if (std::filesystem::exists(one)) continue;
        if (durable)
            make_folder(one);
        else
            std::filesystem::create_directories(one);
        std::filesystem::permissions(one, std::filesystem::perms::owner_all);
        if (one != folder) own_as_its_folder(one);
    }
}

void make_private(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "making " + file.string());
    ::close(fd);
}

namespace {

// Not through a link: whoever owns the folder may have put one there. Only root gives a file to another user;
// to a group of theirs anybody does.
void give(const std::filesystem::path& file, const struct stat& owner, bool rights) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return;
    const bool given = ::fchown(fd, owner.st_uid, owner.st_gid) == 0 ||
                       ::fchown(fd, static_cast<uid_t>(-1), owner.st_gid) == 0;
    if (given && rights && ::fchmod(fd, owner.st_mode & 0777) != 0) {
        // It stays as it was made: for its owner alone.
    }
    ::close(fd);
}

void own_as_folder_of(const std::filesystem::path& place, const std::filesystem::path& file) {
    struct stat folder;
    const auto above = std::filesystem::absolute(place).lexically_normal().parent_path();
    if (::geteuid() == 0 && ::stat(above.c_str(), &folder) == 0) give(file, folder, false);
}

}  // namespace

void own_as_its_folder(const std::filesystem::path& file) { own_as_folder_of(file, file); }

void own_like(const std::filesystem::path& file, const std::filesystem::path& place) {
    struct stat old;
    if (::lstat(place.c_str(), &old) != 0) return own_as_folder_of(place, file);
    give(file, old, !S_ISLNK(old.st_mode));
}

void move_whole(const std::filesystem::path& from, const std::filesystem::path& to) {
    sync(from);
    std::filesystem::rename(from, to);
    sync(std::filesystem::absolute(to).parent_path());
}

std::optional<Error> inside_refuses(const std::filesystem::path& folder, const std::filesystem::path& file,
                                    std::string_view what) {
    const auto own = std::filesystem::canonical(folder);
    const auto place = std::filesystem::weakly_canonical(file);
    if (std::ranges::mismatch(own, place).in1 != own.end()) return std::nullopt;
    // There the engine, and SQLite, take names as they need them.
    return Error{
        "file-inside",
        std::string(what) +
            " lies outside the data folder, whose files the engine takes and gives names as it needs "
            "them",
        file.string()};
}

std::filesystem::path part_beside(const std::filesystem::path& file) {
    auto name = std::filesystem::path(".");
    name += file.filename();
    name += ".part";
    return file.parent_path() / name;
}

FolderHold::FolderHold(const std::filesystem::path& folder, Kind kind)
    : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (fd_ < 0) return;
    while ((held_ = ::flock(fd_, kind == Kind::shared ? LOCK_SH : LOCK_EX | LOCK_NB) == 0) == false &&
           errno == EINTR) {
    }
}
FolderHold::~FolderHold() {
    if (fd_ >= 0) ::close(fd_);
}

bool FolderHold::still_bears(const std::filesystem::path& name) const {
    struct stat held, named;
    return fd_ >= 0 && ::fstat(fd_, &held) == 0 && ::lstat(name.c_str(), &named) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

bool name_whole(const std::filesystem::path& from, const std::filesystem::path& to) {
    sync(from);
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
        const int error = errno;
        if (error == EEXIST) return false;
        // Some network file systems cannot tell: there it is looked for first.
        if (error != EINVAL && error != ENOSYS)
            throw std::system_error(error, std::generic_category(), "naming " + to.string());
        if (std::filesystem::exists(to)) return false;
        std::filesystem::rename(from, to);
    }
    sync(std::filesystem::absolute(to).parent_path());
    return true;
}

}  // namespace reeve::store
