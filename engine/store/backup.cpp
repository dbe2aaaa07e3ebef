// A backup is one SQLite file: the database as it stood, and in tables of their own the attachments and
// whoever may use the service.
#include <SQLiteCpp/SQLiteCpp.h>

#include "engine/store/beside.h"
#include "engine/store/named_part.h"
#include "engine/store/packed.h"
#include "engine/store/sqlite/connection.h"
#include "engine/store/upkeep.h"

namespace reeve::store {

Result<CheckReport> backup(const std::filesystem::path& folder, const std::filesystem::path& file) {
    const auto exists =
        refuse("file-exists", "there is a file of that name; a backup overwrites nothing", file.string());
    if (std::filesystem::exists(file)) return exists;
    if (const auto into = std::filesystem::absolute(file).parent_path(); !std::filesystem::is_directory(into))
        return refuse("no-folder", "there is no folder " + into.string() + " to write it into",
                      file.string());
    if (auto readable = open_reader(folder); !readable) return std::unexpected(readable.error());
    if (auto inside = inside_refuses(folder, file, "a backup")) return std::unexpected(*inside);
    // The documents that the copy names stay until they are packed.
    const FolderHold hold(folder / "attachments", FolderHold::Kind::shared);
    const NamedPart beside(file);
    if (auto used = beside.refuses(file, "backup")) return std::unexpected(*used);
    const auto made = sqlite::database_path(beside.path());
    sqlite::copy_database(sqlite::database_path(folder), made);
    std::string left_out;
    {
        // The copy is one plain file, whole in itself.
        SQLite::Database copy(made.string(), SQLite::OPEN_READWRITE);
        sqlite::make_plain(copy);
        SQLite::Transaction transaction(copy);
        Packing packing(copy);
        // Attachments are written before their events, so the folder holds at least those of the copy.
        const auto root = folder / "attachments";
        if (std::filesystem::exists(root))
            for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
                if (!entry.is_regular_file() || entry.path().extension() == ".part") continue;
                packing.add(entry.path().parent_path().filename().string() + entry.path().filename().string(),
                            entry.path());
            }
        left_out = pack_beside(copy, folder);
        transaction.commit();
    }
    auto report = check(made);
    if (!report) return report;
    if (!left_out.empty()) report->faults.push_back(left_out);
    // With faults too: what is whole of it may be all that is left one day.
    if (!name_whole(made, file)) return exists;
    return report;
}

}  // namespace reeve::store
