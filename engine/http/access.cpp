#include "engine/http/access.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <map>
#include <mutex>
#include <sstream>

#include "engine/http/access_file.h"

namespace reeve::http {

namespace {

constexpr std::size_t id_bytes = 6, secret_bytes = 32;
constexpr std::string_view prefix = "reeve_";

std::string text_of(const std::set<Scope>& scopes) {
    std::string text;
    for (const auto scope : scopes)
        text += (text.empty() ? "" : " ") + describe::write(scope, Times::text).get<std::string>();
    return text;
}

std::optional<time::Instant> instant_in(const SQLite::Column& column) {
    return column.isNull() ? std::nullopt : std::optional(instant_of(column.getInt64()));
}

Token token_of(SQLite::Statement& row) {
    Token token{.id = row.getColumn(0).getString(),
                .name = row.getColumn(1).getString(),
                .person = row.getColumn(2).getString(),
                .made_by = row.getColumn(3).getString(),
                .scopes = {},
                .made = *instant_in(row.getColumn(5)),
                .until = instant_in(row.getColumn(6)),
                .revoked = instant_in(row.getColumn(7))};
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
                          "there is no scope \"" + name + "\"; known are: read, act, work, administer, watch",
                          "scopes");
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
    explicit Parts(const std::filesystem::path& folder) : db(open_access_file(folder)) {}
    std::mutex mutex;
    AccessFile db;
    SQLite::Statement by_id{
        *db, "SELECT id, name, person, made_by, scopes, made, until, revoked, hash FROM tokens WHERE id = ?"};
    SQLite::Statement version{*db, "PRAGMA data_version"};

    // Tokens that were looked up, by the hash of their secret, while nobody has written to the file: a token
    // that another process revokes is gone with the next request.
    std::map<std::string, Token, std::less<>> known;
    std::int64_t known_at = 0;
    const Token* look_up(const std::string& hash) {
        version.tryReset();  // whatever became of its last run
        const auto now = version.executeStep() ? version.getColumn(0).getInt64() : 0;
        version.reset();
        if (std::exchange(known_at, now) != now) known.clear();
        const auto it = known.find(hash);
        return it == known.end() ? nullptr : &it->second;
    }
    const Token* read(const std::string& hash, std::string_view id) {
        by_id.tryReset();
        by_id.bind(1, std::string(id));
        if (!by_id.executeStep()) return nullptr;
        const bool same = same_hash(by_id.getColumn(8).getString(), hash);
        auto token = token_of(by_id);
        by_id.reset();
        return same ? &known.insert_or_assign(hash, std::move(token)).first->second : nullptr;
    }
};

Access::Access(const std::filesystem::path& folder) : parts_(std::make_unique<Parts>(folder)) {}
Access::~Access() = default;

Access::Fresh Access::add(Token wanted) try {
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
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

std::optional<Token> Access::find(std::string_view secret, time::Instant now) try {
    constexpr auto id_length = 4 * id_bytes / 3;
    if (!secret.starts_with(prefix) || secret.size() <= prefix.size() + id_length) return std::nullopt;
    const auto hash = hash_of(secret);
    std::lock_guard lock(parts_->mutex);
    const auto* token = parts_->look_up(hash);
    if (!token) token = parts_->read(hash, secret.substr(prefix.size(), id_length));
    if (!token || token->revoked || (token->until && *token->until <= now)) return std::nullopt;
    return *token;
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

std::vector<Token> Access::list() try {
    std::lock_guard lock(parts_->mutex);
    SQLite::Statement rows(
        *parts_->db,
        "SELECT id, name, person, made_by, scopes, made, until, revoked FROM tokens ORDER BY made, id");
    std::vector<Token> tokens;
    while (rows.executeStep()) tokens.push_back(token_of(rows));
    return tokens;
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

bool Access::revoke(const std::string& id, time::Instant now) try {
    std::lock_guard lock(parts_->mutex);
    parts_->known.clear();
    SQLite::Statement update(*parts_->db, "UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL");
    update.bind(1, millis_of(now));
    update.bind(2, id);
    return update.exec() == 1;
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

}  // namespace reeve::http
