#include "engine/http/language.h"

#include <charconv>

#include "engine/http/message.h"

namespace reeve::http {

namespace {

using views::Language;

std::string_view take(std::string_view& text, char end) {
    const auto at = text.find(end);
    const auto part = text.substr(0, at);
    text = at == text.npos ? std::string_view() : text.substr(at + 1);
    return trimmed(part);
}

bool is(std::string_view tag, std::string_view language) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (tag.size() < language.size() || (tag.size() > language.size() && tag[language.size()] != '-'))
        return false;
    for (std::size_t i = 0; i < language.size(); ++i)
        if (lower(tag[i]) != language[i]) return false;
    return true;
}

}  // namespace

Language language_of(std::string_view wanted, std::string_view accepted) {
    if (is(wanted, "zh")) return Language::zh;
    if (is(wanted, "en")) return Language::en;
    // Of those wanted alike the first one.
    auto best = Language::en;
    double most = 0;
    while (!accepted.empty()) {
        auto range = take(accepted, ',');
        const auto tag = take(range, ';');
        double quality = 1;
        if (const auto q = range.find("q="); q != range.npos) {
            const auto number = range.substr(q + 2);
            if (std::from_chars(number.data(), number.data() + number.size(), quality).ec != std::errc{})
                continue;
        }
        const bool chinese = is(tag, "zh");
        if (quality <= most || (!chinese && !is(tag, "en") && tag != "*")) continue;
        best = chinese ? Language::zh : Language::en;
        most = quality;
    }
    return best;
}

}  // namespace reeve::http
