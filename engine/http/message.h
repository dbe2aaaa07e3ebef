// A request and its answer, without the protocol around them.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/describe.h"

namespace reeve::http {

// Names of headers in lower case; the parts of the path and the query decoded.
struct Request {
    std::string method;
    std::vector<std::string> path;
    std::map<std::string, std::string, std::less<>> query, headers;
    std::string body;
    std::filesystem::path upload;  // where the body lies, of a route that takes a file
    std::string client;            // whose address it comes from, as client_address() has it

    const std::string& header(std::string_view name) const;  // empty when it is not there
};

// A field of a form's body, decoded; empty: there is none, or the body is no form.
std::string form_field(const std::string& body, std::string_view name);

// A part of a header's value without the blanks around it.
inline std::string_view trimmed(std::string_view text) {
    const auto from = text.find_first_not_of(" \t");
    if (from == text.npos) return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

struct Following;  // feed.h
struct Leasing;    // leasing.h

struct Answer {
    int status = 200;
    std::string body;
    std::string type = "application/json";
    std::map<std::string, std::string> headers;
    std::filesystem::path file = {};  // sent in place of the body
    // In place of the body: events, as they happen, until either side has enough.
    std::shared_ptr<const Following> following = {};
    // Another answer in place of this one, when there is a job.
    std::shared_ptr<const Leasing> leasing = {};
    std::function<void()> unsent = {};  // what is undone when it cannot be written
};

inline constexpr std::string_view cookie_name = "reeve_session";
inline constexpr std::string_view form_type = "application/x-www-form-urlencoded";

Answer json_answer(const Json&, int status = 200);
Answer json_answer(std::string text, int status = 200);
// problem+json (RFC 9457): the code, the sentence, and the field as a JSON pointer where it is one.
// `status`: another than that of its code.
Answer problem(const Error&, int status = 0);
// Of a code of the core or of a route: 404, 409, 422, 503, …
int status_of(const Error&);

}  // namespace reeve::http
