#include "engine/describe.h"

#include <fmt/format.h>

namespace reeve::describe {

void print_text(std::string& out, std::string_view text) {
    const bool plain =
        std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
    if (plain)
        out.append(1, '"').append(text).append(1, '"');
    else
        out += Json(text).dump();
}

void print_json(std::string& out, const Json& json) {
    const auto list = [&](char open, char close, auto&& item) {
        out += open;
        for (auto it = json.begin(); it != json.end(); ++it) {
            if (it != json.begin()) out += ',';
            item(it);
        }
        out += close;
    };
    if (json.is_string())
        print_text(out, json.get_ref<const std::string&>());
    else if (json.is_object())
        list('{', '}', [&](const auto& it) {
            print_text(out, it.key());
            out += ':';
            print_json(out, *it);
        });
    else if (json.is_array())
        list('[', ']', [&](const auto& it) { print_json(out, *it); });
    else
        out += json.dump();
}

std::string Place::text() const {
    if (!around) return {};
    const bool named = index == std::string_view::npos;
    return fmt::format("{}/{}", around->text(), named ? std::string(name) : std::to_string(index));
}

Error bad_shape(std::string_view wanted, const Place& place) {
    return {"bad-shape", fmt::format("expected {}", wanted), place.text()};
}
Error no_tag(const char* tag) {
    return {"bad-shape", fmt::format("expected an object with a field \"{}\"", tag), fmt::format("/{}", tag)};
}
Error unknown_name(const char* tag, const std::string& name) {
    return {"unknown-name",
            fmt::format("there is no {} \"{}\"; names are written as in TaskAssigned", tag, name),
            fmt::format("/{}", tag)};
}

}  // namespace reeve::describe
