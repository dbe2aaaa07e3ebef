#include <sqlite3.h>

#include <fstream>
#include <iterator>

#include "tests/simulation/faulty_vfs.h"

namespace reeve::simulation {
namespace {

constexpr std::uint64_t sector = 512;

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The sector of `from`, zeros where it has none.
std::string sector_of(const std::string& from, std::uint64_t number) {
    std::string bytes = number * sector < from.size() ? from.substr(number * sector, sector) : std::string();
    bytes.resize(sector, '\0');
    return bytes;
}

}  // namespace

void FaultyDisk::mount(const std::filesystem::path& folder, std::uint64_t seed) {
    unmount();
    std::lock_guard lock(mutex_);
    folder_ = folder.string() + "/";
    dice_ = Dice(seed);
}

void FaultyDisk::unmount() {
    std::lock_guard lock(mutex_);
    folder_.clear();
    files_.clear();
    trouble_ = Trouble::none;
    full_ = broken_ = unreadable_ = off_ = hold_ = held_ = false;
    counts_ = {};
}

void FaultyDisk::plan(Trouble trouble, int after) {
    std::lock_guard lock(mutex_);
    trouble_ = trouble;
    after_ = after;
}
bool FaultyDisk::pending() const {
    std::lock_guard lock(mutex_);
    return trouble_ != Trouble::none;
}
void FaultyDisk::set_full(bool full) {
    std::lock_guard lock(mutex_);
    full_ = full;
}
void FaultyDisk::set_broken(bool broken) {
    std::lock_guard lock(mutex_);
    broken_ = broken;
}
void FaultyDisk::set_unreadable(bool unreadable) {
    std::lock_guard lock(mutex_);
    unreadable_ = unreadable;
}
bool FaultyDisk::unreadable() const {
    std::lock_guard lock(mutex_);
    return unreadable_ || off_;
}
void FaultyDisk::power_off() {
    std::lock_guard lock(mutex_);
    off_ = true;
}
bool FaultyDisk::off() const {
    std::lock_guard lock(mutex_);
    return off_;
}

void FaultyDisk::power_on() {
    std::lock_guard lock(mutex_);
    // All of it lost, all of it there, or each sector by chance.
    const auto mood = dice_.below(4);
    for (auto& [path, file] : files_) {
        if (!std::filesystem::exists(path)) continue;
        auto uncertain = file.dirty;
        uncertain.insert(file.doubted.begin(), file.doubted.end());
        std::string image = file.platter;
        const std::string latest = read_file(path);
        auto newer = [&] { return mood == 0 ? false : mood == 1 ? true : dice_.chance(50); };
        if (image.size() != latest.size() && newer()) image.resize(latest.size(), '\0');
        for (const auto number : uncertain) {
            const bool made_it = newer();
            if (!made_it) ++counts_.lost_sectors;
            if (!made_it || number * sector >= image.size()) continue;
            const auto room = std::min<std::size_t>(sector, image.size() - number * sector);
            image.replace(number * sector, room, sector_of(latest, number), 0, room);
        }
        std::ofstream(path, std::ios::binary | std::ios::trunc) << image;
        file = {std::move(image), {}, {}};
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
        if (entry.path().string().ends_with("-shm")) std::filesystem::remove(entry.path());
    trouble_ = Trouble::none;
    full_ = broken_ = unreadable_ = off_ = false;
}

void FaultyDisk::hold_next_sync() {
    std::lock_guard lock(mutex_);
    hold_ = true;
    held_ = false;
}
bool FaultyDisk::held() const {
    std::lock_guard lock(mutex_);
    return held_;
}
void FaultyDisk::release() {
    std::lock_guard lock(mutex_);
    hold_ = false;
    released_.notify_all();
}

FaultyDisk::Counts FaultyDisk::counts() const {
    std::lock_guard lock(mutex_);
    return counts_;
}

bool FaultyDisk::mounted(const char* path) const {
    std::lock_guard lock(mutex_);
    return !folder_.empty() && std::string_view(path).starts_with(folder_);
}

FaultyDisk::File& FaultyDisk::open(const std::string& path) {
    std::lock_guard lock(mutex_);
    auto [it, fresh] = files_.try_emplace(path);
    if (fresh) it->second.platter = read_file(path);
    return it->second;
}

// The name stays known: a handle may still stand.
void FaultyDisk::forget(const std::string& path) {
    std::lock_guard lock(mutex_);
    if (auto it = files_.find(path); it != files_.end()) it->second = {};
}

// Whether the planned trouble befalls this write (or sync).
bool FaultyDisk::comes_true(bool writing) {
    if (trouble_ == Trouble::none || after_-- > 0) return false;
    const bool of_writes = trouble_ == Trouble::write_fails || trouble_ == Trouble::write_torn;
    const bool true_now = trouble_ == Trouble::power_cut || of_writes == writing;
    // The sync that was to be held does not come: the next one would be that of the recovery.
    if (true_now && !held_) hold_ = false;
    return true_now;
}

FaultyDisk::Verdict FaultyDisk::may_write(std::int64_t end, std::int64_t size, int amount) {
    std::lock_guard lock(mutex_);
    ++counts_.writes;
    if (off_ || broken_) return {SQLITE_IOERR_WRITE, 0};
    if (full_ && amount > 0 && end > size) {
        ++counts_.troubles;
        return {SQLITE_FULL, 0};
    }
    if (amount == 0 || !comes_true(true)) return {SQLITE_OK};
    ++counts_.troubles;
    const auto trouble = std::exchange(trouble_, Trouble::none);
    if (trouble == Trouble::power_cut) off_ = true;
    if (trouble == Trouble::write_fails) return {SQLITE_IOERR_WRITE, 0};
    return {SQLITE_IOERR_WRITE, static_cast<int>(dice_.below(amount))};
}

void FaultyDisk::wrote(File& file, std::int64_t offset, std::int64_t amount) {
    std::lock_guard lock(mutex_);
    const auto from = static_cast<std::uint64_t>(offset);
    for (auto at = from / sector; at * sector < from + static_cast<std::uint64_t>(amount); ++at) {
        file.dirty.insert(at);
        file.doubted.erase(at);
    }
}

void FaultyDisk::truncated(File& file, std::int64_t size) {
    std::lock_guard lock(mutex_);
    const auto beyond = (static_cast<std::uint64_t>(size) + sector - 1) / sector;
    file.dirty.erase(file.dirty.lower_bound(beyond), file.dirty.end());
    file.doubted.erase(file.doubted.lower_bound(beyond), file.doubted.end());
}

int FaultyDisk::may_sync() {
    std::unique_lock lock(mutex_);
    ++counts_.syncs;
    if (std::exchange(hold_, false)) {
        hold_ = held_ = true;
        released_.wait(lock, [&] { return !hold_; });
        held_ = false;
    }
    if (off_ || broken_) return SQLITE_IOERR_FSYNC;
    if (!comes_true(false)) return SQLITE_OK;
    ++counts_.troubles;
    if (std::exchange(trouble_, Trouble::none) == Trouble::power_cut) off_ = true;
    return SQLITE_IOERR_FSYNC;
}

void FaultyDisk::synced(File& file, int verdict, std::int64_t size, const Read& read) {
    std::lock_guard lock(mutex_);
    if (verdict != SQLITE_OK) {
        if (!off_) file.doubted.merge(std::exchange(file.dirty, {}));
        return;
    }
    const auto end = static_cast<std::uint64_t>(size);
    file.platter.resize(end, '\0');
    for (const auto number : std::exchange(file.dirty, {})) {
        const auto from = number * sector;
        if (from >= end) continue;
        const auto room = std::min(sector, end - from);
        read(file.platter.data() + from, static_cast<int>(room), static_cast<std::int64_t>(from));
    }
}

}  // namespace reeve::simulation
