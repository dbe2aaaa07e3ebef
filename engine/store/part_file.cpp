#include "engine/store/part_file.h"

#include <fcntl.h>
#include <unistd.h>

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

void move_whole(const std::filesystem::path& from, const std::filesystem::path& to) {
    sync(from);
    std::filesystem::rename(from, to);
    sync(std::filesystem::absolute(to).parent_path());
}

}  // namespace reeve::store
