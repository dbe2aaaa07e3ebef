#include "engine/positions.h"

#include <algorithm>
#include <charconv>

namespace reeve {

namespace {

using Json = Positions::Json;
constexpr std::string_view bom = "\xEF\xBB\xBF";

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// An object's members in the order they were written (ordered_map is a vector of them).
const Json::object_t::Container& members(const Json& value) { return value.get_ref<const Json::object_t&>(); }

const Json& element(const Json& value, std::size_t index) {
    return value.is_object() ? members(value)[index].second : value[index];
}

std::size_t child(const Json& value, const std::string& step) {
    if (value.is_object()) {
        const auto& all = members(value);
        auto it = std::ranges::find(all, step,
                                    [](const auto& member) -> const std::string& { return member.first; });
        return it == all.end() ? SIZE_MAX : static_cast<std::size_t>(it - all.begin());
    }
    if (!value.is_array() || step.empty() || step.size() > 9) return SIZE_MAX;
    if (step.find_first_not_of("0123456789") != std::string::npos) return SIZE_MAX;
    return std::stoul(step);
}

}  // namespace

Positions::Positions(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text_.size(); ++i) {
        if (text_[i] == '\n') lines_.push_back(i + 1);
    }
}

std::string Positions::line_column(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    auto line = std::prev(std::upper_bound(lines_.begin(), lines_.end(), offset));
    std::size_t from = *line == 0 && text_.starts_with(bom) ? bom.size() : *line;
    auto column = 1 + std::count_if(text_.begin() + static_cast<std::ptrdiff_t>(std::min(from, offset)),
                                    text_.begin() + static_cast<std::ptrdiff_t>(offset), begins_character);
    return fmt::format(":{}:{}", line - lines_.begin() + 1, column);
}

std::optional<std::size_t> Positions::offset(std::string_view place) const {
    std::size_t line = 0, column = 0;
    const auto* end = place.data() + place.size();
    if (!place.starts_with(':')) return std::nullopt;
    const auto [colon, bad_line] = std::from_chars(place.data() + 1, end, line);
    if (bad_line != std::errc{} || colon == end || *colon != ':') return std::nullopt;
    const auto [rest, bad_column] = std::from_chars(colon + 1, end, column);
    if (bad_column != std::errc{} || rest != end || line == 0 || line > lines_.size() || column == 0)
        return std::nullopt;
    std::size_t at = lines_[line - 1];
    if (at == 0 && text_.starts_with(bom)) at = bom.size();
    for (; at < text_.size() && column > 1; --column) do
            ++at;
        while (at < text_.size() && !begins_character(text_[at]));
    return at;
}

const Positions::Node& Positions::find(const Json& root, const Pointer& pointer, bool& found) const {
    std::vector<std::string> steps;
    for (Pointer p = pointer; !p.empty(); p.pop_back()) steps.push_back(p.back());
    const Json* value = &root;
    const Node* node = nodes.data();
    for (found = true; !steps.empty(); steps.pop_back()) {
        std::size_t index = child(*value, steps.back());
        if (index >= node->children.size()) {
            found = false;
            break;
        }
        value = &element(*value, index);
        node = &nodes[node->children[index]];
    }
    return *node;
}

Positions::Pointer Positions::pointer(const Json& root, std::size_t offset) const {
    Pointer pointer;
    const Json* value = &root;
    const Node* node = nodes.data();
    while (true) {
        const auto behind =
            std::ranges::upper_bound(node->children, offset, {}, [&](auto one) { return nodes[one].key; });
        if (behind == node->children.begin()) return pointer;
        const auto index = static_cast<std::size_t>(behind - node->children.begin()) - 1;
        if (value->is_object())
            pointer /= members(*value)[index].first;
        else
            pointer /= index;
        node = &nodes[node->children[index]];
        value = &element(*value, index);
    }
}

}  // namespace reeve
