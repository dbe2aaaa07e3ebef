#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
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

void each_piece(const std::filesystem::path& file, const std::function<void(std::string_view)>& each) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("reading " + file.string() + " failed");
    std::string bytes(1 << 16, '\0');
    while (in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) || in.gcount() > 0)
        each(std::string_view(bytes).substr(0, static_cast<std::size_t>(in.gcount())));
    if (in.bad()) throw std::runtime_error("reading " + file.string() + " failed");
}

std::string digest_of(const std::filesystem::path& file) {
    Sha256 hash;
    each_piece(file, [&](std::string_view bytes) { hash.add(bytes); });
    return hash.hex();
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

namespace {

std::unexpected<Error> too_large(const std::string& place) {
    return refuse(
        "too-large",
        fmt::format("an attachment has {} MiB at most; keep what is larger elsewhere, and attach where it is",
                    greatest_attachment >> 20),
        place);
}

}  // namespace

std::filesystem::path attachment_path(const std::filesystem::path& folder, const std::string& sha256) {
    return folder / "attachments" / sha256.substr(0, 2) / sha256.substr(2);
}

struct Attaching::State {
    static PartFile part_in(const std::filesystem::path& folder) {
        static std::atomic<std::uint64_t> number = 0;
        make_folder(folder / "attachments");
        return PartFile(folder / "attachments" / fmt::format("{}.{}.part", ::getpid(), ++number));
    }
    explicit State(std::filesystem::path of)
        : folder(std::move(of)), part(part_in(folder)), out(part.path(), std::ios::binary) {}

    void must_be_written() {
        if (!out) throw std::system_error(errno, std::generic_category(), "writing " + part.path().string());
    }

    std::filesystem::path folder;
    const PartFile part;
    std::ofstream out;
    Sha256 hash;
    std::uint64_t size = 0;
};

Attaching::Attaching(const std::filesystem::path& folder) : state_(std::make_unique<State>(folder)) {
    state_->must_be_written();
}
Attaching::~Attaching() = default;

void Attaching::add(std::string_view bytes) {
    state_->out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    state_->must_be_written();
    state_->hash.add(bytes);
    state_->size += bytes.size();
}

core::Document Attaching::finish(std::string name, std::string kind) {
    auto& state = *state_;
    state.out.close();
    state.must_be_written();
    core::Document document{std::move(kind), std::move(name), state.hash.hex(), state.size};
    const auto path = attachment_path(state.folder, document.sha256);
    // As if it were written now: no archive takes it away before it is used.
    const FolderHold hold(state.folder / "attachments", FolderHold::Kind::shared);
    if (Documents(state.folder).fault(document.sha256).empty() &&
        ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0)
        return document;
    // Moved to its name when it is whole: what bears the name is the content.
    if (const auto into = path.parent_path(); !std::filesystem::exists(into)) {
        make_folder(into);
        own_like(into, state.folder / "attachments");
    }
    own_as_its_folder(state.part.path());
    state.part.becomes(path);
    return document;
}

Result<core::Document> attach_bytes(const std::filesystem::path& folder, std::string_view bytes,
                                    std::string name, std::string kind) {
    if (bytes.size() > greatest_attachment) return too_large(name);
    Attaching attaching(folder);
    attaching.add(bytes);
    return attaching.finish(std::move(name), std::move(kind));
}

Result<core::Document> attach(const std::filesystem::path& folder, const std::filesystem::path& file,
                              std::string kind) {
    // A device or a pipe may never end.
    if (std::filesystem::exists(file) && !std::filesystem::is_regular_file(file))
        return refuse("no-such-file", "only a plain file can be attached", file.string());
    std::ifstream in(file, std::ios::binary);
    if (!in) return refuse("no-such-file", "there is no such file to attach", file.string());
    Attaching attaching(folder);
    std::string bytes(1 << 16, '\0');
    std::uint64_t size = 0;
    while (in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) || in.gcount() > 0) {
        if ((size += static_cast<std::uint64_t>(in.gcount())) > greatest_attachment)
            return too_large(file.string());
        attaching.add(std::string_view(bytes).substr(0, static_cast<std::size_t>(in.gcount())));
    }
    if (in.bad()) throw std::runtime_error("reading " + file.string() + " failed");
    if (size == 0)
        return refuse("bad-document", "the file is empty: perhaps it was not saved to its end",
                      file.string());
    return attaching.finish(file.filename().string(), std::move(kind));
}

}  // namespace reeve::store
