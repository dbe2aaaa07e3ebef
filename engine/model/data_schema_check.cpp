// Whether what a definition gives as its data is a JSON Schema at all, told at its place.
#include "engine/model/data_schema.h"
#include "engine/model/text_pattern.h"
#include "engine/spelling.h"

namespace reeve::model {
namespace {

const std::vector<std::string> types{"string", "integer", "number", "boolean", "object", "array", "null"};
const std::vector<std::string> formats{"date", "date-time", "time",     "email",         "uri",  "uuid",
                                       "ipv4", "ipv6",      "hostname", "uri-reference", "regex"};
const std::vector<std::string> schema_keywords{"$schema",
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

// Whether a schema comes back to itself without going into the data: a check by it would never end.
bool circles(const Json& root, const Json& schema, std::vector<const Json*>& way) {
    if (!schema.is_object()) return false;
    if (std::ranges::find(way, &schema) != way.end()) return true;
    way.push_back(&schema);
    bool found = way.size() > 100;
    if (auto ref = schema.find("$ref"); !found && ref != schema.end() && ref->is_string()) {
        const auto& text = ref->get_ref<const std::string&>();
        try {
            Json::json_pointer pointer(text.starts_with("#") ? text.substr(1) : "/");
            found = root.contains(pointer) && circles(root, root.at(pointer), way);
        } catch (const Json::exception&) {  // told where the reference stands
        }
    }
    for (const char* several : {"allOf", "anyOf", "oneOf"})
        if (auto list = schema.find(several); !found && list != schema.end() && list->is_array())
            for (const auto& one : *list) found = found || circles(root, one, way);
    for (const char* single : {"not", "if", "then", "else"})
        if (auto one = schema.find(single); !found && one != schema.end()) found = circles(root, *one, way);
    way.pop_back();
    return found;
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
        if (!key.starts_with("x-") && std::ranges::find(schema_keywords, key) == schema_keywords.end()) {
            auto hint = did_you_mean(key, schema_keywords);
            faults_.add_key(child, "bad-data-schema",
                            fmt::format("JSON Schema has no keyword {}{}", in_quotes(key),
                                        hint.empty() ? "; words of your own begin with \"x-\"" : hint));
        }
        // valijson would match the names of fields by backtracking, and a name may run it for ever.
        if (key == "patternProperties")
            faults_.add_key(child, "bad-data-schema",
                            "\"patternProperties\" is not known here; name the fields in \"properties\", or "
                            "describe all others with \"additionalProperties\"");
        if (key == "properties" || key == "definitions") {
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
        } else if ((key == "format" || key == "pattern" || key == "$ref" || key == "title") &&
                   !child.is_text()) {
            faults_.add(child, "bad-data-schema", fmt::format("{} should be a text", in_quotes(key)));
        } else if (key == "pattern") {
            pattern(child);
        } else if (key == "$ref" && child.is_text()) {
            reference(child);
        }
    }

    void pattern(const Node& node) {
        if (auto parsed = TextPattern::parse(node.text()); !parsed)
            faults_.add(node, "bad-data-schema",
                        fmt::format("{} is no regular expression: {}", in_quotes(node.text()),
                                    parsed.error().message));
    }

    void reference(const Node& node) {
        auto text = node.text();
        bool found = false;
        try {
            found = text.starts_with("#") && root_.value().contains(Json::json_pointer(text.substr(1)));
        } catch (const Json::exception&) {
        }
        if (!found) {
            faults_.add(
                node, "bad-data-schema",
                fmt::format("{} leads nowhere; a reference is \"#/definitions/NAME\" within this schema",
                            in_quotes(text)));
            return;
        }
        std::vector<const Json*> way;
        if (circles(root_.value(), root_.value().at(Json::json_pointer(text.substr(1))), way))
            faults_.add(
                node, "bad-data-schema",
                fmt::format("{} leads round in a circle; a reference must come to a type", in_quotes(text)));
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
