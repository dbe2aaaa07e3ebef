#include "engine/org/fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/spelling.h"

namespace reeve::org {

namespace {

const Json no_fields = Json::object();

}  // namespace

Fields::Fields(const Json& object, std::string pointer, const Fault& fault)
    : object_(object.is_object() ? object : no_fields), pointer_(std::move(pointer)), fault_(fault) {
    if (!object.is_object())
        fault_("bad-type", R"(expected an object, such as {"id": "..."})", pointer_, false);
}

Fields::~Fields() {
    for (const auto& [key, value] : object_.items()) {
        if (std::ranges::find(asked_, key) != asked_.end()) continue;
        fault_("unknown-field", fmt::format(R"(unknown field "{}"{})", key, did_you_mean(key, asked_)),
               (Json::json_pointer(pointer_) / key).to_string(), true);
    }
}

const Json* Fields::any(const char* key) {
    asked_.emplace_back(key);
    auto it = object_.find(key);
    return it == object_.end() ? nullptr : &*it;
}

void Fields::refuse(std::string code, std::string message, const std::string& key) const {
    fault_(std::move(code), std::move(message), key.empty() ? pointer_ : pointer_ + "/" + key, false);
}

std::string Fields::text(const char* key, const char* otherwise) {
    const Json* value = any(key);
    if (!value && otherwise) return otherwise;
    if (!value && &object_ == &no_fields) return "";  // told already: it is no object at all
    if (!value) {
        refuse("missing-field", fmt::format(R"("{}" is missing)", key));
    } else if (!value->is_string()) {
        refuse("bad-type", fmt::format(R"("{}" must be a text)", key), key);
    } else {
        return value->get<std::string>();
    }
    return "";
}

int Fields::number(const char* key, int otherwise) {
    const Json* value = any(key);
    if (!value) return otherwise;
    if (!value->is_number_integer() || *value < 0 || *value > 100'000) {
        refuse("bad-type", fmt::format(R"("{}" must be a whole number from 0 to 100000)", key), key);
        return otherwise;
    }
    return value->get<int>();
}

bool Fields::flag(const char* key, bool otherwise) {
    const Json* value = any(key);
    if (!value) return otherwise;
    if (!value->is_boolean()) {
        refuse("bad-type", fmt::format(R"("{}" must be true or false)", key), key);
        return otherwise;
    }
    return value->get<bool>();
}

std::vector<std::string> Fields::texts(const char* key) {
    std::vector<std::string> found;
    const Json* value = any(key);
    if (!value) return found;
    if (!value->is_array() || !std::ranges::all_of(*value, [](const Json& v) { return v.is_string(); })) {
        refuse("bad-type", fmt::format(R"("{}" must be a list of texts)", key), key);
        return found;
    }
    for (const Json& item : *value) found.push_back(item.get<std::string>());
    return found;
}

std::map<std::string, std::string> Fields::table(const char* key) {
    std::map<std::string, std::string> found;
    const Json* value = any(key);
    if (!value) return found;
    if (!value->is_object() || !std::ranges::all_of(*value, [](const Json& v) { return v.is_string(); })) {
        refuse("bad-type", fmt::format(R"("{}" must be an object of texts)", key), key);
        return found;
    }
    for (const auto& [name, text] : value->items()) found[name] = text.get<std::string>();
    return found;
}

time::Instant Fields::instant(const char* key, const time::Calendar* zone,
                              std::optional<time::Instant> otherwise) {
    if (!any(key) && otherwise) {
        return *otherwise;
    }
    std::string written = text(key);
    if (written.empty()) return {};
    Result<time::Instant> read = time::parse_instant(written);
    if (!read && zone) read = time::parse_instant(written, *zone);
    if (read) return *read;
    refuse(
        "bad-time",
        zone ? fmt::format(R"("{}" is no time; write 2026-03-02, 2026-03-02T09:00 or 2026-03-02T09:00+08:00)",
                           written)
             : fmt::format(
                   R"("{}" says no offset, and no "zone" is given at the top; write "zone": "Asia/Shanghai")",
                   written),
        key);
    return {};
}

Unit read_unit(const Json& json, const std::string& pointer, const Fault& fault) {
    Fields f(json, pointer, fault);
    Unit unit{.id = f.text("id"),
              .parent = f.text("parent", ""),
              .level = f.text("level"),
              .kind = f.text("kind", "")};
    if (const Json* title = f.any("title")) {
        // One text serves both languages, as in definitions.
        if (title->is_string()) {
            unit.title_en = unit.title_zh = title->get<std::string>();
        } else {
            Fields t(*title, pointer + "/title", fault);
            unit.title_en = t.text("en");
            unit.title_zh = t.text("zh", unit.title_en.c_str());
        }
    } else {
        f.refuse("missing-field", R"("title" is missing; write "..." or {"en": "...", "zh": "..."})");
    }
    return unit;
}

Post read_post(const Json& json, const std::string& pointer, const Fault& fault) {
    Fields f(json, pointer, fault);
    Post post{f.text("unit"), f.text("role"), 1, f.texts("holders")};
    post.authorised = f.number("authorised", std::max<int>(1, static_cast<int>(post.holders.size())));
    return post;
}

Person read_person(const Json& json, const std::string& pointer, const Fault& fault,
                   const std::string& language) {
    Fields f(json, pointer, fault);
    return {f.text("id"), f.text("name"), f.text("language", language.c_str()), f.table("reach"),
            f.flag("active", true)};
}

Absence read_absence(const Json& json, const std::string& pointer, const Fault& fault,
                     const time::Calendar* zone) {
    Fields f(json, pointer, fault);
    Absence absence{.person = f.text("person")};
    absence.span.from = f.instant("from", zone, std::nullopt);
    absence.span.to = f.instant("to", zone, time::Instant::max());
    absence.substitute = f.text("substitute", "");
    absence.reason = f.text("reason", "");
    return absence;
}

}  // namespace reeve::org
