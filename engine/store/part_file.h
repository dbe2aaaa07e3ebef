// For the engine's own files, whichever layer writes them: a file that is written beside its name and moved
// there when it is whole and on the disk. Until then it is taken away again when it goes out of scope: a full
// disk is not made fuller by what came of it.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "engine/result.h"

namespace reeve::store {

void sync(const std::filesystem::path& file_or_folder);  // throws std::system_error

// Makes a folder and those above it that are missing; each is there also after a power cut.
void make_folder(const std::filesystem::path&);
// A data folder, with that of its attachments: only for its owner to read. One that is there is left as it
// is.
void make_data_folder(const std::filesystem::path&, bool durable = true);

// A new, empty file that only its owner reads. Throws std::system_error, also where something bears the name:
// it may be a link, and whoever owns the folder may have put it there.
void make_private(const std::filesystem::path& file);

// What root made in a folder belongs to whom the folder belongs: the service is somebody else. Of what was
// there before nothing is to be changed.
void own_as_its_folder(const std::filesystem::path& file_or_folder);
// With the rights of the one whose place it takes; where none is there, as the folder of that place.
void own_like(const std::filesystem::path& file, const std::filesystem::path& place);

// Gives a whole file its name: it is synced before it has it, and the name after. What bears the name is
// whole, also after a power cut.
void move_whole(const std::filesystem::path& from, const std::filesystem::path& to);

// Holds a folder against others who hold it: many may share it, or one has it alone. Gone with the process.
class FolderHold {
  public:
    enum class Kind { shared, alone };
    // `shared` waits; `alone` does not: see held(). A folder that is not there is held.
    FolderHold(const std::filesystem::path& folder, Kind);
    ~FolderHold();
    FolderHold(const FolderHold&) = delete;
    bool held() const { return held_; }
    bool still_bears(const std::filesystem::path& name) const;  // that folder, and not another since

  private:
    int fd_ = -1;
    bool held_ = true;
};

// The same for a file that takes the place of nothing: false, and nothing was done, when there is one of that
// name, also when it came just now.
bool name_whole(const std::filesystem::path& from, const std::filesystem::path& to);

// "file-inside": a file that a person named, `what` of it being "a backup", would lie in the data folder,
// also through a link.
std::optional<Error> inside_refuses(const std::filesystem::path& folder, const std::filesystem::path& file,
                                    std::string_view what);

// Where a file that a person named is made: beside it, hidden, so that nobody else's file is in the way.
std::filesystem::path part_beside(const std::filesystem::path& file);

class PartFile {
  public:
    // What an earlier process left under this name is taken away.
    explicit PartFile(std::filesystem::path path) : path_(std::move(path)) { remove(); }
    ~PartFile() { remove(); }
    PartFile(const PartFile&) = delete;

    const std::filesystem::path& path() const { return path_; }
    bool becomes_new(const std::filesystem::path& whole) const { return name_whole(path_, whole); }
    void becomes(const std::filesystem::path& whole) const { move_whole(path_, whole); }

  private:
    void remove() const noexcept {
        for (const char* tail : {"", "-journal", "-wal", "-shm"}) {
            auto file = path_;
            file += tail;
            std::error_code ignored;
            std::filesystem::remove(file, ignored);
        }
    }
    std::filesystem::path path_;
};

// A folder in which such a file is made with others beside it.
class PartFolder {
  public:
    explicit PartFolder(std::filesystem::path path) : path_(std::move(path)) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
        std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
    }
    ~PartFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    PartFolder(const PartFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace reeve::store
