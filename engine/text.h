// What a text is to its readers: whether there is anything to see, and whether it stays in its line. UTF-8.
#pragma once

#include <string_view>

namespace reeve {

// Holds nothing that can be seen: spaces of any width, line ends, control characters and marks only.
bool is_blank(std::string_view);
// Of one line that reads from one side to the other: no control characters, no separators of lines, no marks
// that turn the direction.
bool is_one_line(std::string_view);

}  // namespace reeve
