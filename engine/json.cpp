#include "engine/json.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unordered_set>

#include "engine/positions.h"

namespace reeve {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t max_depth = 200;
constexpr std::size_t max_size = std::size_t{64} << 20;

// Finds where each token begins. nlohmann's parser has accepted the tokens up to the one asked for, so the
// scanner need not judge the text; it skips blanks, comments, commas and colons.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text), at_(text.starts_with("\xEF\xBB\xBF") ? 3 : 0) {}

    std::size_t next() {
        skip_blanks();
        std::size_t start = at_;
        if (at_ >= text_.size()) return start;
        if (text_[at_] == '"') {
            for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) at_ += text_[at_] == '\\';
            at_ = std::min(at_ + 1, text_.size());  // one that does not end, ends with the text
        } else if (std::string_view("{}[]").contains(text_[at_])) {
            ++at_;
        } else {
            at_ = std::min(text_.find_first_of(" \t\r\n,:{}[]/\"", at_), text_.size());
        }
        return start;
    }

  private:
    void skip_blanks() {
        while (at_ < text_.size()) {
            if (text_.substr(at_).starts_with("//")) {
                // A zero ends it too, for the parser.
                auto end = text_.find_first_of(std::string_view("\r\n\0", 3), at_);
                at_ = end == std::string_view::npos ? text_.size() : end + 1;
            } else if (text_.substr(at_).starts_with("/*")) {
                auto end = text_.find("*/", at_ + 2);
                at_ = end == std::string_view::npos ? text_.size() : end + 2;
            } else if (std::string_view(" \t\r\n,:").contains(text_[at_])) {
                ++at_;
            } else {
                return;
            }
        }
    }

    std::string_view text_;
    std::size_t at_;
};

// Builds the value and its positions from the parser's events; each event is one token of the scanner.
class Builder : public nlohmann::json_sax<Json> {
  public:
    Builder(std::string_view text, Positions& positions)
        : text_(text), positions_(positions), scanner_(text) {}

    bool null() override { return leaf(nullptr); }
    bool boolean(bool v) override { return leaf(v); }
    bool number_integer(number_integer_t v) override { return leaf(v); }
    bool number_unsigned(number_unsigned_t v) override { return leaf(v); }
    bool number_float(number_float_t v, const string_t&) override { return leaf(v); }
    bool string(string_t& v) override { return leaf(std::move(v)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& key) override {
        std::size_t at = scanner_.next();
        Open& object = open_.back();
        if (!object.keys.insert(key).second) {
            return fail("duplicate-key",
                        fmt::format("the key {} is given twice here; give it once", Json(key).dump()), at);
        }
        object.key = std::move(key);
        object.key_at = at;
        return true;
    }

    bool parse_error(std::size_t byte, const std::string& token,
                     const nlohmann::detail::exception& e) override {
        std::size_t at = byte == 0 ? 0 : byte - 1;
        std::string_view read = text_.substr(0, std::min(at + 1, text_.size()));
        if (std::string_view(e.what()).contains("number overflow")) {
            return fail("bad-json", fmt::format("the number {} is too large", token), scanner_.next());
        }
        if (!read.empty() && (read.back() == ']' || read.back() == '}') && after_comma(at)) {
            return fail("bad-json",
                        fmt::format("nothing follows the comma before '{}'; remove that comma", read.back()),
                        at);
        }
        std::string what = e.what();  // "[json.exception…] parse error at line 1, column 2: …"
        if (auto colon = what.find(": "); colon != std::string::npos) what.erase(0, colon + 2);
        if (at >= text_.size()) {
            const bool empty = open_.empty() && Scanner(text_).next() >= text_.size();
            return fail("bad-json",
                        empty ? "the file is empty; it should hold a value, such as {…}"
                              : "the text ends before the value does: a }, ] or \" is missing",
                        at);
        }
        Scanner ahead = scanner_;
        if (auto words = as_printed(text_.substr(ahead.next())); !words.empty())
            return fail("bad-json", words, scanner_.next());
        if (auto words = in_words(what); !words.empty()) return fail("bad-json", words, scanner_.next());
        // The parser quotes what it read last, and may have stopped within a character.
        for (auto bad = bad_utf8(what); bad != std::string::npos; bad = bad_utf8(what)) what.erase(bad, 1);
        return fail("bad-json", what, at);
    }

    Json take() { return std::move(root_); }
    const Error& error() const { return error_; }
    std::size_t error_at() const { return error_at_; }

  private:
    struct Open {  // an object or array whose end has not come
        Json value;
        std::uint32_t node;
        std::unordered_set<std::string> keys;
        std::string key;  // the key of the value to come
        std::size_t key_at = 0;
    };

    bool fail(std::string code, std::string message, std::size_t at) {
        error_ = {std::move(code), std::move(message), {}};
        error_at_ = at;
        return false;
    }

    // Of a mark that a word processor, or an input method for Chinese, writes for one of JSON's.
    static std::string as_printed(std::string_view rest) {
        struct Mark {
            std::string_view printed, meant;
        };
        constexpr Mark marks[] = {{"“", "\""}, {"”", "\""}, {"„", "\""},  {"‘", "\""},  {"’", "\""},
                                  {"«", "\""}, {"»", "\""}, {"「", "\""}, {"」", "\""}, {"＂", "\""},
                                  {"'", "\""}, {"，", ","}, {"：", ":"},  {"｛", "{"},  {"｝", "}"},
                                  {"［", "["}, {"］", "]"}};
        for (const auto& mark : marks)
            if (rest.starts_with(mark.printed))
                return fmt::format("this is {}; JSON has the plain {} in its place", mark.printed,
                                   mark.meant);
        return {};
    }

    // The parser's complaint as a person would say it, about the token it stopped at; empty for the rest.
    static std::string in_words(std::string_view what) {
        if (what.contains("expected ':'")) return "a colon is missing before this: write \"key\": value";
        const bool value = what.contains("unexpected string literal") || what.contains("unexpected number") ||
                           what.contains("unexpected '{'") || what.contains("unexpected '['") ||
                           what.contains("unexpected true literal") ||
                           what.contains("unexpected false literal") ||
                           what.contains("unexpected null literal");
        if (value && (what.contains("expected '}'") || what.contains("expected ']'")))
            return "a comma is missing before this";
        if (what.contains("parsing object key") && what.contains("expected string literal"))
            return "a key is written in straight double quotes: \"key\": value";
        if (what.contains("invalid string: control character U+000A"))
            return "a text ends on the line on which it begins: its closing quote is missing";
        if (what.contains("invalid literal"))
            return "this is no value: write a text in quotes, a number, true, false, null, {…} or […]";
        return {};
    }

    // Whether the last token before the bracket at `at` is a comma that follows a value.
    bool after_comma(std::size_t at) const {
        if (open_.empty() || open_.back().value.empty() || Scanner(scanner_).next() != at) return false;
        std::size_t last = text_.find_last_not_of(" \t\r\n", at - 1);
        return last != std::string_view::npos && text_[last] == ',';
    }

    std::uint32_t add_node() {
        std::size_t at = scanner_.next();
        if (open_.empty()) {
            positions_.nodes[0] = {at, at, {}};
            return 0;
        }
        Open& parent = open_.back();
        auto id = static_cast<std::uint32_t>(positions_.nodes.size());
        positions_.nodes.push_back({at, parent.value.is_object() ? parent.key_at : at, {}});
        positions_.nodes[parent.node].children.push_back(id);
        return id;
    }

    void put(Json value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (Json& parent = open_.back().value; parent.is_array()) {
            parent.push_back(std::move(value));
        } else {
            // The vector's own append: ordered_map's looks for the key first, which `keys` has done.
            auto& object = parent.get_ref<Json::object_t&>();
            static_cast<Json::object_t::Container&>(object).emplace_back(open_.back().key, std::move(value));
        }
    }

    bool leaf(Json value) {
        add_node();
        put(std::move(value));
        return true;
    }

    bool open(Json value) {
        std::uint32_t node = add_node();
        if (open_.size() >= max_depth) {
            return fail("too-deep", fmt::format("values are nested more than {} deep here", max_depth),
                        positions_.nodes[node].value);
        }
        open_.push_back({std::move(value), node, {}, {}, 0});
        return true;
    }

    bool close() {
        scanner_.next();
        Json value = std::move(open_.back().value);
        open_.pop_back();
        put(std::move(value));
        return true;
    }

    std::string_view text_;
    Positions& positions_;
    Scanner scanner_;
    std::vector<Open> open_;
    Json root_;
    Error error_;
    std::size_t error_at_ = 0;
};

}  // namespace

std::size_t bad_utf8(std::string_view s) {
    for (std::size_t i = 0; i < s.size();) {
        auto lead = static_cast<unsigned char>(s[i]);
        std::size_t more = lead < 0x80 ? 0 : lead >= 0xC2 && lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || i + more >= s.size()) return i;
        std::uint32_t code = more == 0 ? lead : lead & (0x3F >> more);
        for (std::size_t k = 1; k <= more; ++k) {
            auto byte = static_cast<unsigned char>(s[i + k]);
            if ((byte & 0xC0) != 0x80) return i;
            code = code << 6 | (byte & 0x3F);
        }
        if ((more == 2 && code < 0x800) || (more == 3 && (code < 0x10000 || code > 0x10FFFF)) ||
            (code >= 0xD800 && code < 0xE000)) {
            return i;
        }
        i += more + 1;
    }
    return std::string_view::npos;
}

bool may_be_read(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) || path == "/dev/stdin";
}

Result<Document> parse_json(std::string_view text, std::string name) {
    if (text.size() > max_size) {
        return refuse("too-large", "the text is larger than 64 MiB; split it into several files", name);
    }
    auto positions = std::make_shared<Positions>(text);
    if (auto at = bad_utf8(text); at != std::string_view::npos) {
        return refuse("bad-utf8", "this byte is not UTF-8; save the file as UTF-8",
                      name + positions->line_column(at));
    }
    Builder builder(text, *positions);
    if (!Json::sax_parse(text, &builder, Json::input_format_t::json, true, true)) {
        Error error = builder.error();
        error.place = name + positions->line_column(builder.error_at());
        return std::unexpected(std::move(error));
    }
    return Document{builder.take(), std::move(name), std::move(positions)};
}

Result<Document> load_json(const std::string& path) {
    std::ifstream in;
    if (may_be_read(path)) in.open(path, std::ios::binary);
    if (!in.is_open()) {
        return refuse("no-file", "there is no such file, or it cannot be read", path);
    }
    return parse_json(read_at_most(in, max_size + 1), path);
}

std::string read_at_most(std::istream& in, std::size_t most) {
    std::string text;
    std::array<char, 64 * 1024> chunk;
    while (text.size() < most && in) {
        in.read(chunk.data(), static_cast<std::streamsize>(std::min(chunk.size(), most - text.size())));
        text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
    }
    return text;
}

std::string Document::place(const Pointer& pointer) const {
    bool found = false;
    const auto& node = positions->find(value, pointer, found);
    return name + positions->line_column(node.value);
}

std::string Document::key_place(const Pointer& pointer) const {
    bool found = false;
    const auto& node = positions->find(value, pointer, found);
    return name + positions->line_column(found ? node.key : node.value);
}

std::optional<Document::Pointer> Document::pointer_at(std::string_view place) const {
    if (!place.starts_with(name)) return std::nullopt;
    const auto offset = positions->offset(place.substr(name.size()));
    return offset ? std::optional(positions->pointer(value, *offset)) : std::nullopt;
}

}  // namespace reeve
