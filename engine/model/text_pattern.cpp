// By RE2: std::regex backtracks: (a+)+$ on forty letters would hold up every case of a
// folder.
#include "engine/model/text_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <cctype>

namespace reeve::model {
namespace {

// JSON Schema writes a character by number as \u4e00, RE2 as \x{4e00}.
std::string as_re2(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '\\' && i + 1 < text.size();
        bool number = escape && text[i + 1] == 'u' && i + 5 < text.size();
        for (std::size_t k = 2; number && k < 6; ++k)
            number = std::isxdigit(static_cast<unsigned char>(text[i + k])) != 0;
        if (number) {
            out += "\\x{" + text.substr(i + 2, 4) + "}";
            i += 5;
        } else if (escape) {
            out += text.substr(i++, 2);
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string fault(const RE2& compiled) {
    const auto& part = compiled.error_arg();
    const bool reference = part.size() > 1 && part[0] == '\\' && part[1] >= '1' && part[1] <= '9';
    switch (compiled.error_code()) {
        case RE2::ErrorBadPerlOp:
            return "it looks around (\"" + part +
                   "\"), which is not known here, for it may run for ever; say what the text itself has";
        case RE2::ErrorBadEscape:
            return reference ? "it refers back (\"" + part +
                                   "\"), which is not known here, for it may run for ever; write the part out"
                             : "\"" + part + "\" stands for nothing; check what follows the backslash";
        case RE2::ErrorPatternTooLarge: return "it is too large; shorten it, or its repetitions";
        case RE2::ErrorRepeatSize: return "\"" + part + "\" repeats too often; up to 1000 are known";
        case RE2::ErrorBadUTF8: return "it is not UTF-8";
        default: return "check its brackets";
    }
}

}  // namespace

struct TextPattern::Compiled {
    explicit Compiled(const std::string& text) : re2(as_re2(text), RE2::Quiet) {}
    RE2 re2;
};

TextPattern::TextPattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
TextPattern::TextPattern(TextPattern&&) noexcept = default;
TextPattern::~TextPattern() = default;

Result<TextPattern> TextPattern::parse(const std::string& text) {
    auto compiled = std::make_unique<Compiled>(text);
    if (!compiled->re2.ok()) return refuse("bad-pattern", fault(compiled->re2));
    return TextPattern(std::move(compiled));
}

bool TextPattern::found_in(std::string_view text) const {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled_->re2);
}

}  // namespace reeve::model
