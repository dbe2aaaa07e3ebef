// Routes of definitions: in use, their versions, drawn, checked, deployed, and cases moved from one to
// another.
#include "engine/http/body.h"
#include "engine/json.h"

namespace reeve::http {

namespace {

using Kind = Parameter::Kind;
constexpr Parameter version_query[] = {{"version", Kind::number, "Which version; without it the newest"}};

Answer list_definitions(const Call& call, const views::Sight& sight) {
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    return page(sight.catalog.ids(), *wanted,
                [&](const std::string& id) { return views::definition_row(sight, id); });
}

Answer versions(const Call& call, const views::Sight& sight) {
    auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    const auto rows = views::version_rows(sight, call.at("definition"));
    if (!rows) return problem(rows.error());
    return page(std::vector<Json>(rows->begin(), rows->end()), *wanted, [](const Json& row) { return row; });
}

using View = Result<Json> (*)(const views::Sight&, const std::string& id, int version);

// Of the version that is asked for; its number is its tag.
template <View view>
Answer show_definition(const Call& call, const views::Sight& sight) {
    const auto seen = view(sight, call.at("definition"), number_of(call, "version"));
    if (!seen) return problem(seen.error());
    auto answer = json_answer(*seen);
    answer.headers["ETag"] = '"' + std::to_string((*seen)["version"].get<int>()) + '"';
    return answer;
}

struct NewDefinition {
    std::string text, name = "definition.json", calendar;
};
BOOST_DESCRIBE_STRUCT(NewDefinition, (), (text, name, calendar))

// What is sent to be checked or deployed, its calendar made ready.
Result<NewDefinition> sent(const Call& call) {
    auto body = body_of<NewDefinition>(call);
    if (!body) return body;
    if (body->text.empty()) return refuse("missing-field", "the definition itself is missing", "/text");
    auto calendar = sent_calendar(body->calendar);
    if (!calendar) return std::unexpected(calendar.error());
    body->calendar = std::move(*calendar);
    return body;
}

// What would not stop it and is worth knowing: the calendar's, and what the office lacks.
Errors warnings_of(const views::Sight& sight, const NewDefinition& sent, const model::Program& program,
                   const Errors& of_text) {
    Errors warnings = of_text;
    for (auto& sentence : views::unknown_people(program, *sight.people))
        warnings.push_back({"unknown-person", std::move(sentence), sent.name});
    for (auto& sentence : views::unknown_definitions(program, sight.catalog))
        warnings.push_back({"unknown-definition", std::move(sentence), sent.name});
    return warnings;
}

Json checked(const views::Sight& sight, const NewDefinition& sent,
             const std::expected<model::Compiled, Errors>& compiled) {
    const auto document = parse_json(sent.text, sent.name);
    const auto* text = document ? &*document : nullptr;
    if (!compiled) return views::checked(text, compiled.error(), {}, nullptr);
    const auto& program = *compiled->program;
    return views::checked(text, {}, warnings_of(sight, sent, program, compiled->warnings), &program);
}

Answer validate(const Call& call, const views::Sight& sight) {
    const auto wanted = sent(call);
    if (!wanted) return problem(wanted.error());
    return json_answer(
        checked(sight, *wanted, call.engine.compile(wanted->text, wanted->name, wanted->calendar)));
}

// The first fault is the problem's sentence; all of them stand in it with their places.
Answer faulty(const views::Sight& sight, const NewDefinition& sent, const Errors& errors) {
    if (errors.size() == 1 && errors.front().place.find(':') == std::string::npos)
        return problem(errors.front());  // not of the text: its version is another, or nothing can be written
    auto answer = problem({"bad-data", errors.empty() ? "it is faulty" : errors.front().text(), "/text"});
    auto json = Json::parse(answer.body);
    auto faults = checked(sight, sent, std::unexpected(errors))["errors"];
    for (auto& fault : faults) {
        fault["detail"] = fault["message"];
        fault.erase("message");
    }
    json["faults"] = std::move(faults);
    answer.body = json.dump();
    return answer;
}

Answer deploy(const Call& call, const views::Sight& sight) {
    const auto wanted = sent(call);
    if (!wanted) return problem(wanted.error());
    const auto tag = numbered_tag(call);
    if (!tag) return problem(tag.error());
    const auto expect =
        *tag ? std::optional(static_cast<int>(std::min<std::uint64_t>(**tag, 1'000'000'000))) : std::nullopt;
    const auto done =
        call.engine.deploy(wanted->text, wanted->name, wanted->calendar, call.caller.person, expect);
    if (!done) return faulty(sight, *wanted, done.error());
    Json warnings = Json::array();
    const auto program = sight.catalog.program(done->id, done->version);
    for (const auto& warning : warnings_of(sight, *wanted, *program, done->warnings))
        warnings.push_back(warning.text());
    auto answer = json_answer({{"id", done->id},
                               {"version", done->version},
                               {"unchanged", done->unchanged},
                               {"warnings", std::move(warnings)}},
                              done->unchanged ? 200 : 201);
    answer.headers["ETag"] = '"' + std::to_string(done->version) + '"';
    return answer;
}

Answer schema(const Call&, const views::Sight&) {
    return {.status = 200,
            .body = std::string(model::definition_schema()),
            .type = "application/json",
            .headers = {}};
}

constexpr Route definition_table[] = {
    {"GET", "/v1/definitions", "listDefinitions", "The definitions in use.", Scope::read, page_query,
     Takes::nothing, "", "DefinitionRow", true, list_definitions},
    {"POST",
     "/v1/definitions",
     "deployDefinition",
     "Check a definition and put it to use; new cases start under it, running ones keep theirs.",
     Scope::administer,
     {},
     Takes::json,
     "NewDefinition",
     "Deployed",
     false,
     deploy,
     "application/json",
     true},
    {"POST",
     "/v1/definitions/validate",
     "validateDefinition",
     "Check a definition and say each fault at its line, column and pointer; nothing changes.",
     Scope::read,
     {},
     Takes::json,
     "NewDefinition",
     "Checked",
     false,
     validate},
    {"GET",
     "/v1/definition-schema",
     "showDefinitionSchema",
     "The JSON Schema of definitions, for editors.",
     Scope::read,
     {},
     Takes::nothing,
     "",
     "JsonSchema",
     false,
     schema},
    {"GET", "/v1/definitions/{definition}", "showDefinition", "A definition: its stages, clocks and ladders.",
     Scope::read, version_query, Takes::nothing, "", "Definition", false,
     show_definition<views::definition_sheet>},
    {"GET", "/v1/definitions/{definition}/versions", "listVersions",
     "Its versions, the newest first: since when, by whom, and the open cases that go by each.", Scope::read,
     page_query, Takes::nothing, "", "VersionRow", true, versions},
    {"GET", "/v1/definitions/{definition}/text", "showDefinitionText",
     "The text of a version and its calendar, as they were deployed.", Scope::read, version_query,
     Takes::nothing, "", "DefinitionText", false, show_definition<views::definition_text>},
    {"GET", "/v1/definitions/{definition}/diagram", "drawDefinition",
     "A version as nodes and edges: stages, clocks, and what leads where.", Scope::read, version_query,
     Takes::nothing, "", "Diagram", false, show_definition<views::diagram>},
};

}  // namespace

std::span<const Route> definition_routes() { return definition_table; }

}  // namespace reeve::http
