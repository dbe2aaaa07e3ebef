// JSON Schemas of described structs: what read() takes and write() gives, said to others. The subset that
// JSON Schema 2020-12 and draft 7 share.
#pragma once

#include "engine/describe.h"

namespace reeve::describe {

template <class T>
Json schema() {
    const auto null_or = [](Json inner) {
        return Json{{"anyOf", Json::array({std::move(inner), {{"type", "null"}}})}};
    };
    if constexpr (std::is_same_v<T, Json>) {
        return Json(true);
    } else if constexpr (std::is_same_v<T, time::Instant>) {
        return null_or({{"type", "string"}, {"format", "date-time"}});
    } else if constexpr (std::is_same_v<T, time::Duration>) {
        return {{"type", "string"}, {"examples", {"2 working days"}}};
    } else if constexpr (Enum<T>) {
        Json names = Json::array();
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
            [&](auto d) { names.push_back(d.name); });
        return {{"type", "string"}, {"enum", std::move(names)}};
    } else if constexpr (is_optional<T>) {
        return null_or(schema<typename T::value_type>());
    } else if constexpr (is_vector<T>) {
        return {{"type", "array"}, {"items", schema<typename T::value_type>()}};
    } else if constexpr (is_map<T>) {
        return {{"type", "object"}, {"additionalProperties", schema<typename T::mapped_type>()}};
    } else if constexpr (Struct<T>) {
        Json properties = Json::object();
        boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
            [&](auto d) {
                properties[d.name] = schema<std::remove_cvref_t<decltype(std::declval<T>().*d.pointer)>>();
            });
        return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    } else if constexpr (std::is_same_v<T, bool>) {
        return {{"type", "boolean"}};
    } else if constexpr (std::is_integral_v<T>) {
        return {{"type", "integer"}};
    } else if constexpr (std::is_floating_point_v<T>) {
        return {{"type", "number"}};
    } else {
        return {{"type", "string"}};
    }
}

// Of each struct of a variant, by its stored name; `tag` is the field that names it.
template <class... T>
Json variant_schemas(const std::variant<T...>*, const char* tag) {
    Json all = Json::object();
    const auto add = [&]<class U>(const U* type) {
        auto one = schema<U>();
        Json properties{{tag, {{"const", stored_name(type)}}}};
        properties.update(one["properties"]);
        one["properties"] = std::move(properties);
        one["required"] = Json::array({tag});
        all[stored_name(type)] = std::move(one);
    };
    (add(static_cast<const T*>(nullptr)), ...);
    return all;
}

}  // namespace reeve::describe
