#include "engine/runtime/export_event.h"

namespace reeve::runtime {

namespace {

// "parties.*.name": a star stands for every item of a list.
void take_away(Json& from, std::string_view path) {
    const auto dot = path.find('.');
    const std::string key(path.substr(0, dot));
    const auto rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    if (key == "*") {
        if (!from.is_array()) return;
        for (auto it = from.begin(); it != from.end();) {
            if (rest.empty()) {
                it = from.erase(it);
            } else {
                take_away(*it, rest);
                ++it;
            }
        }
        return;
    }
    const auto found = from.is_object() ? from.find(key) : from.end();
    if (!from.is_object() || found == from.end()) return;
    if (rest.empty())
        from.erase(found);
    else
        take_away(*found, rest);
}

// The event's fields, times as texts.
Json fields_of(const store::JournalRow& row) {
    if (!row.stream.starts_with('$')) return core::to_json(store::recorded(row).event, Times::text);
    if (row.stream == store::org_stream) return org::to_json(store::org_event(row));
    return store::parsed(row);
}

}  // namespace

const ExportEvents::Marked& ExportEvents::marked(const std::string& definition) {
    auto& marked = marked_[definition];
    for (const int newest = catalog_.newest(definition); marked.versions < newest;) {
        ++marked.versions;
        try {
            if (const auto program = catalog_.program(definition, marked.versions))
                marked.paths.insert(program->personal.begin(), program->personal.end());
        } catch (const std::exception&) {
            marked.unknown = true;
        }
    }
    return marked;
}

void ExportEvents::leave_out(Json& body, const std::string& event, bool of_case,
                             const std::string& definition) {
    // How people are reached, an illness perhaps, and what a file was called by whoever sent it.
    for (const char* path : {"person.reach", "absence.reason", "document.name", "documents.*.name",
                             "wish.document.name", "wish.documents.*.name"})
        take_away(body, path);
    if (!of_case) return;
    // Of a case that nobody knows nothing can be told.
    static const Marked of_no_definition{.unknown = true};
    const auto& personal = definition.empty() ? of_no_definition : marked(definition);
    if (personal.paths.empty() && !personal.unknown) return;
    for (const char* name : {"data", "patch"}) {
        const auto data = body.find(name);
        if (data == body.end()) continue;
        if (personal.unknown ||
            event == "CaseRequested")  // there under other names, and of another definition
            *data = Json::object();
        for (const auto& path : personal.paths) take_away(*data, path);
    }
    // Of what they are made cannot be told here.
    if (body.contains("item")) body["item"] = nullptr;
    if (const auto wish = body.find("wish"); wish != body.end() && wish->is_object())
        for (const char* name : {"data", "patch"}) wish->erase(name);
}

Json ExportEvents::of(store::Reader& reader, const store::JournalRow& row) {
    const bool of_case = !row.stream.starts_with('$');
    Json json{{"seq", row.seq},
              {"at", time::to_utc_string(row.at)},
              {of_case ? "case" : "stream", row.stream},
              {"revision", row.revision},
              {"actor", row.actor}};
    if (row.occurred) json["occurred"] = time::to_utc_string(*row.occurred);
    Json body;
    try {
        body = fields_of(row);
    } catch (const std::exception&) {
        // What cannot be read holds up nothing; that there was something is handed on. `reeve check` tells
        // more.
        json["damaged"] = true;
        return json;
    }
    std::string definition;
    if (of_case) {
        auto known = cases_.find(row.stream);
        if (known == cases_.end()) {
            const auto found = reader.find_case(row.stream);
            known = cases_.emplace(row.stream, found ? found->definition : "").first;
        }
        definition = known->second;
        if (!definition.empty()) json["definition"] = definition;
    }
    const auto event = body.value("event", "");
    body.erase("event");
    if (definition.empty() && of_case) definition = body.value("definition", "");
    if (!personal_) leave_out(body, event, of_case, definition);
    json["event"] = event;
    json["body"] = std::move(body);
    return json;
}

}  // namespace reeve::runtime
