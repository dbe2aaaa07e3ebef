#include "engine/spelling.h"

#include <cctype>

namespace reeve {

namespace {

// Edits from a to b (optimal string alignment), case not counted.
std::size_t distance(std::string_view a, std::string_view b) {
    auto same = [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
    };
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before = std::exchange(above, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + !same(a[i - 1], b[j - 1])});
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> known) {
    if (word.empty() || word.size() > 80) return "";
    const std::string* best = nullptr;
    std::size_t fewest = SIZE_MAX;
    for (const std::string& candidate : known) {
        if (candidate.size() > 80) continue;
        std::size_t edits = distance(word, candidate);
        if (edits < fewest) {
            fewest = edits;
            best = &candidate;
        }
    }
    std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
    return best && fewest <= allowed && fewest < best->size() ? *best : "";
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
    std::string near = nearest(word, known);
    return near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
}

}  // namespace reeve
