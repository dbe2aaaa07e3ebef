#include "engine/cli/scenario.h"

#include <fmt/format.h>

#include <fstream>

#include "engine/json.h"

namespace reeve::cli {

std::string Line::place(int at) const { return fmt::format("{}:{}:{}", file, number, at ? at : column); }

namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Reads a quoted text whose opening quote stands at `i`; leaves `i` behind the closing one. False: no end.
bool read_quoted(std::string_view text, std::size_t& i, std::string& into) {
    for (++i; i < text.size(); ++i) {
        if (text[i] == '"') {
            ++i;
            return true;
        }
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        into += text[i];
    }
    return false;
}

bool is_key(std::string_view key) {
    if (key.empty()) return false;
    for (char c : key)
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' && c != '.') return false;
    return true;
}

}  // namespace

Result<std::optional<Line>> read_line(std::string_view text, const std::string& file, int number) {
    Line line{file, number, "", "", 0, {}};
    std::size_t i = 0, end = 0;
    bool started = false;
    while (true) {
        while (i < text.size() && blank(text[i])) ++i;
        if (i >= text.size() || text[i] == '#') break;
        Word word;
        bool keyed = false;
        word.column = static_cast<int>(i) + 1;
        if (text[i] == '"') {
            word.quoted = true;
            if (!read_quoted(text, i, word.text))
                return refuse("bad-line", "a quote is opened here and never closed", line.place(word.column));
        } else {
            while (i < text.size() && !blank(text[i])) {
                if (text[i] == '"' && !word.text.empty() && word.text.back() == '=') {
                    word.key = word.text.substr(0, word.text.size() - 1);
                    word.text.clear();
                    word.quoted = keyed = true;
                    if (!read_quoted(text, i, word.text))
                        return refuse("bad-line", "a quote is opened here and never closed",
                                      line.place(word.column));
                    break;
                }
                word.text += text[i++];
            }
            if (!word.quoted)
                if (auto equals = word.text.find('='); equals != std::string::npos) {
                    word.key = word.text.substr(0, equals);
                    keyed = true;
                    word.text.erase(0, equals + 1);
                    if (word.text.empty())
                        return refuse("bad-line",
                                      fmt::format("\"{}=\" has no value; an empty one is written {}=\"\"",
                                                  word.key, word.key),
                                      line.place(word.column));
                }
            if (keyed && !is_key(word.key))
                return refuse(
                    "bad-line",
                    fmt::format("\"{}\" is no name of a field; put the whole word in quotes if it is "
                                "text that holds a =",
                                word.key),
                    line.place(word.column));
        }
        if (i < text.size() && !blank(text[i]))
            return refuse("bad-line", "a blank is missing behind the closing quote",
                          line.place(static_cast<int>(i) + 1));
        end = i;
        if (!started) {
            if (!word.key.empty() || word.quoted)
                return refuse("bad-line", "a line begins with a verb, such as open, act, advance or expect",
                              line.place(word.column));
            line.verb = word.text;
            line.column = word.column;
            started = true;
        } else {
            line.words.push_back(std::move(word));
        }
    }
    if (!started) return std::optional<Line>{};
    line.text = text.substr(static_cast<std::size_t>(line.column) - 1,
                            end - static_cast<std::size_t>(line.column) + 1);
    return line;
}

Result<std::vector<Line>> read_scenario(const std::string& path) {
    std::ifstream in;
    if (may_be_read(path)) in.open(path);
    if (!in.is_open()) return refuse("no-file", "cannot read the scenario " + path, path);
    std::vector<Line> lines;
    std::string text;
    for (int number = 1; std::getline(in, text); ++number) {
        if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
        if (const auto bad = bad_utf8(text); bad != std::string::npos)
            return refuse("bad-utf8", "this byte is not UTF-8; save the file as UTF-8",
                          fmt::format("{}:{}:{}", path, number, bad + 1));
        auto line = read_line(text, path, number);
        if (!line) return std::unexpected(line.error());
        if (*line) lines.push_back(std::move(**line));
    }
    if (lines.empty()) return refuse("empty-scenario", "there is nothing in it to play", path);
    return lines;
}

Words::Words(const Line& line, std::size_t skip) : line_(&line), used_(line.words.size()) {
    for (std::size_t i = 0; i < skip && i < used_.size(); ++i) used_[i] = 1;
}

std::size_t Words::next_plain() const {
    for (std::size_t i = 0; i < used_.size(); ++i)
        if (!used_[i] && line_->words[i].key.empty()) return i;
    return used_.size();
}

std::optional<std::string> Words::peek() const {
    const auto i = next_plain();
    if (i == used_.size()) return std::nullopt;
    return line_->words[i].text;
}

std::optional<std::string> Words::next_if() {
    const auto i = next_plain();
    if (i == used_.size()) return std::nullopt;
    used_[i] = 1;
    last_column_ = line_->words[i].column;
    return line_->words[i].text;
}

bool Words::next_is(std::string_view word) {
    const auto i = next_plain();
    if (i == used_.size() || line_->words[i].quoted || line_->words[i].text != word) return false;
    used_[i] = 1;
    return true;
}

std::string Words::next(const char* what) {
    auto word = next_if();
    if (!word) {
        last_column_ = 0;
        fail(fmt::format("expected {} here", what));
    }
    return *word;
}

std::string Words::rest(const char* what) {
    std::string text = next(what);
    const int column = last_column_;
    while (auto word = next_if()) text += " " + *word;
    last_column_ = column;
    return text;
}

std::optional<std::string> Words::option(const char* key) {
    auto all = options(key);
    if (all.empty()) return std::nullopt;
    if (all.size() > 1) fail(fmt::format("{}= is given more than once", key));
    return all.front();
}

std::vector<std::string> Words::options(const char* key) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < used_.size(); ++i)
        if (!used_[i] && line_->words[i].key == key) {
            used_[i] = 1;
            last_column_ = line_->words[i].column;
            values.push_back(line_->words[i].text);
        }
    return values;
}

nlohmann::ordered_json Words::data() {
    auto data = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < used_.size(); ++i) {
        const auto& word = line_->words[i];
        if (used_[i] || word.key.empty()) continue;
        used_[i] = 1;
        std::string_view path = word.key;
        if (path.starts_with("data.")) path.remove_prefix(5);
        auto* at = &data;
        while (true) {
            const auto dot = path.find('.');
            at = &(*at)[std::string(path.substr(0, dot))];
            if (dot == std::string_view::npos) break;
            path.remove_prefix(dot + 1);
            if (!at->is_null() && !at->is_object()) {
                last_column_ = word.column;
                fail(fmt::format("{} was given as a plain value before", word.key));
            }
        }
        *at = value_of(word);
    }
    return data;
}

std::vector<Word> Words::left() const {
    std::vector<Word> words;
    for (std::size_t i = 0; i < used_.size(); ++i)
        if (!used_[i]) words.push_back(line_->words[i]);
    return words;
}

int Words::column() const {
    const auto i = next_plain();
    if (i < used_.size()) return line_->words[i].column;
    return line_->column + static_cast<int>(line_->text.size());
}

void Words::finish() const {
    for (std::size_t i = 0; i < used_.size(); ++i)
        if (!used_[i]) {
            const auto& word = line_->words[i];
            last_column_ = word.column;
            fail(fmt::format("\"{}\" has no meaning here for {}",
                             word.key.empty() ? word.text : word.key + "=" + word.text, line_->verb));
        }
}

void Words::fail(std::string message, std::string code) const {
    throw BadLine{
        {std::move(code), std::move(message), line_->place(last_column_ ? last_column_ : column())}};
}

nlohmann::ordered_json value_of(const Word& word) {
    if (!word.quoted) {
        auto value = nlohmann::ordered_json::parse(word.text, nullptr, false);
        if (!value.is_discarded() && !value.is_string()) return value;
    }
    return word.text;
}

}  // namespace reeve::cli
