// OpenAPI 3.1, made from the table of routes, the schemas beside this file and those of the commands.
#include "engine/http/route.h"

namespace reeve::http {

std::vector<std::string_view> schema_texts();

namespace {

using Kind = Parameter::Kind;

Json reference(std::string_view schema) { return {{"$ref", "#/components/schemas/" + std::string(schema)}}; }

Json schema_of(Kind kind) {
    switch (kind) {
        case Kind::number: return {{"type", "integer"}, {"minimum", 1}};
        case Kind::position: return {{"type", "integer"}, {"minimum", 0}};
        case Kind::flag: return {{"type", "boolean"}};
        case Kind::time: return {{"type", "string"}, {"format", "date-time"}};
        case Kind::duration:
            return {{"type", "string"}, {"description", "Such as \"7 days\" or \"3 working days\""}};
        case Kind::light: return reference("Light");
        case Kind::case_status: return {{"type", "string"}, {"enum", {"open", "closed", "cancelled", "all"}}};
        case Kind::job_status:
            return {{"type", "string"}, {"enum", {"ready", "leased", "waiting", "failed"}}};
        case Kind::alert_status: return {{"type", "string"}, {"enum", {"pending", "sent", "undelivered"}}};
        case Kind::text: break;
    }
    return {{"type", "string"}};
}

Json parameters_of(const Route& route) {
    Json all = Json::array();
    for (auto rest = route.pattern; rest.find('{') != rest.npos;) {
        rest.remove_prefix(rest.find('{') + 1);
        const auto name = rest.substr(0, rest.find('}'));
        all.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
    }
    for (const auto& one : route.query)
        all.push_back({{"name", one.name},
                       {"in", "query"},
                       {"description", one.about},
                       {"schema", schema_of(one.kind)}});
    if (route.type == "text/event-stream")
        all.push_back({{"name", "Last-Event-ID"},
                       {"in", "header"},
                       {"description", "Goes on behind this number, and counts more than \"after\""},
                       {"schema", schema_of(Kind::position)}});
    const bool command = std::holds_alternative<Ask>(route.does);
    if (command || route.idempotency_key)
        all.push_back({{"name", "Idempotency-Key"},
                       {"in", "header"},
                       {"description", "The same key again gives the first answer again and does nothing"},
                       {"schema", {{"type", "string"}, {"maxLength", 200}}}});
    if ((command && route.pattern.find('{') != route.pattern.npos) || route.if_match)
        all.push_back({{"name", "If-Match"},
                       {"in", "header"},
                       {"description", "An ETag that was given: only if nothing has changed since"},
                       {"schema", {{"type", "string"}}}});
    return all;
}

Json page_of_items(std::string_view schema) {
    return {{"type", "object"},
            {"required", {"items", "next"}},
            {"properties",
             {{"items", {{"type", "array"}, {"items", reference(schema)}}},
              {"next",
               {{"type", {"string", "integer", "null"}},
                {"description", "Where the next page begins; null: there is none"}}}}},
            {"additionalProperties", false}};
}

bool is_page(const Route& route) { return route.type.starts_with("text/html"); }

Json answer_of(const Route& route) {
    if (route.type.starts_with("text/plain"))
        return {{"description", route.about},
                {"content", {{"text/plain", {{"schema", {{"type", "string"}}}}}}}};
    if (is_page(route)) return {{"description", route.about}, {"content", {{route.type, Json::object()}}}};
    if (route.answers.empty())
        return {{"description", "The file"}, {"content", {{"application/octet-stream", Json::object()}}}};
    if (route.type == "text/event-stream") {
        const Json all{{"type", "array"}, {"items", reference(route.answers)}};
        const Json stream{{"type", "string"},
                          {"description", "Server-sent events; the data of each message"},
                          {"contentMediaType", route.type},
                          {"contentSchema", all}};
        return {{"description", route.about}, {"content", {{route.type, {{"schema", stream}}}}}};
    }
    return {{"description", route.about},
            {"content",
             {{"application/json",
               {{"schema", route.list ? page_of_items(route.answers) : reference(route.answers)}}}}}};
}

Json operation_of(const Route& route) {
    Json refused{{"description", "Refused: the code and the sentence say why"},
                 {"content", {{"application/problem+json", {{"schema", reference("Problem")}}}}}};
    if (is_page(route)) refused["content"][std::string(route.type)] = Json::object();
    Json operation{{"operationId", route.operation}, {"summary", route.about}};
    if (route.needs)
        operation["security"] = Json::array({{{"token", Json::array()}}});
    else
        operation["security"] = Json::array();
    if (auto parameters = parameters_of(route); !parameters.empty())
        operation["parameters"] = std::move(parameters);
    if (route.takes == Takes::json)
        operation["requestBody"] = {{"required", true},
                                    {"content", {{"application/json", {{"schema", reference(route.body)}}}}}};
    if (route.takes == Takes::form)
        operation["requestBody"] = {{"required", true},
                                    {"content", {{form_type, {{"schema", reference(route.body)}}}}}};
    if (route.takes == Takes::file)
        operation["requestBody"] = {{"required", true},
                                    {"content", {{"application/octet-stream", Json::object()}}}};
    operation["responses"] = {{"2XX", answer_of(route)}, {"4XX", refused}, {"5XX", refused}};
    return operation;
}

// What may be sent to a route of commands: the command's members, and when it really happened.
Json command_schemas(Json& schemas) {
    const Json occurred{{"type", "string"},
                        {"format", "date-time"},
                        {"description", "When it really happened, if earlier; clocks are judged by it"}};
    Json one_of = Json::array(), mapping = Json::object();
    const Json wishes = core::wish_schemas();
    for (const auto& [name, schema] : wishes.items()) {
        Json one = schema;
        one["properties"]["occurred"] = occurred;
        if (name == "StartCase") {
            one["properties"].erase("command");
            one["properties"]["id"] = {{"type", "string"},
                                       {"description", "Its name; without it DEFINITION-N"}};
            one["required"] = {"definition", "unit"};
        } else if (is_asked_for(name)) {
            one_of.push_back(reference(name));
            mapping[name] = "#/components/schemas/" + name;
        } else {
            continue;
        }
        schemas[name] = std::move(one);
    }
    return {{"oneOf", std::move(one_of)},
            {"discriminator", {{"propertyName", "command"}, {"mapping", std::move(mapping)}}}};
}

Json make() {
    Json schemas = Json::object();
    for (const auto text : schema_texts()) schemas.update(Json::parse(text));
    Json commands = command_schemas(schemas);
    schemas["Command"] = std::move(commands);
    Json paths = Json::object();
    for (const auto* route : routes()) {
        std::string method(route->method);
        for (auto& c : method) c = static_cast<char>(c + ('a' - 'A'));
        paths[std::string(route->pattern)][method] = operation_of(*route);
    }
    return {{"openapi", "3.1.0"},
            {"info",
             {{"title", "Reeve"},
              {"version", REEVE_VERSION},
              {"description", "Durable workflow and task escalation for human casework."},
              {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
            {"servers", Json::array({{{"url", "/"}}})},
            {"paths", std::move(paths)},
            {"components",
             {{"schemas", std::move(schemas)},
              {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
}

}  // namespace

const Json& openapi() {
    static const Json document = make();
    return document;
}

}  // namespace reeve::http
