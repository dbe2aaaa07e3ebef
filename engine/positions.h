// Inside engine/json: where each value and each key of one text begins. Filled by the parser, then immutable.
#pragma once

#include <cstdint>

#include "engine/json.h"

namespace reeve {

class Positions {
  public:
    using Json = nlohmann::ordered_json;
    using Pointer = Document::Pointer;
    struct Node {
        std::size_t value = 0;
        std::size_t key = 0;                  // same as `value` where no key names it
        std::vector<std::uint32_t> children;  // in the order of the value's elements
    };

    explicit Positions(std::string_view text);
    // ":line:column" of a byte of the text, and the way back; none when it is no such thing.
    std::string line_column(std::size_t offset) const;
    std::optional<std::size_t> offset(std::string_view line_column) const;
    // The node of `pointer` or of the last value on the way to it; `found` says which.
    const Node& find(const Json& root, const Pointer& pointer, bool& found) const;
    // Of the innermost value that begins, or is named, at that byte or before it.
    Pointer pointer(const Json& root, std::size_t offset) const;

    std::vector<Node> nodes{Node{}};

  private:
    std::string text_;
    std::vector<std::size_t> lines_{0};
};

}  // namespace reeve
