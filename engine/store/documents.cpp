#include "engine/store/documents.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "engine/store/fingerprint.h"
#include "engine/store/packed.h"

namespace reeve::store {

struct Documents::Source {
    std::filesystem::path folder;                // or
    std::unique_ptr<SQLite::Database> backup;    // which has a table of them, or
    std::unique_ptr<SQLite::Statement> of_name;  // neither: a database alone, which says nothing of them

    // The digest of what is there; empty: nothing is.
    std::string digest(const std::string& sha256) {
        if (sha256.size() != 64) return {};
        Sha256 hash;
        if (of_name) {
            of_name->reset();
            of_name->bind(1, sha256);
            if (!of_name->executeStep()) return {};
            unpack(*backup, of_name->getColumn(0).getInt64(),
                   [&](std::string_view bytes) { hash.add(bytes); });
            return hash.hex();
        }
        const auto path = attachment_path(folder, sha256);
        if (!std::filesystem::is_regular_file(path)) return {};
        std::ifstream in(path, std::ios::binary);
        std::string bytes(1 << 16, '\0');
        while (in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) || in.gcount() > 0)
            hash.add(std::string_view(bytes).substr(0, static_cast<std::size_t>(in.gcount())));
        return hash.hex();
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
    const auto digest = source_->digest(sha256);
    if (digest.empty())
        it->second = "is missing from attachments";
    else if (digest != sha256)
        it->second = "is not what was attached: its SHA-256 is " + digest;
    return it->second;
}

}  // namespace reeve::store
