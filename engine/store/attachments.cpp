#include <sodium.h>
#include <unistd.h>

#include <fstream>
#include <system_error>

#include "engine/store/describe_rows.h"
#include "engine/store/documents.h"
#include "engine/store/fingerprint.h"
#include "engine/store/part_file.h"

namespace reeve::store {

struct Sha256::State {
    crypto_hash_sha256_state hash;
};
Sha256::Sha256() : state_(std::make_unique<State>()) { crypto_hash_sha256_init(&state_->hash); }
Sha256::~Sha256() = default;
void Sha256::add(std::string_view bytes) {
    crypto_hash_sha256_update(&state_->hash, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
}
std::string Sha256::hex() {
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&state_->hash, digest);
    std::string text(2 * sizeof digest + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), digest, sizeof digest);
    text.pop_back();
    return text;
}

std::string fingerprint_journal(Reader& reader) {
    Sha256 hash;
    reader.journal(1, [&](const JournalRow& row) {
        hash.add(describe::write(row, Times::millis).dump(-1, ' ', false, Json::error_handler_t::replace));
        hash.add("\n");
        return true;
    });
    return hash.hex();
}

std::filesystem::path attachment_path(const std::filesystem::path& folder, const std::string& sha256) {
    return folder / "attachments" / sha256.substr(0, 2) / sha256.substr(2);
}

Result<core::Document> attach_bytes(const std::filesystem::path& folder, std::string_view bytes,
                                    std::string name, std::string kind) {
    Sha256 hash;
    hash.add(bytes);
    core::Document document{std::move(kind), std::move(name), hash.hex(), bytes.size()};
    const auto path = attachment_path(folder, document.sha256);
    if (Documents(folder).fault(document.sha256).empty()) return document;
    std::filesystem::create_directories(path.parent_path());
    // Moved to its name when it is whole: what bears the name is the content.
    const PartFile part(folder / "attachments" / fmt::format("{}.{}.part", document.sha256, ::getpid()));
    {
        std::ofstream out(part.path(), std::ios::binary);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.flush();
        if (!out) throw std::system_error(errno, std::generic_category(), "writing " + part.path().string());
    }
    part.becomes(path);
    sync(path.parent_path().parent_path());
    return document;
}

Result<core::Document> attach(const std::filesystem::path& folder, const std::filesystem::path& file,
                              std::string kind) {
    // A device or a pipe may never end.
    if (std::filesystem::exists(file) && !std::filesystem::is_regular_file(file))
        return refuse("no-such-file", "only a plain file can be attached", file.string());
    std::ifstream in(file, std::ios::binary);
    if (!in) return refuse("no-such-file", "there is no such file to attach", file.string());
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    return attach_bytes(folder, bytes, file.filename().string(), std::move(kind));
}

}  // namespace reeve::store
