// Reads the names in a condition. An expression without functions and tables binds no name of its own, so
// every name that stands alone is one of the sandbox's, and every path from `data` can be followed.
#include <set>

#include "engine/model/condition.h"
#include "engine/model/data_schema.h"
#include "engine/spelling.h"

namespace reeve::model {
namespace {

const std::set<std::string, std::less<>> keywords{"and", "or", "not", "nil", "true", "false"};
const std::set<std::string, std::less<>> statements{"function", "return", "local", "if",  "then",  "else",
                                                    "elseif",   "end",    "for",   "in",  "while", "repeat",
                                                    "do",       "until",  "break", "goto"};
const std::vector<std::string> globals{"data",     "case",        "string",    "math",
                                       "contains", "starts_with", "ends_with", "tonumber"};
const std::vector<std::string> string_functions{"lower", "upper", "len", "sub"};
const std::vector<std::string> math_functions{"abs",  "ceil",       "floor",      "max", "min",
                                              "fmod", "tointeger",  "type",       "ult", "sqrt",
                                              "huge", "maxinteger", "mininteger", "pi"};
const std::vector<std::string> case_facts{"id", "unit", "owner", "title", "stage", "cycle", "hand_overs"};

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool in_name(char c) { return starts_name(c) || std::isdigit(static_cast<unsigned char>(c)); }

class Scan {
  public:
    Scan(std::string_view text, const Json& schema) : text_(text), schema_(schema) {}

    std::optional<ConditionFault> run() {
        while (at_ < text_.size() && !fault_) next();
        return fault_;
    }

  private:
    void fail(std::size_t offset, std::string code, std::string message) {
        if (!fault_) fault_ = ConditionFault{std::move(code), std::move(message), offset};
    }

    void next() {
        char c = text_[at_];
        if (std::isspace(static_cast<unsigned char>(c))) {
            ++at_;
        } else if (c == '"' || c == '\'') {
            skip_string(c);
        } else if (text_.substr(at_).starts_with("--") || text_.substr(at_).starts_with("[[") ||
                   text_.substr(at_).starts_with("[=")) {
            fail(at_, "bad-condition",
                 "a condition takes no comments and no long texts; write texts in quotes");
        } else if (c == '{') {
            fail(at_, "bad-condition",
                 "a condition makes no tables; compare the fields of the data directly");
        } else if (std::isdigit(static_cast<unsigned char>(c))) {
            // 0x1F, 1e-3, 12.5: letters within a number are no names.
            while (at_ < text_.size() && (in_name(text_[at_]) || text_[at_] == '.')) ++at_;
        } else if (starts_name(c)) {
            name();
        } else if (c == ':') {
            method();
        } else if (c == '.' && at_ + 1 < text_.size() && starts_name(text_[at_ + 1])) {
            ++at_;  // a field of something other than a name, e.g. (a or b).c: not followed
            word();
        } else {
            ++at_;
        }
    }

    std::string skip_string(char quote) {  // what stands between the quotes, as written
        std::string inside;
        for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
            at_ += text_[at_] == '\\';
            if (at_ < text_.size()) inside.push_back(text_[at_]);
        }
        ++at_;
        return inside;
    }

    std::string word() {
        std::size_t from = at_;
        while (at_ < text_.size() && in_name(text_[at_])) ++at_;
        return std::string(text_.substr(from, at_ - from));
    }

    void blanks() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    }

    void name() {
        std::size_t from = at_;
        std::string name = word();
        if (keywords.contains(name)) return;
        if (statements.contains(name))
            return fail(from, "bad-condition",
                        fmt::format("a condition is one expression; it takes no {}", in_quotes(name)));
        if (std::ranges::find(globals, name) == globals.end()) {
            std::string hint = find_field(schema_, name).known
                                   ? fmt::format("; did you mean \"data.{}\"?", name)
                                   : did_you_mean(name, globals);
            if (hint.empty())
                hint = "; a condition knows data, case, and the functions in docs/definition-language.md";
            return fail(from, "unknown-name", fmt::format("unknown name {}{}", in_quotes(name), hint));
        }
        if (name == "data") return data_path();
        if (name == "case") return member("the case has no", case_facts);
        if (name == "string") return member("conditions have no string function", string_functions);
        if (name == "math") return member("conditions have no math function", math_functions);
    }

    void member(std::string_view lacking, const std::vector<std::string>& known) {
        blanks();
        if (at_ >= text_.size() || text_[at_] != '.') return;
        ++at_;
        blanks();
        std::size_t from = at_;
        std::string name = word();
        if (std::ranges::find(known, name) != known.end()) return;
        auto hint = did_you_mean(name, known);
        fail(from, "unknown-name",
             fmt::format("{} {}{}", lacking, in_quotes(name),
                         hint.empty() ? "; there is " + one_of(known) : hint));
    }

    // data.party.name, data.items[1].place, data["place"]
    void data_path() {
        std::string path;
        for (;;) {
            std::size_t before = at_;
            blanks();
            if (at_ < text_.size() && text_[at_] == '.' && !text_.substr(at_).starts_with("..")) {
                ++at_;
                blanks();
                std::size_t from = at_;
                if (!field(path, word(), from)) return;
            } else if (at_ + 1 < text_.size() && text_[at_] == '[' &&
                       (text_[at_ + 1] == '"' || text_[at_ + 1] == '\'')) {
                std::size_t from = ++at_;
                if (!field(path, skip_string(text_[at_]), from)) return;
                at_ += at_ < text_.size() && text_[at_] == ']';
            } else if (at_ < text_.size() && text_[at_] == '[') {
                auto close = text_.find(']', at_);
                auto index = close == std::string_view::npos ? "" : text_.substr(at_ + 1, close - at_ - 1);
                bool number =
                    !index.empty() && std::ranges::all_of(index, [](char c) { return c >= '0' && c <= '9'; });
                if (!number) return;  // an index that is computed: the path cannot be followed further
                at_ = close + 1;
                path = path.empty() ? std::string(index) : fmt::format("{}.{}", path, index);
            } else {
                at_ = before;
                return;
            }
        }
    }

    bool field(std::string& path, const std::string& name, std::size_t from) {
        auto whole = path.empty() ? name : path + "." + name;
        auto found = find_field(schema_, whole);
        if (!found.known) {
            auto hint = did_you_mean(name, found.siblings);
            if (hint.empty())
                hint = found.siblings.empty() ? "; name it in \"data\" first"
                                              : "; it has " + one_of(found.siblings);
            fail(from, "unknown-data", fmt::format("the data has no {}{}", in_quotes(whole), hint));
            return false;
        }
        path = std::move(whole);
        return true;
    }

    void method() {
        ++at_;
        blanks();
        std::size_t from = at_;
        if (at_ >= text_.size() || !starts_name(text_[at_])) return;
        std::string name = word();
        if (std::ranges::find(string_functions, name) != string_functions.end()) return;
        fail(from, "unknown-name",
             fmt::format("a text has no function {} here; there is {}, and contains(text, part)",
                         in_quotes(name), one_of(string_functions)));
    }

    std::string_view text_;
    const Json& schema_;
    std::size_t at_ = 0;
    std::optional<ConditionFault> fault_;
};

}  // namespace

std::optional<ConditionFault> scan_condition(std::string_view expression, const Json& data_schema) {
    return Scan(expression, data_schema).run();
}

}  // namespace reeve::model
