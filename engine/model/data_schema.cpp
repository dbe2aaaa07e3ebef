#include "engine/model/data_schema.h"

#include <regex>

#include "engine/model/shape.h"
#include "engine/spelling.h"

namespace reeve::model {
namespace {

const std::vector<std::string> types{"string", "integer", "number", "boolean", "object", "array", "null"};
const std::vector<std::string> formats{"date", "date-time", "time",     "email",         "uri",  "uuid",
                                       "ipv4", "ipv6",      "hostname", "uri-reference", "regex"};
const std::vector<std::string> keywords{"$schema",
                                        "$id",
                                        "$ref",
                                        "$comment",
                                        "title",
                                        "description",
                                        "default",
                                        "examples",
                                        "readOnly",
                                        "writeOnly",
                                        "type",
                                        "enum",
                                        "const",
                                        "multipleOf",
                                        "maximum",
                                        "exclusiveMaximum",
                                        "minimum",
                                        "exclusiveMinimum",
                                        "maxLength",
                                        "minLength",
                                        "pattern",
                                        "format",
                                        "items",
                                        "additionalItems",
                                        "maxItems",
                                        "minItems",
                                        "uniqueItems",
                                        "contains",
                                        "maxProperties",
                                        "minProperties",
                                        "required",
                                        "properties",
                                        "patternProperties",
                                        "additionalProperties",
                                        "dependencies",
                                        "propertyNames",
                                        "if",
                                        "then",
                                        "else",
                                        "allOf",
                                        "anyOf",
                                        "oneOf",
                                        "not",
                                        "definitions",
                                        "contentEncoding",
                                        "contentMediaType"};

const Json& follow(const Json& root, const Json& schema) {
    const Json* at = &schema;
    for (int hops = 0; hops < 20 && at->is_object() && at->contains("$ref"); ++hops) {
        const auto& ref = at->at("$ref");
        if (!ref.is_string() || !ref.get_ref<const std::string&>().starts_with("#")) break;
        try {
            Json::json_pointer pointer(ref.get_ref<const std::string&>().substr(1));
            if (!root.contains(pointer)) break;
            at = &root.at(pointer);
        } catch (const Json::exception&) {
            break;
        }
    }
    return *at;
}

bool lists(const Json& schema, const char* key, std::string_view word) {
    auto it = schema.find(key);
    return it != schema.end() && it->is_array() && std::ranges::any_of(*it, [&](const Json& w) {
               return w.is_string() && w.get_ref<const std::string&>() == word;
           });
}

void look(const Json& root, const Json& at, std::string_view path, bool required, Field& out) {
    const Json& schema = follow(root, at);
    if (path.empty()) {
        out.known = true;
        out.required = required;
        out.schema = &schema;
        return;
    }
    if (!schema.is_object()) {
        out.known = schema.is_boolean() && schema.get<bool>();  // true: anything goes
        return;
    }
    auto dot = path.find('.');
    std::string key(path.substr(0, dot));
    auto rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    if (auto items = schema.find("items");
        items != schema.end() && items->is_object() && std::isdigit(static_cast<unsigned char>(key[0])))
        return look(root, *items, rest, false, out);
    bool shaped = false;
    if (auto properties = schema.find("properties"); properties != schema.end() && properties->is_object()) {
        shaped = true;
        if (auto it = properties->find(key); it != properties->end())
            return look(root, *it, rest, required && lists(schema, "required", key), out);
        for (auto it = properties->begin(); it != properties->end(); ++it) out.siblings.push_back(it.key());
    }
    for (const char* several : {"allOf", "anyOf", "oneOf"}) {
        auto list = schema.find(several);
        if (list == schema.end() || !list->is_array()) continue;
        shaped = true;
        for (const auto& one : *list) {
            look(root, one, path, required && std::string_view(several) == "allOf", out);
            if (out.known) return;
        }
    }
    // An object of which nothing is said is free; so is what "additionalProperties" describes.
    auto others = schema.find("additionalProperties");
    bool described = others != schema.end() && !(others->is_boolean() && !others->get<bool>());
    auto type = schema.find("type");
    bool may_be_object = type == schema.end() || *type == "object" || *type == "array";
    if (described || (!shaped && may_be_object && &schema != &root)) {
        out.known = true;
        out.required = false;
        out.schema = described && others->is_object() && rest.empty() ? &*others : nullptr;
    }
}

void personal(const Json& root, const Json& at, const std::string& path, int depth,
              std::vector<std::string>& out) {
    const Json& schema = follow(root, at);
    if (!schema.is_object() || depth > 20) return;
    if (auto mark = schema.find("x-personal");
        mark != schema.end() && mark->is_boolean() && mark->get<bool>())
        out.push_back(path);
    if (auto properties = schema.find("properties"); properties != schema.end() && properties->is_object())
        for (auto it = properties->begin(); it != properties->end(); ++it)
            personal(root, *it, path.empty() ? it.key() : path + "." + it.key(), depth + 1, out);
    if (auto items = schema.find("items"); items != schema.end())
        personal(root, *items, path.empty() ? "*" : path + ".*", depth + 1, out);
    for (const char* several : {"allOf", "anyOf", "oneOf"})
        if (auto list = schema.find(several); list != schema.end() && list->is_array())
            for (const auto& one : *list) personal(root, one, path, depth + 1, out);
}

class SchemaCheck {
  public:
    SchemaCheck(const Node& root, Faults& faults) : root_(root), faults_(faults) {}

    void check(const Node& node) {
        if (node.value().is_boolean()) return;
        if (!node.is_object()) {
            faults_.add(node, "bad-data-schema",
                        fmt::format("{} is no schema; write an object such as {{\"type\": \"string\"}}",
                                    in_quotes(node.key())));
            return;
        }
        for (const auto& [key, child] : node.members()) keyword(key, child);
        type(node["type"]);
        marks(node);
        required(node);
    }

  private:
    void keyword(const std::string& key, const Node& child) {
        if (!key.starts_with("x-") && std::ranges::find(keywords, key) == keywords.end()) {
            auto hint = did_you_mean(key, keywords);
            faults_.add_key(child, "bad-data-schema",
                            fmt::format("JSON Schema has no keyword {}{}", in_quotes(key),
                                        hint.empty() ? "; words of your own begin with \"x-\"" : hint));
        }
        if (key == "properties" || key == "definitions" || key == "patternProperties") {
            for (const auto& [name, schema] : child.members()) check(schema);
        } else if (key == "items" && child.is_list()) {
            for (const auto& item : child.items()) check(item);
        } else if (key == "items" || key == "additionalProperties" || key == "not" || key == "if" ||
                   key == "then" || key == "else" || key == "contains" || key == "propertyNames") {
            check(child);
        } else if (key == "allOf" || key == "anyOf" || key == "oneOf") {
            for (const auto& item : child.items()) check(item);
        } else if (key == "enum" && (!child.is_list() || child.value().empty())) {
            faults_.add(child, "bad-data-schema", "\"enum\" should be a list of the values allowed");
        } else if (key == "format" && child.is_text() &&
                   std::ranges::find(formats, child.text()) == formats.end()) {
            auto hint = did_you_mean(child.text(), formats);
            faults_.add(child, "bad-data-schema",
                        fmt::format("unknown format {}{}", in_quotes(child.text()),
                                    hint.empty() ? "; known are " + one_of(formats) : hint));
        } else if (key == "pattern") {
            pattern(child);
        } else if (key == "$ref" && child.is_text()) {
            reference(child);
        }
    }

    void pattern(const Node& node) {
        try {
            std::regex compiled(node.text());
        } catch (const std::regex_error&) {
            faults_.add(
                node, "bad-data-schema",
                fmt::format("{} is no regular expression; check its brackets", in_quotes(node.text())));
        }
    }

    void reference(const Node& node) {
        auto text = node.text();
        bool found = false;
        try {
            found = text.starts_with("#") && root_.value().contains(Json::json_pointer(text.substr(1)));
        } catch (const Json::exception&) {
        }
        if (!found)
            faults_.add(
                node, "bad-data-schema",
                fmt::format("{} leads nowhere; a reference is \"#/definitions/NAME\" within this schema",
                            in_quotes(text)));
    }

    void type(const Node& node) {
        if (!node.present()) return;
        auto all = node.is_list() ? node.items() : std::vector{node};
        for (const auto& one : all)
            if (std::ranges::find(types, one.text()) == types.end())
                faults_.add(one, "bad-data-schema",
                            fmt::format("unknown type {}{}",
                                        one.is_text() ? in_quotes(one.text()) : one.value().dump(),
                                        one.is_text() && !did_you_mean(one.text(), types).empty()
                                            ? did_you_mean(one.text(), types)
                                            : "; it should be " + one_of(types)));
    }

    void marks(const Node& node) {
        auto personal = node["x-personal"];
        if (!personal.present()) return;
        if (!personal.value().is_boolean())
            faults_.add(personal, "bad-personal", "\"x-personal\" should be true or false");
        else if (personal.flag() && node["type"].text() != "string")
            faults_.add(personal, "bad-personal",
                        fmt::format("only texts can be personal, {} is none; make it \"type\": \"string\", "
                                    "or mark the texts in it",
                                    in_quotes(node.key())));
    }

    void required(const Node& node) {
        auto list = node["required"];
        if (!list.present()) return;
        if (!list.is_list()) {
            faults_.add(list, "bad-data-schema", "\"required\" should be a list of fields, e.g. [\"place\"]");
            return;
        }
        for (const auto& item : list.items()) {
            auto found = find_field(root_.value(), "");
            std::vector<std::string> known;
            for (const auto& [name, schema] : node["properties"].members()) known.push_back(name);
            if (!item.is_text() || std::ranges::find(known, item.text()) == known.end())
                faults_.add(item, "unknown-data",
                            fmt::format("{} is required but not among the properties{}",
                                        item.is_text() ? in_quotes(item.text()) : item.value().dump(),
                                        item.is_text() ? did_you_mean(item.text(), known) : ""));
        }
    }

    Node root_;
    Faults& faults_;
};

}  // namespace

Field find_field(const Json& schema, std::string_view path) {
    Field out;
    if (schema.is_object()) look(schema, schema, path, true, out);
    return out;
}

bool has_type(const Field& field, std::string_view type) {
    if (!field.schema || !field.schema->is_object()) return true;
    auto it = field.schema->find("type");
    return it == field.schema->end() || *it == type || lists(*field.schema, "type", type);
}

std::vector<std::string> personal_fields(const Json& schema) {
    std::vector<std::string> out;
    personal(schema, schema, "", 0, out);
    return out;
}

void check_data_schema(const Node& data, Faults& faults) {
    if (!data.is_object()) return;
    auto before = faults.size();
    if (data["type"].text() != "object")
        faults.add(
            data.has("type") ? data["type"] : data, "bad-data-schema",
            "the data of a case is an object; begin with \"type\": \"object\" and name its \"properties\"");
    SchemaCheck(data, faults).check(data);
    if (faults.size() != before) return;
    try {
        DataChecker checker(data.value());
    } catch (const std::exception& e) {
        faults.add(data, "bad-data-schema", fmt::format("\"data\" is no JSON Schema: {}", e.what()));
    }
}

}  // namespace reeve::model
