// What a text is to its readers: whether there is anything to see, and whether it stays in its line. UTF-8.
#pragma once

#include <string_view>

namespace reeve {

// Nothing in it but what Unicode calls separators, control characters and format characters (Z, Cc, Cf).
bool is_blank(std::string_view);
// No control characters, no separators of lines or paragraphs, nothing that embeds, overrides or isolates
// the direction in which it reads (U+202A to U+202E, U+2066 to U+2069).
bool is_one_line(std::string_view);

}  // namespace reeve
