// Result: a value, or the reason there is none. Used by every layer for refusals that are expected (bad
// input, a command that does not fit the case). Failing machinery (disk, socket) throws instead; a broken
// invariant stops the process.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace reeve {

struct Error {
    std::string code;  // stable and typed, kebab-case: "unknown-stage". The HTTP layer uses the same codes.
    std::string message;  // one sentence a person understands: what was wrong, and what would be right
    std::string place;    // "file:line:column", a JSON pointer or a field name; may be empty

    // "place: message", as printed for people.
    std::string text() const { return place.empty() ? message : place + ": " + message; }
    bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;
using Errors = std::vector<Error>;

inline std::unexpected<Error> refuse(std::string code, std::string message, std::string place = {}) {
    return std::unexpected(Error{std::move(code), std::move(message), std::move(place)});
}

}  // namespace reeve
