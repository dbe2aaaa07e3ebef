#include "engine/http/access.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sodium.h>
#include <sys/stat.h>

#include <mutex>

namespace reeve::http {

namespace {

constexpr std::size_t id_bytes = 6, secret_bytes = 32;
constexpr std::string_view prefix = "reeve_";
constexpr const char* tables = R"sql(
CREATE TABLE IF NOT EXISTS tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, person TEXT NOT NULL, made_by TEXT NOT NULL, scopes TEXT NOT NULL,
  made INTEGER NOT NULL, until INTEGER, revoked INTEGER, hash BLOB NOT NULL) WITHOUT ROWID;
)sql";

// What every token begins with is short; the rest is random and base64url.
std::string random_text(std::size_t bytes) {
    std::string raw(bytes, '\0');
    randombytes_buf(raw.data(), raw.size());
    std::string text(sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                      raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.resize(text.find('\0'));
    return text;
}

// Secrets are long and random: a plain hash keeps them.
std::string hash_of(std::string_view secret) {
    std::string hash(crypto_generichash_BYTES, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                       reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), nullptr, 0);
    return hash;
}

std::string text_of(const std::set<Scope>& scopes) {
    std::string text;
    for (const auto scope : scopes)
        text += (text.empty() ? "" : " ") + describe::write(scope, Times::text).get<std::string>();
    return text;
}

std::optional<time::Instant> instant_of(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    return time::Instant(time::Millis(column.getInt64()));
}

std::int64_t millis_of(time::Instant at) { return at.time_since_epoch().count(); }

Token token_of(SQLite::Statement& row) {
    Token token{.id = row.getColumn(0).getString(),
                .name = row.getColumn(1).getString(),
                .person = row.getColumn(2).getString(),
                .made_by = row.getColumn(3).getString(),
                .scopes = {},
                .made = *instant_of(row.getColumn(5)),
                .until = instant_of(row.getColumn(6)),
                .revoked = instant_of(row.getColumn(7))};
    std::istringstream scopes(row.getColumn(4).getString());
    for (std::string one; scopes >> one;)
        if (Scope scope{}; boost::describe::enum_from_string(one.c_str(), scope)) token.scopes.insert(scope);
    return token;
}

}  // namespace

Result<std::set<Scope>> parse_scopes(const std::vector<std::string>& names) {
    std::set<Scope> scopes;
    for (const auto& name : names) {
        Scope scope{};
        if (!boost::describe::enum_from_string(name.c_str(), scope))
            return refuse("unknown-name",
                          "there is no scope \"" + name + "\"; known are: read, act, administer", "scopes");
        scopes.insert(scope);
    }
    return scopes;
}

Json to_json(const Token& token) {
    Json scopes = Json::array();
    for (const auto scope : token.scopes) scopes.push_back(describe::write(scope, Times::text));
    return {{"id", token.id},
            {"name", token.name},
            {"person", token.person},
            {"made_by", token.made_by},
            {"scopes", std::move(scopes)},
            {"made", describe::write(token.made, Times::text)},
            {"until", describe::write(token.until, Times::text)},
            {"revoked", describe::write(token.revoked, Times::text)}};
}

struct Access::Parts {
    explicit Parts(const std::filesystem::path& file) : db(open(file)) {}

    static std::unique_ptr<SQLite::Database> open(const std::filesystem::path& file) {
        constexpr int patience_ms = 5000;  // for another reeve that writes
        auto db = std::make_unique<SQLite::Database>(
            file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, patience_ms);
        // Before any secret is in it.
        if (::chmod(file.c_str(), S_IRUSR | S_IWUSR) != 0)
            throw std::system_error(errno, std::generic_category(), "protecting " + file.string());
        db->exec("PRAGMA journal_mode = WAL");
        db->exec("PRAGMA synchronous = FULL");
        db->exec(tables);
        return db;
    }

    std::mutex mutex;
    std::unique_ptr<SQLite::Database> db;
    SQLite::Statement by_id{
        *db, "SELECT id, name, person, made_by, scopes, made, until, revoked, hash FROM tokens WHERE id = ?"};
};

Access::Access(const std::filesystem::path& folder) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used");
    parts_ = std::make_unique<Parts>(folder / "access.db");
}
Access::~Access() = default;

Access::Fresh Access::add(Token wanted) {
    Fresh fresh{.token = std::move(wanted), .secret = {}};
    auto& token = fresh.token;
    token.id = random_text(id_bytes);
    fresh.secret = std::string(prefix) + token.id + random_text(secret_bytes);
    const auto hash = hash_of(fresh.secret);
    std::lock_guard lock(parts_->mutex);
    SQLite::Statement insert(*parts_->db, "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?)");
    insert.bind(1, token.id);
    insert.bind(2, token.name);
    insert.bind(3, token.person);
    insert.bind(4, token.made_by);
    insert.bind(5, text_of(token.scopes));
    insert.bind(6, millis_of(token.made));
    if (token.until) insert.bind(7, millis_of(*token.until));
    insert.bind(8, hash.data(), static_cast<int>(hash.size()));
    insert.exec();
    return fresh;
}

std::optional<Token> Access::find(std::string_view secret, time::Instant now) {
    constexpr auto id_length = 4 * id_bytes / 3;
    if (!secret.starts_with(prefix) || secret.size() <= prefix.size() + id_length) return std::nullopt;
    const auto hash = hash_of(secret);
    std::lock_guard lock(parts_->mutex);
    auto& row = parts_->by_id;
    row.tryReset();  // whatever became of its last run
    row.bind(1, std::string(secret.substr(prefix.size(), id_length)));
    if (!row.executeStep()) return std::nullopt;
    const auto kept = row.getColumn(8).getString();
    auto token = token_of(row);
    row.reset();
    if (kept.size() != hash.size() || sodium_memcmp(kept.data(), hash.data(), hash.size()) != 0)
        return std::nullopt;
    if (token.revoked || (token.until && *token.until <= now)) return std::nullopt;
    return token;
}

std::vector<Token> Access::list() {
    std::lock_guard lock(parts_->mutex);
    SQLite::Statement rows(
        *parts_->db,
        "SELECT id, name, person, made_by, scopes, made, until, revoked FROM tokens ORDER BY made, id");
    std::vector<Token> tokens;
    while (rows.executeStep()) tokens.push_back(token_of(rows));
    return tokens;
}

bool Access::revoke(const std::string& id, time::Instant now) {
    std::lock_guard lock(parts_->mutex);
    SQLite::Statement update(*parts_->db, "UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL");
    update.bind(1, millis_of(now));
    update.bind(2, id);
    return update.exec() == 1;
}

}  // namespace reeve::http
