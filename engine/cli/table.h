// Plain aligned tables for people. The rows are the JSON that --json prints, so that the two cannot part: a
// column names a field of the row. Widths are those of the terminal (a Chinese character takes two columns).
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "engine/views/words.h"

namespace reeve::cli {

using views::plain;
using views::visible;

struct Column {
    std::string field;  // of the row; a path such as "clock.due" reaches inside
    std::string head;
    std::string none = {};  // what an empty cell says
    bool ends = false;  // an instant at which something ends: a midnight is read as the end of the day before
};
inline Column deadline(std::string field, std::string head) {
    return {std::move(field), std::move(head), {}, true};
}

// Columns on a terminal that `text` takes.
std::size_t display_width(std::string_view text);

// The rows, one a line, aligned; a field called "light" is coloured when `colour`. Columns that no row fills
// are left out. Without rows it is `none`, one sentence.
std::string table(const std::vector<Column>& columns, const Json& rows, bool colour,
                  const std::string& none = "Nothing to show.");

// "Name  value" lines, for one thing.
std::string sheet(const std::vector<Column>& columns, const Json& object, bool colour);

// Whether to colour what goes to `stream`: it is a terminal and NO_COLOR is not set.
bool may_colour(std::FILE* stream);
std::string coloured_light(const std::string& light, bool colour);

}  // namespace reeve::cli
