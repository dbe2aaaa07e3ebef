// A folder before it is opened: whether data may be made there, and what time it is in a rehearsal.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "engine/cli/folder.h"
#include "engine/json.h"
#include "engine/store/part_file.h"

namespace reeve::cli {

void write_rehearsal(const std::filesystem::path& folder, time::Instant now) {
    // Written beside and moved into place: a command that is killed leaves the old time or the new one.
    const auto file = folder / "rehearsal.json", fresh = folder / "rehearsal.json.new";
    std::filesystem::remove(fresh);
    std::ofstream out(fresh);
    out << Json{{"now", time::to_utc_string(now)}}.dump() << "\n";
    out.close();
    if (!out) {
        const int error = errno;
        std::filesystem::remove(fresh);
        throw std::system_error(error, std::generic_category(), "writing " + file.string());
    }
    store::own_as_its_folder(fresh);
    std::filesystem::rename(fresh, file);
}

Result<std::optional<time::Instant>> read_rehearsal(const std::filesystem::path& folder) {
    const auto file = folder / "rehearsal.json";
    const bool kept = std::filesystem::exists(file);
    if (!kept && !store::is_rehearsal(folder)) return std::nullopt;
    std::optional<time::Instant> now;
    if (kept) {
        auto document = load_json(file.string());
        if (!document) return std::unexpected(document.error());
        auto at = time::parse_instant(plain(document->value.value("now", Json())));
        if (!at) return refuse(at.error().code, at.error().message, document->place("/now"));
        now = *at;
    }
    if (std::filesystem::exists(folder / "reeve.db"))
        if (auto reader = store::open_reader(folder))
            if (const auto last = (*reader)->head().at) now = std::max(now.value_or(*last), *last);
    if (!now)
        return refuse("bad-time",
                      "this is a rehearsal, and what time it is in it is lost with this file; write "
                      "{\"now\": \"2026-03-02T09:00:00+08:00\"} into it",
                      file.string());
    return now;
}

Result<time::Instant> parse_start(const std::string& text, const char* option,
                                  const time::CalendarPtr& zone) {
    auto at = zone ? time::parse_instant(text, *zone) : time::parse_instant(text);
    if (!at) return refuse(at.error().code, at.error().message, option);
    if (!time::countable(*at))
        return refuse("bad-time", "\"" + text + "\" lies outside the years 1900 to 2199", option);
    return *at;
}

std::optional<Error> place_refuses(const std::filesystem::path& folder) {
    store::finish_left(folder);
    std::error_code ignored;
    auto there = std::filesystem::absolute(folder);
    if (std::filesystem::is_directory(there, ignored)) {
        // What a command that was killed while it made the folder left there is ours.
        static const std::set<std::string> ours{"attachments",
                                                "lock",
                                                "lost+found",
                                                "rehearsal.json",
                                                "rehearsal.json.new",
                                                "restoring.db",
                                                "restoring.db-journal",
                                                "restoring.db-wal",
                                                "restoring.db-shm",
                                                "access.db.part",
                                                "replacing.access.db",
                                                "replacing.rehearsal.json",
                                                "rebuilding",
                                                "filled.db",
                                                sample_mark};
        if (!std::filesystem::exists(there / "reeve.db", ignored))
            for (const auto& entry : std::filesystem::directory_iterator(there, ignored))
                if (const auto name = entry.path().filename().string(); !ours.contains(name))
                    return Error{
                        "other-data",
                        fmt::format("this folder holds other files, such as {}; a data folder is new or "
                                    "empty",
                                    name),
                        folder.string()};
    } else if (std::filesystem::exists(there, ignored)) {
        return Error{"no-folder", "this is a file; a data folder is a new or an empty folder",
                     folder.string()};
    }
    while (!std::filesystem::exists(there, ignored) && there.has_relative_path()) there = there.parent_path();
    if (!std::filesystem::is_directory(there, ignored))
        return Error{"no-folder", there.string() + " is no folder, so none can be made in it",
                     folder.string()};
    if (::access(there.c_str(), W_OK | X_OK) != 0)
        return Error{"not-writable", "this user may not write in " + there.string(), folder.string()};
    return std::nullopt;
}

}  // namespace reeve::cli
