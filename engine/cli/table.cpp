#include "engine/cli/table.h"

#include <fmt/color.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace reeve::cli {

std::size_t display_width(std::string_view text) {
    // fmt pads by display width, and a text is never wider than its bytes: what the padding lacks is the
    // width.
    return 2 * text.size() - fmt::formatted_size("{:<{}}", text, text.size());
}

namespace {

// An instant as people read it: to the second. Its milliseconds stand in the JSON.
std::string to_the_second(std::string text) {
    constexpr std::size_t point = 19, fraction = 4;  // 2026-03-02T09:00:00.250+08:00
    if (text.size() <= point + fraction || text[10] != 'T' || text[point] != '.') return text;
    if (time::parse_instant(text)) text.erase(point, fraction);
    return text;
}

std::string at(const Json& row, const Column& column) {
    const auto& field = column.field;
    const Json* value = &row;
    for (std::size_t from = 0; from <= field.size();) {
        std::size_t dot = std::min(field.find('.', from), field.size());
        auto it = value->is_object() ? value->find(field.substr(from, dot - from)) : value->end();
        if (!value->is_object() || it == value->end()) return column.none;
        value = &*it;
        from = dot + 1;
    }
    std::string text = plain(*value);
    std::replace(text.begin(), text.end(), '\n', ' ');
    if (text.empty()) return column.none;
    return to_the_second(column.ends ? time::deadline_words(text) : text);
}

std::string padded(std::string text, std::size_t width) {
    std::size_t have = display_width(text);
    if (have < width) text.append(width - have, ' ');
    return text;
}

}  // namespace

std::string coloured_light(const std::string& light, bool colour) {
    if (!colour) return light;
    using enum fmt::terminal_color;
    const auto style = light.starts_with("green")    ? fg(green)
                       : light.starts_with("blue")   ? fg(blue)
                       : light.starts_with("yellow") ? fg(yellow)
                       : light.starts_with("orange") ? fg(fmt::color::orange)
                       : light.starts_with("red")    ? fg(red) | fmt::emphasis::bold
                                                     : fmt::text_style();
    return fmt::format(style, "{}", light);
}

std::string table(const std::vector<Column>& columns, const Json& rows, bool colour,
                  const std::string& none) {
    if (rows.empty()) return none + "\n";
    std::vector<std::vector<std::string>> cells(rows.size());
    std::vector<std::size_t> widths;
    for (const auto& column : columns) {
        std::size_t width = 0;
        for (std::size_t i = 0; i < rows.size(); ++i)
            width = std::max(width, display_width(cells[i].emplace_back(at(rows[i], column))));
        widths.push_back(width == 0 ? 0 : std::max(width, display_width(column.head)));
    }
    auto line = [&](auto&& cell) {
        std::string text;
        for (std::size_t c = 0; c < columns.size(); ++c)
            if (widths[c] > 0) text += (text.empty() ? "" : "  ") + cell(c);
        text.erase(text.find_last_not_of(' ') + 1);
        return text + "\n";
    };
    std::string text = line([&](std::size_t c) { return padded(columns[c].head, widths[c]); });
    for (const auto& row : cells)
        text += line([&](std::size_t c) {
            std::string cell = padded(row[c], widths[c]);
            return columns[c].field.ends_with("light") ? coloured_light(cell, colour) : cell;
        });
    return text;
}

std::string sheet(const std::vector<Column>& columns, const Json& object, bool colour) {
    std::size_t width = 0;
    for (const auto& column : columns)
        if (!at(object, column).empty()) width = std::max(width, display_width(column.head));
    std::string text;
    for (const auto& column : columns) {
        std::string value = at(object, column);
        if (value.empty()) continue;
        if (column.field.ends_with("light")) value = coloured_light(value, colour);
        text += padded(column.head, width) + "  " + value + "\n";
    }
    return text;
}

bool may_colour(std::FILE* stream) {
    const char* no = std::getenv("NO_COLOR");
    return isatty(fileno(stream)) && (no == nullptr || *no == '\0');
}

}  // namespace reeve::cli
