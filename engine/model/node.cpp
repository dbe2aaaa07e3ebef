#include "engine/model/node.h"

#include <charconv>
#include <set>
#include <tuple>

namespace reeve::model {

Node Node::operator[](std::string_view key) const {
    Node child = *this;
    child.pointer_.push_back(std::string(key));
    child.value_ = nullptr;
    if (is_object())
        if (auto it = value_->find(std::string(key)); it != value_->end()) child.value_ = &*it;
    return child;
}

Node Node::operator[](std::size_t index) const {
    Node child = *this;
    child.pointer_.push_back(std::to_string(index));
    child.value_ = is_list() && index < value_->size() ? &(*value_)[index] : nullptr;
    return child;
}

std::vector<std::pair<std::string, Node>> Node::members() const {
    std::vector<std::pair<std::string, Node>> out;
    if (is_object())
        for (auto it = value_->begin(); it != value_->end(); ++it)
            out.emplace_back(it.key(), (*this)[std::string_view(it.key())]);
    return out;
}

std::vector<Node> Node::items() const {
    std::vector<Node> out;
    if (is_list())
        for (std::size_t i = 0; i < value_->size(); ++i) out.push_back((*this)[i]);
    return out;
}

std::string Node::text(std::string fallback) const {
    return is_text() ? value_->get<std::string>() : std::move(fallback);
}

int Node::number(int fallback) const {
    if (!value_ || !value_->is_number_integer()) return fallback;
    return static_cast<int>(std::clamp<std::int64_t>(value_->get<std::int64_t>(), -1'000'000, 1'000'000));
}

bool Node::flag(bool fallback) const {
    return value_ && value_->is_boolean() ? value_->get<bool>() : fallback;
}

std::vector<std::string> Node::texts() const {
    std::vector<std::string> out;
    for (const auto& item : items())
        if (item.is_text()) out.push_back(item.text());
    return out;
}

std::string Node::place() const { return doc_->place(pointer_); }
std::string Node::key_place() const { return doc_->key_place(pointer_); }

void Faults::add(const Node& at, std::string code, std::string message) {
    add_at(at.place(), std::move(code), std::move(message));
}
void Faults::add_key(const Node& at, std::string code, std::string message) {
    add_at(at.key_place(), std::move(code), std::move(message));
}
void Faults::add_at(std::string place, std::string code, std::string message) {
    faults_.push_back({std::move(code), std::move(message), std::move(place)});
}

bool Faults::spare_the_flow() const {
    static const std::set<std::string, std::less<>> harmless{"bad-duration",
                                                             "no-time",
                                                             "bad-who",
                                                             "bad-where",
                                                             "unknown-role",
                                                             "petitioner-has-no-duties",
                                                             "unknown-data",
                                                             "bad-condition",
                                                             "unknown-name",
                                                             "unknown-ladder",
                                                             "no-basis",
                                                             "unknown-calendar",
                                                             "bad-data-schema",
                                                             "bad-personal",
                                                             "calendar-too-short",
                                                             "unknown-definition",
                                                             "ends-in-silence",
                                                             "repeat-not-last",
                                                             "ends-before-due",
                                                             "bad-moment",
                                                             "tells-nobody",
                                                             "out-of-order",
                                                             "mixed-steps",
                                                             "light-goes-back",
                                                             "nothing-asked",
                                                             "not-a-second",
                                                             "bad-duty-data",
                                                             "twice",
                                                             "unknown-word",
                                                             "too-few"};
    return std::ranges::all_of(faults_, [](const Error& e) { return harmless.contains(e.code); });
}

Errors Faults::sorted() const {
    // NAME:LINE:COL, taken apart from its end: the name may hold colons.
    auto order = [](const Error& e) {
        const auto& p = e.place;
        auto column = p.rfind(':');
        auto line = column == std::string::npos || column == 0 ? column : p.rfind(':', column - 1);
        if (line == std::string::npos) return std::tuple(p, 0, 0);
        int l = 0, c = 0;
        std::from_chars(p.data() + line + 1, p.data() + column, l);
        std::from_chars(p.data() + column + 1, p.data() + p.size(), c);
        return std::tuple(p.substr(0, line), l, c);
    };
    Errors out = faults_;
    std::ranges::stable_sort(out, {}, order);
    auto same = std::ranges::unique(
        out, [](const Error& a, const Error& b) { return a.place == b.place && a.message == b.message; });
    out.erase(same.begin(), same.end());
    return out;
}

std::string in_quotes(std::string_view word) { return fmt::format("\"{}\"", word); }

std::string one_of(const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i) out += i + 1 == words.size() ? " or " : ", ";
        out += in_quotes(words[i]);
    }
    return out;
}

}  // namespace reeve::model
