#include "engine/org/who.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "engine/spelling.h"

namespace reeve::org {

namespace {

// Roles and levels are words of the definition language: small letters, digits, "_" and "-".
bool is_word(std::string_view text) {
    auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::ranges::all_of(text, fits);
}

// Ids may be of any script, but hold no blank and none of the signs that this language uses itself.
bool is_id(std::string_view text) {
    return !text.empty() && text.find_first_of(" \t\r\n@:/\"") == std::string_view::npos;
}

// "a.b_c.d": the path of a field in the case's data.
bool is_path(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos &&
           text.find_first_of(" \t\r\n@:/\"") == std::string_view::npos;
}

}  // namespace

Result<Where> parse_where(std::string_view text) {
    using Kind = Where::Kind;
    if (text == "case") return Where{};
    if (text == "parent") return Where{Kind::parent, ""};
    if (text.starts_with("level:") && is_word(text.substr(6)))
        return Where{Kind::level, std::string(text.substr(6))};
    if (text.starts_with("unit:") && is_id(text.substr(5)))
        return Where{Kind::unit, std::string(text.substr(5))};
    if (text.starts_with("data.") && is_path(text.substr(5)))
        return Where{Kind::data, std::string(text.substr(5))};
    static const std::vector<std::string> starts{"case", "parent", "level", "unit", "data"};
    auto head = text.substr(0, text.find_first_of(":."));
    return refuse("bad-where",
                  fmt::format(R"(unknown place "{}"; write "case", "parent", "level:LEVEL", "unit:ID" or )"
                              R"("data.FIELD"{})",
                              text, did_you_mean(head, starts)));
}

Result<Who> parse_who(std::string_view text) {
    using Kind = Who::Kind;
    if (text == "owner") return Who{Kind::owner, "", {}};
    if (text == "petitioner") return Who{Kind::petitioner, "", {}};
    if (text.starts_with("person:") && is_id(text.substr(7)))
        return Who{Kind::person, std::string(text.substr(7)), {}};
    auto at = text.find('@');
    auto role = text.substr(0, at);
    if (!is_word(role) || role == "person" || role == "unit" ||
        (at != std::string_view::npos && (role == "owner" || role == "petitioner"))) {
        return refuse("bad-who",
                      fmt::format(R"("{}" names nobody; write "owner", "petitioner", "person:ID", "ROLE" or )"
                                  R"("ROLE@PLACE" such as "head@parent")",
                                  text));
    }
    if (at == std::string_view::npos) return Who{Kind::role, std::string(role), {}};
    auto where = parse_where(text.substr(at + 1));
    if (!where) return refuse("bad-who", fmt::format(R"(in "{}": {})", text, where.error().message));
    return Who{Kind::role, std::string(role), *where};
}

std::string to_string(const Where& where) {
    switch (where.kind) {
        case Where::Kind::case_unit: return "case";
        case Where::Kind::parent: return "parent";
        case Where::Kind::level: return "level:" + where.name;
        case Where::Kind::unit: return "unit:" + where.name;
        case Where::Kind::data: return "data." + where.name;
    }
    return "";
}

std::string to_string(const Who& who) {
    switch (who.kind) {
        case Who::Kind::owner: return "owner";
        case Who::Kind::petitioner: return "petitioner";
        case Who::Kind::person: return "person:" + who.name;
        case Who::Kind::role: return who.where == Where{} ? who.name : who.name + "@" + to_string(who.where);
    }
    return "";
}

}  // namespace reeve::org
