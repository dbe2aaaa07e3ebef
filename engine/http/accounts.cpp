#include "engine/http/accounts.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sodium.h>

#include <mutex>

#include "engine/http/access_file.h"
#include "engine/json.h"

namespace reeve::http {

namespace {

constexpr std::size_t one_time_bytes = 12, session_bytes = 32;
constexpr int free_failures = 5;  // so often nobody has to wait
constexpr time::Millis longest_wait{15 * 60 * 1000}, forgotten{24 * 3600 * 1000};
constexpr time::Millis used_again{60'000};  // a session's use is kept so exactly

// argon2id; 64 MiB and two passes, as libsodium advises for people who wait for it.
std::string hash_password(const std::string& password) {
    std::string hash(crypto_pwhash_STRBYTES, '\0');
    if (crypto_pwhash_str(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        throw std::runtime_error("there is not memory enough to hash a password");
    hash.resize(hash.find('\0'));
    return hash;
}

// Each failure after the free ones doubles the wait.
time::Millis wait_after(int failures) {
    if (failures < free_failures) return time::Millis{0};
    const int doublings = std::min(failures - free_failures, 20);
    return std::min(longest_wait, time::Millis{std::int64_t{1000} << doublings});
}

}  // namespace

struct Accounts::Parts {
    explicit Parts(const std::filesystem::path& folder) : db(open_access_file(folder)) {}
    std::mutex mutex;  // of the database; never held while a password is hashed
    AccessFile db;
    SQLite::Statement session{*db, "SELECT person, csrf, one_time, until, used FROM sessions WHERE hash = ?"};
    // What the password of an unknown person is held against.
    const std::string nobody = hash_password(random_text(one_time_bytes));

    struct Known {
        std::string hash;
        bool one_time = false;
    };
    std::optional<Known> known(const std::string& person) {
        std::lock_guard lock(mutex);
        SQLite::Statement row(*db, "SELECT hash, one_time FROM passwords WHERE person = ?");
        row.bind(1, person);
        if (!row.executeStep()) return std::nullopt;
        return Known{row.getColumn(0).getString(), row.getColumn(1).getInt() != 0};
    }

    // How long this name has to wait; an attempt is counted before it is judged, so that many at once do not
    // slip through.
    time::Millis attempt(const std::string& person, time::Instant now) {
        std::lock_guard lock(mutex);
        SQLite::Transaction transaction(*db);
        SQLite::Statement old(*db, "DELETE FROM attempts WHERE last < ?");
        old.bind(1, millis_of(now - forgotten));
        old.exec();
        SQLite::Statement row(*db, "SELECT failures, last FROM attempts WHERE person = ?");
        row.bind(1, person);
        if (row.executeStep()) {
            const auto end = instant_of(row.getColumn(1).getInt64()) + wait_after(row.getColumn(0).getInt());
            if (end > now) return end - now;
        }
        SQLite::Statement count(*db,
                                "INSERT INTO attempts VALUES (?1, 1, ?2) ON CONFLICT (person) DO UPDATE "
                                "SET failures = failures + 1, last = ?2");
        count.bind(1, person);
        count.bind(2, millis_of(now));
        count.exec();
        transaction.commit();
        return time::Millis{0};
    }

    void run(const char* sql, const std::string& person) {
        SQLite::Statement statement(*db, sql);
        statement.bind(1, person);
        statement.exec();
    }

    void keep(const std::string& person, const std::string& hash, bool one_time, time::Instant now) {
        std::lock_guard lock(mutex);
        SQLite::Transaction transaction(*db);
        SQLite::Statement put(*db, "INSERT OR REPLACE INTO passwords VALUES (?, ?, ?, ?)");
        put.bind(1, person);
        put.bind(2, hash);
        put.bind(3, one_time ? 1 : 0);
        put.bind(4, millis_of(now));
        put.exec();
        run("DELETE FROM sessions WHERE person = ?", person);
        run("DELETE FROM attempts WHERE person = ?", person);
        transaction.commit();
    }
};

Accounts::Accounts(const std::filesystem::path& folder) : parts_(std::make_unique<Parts>(folder)) {}
Accounts::~Accounts() = default;

bool Accounts::any(const std::function<bool(const std::string& person)>& counts) try {
    std::lock_guard lock(parts_->mutex);
    SQLite::Statement persons(*parts_->db, "SELECT person FROM passwords");
    while (persons.executeStep())
        if (counts(persons.getColumn(0).getString())) return true;
    return false;
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

std::string Accounts::make_one_time(const std::string& person, time::Instant now) try {
    auto password = random_text(one_time_bytes);
    parts_->keep(person, hash_password(password), true, now);
    return password;
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

Result<void> Accounts::set(const std::string& person, const std::string& password, time::Instant now) try {
    const auto weak = [](std::string why) { return refuse("weak-password", std::move(why), "/new"); };
    if (bad_utf8(password) != std::string::npos) return weak("a password is text in UTF-8");
    if (password.size() < shortest_password)
        return weak(fmt::format("a password has at least {} characters; a few words are easy to keep in mind",
                                shortest_password));
    if (password.size() > longest_password)
        return weak(fmt::format("a password has at most {} bytes", longest_password));
    if (password.find(person) != std::string::npos)
        return weak("a password does not hold the name it is for");
    if (password.find_first_not_of(password.front()) == std::string::npos)
        return weak("one character again and again is guessed at once");
    parts_->keep(person, hash_password(password), false, now);
    return {};
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

Result<Accounts::Opened> Accounts::open(const std::string& person, const std::string& password,
                                        time::Instant now) try {
    if (const auto wait = parts_->attempt(person, now); wait.count() > 0)
        return refuse("too-many-attempts",
                      fmt::format("there were too many attempts under this name: try again in {} s",
                                  (wait.count() + 999) / 1000),
                      "/person");
    const auto known = parts_->known(person);
    const bool right = crypto_pwhash_str_verify((known ? known->hash : parts_->nobody).c_str(),
                                                password.data(), password.size()) == 0;
    if (!known || !right) return refuse("sign-in-failed", "the name or the password is wrong", "/password");
    Opened opened{.session = {.person = person,
                              .csrf = random_text(session_bytes),
                              .until = now + longest,
                              .must_change = known->one_time},
                  .secret = random_text(session_bytes)};
    const auto hash = hash_of(opened.secret);
    std::lock_guard lock(parts_->mutex);
    SQLite::Transaction transaction(*parts_->db);
    parts_->run("DELETE FROM attempts WHERE person = ?", person);
    SQLite::Statement over(*parts_->db, "DELETE FROM sessions WHERE until <= ?1 OR used <= ?2");
    over.bind(1, millis_of(now));
    over.bind(2, millis_of(now - idle));
    over.exec();
    SQLite::Statement put(*parts_->db, "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)");
    put.bind(1, hash.data(), static_cast<int>(hash.size()));
    put.bind(2, person);
    put.bind(3, opened.session.csrf);
    put.bind(4, known->one_time ? 1 : 0);
    put.bind(5, millis_of(opened.session.until));
    put.bind(6, millis_of(now));
    put.exec();
    transaction.commit();
    return opened;
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

std::optional<Session> Accounts::find(std::string_view secret, time::Instant now, bool used_now) try {
    const auto hash = hash_of(secret);
    std::lock_guard lock(parts_->mutex);
    auto& row = parts_->session;
    row.tryReset();  // whatever became of its last run
    row.bind(1, hash.data(), static_cast<int>(hash.size()));
    if (!row.executeStep()) return std::nullopt;
    Session session{.person = row.getColumn(0).getString(),
                    .csrf = row.getColumn(1).getString(),
                    .until = instant_of(row.getColumn(3).getInt64()),
                    .must_change = row.getColumn(2).getInt() != 0};
    const auto used = instant_of(row.getColumn(4).getInt64());
    row.reset();
    if (session.until <= now || used + idle <= now) return std::nullopt;
    if (used_now && used + used_again <= now) {
        SQLite::Statement update(*parts_->db, "UPDATE sessions SET used = ? WHERE hash = ?");
        update.bind(1, millis_of(now));
        update.bind(2, hash.data(), static_cast<int>(hash.size()));
        update.exec();
    }
    return session;
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

bool Accounts::close(std::string_view secret) try {
    const auto hash = hash_of(secret);
    std::lock_guard lock(parts_->mutex);
    SQLite::Statement gone(*parts_->db, "DELETE FROM sessions WHERE hash = ?");
    gone.bind(1, hash.data(), static_cast<int>(hash.size()));
    return gone.exec() == 1;
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

}  // namespace reeve::http
