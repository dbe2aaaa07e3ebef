// A scenario: a page of plain lines that plays casework under a virtual clock and says what should have
// happened (docs/scenarios.md). This is the reading of it; scenario_run.h plays it.
//
// A line is a verb and words: bare words, "quoted words", key=value and key="quoted value". A # that begins a
// word starts a comment. Every word knows its column (from 1, in bytes), so that a refusal can say
// FILE:LINE:COL.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"

namespace reeve::cli {

struct Word {
    int column = 0;
    std::string key;   // of key=value; empty for a plain word
    std::string text;  // the word, or the value
    bool quoted = false;
};

struct Line {
    std::string file;
    int number = 0;
    std::string text;  // as written, without the comment
    std::string verb;
    int column = 0;  // of the verb
    std::vector<Word> words;
    std::string place(int at = 0) const;  // FILE:LINE:COL
};

Result<std::optional<Line>> read_line(std::string_view text, const std::string& file, int number);
Result<std::vector<Line>> read_scenario(const std::string& path);  // code "no-file", "bad-line"

// The words of a line as a verb takes them, one after the other. What is missing or left over is a refusal at
// its column. Verbs throw it, the runner of the line catches it: a line is refused whole.
struct BadLine {
    Error error;
};

class Words {
  public:
    explicit Words(const Line& line, std::size_t skip = 0);
    const Line& line() const { return *line_; }

    std::string next(const char* what);  // the next plain word; throws BadLine "expected WHAT"
    std::optional<std::string> next_if();
    bool next_is(std::string_view word);                 // takes it when it is the next plain word
    std::optional<std::string> peek() const;             // the next plain word
    std::string rest(const char* what);                  // all plain words left, joined by a space
    std::optional<std::string> option(const char* key);  // key=…, once
    std::vector<std::string> options(const char* key);   // key=…, as often as given
    nlohmann::ordered_json data();  // every key=value left, dotted keys as objects; data.KEY is KEY
    std::vector<Word> left() const;
    int column() const;   // of the next word, or the line's end
    void finish() const;  // throws BadLine when words are left

    [[noreturn]] void fail(std::string message, std::string code = "bad-line") const;

  private:
    std::size_t next_plain() const;
    const Line* line_;
    std::vector<char> used_;
    mutable int last_column_ = 0;
};

// A value as written: bare numbers, true, false, null and JSON lists and objects are those; anything else,
// and whatever is quoted, is text.
nlohmann::ordered_json value_of(const Word&);

}  // namespace reeve::cli
