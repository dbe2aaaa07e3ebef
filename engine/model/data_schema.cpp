#include "engine/model/data_schema.h"

namespace reeve::model {
namespace {

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

}  // namespace reeve::model
