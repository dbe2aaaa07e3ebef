#include "tests/fuzz/claim.h"

#include <charconv>

namespace reeve::fuzz {

void claim_placed(const Error& error, std::string_view text, const std::string& name) {
    claim_told(error);
    const std::string& place = error.place;
    const std::string what = "the place of a refusal lies in the text: " + error.text();
    claim(place.starts_with(name + ":"), what);
    std::size_t line = 0, column = 0;
    const char* end = place.data() + place.size();
    auto at = std::from_chars(place.data() + name.size() + 1, end, line);
    claim(at.ec == std::errc() && at.ptr != end && *at.ptr == ':', what);
    at = std::from_chars(at.ptr + 1, end, column);
    claim(at.ec == std::errc() && at.ptr == end && line >= 1 && column >= 1, what);
    for (; line > 1; --line) {
        const auto newline = text.find('\n');
        claim(newline != std::string_view::npos, what);
        text.remove_prefix(newline + 1);
    }
    // Columns count characters, which are never more than the bytes.
    claim(column <= std::min(text.find('\n'), text.size()) + 1, what);
}

}  // namespace reeve::fuzz
