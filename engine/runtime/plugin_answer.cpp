#include "engine/runtime/plugin_answer.h"

#include "engine/json.h"

namespace reeve::runtime {

std::string text_in(const Json& answer, const char* name) {
    const auto it = answer.find(name);
    return it != answer.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::string error_in(const Json& answer, const std::string& plugin) {
    auto error = one_line(text_in(answer, "error"));
    return error.empty() ? "the plugin " + plugin + " does not say why" : error;
}

std::optional<Millis> wait_in(const Json& answer) {
    constexpr std::int64_t longest = std::int64_t{24} * 3600 * 1000;
    const auto wait = answer.find("wait_ms");
    if (wait == answer.end() || !wait->is_number()) return std::nullopt;
    const auto ms = wait->get<double>();
    if (!(ms > 0)) return std::nullopt;
    return Millis(ms < longest ? static_cast<std::int64_t>(ms) : longest);
}

std::string one_line(std::string text) {
    constexpr std::size_t longest = 500;
    if (text.size() > longest) text.resize(longest);
    for (auto at = bad_utf8(text); at != std::string::npos; at = bad_utf8(text)) text[at] = '?';
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
    return text;
}

}  // namespace reeve::runtime
