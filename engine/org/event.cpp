// The stored form of the directory's events: {"event": "UnitSet", "unit": {…}}. The key names are for ever.
#include <fmt/format.h>

#include "engine/org/fields.h"

namespace reeve::org {

namespace {

Json json_of(const Unit& unit) {
    Json json{{"id", unit.id}, {"title", {{"en", unit.title_en}, {"zh", unit.title_zh}}}};
    if (!unit.parent.empty()) json["parent"] = unit.parent;
    json["level"] = unit.level;
    if (!unit.kind.empty()) json["kind"] = unit.kind;
    return json;
}

Json json_of(const Post& post) {
    return {
        {"unit", post.unit}, {"role", post.role}, {"authorised", post.authorised}, {"holders", post.holders}};
}

Json json_of(const Person& person) {
    Json json{{"id", person.id}, {"name", person.name}, {"language", person.language}};
    json["reach"] = Json::object();
    for (const auto& [channel, address] : person.reach) json["reach"][channel] = address;
    if (!person.active) json["active"] = false;
    return json;
}

Json json_of(const Absence& absence) {
    Json json{{"person", absence.person}, {"from", time::to_utc_string(absence.span.from)}};
    if (absence.span.to != time::Instant::max()) json["to"] = time::to_utc_string(absence.span.to);
    if (!absence.substitute.empty()) json["substitute"] = absence.substitute;
    if (!absence.reason.empty()) json["reason"] = absence.reason;
    return json;
}

}  // namespace

Json to_json(const Event& event) {
    struct Write {
        Json operator()(const UnitSet& e) { return {{"event", "UnitSet"}, {"unit", json_of(e.unit)}}; }
        Json operator()(const UnitRemoved& e) { return {{"event", "UnitRemoved"}, {"unit", e.unit}}; }
        Json operator()(const PostSet& e) { return {{"event", "PostSet"}, {"post", json_of(e.post)}}; }
        Json operator()(const PersonSet& e) {
            return {{"event", "PersonSet"}, {"person", json_of(e.person)}};
        }
        Json operator()(const PersonLeft& e) { return {{"event", "PersonLeft"}, {"person", e.person}}; }
        Json operator()(const AbsenceRecorded& e) {
            return {{"event", "AbsenceRecorded"}, {"absence", json_of(e.absence)}};
        }
        Json operator()(const AbsenceEnded& e) {
            return {{"event", "AbsenceEnded"}, {"person", e.person}, {"at", time::to_utc_string(e.at)}};
        }
    };
    return std::visit(Write{}, event);
}

Result<Event> event_from_json(const Json& json) {
    std::optional<Error> first;
    Fault fault = [&](std::string code, std::string message, std::string pointer, bool) {
        if (!first) first = Error{std::move(code), std::move(message), std::move(pointer)};
    };
    std::optional<Event> event;
    {
        Fields f(json, "", fault);
        std::string kind = f.text("event");
        auto object = [&](const char* key) -> const Json& {
            static const Json none;
            const Json* found = f.any(key);
            return found ? *found : none;
        };
        if (kind == "UnitSet") event = UnitSet{read_unit(object("unit"), "/unit", fault)};
        if (kind == "UnitRemoved") event = UnitRemoved{f.text("unit")};
        if (kind == "PostSet") event = PostSet{read_post(object("post"), "/post", fault)};
        if (kind == "PersonSet") event = PersonSet{read_person(object("person"), "/person", fault)};
        if (kind == "PersonLeft") event = PersonLeft{f.text("person")};
        if (kind == "AbsenceRecorded")
            event = AbsenceRecorded{read_absence(object("absence"), "/absence", fault, nullptr)};
        if (kind == "AbsenceEnded")
            event = AbsenceEnded{f.text("person"), f.instant("at", nullptr, std::nullopt)};
        if (!event)
            f.refuse("unknown-event", fmt::format(R"("{}" is no event of the organisation)", kind), "event");
    }
    if (first) return std::unexpected(*first);
    return *std::move(event);
}

}  // namespace reeve::org
