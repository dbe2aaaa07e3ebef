// "Did you mean": the known word nearest to one that is not known. Every reader of what people write uses it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reeve {

// The word of `known` with the fewest edits (swaps of neighbours count one) to `word`, if few enough to be a
// slip of the pen; else "".
std::string nearest(std::string_view word, std::span<const std::string> known);
// The same as the tail of a sentence: `; did you mean "working days"?`, or "" when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace reeve
