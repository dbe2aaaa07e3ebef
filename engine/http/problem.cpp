// Which status a refusal has. Codes that are not listed are refusals of the core, of a command that does not
// fit the case: 409.
#include <algorithm>
#include <utility>

#include "engine/http/message.h"

namespace reeve::http {

namespace {

constexpr std::pair<std::string_view, int> statuses[] = {
    {"bad-json", 400},
    {"bad-utf8", 400},
    {"too-deep", 400},
    {"duplicate-key", 400},
    {"bad-request", 400},
    {"bad-parameter", 400},
    {"unknown-parameter", 400},
    {"bad-shape", 422},
    {"bad-time", 422},
    {"unknown-field", 422},
    {"unknown-name", 422},
    {"bad-data", 422},
    {"bad-document", 422},
    {"calendar-too-short", 422},
    {"bad-duration", 422},
    {"bad-who", 422},
    {"missing-field", 422},
    {"missing-document", 422},
    {"missing-reason", 422},
    {"missing-name", 422},
    {"missing-answer", 422},
    {"occurred-in-future", 422},
    {"weak-password", 422},
    {"sign-in-needed", 401},
    {"sign-in-failed", 401},
    {"too-many-attempts", 429},
    {"csrf", 403},
    {"password-one-time", 403},
    {"not-permitted", 403},
    {"out-of-scope", 403},
    {"own-request", 403},
    {"unknown-case", 404},
    {"no-such-case", 404},
    {"unknown-alert", 404},
    {"unknown-receipt-code", 404},
    {"mistyped-receipt-code", 404},
    {"unknown-definition", 404},
    {"unknown-calendar", 404},
    {"no-such-file", 404},
    {"unknown-path", 404},
    {"method-not-allowed", 405},
    {"archived", 410},
    {"changed-meanwhile", 412},
    {"too-large", 413},
    {"wrong-content-type", 415},
    {"wrong-content-encoding", 415},
    {"failed", 500},
    {"clock-jumped", 503},
    {"disk-full", 503},
    {"not-durable", 503},
    {"damaged", 503},
    {"not-readable", 503},
    {"not-writable", 503},
    {"stopping", 503},
    {"too-many-connections", 503},
    {"too-many-streams", 429},
    {"one-at-a-time", 429},
    {"too-many-waiting", 429},
    {"unknown-job", 404},
    {"unknown-handler", 422},
};

}  // namespace

const std::string& Request::header(std::string_view name) const {
    static const std::string none;
    const auto it = headers.find(name);
    return it == headers.end() ? none : it->second;
}

int status_of(const Error& error) {
    const auto* known =
        std::ranges::find(statuses, std::string_view(error.code), [](const auto& one) { return one.first; });
    return known == std::end(statuses) ? 409 : known->second;
}

Answer json_answer(const Json& json, int status) {
    return json_answer(json.dump(-1, ' ', false, Json::error_handler_t::replace), status);
}

Answer json_answer(std::string text, int status) {
    return {.status = status, .body = std::move(text), .headers = {}};
}

Answer problem(const Error& error, int status) {
    if (status == 0) status = status_of(error);
    Json json{{"type", "about:blank"},
              {"title", error.code},
              {"status", status},
              {"detail", error.message},
              {"code", error.code}};
    if (!error.place.empty()) json[error.place.starts_with('/') ? "pointer" : "field"] = error.place;
    auto answer = json_answer(json, status);
    answer.type = "application/problem+json";
    if (status == 401) answer.headers["WWW-Authenticate"] = "Bearer";
    if (status == 503) answer.headers["Retry-After"] = "1";
    if (status == 429) answer.headers["Retry-After"] = "60";
    return answer;
}

}  // namespace reeve::http
