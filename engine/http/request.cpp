#include "engine/http/request.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/url/params_view.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/url_view.hpp>

#include "engine/json.h"

namespace reeve::http {

namespace bhttp = boost::beast::http;

namespace {

constexpr bhttp::field wanted_fields[] = {bhttp::field::authorization,   bhttp::field::content_type,
                                          bhttp::field::if_match,        bhttp::field::if_none_match,
                                          bhttp::field::accept_encoding, bhttp::field::cookie,
                                          bhttp::field::accept_language};

// Of which a second would be another matter: who took the first and who took the last would read two
// requests.
constexpr std::string_view single_fields[] = {"Authorization", "Content-Type",    "Content-Encoding",
                                              "If-Match",      "Idempotency-Key", "X-CSRF-Token",
                                              "Last-Event-ID"};

// What is wrong with the header as a whole, however the request goes on.
std::optional<Answer> header_fault(const bhttp::request_header<>& header) {
    for (const auto name : single_fields)
        if (header.count(name) > 1)
            return problem({"bad-request", "there is more than one " + std::string(name), std::string(name)});
    const auto coding = header[bhttp::field::content_encoding];
    if (!coding.empty() && !boost::beast::iequals(coding, "identity")) {
        auto refused = problem({"wrong-content-encoding",
                                "send the body as it is, without a Content-Encoding", "Content-Encoding"});
        refused.headers["Accept-Encoding"] = "identity";
        return refused;
    }
    return std::nullopt;
}

}  // namespace

std::expected<Request, Answer> request_of(const bhttp::request_header<>& header) {
    const auto bad = [](std::string what) {
        return std::unexpected(problem({"bad-request", std::move(what), ""}));
    };
    if (auto fault = header_fault(header)) return std::unexpected(std::move(*fault));
    Request request;
    request.method = std::string(header.method_string());
    const auto target = boost::urls::parse_origin_form({header.target().data(), header.target().size()});
    if (!target) return bad("the path is not understood");
    for (const auto& part : target->segments()) request.path.emplace_back(part);
    for (const auto& one : target->params()) {
        std::string name(one.key), value(one.value);
        if (bad_utf8(name) != std::string::npos || bad_utf8(value) != std::string::npos)
            return std::unexpected(problem({"bad-utf8", "a part of the query is not UTF-8", ""}));
        if (!request.query.emplace(std::move(name), std::move(value)).second)
            return bad("\"" + std::string(one.key) + "\" is given twice");
    }
    for (const auto& part : request.path)
        if (bad_utf8(part) != std::string::npos)
            return std::unexpected(problem({"bad-utf8", "a part of the path is not UTF-8", ""}));
    for (const auto field : wanted_fields)
        if (const auto it = header.find(field); it != header.end()) {
            std::string name(bhttp::to_string(field));
            std::ranges::transform(name, name.begin(), [](char c) {
                return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            });
            request.headers.emplace(std::move(name), std::string(it->value()));
        }
    if (const auto it = header.find("X-CSRF-Token"); it != header.end())
        request.headers.emplace("x-csrf-token", std::string(it->value()));
    // The proxies one after another, each of which may have written a header of its own.
    auto& forwarded = request.headers["x-forwarded-for"];
    const auto [first, last] = header.equal_range("X-Forwarded-For");
    for (auto it = first; it != last; ++it)
        forwarded.append(forwarded.empty() ? "" : ",").append(it->value().data(), it->value().size());
    if (const auto it = header.find("Last-Event-ID"); it != header.end())
        request.headers.emplace("last-event-id", std::string(it->value()));
    if (const auto it = header.find("Idempotency-Key"); it != header.end()) {
        request.headers.emplace("idempotency-key", std::string(it->value()));
        if (it->value().size() > 200 ||
            bad_utf8({it->value().data(), it->value().size()}) != std::string::npos)
            return bad("an Idempotency-Key has at most 200 bytes, in UTF-8");
    }
    // Who reads both differently than a proxy before us would read another request into this one.
    if (header.count(bhttp::field::content_length) > 1 ||
        (header.count(bhttp::field::transfer_encoding) > 0 && header.count(bhttp::field::content_length) > 0))
        return bad("say the length of the body once");
    if (header.version() == 11 && header.count(bhttp::field::host) != 1)
        return bad("HTTP/1.1 takes one Host");
    return request;
}

std::string form_field(const std::string& body, std::string_view name) {
    const auto fields = boost::urls::parse_query(body);
    if (!fields) return {};
    boost::urls::encoding_opts rules;
    rules.space_as_plus = true;
    for (const auto& field : boost::urls::params_view(*fields, rules))
        if (field.key == name) return field.value;
    return {};
}

}  // namespace reeve::http
