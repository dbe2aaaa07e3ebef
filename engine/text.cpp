#include "engine/text.h"

#include <re2/re2.h>

namespace reeve {

bool is_blank(std::string_view text) {
    static const RE2 nothing_to_see("[\\pZ\\p{Cc}\\p{Cf}]*");
    return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), nothing_to_see);
}

bool is_one_line(std::string_view text) {
    static const RE2 leaves_its_line("[\\p{Cc}\\p{Zl}\\p{Zp}\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}]");
    return !RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), leaves_its_line);
}

}  // namespace reeve
