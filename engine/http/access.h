// Who may use the service: tokens of programs, kept in FOLDER/access.db apart from the journal, as secrets
// must be able to go. A token is shown once and kept as a hash; with it a program acts as a person of the
// directory, within its scopes. Every member may be called from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include "engine/describe.h"
#include "engine/time/time.h"

namespace reeve::http {

// read: what the person sees; act: what the person may ask for; work: jobs; administer: definitions and the
// organisation; watch: the figures, in which no case can be told from another.
enum class Scope { read, act, administer, work, watch };
BOOST_DESCRIBE_ENUM(Scope, read, act, administer, work, watch)
Result<std::set<Scope>> parse_scopes(const std::vector<std::string>&);

struct Token {
    std::string id, name, person;
    std::string made_by;
    std::set<Scope> scopes;
    time::Instant made;
    std::optional<time::Instant> until;    // not valid from then on
    std::optional<time::Instant> revoked;  // since when
};
Json to_json(const Token&);

class Access {
  public:
    // Opens or makes FOLDER/access.db, which only its owner may read.
    explicit Access(const std::filesystem::path& folder);
    ~Access();

    struct Fresh {
        Token token;
        std::string secret;  // what the program sends: "reeve_ID_…"; never shown again
    };
    // `wanted`: all but what is decided here, its id.
    Fresh add(Token wanted);
    // The token of a secret, if it is valid now. How long this takes tells nothing of the secret.
    std::optional<Token> find(std::string_view secret, time::Instant now);
    std::vector<Token> list();
    // False: there is none, or it was revoked before.
    bool revoke(const std::string& id, time::Instant now);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace reeve::http
