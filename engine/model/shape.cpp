#include "engine/model/shape.h"

#include <charconv>
#include <optional>

#include "engine/model/model.h"
#include "engine/model/text_pattern.h"
#include "engine/spelling.h"

namespace reeve::model {
namespace {

const Json& whole_schema() {
    static const Json schema = Json::parse(definition_schema());
    return schema;
}

const Json& resolved(const Json& schema) {
    auto ref = schema.find("$ref");
    if (ref == schema.end()) return schema;
    return whole_schema().at(Json::json_pointer(ref->get<std::string>().substr(1)));
}

std::string type_of(const Json& value) {
    switch (value.type()) {
        case Json::value_t::object: return "object";
        case Json::value_t::array: return "array";
        case Json::value_t::string: return "string";
        case Json::value_t::boolean: return "boolean";
        case Json::value_t::null: return "null";
        case Json::value_t::number_float: return "number";
        default: return "integer";
    }
}

std::string in_words(const std::string& type) {
    static const std::map<std::string, std::string> words{
        {"object", "an object {…}"},  {"array", "a list […]"}, {"string", "a text \"…\""},
        {"boolean", "true or false"}, {"null", "null"},        {"number", "a number with a fraction"},
        {"integer", "a whole number"}};
    return words.at(type);
}

bool fits(const Json& value, const Json& schema) {
    const Json& s = resolved(schema);
    if (auto any = s.find("anyOf"); any != s.end())
        return std::ranges::any_of(*any, [&](const Json& one) { return fits(value, one); });
    if (auto list = s.find("enum"); list != s.end()) return value.is_string();
    auto type = s.find("type");
    return type == s.end() || *type == type_of(value);
}

// The form a value should have, in words: the definition's own description, else its type.
std::string form(const Json& schema) {
    const Json& s = resolved(schema);
    if (&s != &schema && s.contains("description")) return s.at("description").get<std::string>();
    if (auto list = s.find("enum"); list != s.end()) return one_of(list->get<std::vector<std::string>>());
    if (auto any = s.find("anyOf"); any != s.end()) {
        std::string out;
        for (const auto& one : *any) out.append(out.empty() ? "" : ", or ").append(form(one));
        return out;
    }
    if (auto type = s.find("type"); type != s.end()) return in_words(type->get<std::string>());
    return "something else";
}

struct Checker {
    Faults& faults;

    void check(const Node& node, const Json& property) {
        const Json& schema = resolved(property);
        if (!fits(node.value(), property)) {
            faults.add(node, "wrong-type",
                       fmt::format("{} is {}; it should be {}", subject(node),
                                   in_words(type_of(node.value())), form(property)));
            return;
        }
        if (auto any = schema.find("anyOf"); any != schema.end()) {
            auto one = std::ranges::find_if(*any, [&](const Json& s) { return fits(node.value(), s); });
            return check(node, *one);
        }
        if (node.is_object()) return object(node, schema);
        if (node.is_list()) return list(node, schema);
        scalar(node, schema);
    }

    void object(const Node& node, const Json& schema) {
        const Json none = Json::object();
        const Json& properties = schema.value("properties", none);
        const Json* others =
            schema.contains("additionalProperties") ? &schema.at("additionalProperties") : nullptr;
        const Json* names =
            schema.contains("propertyNames") ? &resolved(schema.at("propertyNames")) : nullptr;
        auto members = node.members();
        if (schema.value("minProperties", 0u) > members.size())
            faults.add(node, "empty", fmt::format("{} has nothing in it; name at least one", subject(node)));
        for (const auto& [key, child] : members) {
            if (auto known = properties.find(key); known != properties.end()) {
                check(child, *known);
            } else if (others && others->is_boolean() && !others->get<bool>()) {
                unknown_key(node, child, properties);
            } else if (others && others->is_object()) {
                if (names && key.size() > longest(*names))
                    faults.add_key(child, "too-long", too_long(key, *names));
                else if (names && !matches(key, *names))
                    faults.add_key(child, "bad-name",
                                   fmt::format("{} is no name; a name has {}", in_quotes(key),
                                               names->at("description").get<std::string>()));
                check(child, *others);
            }
        }
        if (auto required = schema.find("required"); required != schema.end())
            for (const std::string key : *required)
                if (!node.has(key.c_str()))
                    faults.add_at(
                        owner_place(node), "missing-key",
                        fmt::format("{} has no {}; add {} ({})", called(node), in_quotes(key), in_quotes(key),
                                    lower_first(properties.at(key).value("description", ""))));
    }

    void unknown_key(const Node& node, const Node& child, const Json& properties) {
        std::vector<std::string> known;
        for (auto it = properties.begin(); it != properties.end(); ++it) known.push_back(it.key());
        auto hint = did_you_mean(child.key(), known);
        if (hint.empty())
            hint = known.size() > 8 ? "; see docs/definition-language.md for its keys"
                                    : "; it takes " + one_of(known);
        faults.add_key(child, "unknown-key",
                       fmt::format("{} takes no {}{}", called(node), in_quotes(child.key()), hint));
    }

    void list(const Node& node, const Json& schema) {
        auto items = node.items();
        if (auto least = schema.value("minItems", 0u); items.size() < least)
            faults.add(
                node, "too-few",
                items.empty()
                    ? fmt::format("{} is empty; leave it out or name at least one", subject(node))
                    : fmt::format("{} has {}; it needs at least {}", subject(node), items.size(), least));
        if (schema.contains("items"))
            for (const auto& item : items) check(item, schema.at("items"));
    }

    void scalar(const Node& node, const Json& schema) {
        const Json& value = node.value();
        if (auto list = schema.find("enum");
            list != schema.end() && std::ranges::find(*list, value) == list->end()) {
            auto words = list->get<std::vector<std::string>>();
            auto hint = did_you_mean(node.text(), words);
            faults.add(node, "unknown-word",
                       fmt::format("{} cannot be {}{}", subject(node), in_quotes(node.text()),
                                   hint.empty() ? "; it should be " + one_of(words) : hint));
        }
        if (node.is_text() && node.text().size() > longest(schema))
            faults.add(node, "too-long", too_long(node.text(), schema));
        else if (node.is_text() && !matches(node.text(), schema))
            faults.add(node, "bad-name",
                       fmt::format("{} is no name; a name has {}", in_quotes(node.text()),
                                   schema.value("description", "another form")));
        if (node.is_text() && schema.contains("minLength") && node.text().empty())
            faults.add(node, "empty",
                       fmt::format("{} is empty; it should be {}", subject(node),
                                   schema.value("description", "a text")));
        if (schema.contains("minimum") && value.is_number() && value < schema.at("minimum"))
            faults.add(node, "too-small",
                       fmt::format("{} is {}; it should be at least {}", subject(node), value.dump(),
                                   schema.at("minimum").dump()));
    }

    static bool matches(const std::string& text, const Json& schema) {
        if (!schema.contains("pattern")) return true;
        static const auto name = TextPattern::parse(
            resolved(Json{{"$ref", "#/definitions/name"}}).at("pattern").get<std::string>());
        return name->found_in(text);
    }

    static std::size_t longest(const Json& schema) {
        return schema.value("maxLength", std::numeric_limits<std::size_t>::max());
    }

    // Quotes its beginning only: a message is to be read.
    static std::string too_long(const std::string& text, const Json& schema) {
        auto end = std::size_t{40};
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
        return fmt::format("{} has {} characters; it should be no longer than {}",
                           in_quotes(text.substr(0, end) + "…"), text.size(), longest(schema));
    }

    // A missing key is told where its owner is named, not at the brace.
    static std::string owner_place(const Node& node) {
        bool in_list = !node.key().empty() && std::isdigit(static_cast<unsigned char>(node.key()[0]));
        return in_list ? node.place() : node.key_place();
    }

    static std::string subject(const Node& node) {
        auto key = node.key();
        if (key.empty()) return "the definition";
        if (std::isdigit(static_cast<unsigned char>(key[0]))) return called(node);
        return in_quotes(key);
    }

    static std::string lower_first(std::string text) {
        if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
        if (!text.empty() && text.back() == '.') text.pop_back();
        return text;
    }
};

}  // namespace

// A place in a list, counted from 1; none: a name, which may begin with a digit too.
static std::optional<int> place_in_list(const std::string& key) {
    int place = 0;
    const auto [end, fault] = std::from_chars(key.data(), key.data() + key.size(), place);
    if (fault != std::errc{} || end != key.data() + key.size() || key.size() > 9) return std::nullopt;
    return place + 1;
}

std::string called(const Node& node) {
    std::vector<std::string> way;
    for (auto p = node.pointer(); !p.empty(); p.pop_back()) way.insert(way.begin(), p.back());
    if (way.empty()) return "the definition";
    if (const auto place = place_in_list(way[0])) {  // an imported ladder is a list
        auto step = fmt::format("step {}", *place);
        return way.size() == 1 ? step : fmt::format("{} of {}", in_quotes(way.back()), step);
    }
    static const std::map<std::string, std::string> kinds{
        {"stages", "stage"}, {"clocks", "clock"},     {"ladders", "ladder"}, {"actions", "action"},
        {"duties", "duty"},  {"patterns", "pattern"}, {"tasks", "task"},     {"choice", "branch"}};
    for (std::size_t i = way.size(); i-- > 1;) {
        const auto& key = way[i];
        const auto number = place_in_list(key);
        auto kind = kinds.find(way[i - 1]);
        if (number && i == 2 && way[0] == "ladders")
            return fmt::format("step {} of ladder {}", *number, in_quotes(way[1]));
        if (number && kind != kinds.end()) return fmt::format("{} {}", kind->second, *number);
        if (i + 1 < way.size() && !number && kind == kinds.end()) continue;
        if (kind != kinds.end() && i + 1 == way.size())
            return fmt::format("{} {}", kind->second, in_quotes(key));
        if (i + 1 == way.size())
            return number ? fmt::format("entry {} of {}", *number, in_quotes(way[i - 1])) : in_quotes(key);
        if (kind != kinds.end())
            return fmt::format("{} of {} {}", in_quotes(way.back()), kind->second, in_quotes(key));
    }
    return in_quotes(way.back());
}

void check_shape(const Node& node, Faults& faults, const char* definition) {
    const Json& schema = whole_schema();
    Checker{faults}.check(node, *definition ? schema.at("definitions").at(definition) : schema);
}

}  // namespace reeve::model
