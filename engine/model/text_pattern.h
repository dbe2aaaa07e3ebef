// Inside engine/model: a regular expression of a definition. It is matched in linear time and without
// recursion: people's data meets it on the writer's thread. RE2 stays behind it. Immutable, thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace reeve::model {

class TextPattern {
  public:
    // code "bad-pattern": what is wrong with it, and what would be right.
    static Result<TextPattern> parse(const std::string& text);
    TextPattern(TextPattern&&) noexcept;
    ~TextPattern();

    bool found_in(std::string_view text) const;  // anywhere, unless anchored

  private:
    struct Compiled;
    explicit TextPattern(std::unique_ptr<Compiled>);
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace reeve::model
