// Inside engine/model: a value of a definition together with its place, and the faults found so far.
//
// A Node may stand for a key that is not there; reading it gives defaults. The shape of the text is checked
// against the JSON Schema first, so what reads a Node need not complain of its type again.
#pragma once

#include "engine/json.h"
#include "engine/model/program.h"

namespace reeve::model {

class Node {
  public:
    explicit Node(const Document& document) : doc_(&document), value_(&document.value) {}

    bool present() const { return value_ != nullptr; }
    bool has(const char* key) const { return (*this)[key].present(); }
    bool is_text() const { return value_ && value_->is_string(); }
    bool is_list() const { return value_ && value_->is_array(); }
    bool is_object() const { return value_ && value_->is_object(); }
    const Json& value() const { return *value_; }

    Node operator[](std::string_view key) const;
    Node operator[](std::size_t index) const;
    std::vector<std::pair<std::string, Node>> members() const;  // of an object, in the order of the text
    std::vector<Node> items() const;                            // of a list

    std::string text(std::string fallback = {}) const;
    int number(int fallback) const;
    bool flag(bool fallback = false) const;
    std::vector<std::string> texts() const;  // of a list of texts

    const Json::json_pointer& pointer() const { return pointer_; }
    const Document& document() const { return *doc_; }
    std::string place() const;
    std::string key_place() const;
    std::string key() const { return pointer_.empty() ? std::string() : pointer_.back(); }

  private:
    const Document* doc_;
    const Json* value_;
    Json::json_pointer pointer_;
};

// Every fault of one definition, and its warnings.
class Faults {
  public:
    void add(const Node& at, std::string code, std::string message);      // at the value
    void add_key(const Node& at, std::string code, std::string message);  // at the key that names the value
    void add_at(std::string place, std::string code, std::string message);
    bool empty() const { return faults_.empty(); }
    std::size_t size() const { return faults_.size(); }
    bool spare_the_flow() const;  // whether none of them leaves a way between stages or a clock in doubt
    Errors sorted() const;        // in the order of the text, each place and message once
    Errors warnings;

  private:
    Errors faults_;
};

// "\"petition\"": a name as messages show it.
std::string in_quotes(std::string_view);
// `"a", "b" or "c"`
std::string one_of(const std::vector<std::string>&);

}  // namespace reeve::model
