// JSON of plain structs, from their BOOST_DESCRIBE_STRUCT line alone: one declaration, read and written
// alike.
//
// Members at their default value are left out, so that a stored event holds only what it says; a missing
// member reads as its default, an unknown one is refused. Instants are milliseconds since 1970
// (Times::millis, as stored) or RFC 3339 in UTC (Times::text, as shown); both are read; null is a
// time without end. Durations are text.
// Enums are their described names.
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "engine/result.h"
#include "engine/time/time.h"

namespace reeve {

using Json = nlohmann::ordered_json;
enum class Times { millis, text };

namespace describe {

template <class T>
concept Struct = boost::describe::has_describe_members<T>::value && !std::is_enum_v<T>;
template <class T>
concept Enum = std::is_enum_v<T>;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;

template <class T>
Json write(const T& value, Times times) {
    if constexpr (std::is_same_v<T, Json>) {
        return value;
    } else if constexpr (std::is_same_v<T, time::Instant>) {
        if (value == time::Instant::max()) return Json();
        return times == Times::millis ? Json(value.time_since_epoch().count())
                                      : Json(time::to_utc_string(value));
    } else if constexpr (std::is_same_v<T, time::Duration>) {
        return time::to_string(value);
    } else if constexpr (Enum<T>) {
        return boost::describe::enum_to_string(value, "");
    } else if constexpr (is_optional<T>) {
        return value ? write(*value, times) : Json();
    } else if constexpr (is_vector<T>) {
        Json array = Json::array();
        for (const auto& item : value) array.push_back(write(item, times));
        return array;
    } else if constexpr (is_map<T>) {
        Json object = Json::object();
        for (const auto& [key, item] : value) object[key] = write(item, times);
        return object;
    } else if constexpr (Struct<T>) {
        Json object = Json::object();
        static const T defaults{};
        boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
            [&](auto d) {
                if (!(value.*d.pointer == defaults.*d.pointer))
                    object[d.name] = write(value.*d.pointer, times);
            });
        return object;
    } else {
        return value;
    }
}

// Appends the text as a JSON string, as Json::dump() writes it; throws Json::exception on bad UTF-8.
void print_text(std::string& out, std::string_view text);
void print_json(std::string& out, const Json&);  // appends json.dump()

template <Struct T>
void print_members(std::string& out, const T& value, Times);

// Appends what write(value, times).dump() gives, without the tree in between: what is stored and what
// answers a command is written by this, and most of it is short.
template <class T>
void print(std::string& out, const T& value, Times times = Times::millis) {
    if constexpr (std::is_same_v<T, Json>) {
        print_json(out, value);
    } else if constexpr (std::is_same_v<T, time::Instant>) {
        if (value == time::Instant::max())
            out += "null";
        else if (times == Times::millis)
            out += std::to_string(value.time_since_epoch().count());
        else
            out.append(1, '"').append(time::to_utc_string(value)).append(1, '"');
    } else if constexpr (std::is_same_v<T, time::Duration>) {
        print_text(out, time::to_string(value));
    } else if constexpr (Enum<T>) {
        print_text(out, boost::describe::enum_to_string(value, ""));
    } else if constexpr (is_optional<T>) {
        if (value)
            print(out, *value, times);
        else
            out += "null";
    } else if constexpr (is_vector<T>) {
        out += '[';
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (i > 0) out += ',';
            print(out, value[i], times);
        }
        out += ']';
    } else if constexpr (is_map<T>) {
        out += '{';
        for (auto it = value.begin(); it != value.end(); ++it) {
            if (it != value.begin()) out += ',';
            print_text(out, it->first);
            out += ':';
            print(out, it->second, times);
        }
        out += '}';
    } else if constexpr (Struct<T>) {
        out += '{';
        print_members(out, value, times);
        if (out.back() == ',') out.pop_back();
        out += '}';
    } else if constexpr (std::is_same_v<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
        out += std::to_string(value);
    } else if constexpr (std::is_floating_point_v<T>) {
        out += Json(value).dump();
    } else {
        print_text(out, value);
    }
}

// The members that are not at their default, each followed by a comma.
template <Struct T>
void print_members(std::string& out, const T& value, Times times) {
    static const T defaults{};
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
        [&](auto d) {
            if (value.*d.pointer == defaults.*d.pointer) return;
            out.append(1, '"').append(d.name).append("\":");
            print(out, value.*d.pointer, times);
            out += ',';
        });
}

// Where a value lies in the text that is read: a JSON pointer, written out only for an error.
struct Place {
    const Place* around = nullptr;
    std::string_view name = {};                  // in an object
    std::size_t index = std::string_view::npos;  // or in a list

    std::string text() const;
};

Error bad_shape(std::string_view wanted, const Place&);
Error no_tag(const char* tag);
Error unknown_name(const char* tag, const std::string& name);

template <class T>
std::optional<Error> read(const Json& json, T& into, const Place& place);

// `tag`: a field that says which struct it is, and is none of its members.
template <Struct T>
std::optional<Error> read_struct(const Json& json, T& into, const Place& place, std::string_view tag = {}) {
    if (!json.is_object()) return bad_shape("an object", place);
    std::optional<Error> fault;
    std::size_t known = tag.empty() ? 0 : 1;
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
        [&](auto d) {
            auto it = json.find(d.name);
            if (it == json.end() || fault) return;
            ++known;
            fault = read(*it, into.*d.pointer, Place{&place, d.name});
        });
    if (fault || known == json.size()) return fault;
    std::vector<std::string> names;
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
        [&](auto d) { names.push_back(d.name); });
    for (const auto& [key, item] : json.items()) {
        if (key == tag || std::find(names.begin(), names.end(), key) != names.end()) continue;
        std::string known_names;
        for (const auto& n : names) known_names += (known_names.empty() ? "" : ", ") + n;
        return Error{"unknown-field",
                     "there is no field \"" + key + "\" here" +
                         (names.empty() ? "; none is expected" : "; known are: " + known_names),
                     Place{&place, key}.text()};
    }
    return fault;
}

template <class T>
std::optional<Error> read(const Json& json, T& into, const Place& place) {
    auto wrong = [&](std::string_view wanted) { return bad_shape(wanted, place); };
    if constexpr (std::is_same_v<T, Json>) {
        into = json;
    } else if constexpr (std::is_same_v<T, time::Instant>) {
        if (json.is_null()) {
            into = time::Instant::max();
        } else if (json.is_number_integer()) {
            into = time::Instant(time::Millis(json.get<std::int64_t>()));
        } else {
            if (!json.is_string()) return wrong("a time, such as \"2026-03-06T16:00:00+08:00\"");
            auto at = time::parse_instant(json.get_ref<const std::string&>());
            if (!at) return Error{at.error().code, at.error().message, place.text()};
            into = *at;
        }
    } else if constexpr (std::is_same_v<T, time::Duration>) {
        if (!json.is_string()) return wrong("a duration, such as \"2 working days\"");
        auto d = time::parse_duration(json.get_ref<const std::string&>());
        if (!d) return Error{d.error().code, d.error().message, place.text()};
        into = *d;
    } else if constexpr (Enum<T>) {
        if (!json.is_string() ||
            !boost::describe::enum_from_string(json.get_ref<const std::string&>().c_str(), into)) {
            std::string names;
            boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
                [&](auto d) { names += (names.empty() ? "" : ", ") + std::string(d.name); });
            return wrong("one of " + names);
        }
    } else if constexpr (is_optional<T>) {
        if (json.is_null()) {
            into.reset();
        } else {
            return read(json, into.emplace(), place);
        }
    } else if constexpr (is_vector<T>) {
        if (!json.is_array()) return wrong("a list");
        into.clear();
        for (std::size_t i = 0; i < json.size(); ++i)
            if (auto fault = read(json[i], into.emplace_back(), Place{&place, {}, i})) return fault;
    } else if constexpr (is_map<T>) {
        if (!json.is_object()) return wrong("an object");
        for (const auto& [key, item] : json.items())
            if (auto fault = read(item, into[key], Place{&place, key})) return fault;
    } else if constexpr (Struct<T>) {
        return read_struct(json, into, place);
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!json.is_boolean()) return wrong("true or false");
        into = json.get<bool>();
    } else if constexpr (std::is_integral_v<T>) {
        if (!json.is_number_integer()) return wrong("a whole number");
        // nlohmann would cut off what does not fit.
        if (json.is_number_unsigned() ? !std::in_range<T>(json.get<std::uint64_t>())
                                      : !std::in_range<T>(json.get<std::int64_t>()))
            return wrong("a whole number that is not so large");
        into = json.get<T>();
    } else if constexpr (std::is_floating_point_v<T>) {
        if (!json.is_number()) return wrong("a number");
        into = json.get<T>();
    } else {
        if (!json.is_string()) return wrong("text");
        into = json.get<std::string>();
    }
    return std::nullopt;
}

// A variant of described structs, told apart by `tag`: {"event": "TaskAssigned", …members…}. The stored name
// of each is the struct's own, by its REEVE_DESCRIBED line.
template <class... T>
Json write_variant(const std::variant<T...>& value, const char* tag, Times times) {
    return std::visit(
        [&]<class U>(const U& item) {
            Json object{{tag, stored_name(&item)}};
            object.update(write(item, times));
            return object;
        },
        value);
}

// Appends what write_variant(value, tag, times).dump() gives.
template <class... T>
void print_variant(std::string& out, const std::variant<T...>& value, const char* tag, Times times) {
    std::visit(
        [&]<class U>(const U& item) {
            out.append("{\"").append(tag).append("\":\"").append(stored_name(&item)).append("\",");
            print_members(out, item, times);
            out.back() = '}';
        },
        value);
}

template <class... T>
Result<std::variant<T...>> read_variant(const Json& object, const char* tag) {
    std::variant<T...> value;
    auto it = object.is_object() ? object.find(tag) : object.end();
    if (it == object.end() || !it->is_string()) return std::unexpected(no_tag(tag));
    const auto& name = it->template get_ref<const std::string&>();
    std::optional<Error> fault;
    const auto take = [&]<class U>(const U* type) {
        if (name != stored_name(type)) return false;
        fault = read_struct(object, value.template emplace<U>(), Place{}, tag);
        return true;
    };
    const bool known = (take(static_cast<const T*>(nullptr)) || ...);
    if (!known) return std::unexpected(unknown_name(tag, name));
    if (fault) return std::unexpected(*fault);
    return value;
}

}  // namespace describe
}  // namespace reeve

// REEVE_DESCRIBED(TaskAssigned, task, person): describes the struct and gives its stored name, both found by
// argument-dependent lookup; it stands in the struct's namespace.
#define REEVE_DESCRIBED(Type, ...)                 \
    BOOST_DESCRIBE_STRUCT(Type, (), (__VA_ARGS__)) \
    [[maybe_unused]] constexpr const char* stored_name(const Type*) { return #Type; }
