// Archive: cases that are over leave the live folder for a file of their own, which is read like any folder.
// The file is whole and proved before anything leaves; Engine::archive does both.
#pragma once

#include <map>
#include <set>

#include "engine/store/archived.h"
#include "engine/store/catalog.h"

namespace reeve::store {

// Cases that closed before a moment, with all that belongs together: parents, children, linked cases.
struct Closed {
    std::vector<std::vector<std::string>> families;
    std::uint64_t cases = 0;
    std::map<std::string, std::uint64_t> staying;  // why others that closed before stay, and how many
};
struct Choice {
    Instant before, now;
    // Also those of which an alert waits or was not delivered: it stands in the file then. What the office
    // tells the person who asked holds no case.
    bool with_undelivered = false;
};
Closed closed_before(Reader&, const Catalog&, const Choice&);
// The cases that what happened behind an event of the journal was done to, or leans on: their parents, and
// those they are linked to.
std::set<std::string> leaned_on_since(Reader&, std::uint64_t seq);

// The file, written beside its name, proved, synced and named; or, when it is there already, looked at again.
// "file-exists": it is no archive of this folder and this moment. "archive-not-proved": it does not hold what
// the folder holds; nothing has its name. "file-used": the journal tells of a file of this name that is not
// there. "no-folder": nothing to write it into. "file-inside": it would lie among the folder's own. "in-use":
// it is being written by another.
struct ArchiveFile {
    std::string sha256;
    std::uint64_t cases = 0;
    bool made = false;  // now, and not by a run that was broken off
};
Result<ArchiveFile> make_archive(const std::filesystem::path& folder, const std::filesystem::path& file,
                                 const Choice&);
// The documents in a file that no event of the folder names any more leave it too. One that was sent within
// the last day, or while somebody makes a backup, stays until the same is done again.
struct DocumentsGone {
    std::uint64_t removed = 0, stayed = 0;
};
DocumentsGone remove_documents(Reader& live, const std::filesystem::path& folder,
                               const std::filesystem::path& file);

// What is said of these families when they leave. One that the file does not hold as it is now is left out.
CasesArchived record_of(Reader& live, Reader& file, const Catalog&,
                        const std::vector<std::vector<std::string>>& families);

}  // namespace reeve::store
