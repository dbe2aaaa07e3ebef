#include "engine/store/documents.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "engine/store/fingerprint.h"
#include "engine/store/packed.h"

namespace reeve::store {

struct Documents::Source {
    std::filesystem::path folder;                // or
    std::unique_ptr<SQLite::Database> backup;    // which has a table of them, or
    std::unique_ptr<SQLite::Statement> of_name;  // neither: a database alone, which says nothing of them

    bool read(const std::string& sha256, const std::function<void(std::string_view)>& each) {
        if (sha256.size() != 64) return false;
        if (of_name) {
            of_name->reset();
            of_name->bind(1, sha256);
            if (!of_name->executeStep()) return false;
            unpack(*backup, of_name->getColumn(0).getInt64(), each);
            return true;
        }
        const auto path = attachment_path(folder, sha256);
        if (!std::filesystem::is_regular_file(path)) return false;
        each_piece(path, each);
        return true;
    }
};

Documents::Documents(const std::filesystem::path& place) : source_(std::make_unique<Source>()) {
    if (std::filesystem::is_directory(place)) {
        source_->folder = place;
        return;
    }
    auto backup = std::make_unique<SQLite::Database>(place.string(), SQLite::OPEN_READONLY);
    if (!backup->tableExists("attachments")) return;
    source_->of_name =
        std::make_unique<SQLite::Statement>(*backup, "SELECT rowid FROM attachments WHERE sha256 = ?");
    source_->backup = std::move(backup);
}

Documents::~Documents() {
    source_->of_name.reset();  // before the database that it is of
}

const std::string& Documents::fault(const std::string& sha256) {
    auto [it, fresh] = looked_at_.try_emplace(sha256);
    if (!fresh || (source_->folder.empty() && !source_->of_name)) return it->second;
    try {
        Sha256 hash;
        if (!source_->read(sha256, [&](std::string_view bytes) { hash.add(bytes); }))
            it->second = "is missing from attachments";
        else if (const auto digest = hash.hex(); digest != sha256)
            it->second = "is not what was attached: its SHA-256 is " + digest;
    } catch (const std::exception& e) {
        it->second = std::string("cannot be read: ") + e.what();
    }
    return it->second;
}

bool Documents::read(const std::string& sha256, const std::function<void(std::string_view)>& each) {
    return (!source_->folder.empty() || source_->of_name) && source_->read(sha256, each);
}

}  // namespace reeve::store
