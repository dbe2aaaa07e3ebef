// People who sign in: passwords (argon2id) and sessions, in FOLDER/access.db beside the tokens. A session is
// a secret in a cookie, kept as a hash; it ends when nobody used it for a while, and after a working day in
// any case. Every member may be called from any thread; signing in takes tens of milliseconds on purpose.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "engine/describe.h"
#include "engine/time/time.h"

namespace reeve::http {

struct Session {
    std::string person;
    std::string csrf;  // what a changing request must repeat, as another site cannot read it
    time::Instant until;
    bool must_change = false;  // signed in with a one-time password: only another one can be set
};

class Accounts {
  public:
    static constexpr time::Millis idle{2 * 3600 * 1000}, longest{12 * 3600 * 1000};
    static constexpr std::size_t shortest_password = 10, longest_password = 200;  // bytes

    explicit Accounts(const std::filesystem::path& folder);
    ~Accounts();

    bool any(const std::function<bool(const std::string& person)>&);  // whether one of them has a password
    // A password that must be changed at the first sign-in; every session of the person ends.
    std::string make_one_time(const std::string& person, time::Instant now);
    // Code "weak-password" says what would be right. Every session of the person ends.
    Result<void> set(const std::string& person, const std::string& password, time::Instant now);

    struct Opened {
        Session session;
        std::string secret;  // of the cookie
    };
    // Codes: "sign-in-failed", whether the name or the password was wrong; after some of those
    // "too-many-attempts", for a time that grows. A name that nobody has takes as long as one that somebody
    // has.
    Result<Opened> open(const std::string& person, const std::string& password, time::Instant now);
    // `used`: by its person, now; false: it is only looked at.
    std::optional<Session> find(std::string_view secret, time::Instant now, bool used = true);
    bool close(std::string_view secret);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace reeve::http
