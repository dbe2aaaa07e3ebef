// Routes of those who sign in: open a session, look at it, end it, set another password.
#include <fmt/format.h>

#include "engine/http/route.h"
#include "engine/log.h"

namespace reeve::http {

namespace {

// The texts of a body, all of which are needed and no others known.
std::optional<Error> take_texts(const Json& body,
                                std::initializer_list<std::pair<const char*, std::string*>> wanted) {
    if (!body.is_object()) return Error{"bad-shape", "expected an object", ""};
    for (const auto& [name, into] : wanted) {
        const auto it = body.find(name);
        if (it == body.end() || !it->is_string())
            return Error{"bad-shape", "expected text", fmt::format("/{}", name)};
        *into = it->get<std::string>();
    }
    if (body.size() != wanted.size())
        return Error{"unknown-field", "there is a field that is not expected here", ""};
    return std::nullopt;
}

// No script reads it, no other site sends it, it goes when the browser is closed, and by TLS only where there
// is.
std::string cookie(const Call& call, std::string_view secret) {
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}", cookie_name, secret,
                       call.secure ? "; Secure" : "");
}

Answer session_answer(const Call& call, const Accounts::Opened& opened) {
    auto answer = json_answer({{"person", opened.session.person},
                               {"csrf", opened.session.csrf},
                               {"until", time::to_utc_string(opened.session.until)},
                               {"must_change", opened.session.must_change}},
                              201);
    answer.headers["Set-Cookie"] = cookie(call, opened.secret);
    return answer;
}

Answer sign_in(const Call& call, const views::Sight& sight) {
    std::string person, password;
    if (auto fault = take_texts(call.body, {{"person", &person}, {"password", &password}}))
        return problem(*fault);
    // Longer than any is: not even looked at.
    if (person.size() > Accounts::longest_password || password.size() > Accounts::longest_password)
        return problem({"sign-in-failed", "the name or the password is wrong", "/password"});
    const auto opened = call.accounts.open(person, password, sight.now);
    // What was typed for a name may be a password: only names that there are stand in the log.
    const auto name = sight.people->person(person) ? person : "(unknown)";
    if (!opened) {
        log::write(log::Level::warning, "sign-in-failed", {{"person", name}, {"code", opened.error().code}});
        return problem(opened.error());
    }
    log::write(log::Level::info, "signed-in", {{"person", name}});
    return session_answer(call, *opened);
}

Answer sign_out(const Call& call, const views::Sight&) {
    const bool ended = !call.caller.session.empty() && call.accounts.close(call.caller.session);
    auto answer = json_answer({{"ended", ended}});
    answer.headers["Set-Cookie"] = cookie(call, "") + "; Max-Age=0";
    return answer;
}

// Whoever has the session need not be the person: the password is asked for again. A new session follows.
Answer set_password(const Call& call, const views::Sight& sight) {
    std::string current, wanted;
    if (auto fault = take_texts(call.body, {{"current", &current}, {"new", &wanted}})) return problem(*fault);
    if (const auto known = call.accounts.open(call.caller.person, current, sight.now); !known) {
        auto error = known.error();
        if (error.code == "sign-in-failed")
            error = {"not-permitted", "the present password is another", "/current"};
        return problem(error);
    }
    if (current == wanted)
        return problem({"weak-password", "it is the password you have: take another", "/new"});
    if (auto set = call.accounts.set(call.caller.person, wanted, sight.now); !set)
        return problem(set.error());
    const auto opened = call.accounts.open(call.caller.person, wanted, sight.now);
    return opened ? session_answer(call, *opened) : problem(opened.error());
}

constexpr Route session_table[] = {
    {"POST",
     "/v1/session",
     "signIn",
     "Sign in; the session is a cookie, and its csrf is in the answer.",
     {},
     {},
     Takes::json,
     "SignIn",
     "Session",
     false,
     sign_in},
    {"DELETE",
     "/v1/session",
     "signOut",
     "End the session.",
     Scope::read,
     {},
     Takes::nothing,
     "",
     "SignedOut",
     false,
     sign_out},
    {"PUT",
     "/v1/session/password",
     "setPassword",
     "Set a password of one's own; every other session ends.",
     Scope::act,
     {},
     Takes::json,
     "NewPassword",
     "Session",
     false,
     set_password},
};

}  // namespace

std::span<const Route> session_routes() { return session_table; }

}  // namespace reeve::http
