// From a request to its route.
#include <algorithm>
#include <charconv>

#include "engine/http/route.h"
#include "engine/spelling.h"

namespace reeve::http {

namespace {

bool fits(std::string_view pattern, const std::vector<std::string>& path, Match& match) {
    match.path.clear();
    for (const auto& given : path) {
        if (pattern.empty()) return false;
        pattern.remove_prefix(1);  // the slash
        const auto wanted = pattern.substr(0, pattern.find('/'));
        pattern.remove_prefix(wanted.size());
        if (wanted.starts_with('{') && !given.empty())
            match.path.emplace(wanted.substr(1, wanted.size() - 2), given);
        else if (wanted != given)
            return false;
    }
    return pattern.empty();
}

std::optional<Error> check_value(const Parameter& parameter, const std::string& value) {
    const auto bad = [&](std::string what) {
        return Error{"bad-parameter", what + ", not \"" + value + "\"", std::string(parameter.name)};
    };
    const auto one_of = [&](std::initializer_list<std::string_view> names) -> std::optional<Error> {
        if (std::ranges::find(names, value) != names.end()) return std::nullopt;
        std::string text;
        for (const auto name : names) text += (text.empty() ? "" : ", ") + std::string(name);
        return bad("expected one of " + text);
    };
    switch (parameter.kind) {
        case Parameter::Kind::text: return std::nullopt;
        case Parameter::Kind::number: {
            std::uint32_t number = 0;
            const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
            if (fault != std::errc{} || end != value.data() + value.size() || number == 0)
                return bad("expected a whole number above zero");
            return std::nullopt;
        }
        case Parameter::Kind::position: {
            std::uint64_t number = 0;
            const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
            if (fault != std::errc{} || end != value.data() + value.size())
                return bad("expected a number of the journal, 0 or more");
            return std::nullopt;
        }
        case Parameter::Kind::time:
            if (auto at = time::parse_instant(value); !at)
                return Error{"bad-parameter", at.error().message, std::string(parameter.name)};
            return std::nullopt;
        case Parameter::Kind::duration:
            if (auto span = time::parse_duration(value); !span)
                return Error{"bad-parameter", span.error().message, std::string(parameter.name)};
            return std::nullopt;
        case Parameter::Kind::flag: return one_of({"true", "false"});
        case Parameter::Kind::light: return one_of({"green", "blue", "yellow", "orange", "red"});
        case Parameter::Kind::case_status: return one_of({"open", "closed", "cancelled", "all"});
        case Parameter::Kind::job_status: return one_of({"ready", "leased", "waiting", "failed"});
        case Parameter::Kind::alert_status: return one_of({"pending", "sent", "undelivered"});
    }
    return std::nullopt;
}

}  // namespace

const std::string& Call::query(std::string_view name) const {
    static const std::string none;
    const auto it = request.query.find(name);
    return it == request.query.end() ? none : it->second;
}

std::vector<const Route*> routes() {
    std::vector<const Route*> all;
    for (const auto part :
         {case_routes(), work_routes(), job_routes(), office_routes(), definition_routes(), calendar_routes(),
          bulk_routes(), read_routes(), event_routes(), receipt_routes(), session_routes(), service_routes()})
        for (const auto& route : part) all.push_back(&route);
    return all;
}

Match match(const Request& request) {
    static const auto all = routes();
    Match match;
    const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
    for (const auto* route : all) {
        if (!fits(route->pattern, request.path, match)) continue;
        if (route->method == method) {
            match.route = route;
            return match;
        }
        match.allowed += (match.allowed.empty() ? "" : ", ") + std::string(route->method);
    }
    return match;
}

std::optional<Error> check_query(const Route& route, const Request& request) {
    for (const auto& [name, value] : request.query) {
        const auto known = std::ranges::find(route.query, std::string_view(name), &Parameter::name);
        if (known == route.query.end()) {
            std::vector<std::string> names;
            for (const auto& one : route.query) names.emplace_back(one.name);
            return Error{"unknown-parameter",
                         "there is no parameter \"" + name + "\" here" + did_you_mean(name, names), name};
        }
        if (auto fault = check_value(*known, value)) return fault;
    }
    return std::nullopt;
}

Result<Page> page_of(const Call& call) {
    constexpr std::size_t most = 500;
    Page page;
    if (const auto& limit = call.query("limit"); !limit.empty())
        page.limit = std::min<std::size_t>(most, std::stoul(limit));
    if (const auto& after = call.query("after"); !after.empty()) {
        const auto [end, fault] = std::from_chars(after.data(), after.data() + after.size(), page.from);
        if (fault != std::errc{} || end != after.data() + after.size())
            return refuse("bad-parameter", "expected what the page before gave as \"next\"", "after");
    }
    return page;
}

}  // namespace reeve::http
