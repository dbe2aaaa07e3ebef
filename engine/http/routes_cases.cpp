// Routes of cases: start, list, show, history, clocks, explanation, documents, and every command.
#include <algorithm>

#include "engine/http/body.h"

namespace reeve::http {

namespace {

using Kind = Parameter::Kind;
constexpr Parameter unit{"unit", Kind::text, "Of this unit and below"};

// A refusal of a field at the top lists what else may stand there.
Error with_known(Error fault, std::string_view more) {
    if (fault.code != "unknown-field" || fault.place.find('/', 1) != std::string::npos) return fault;
    constexpr std::string_view none = "; none is expected";
    if (fault.message.ends_with(none))
        fault.message.replace(fault.message.size() - none.size(), none.size(), "; known are: ");
    else
        fault.message += ", ";
    fault.message += more;
    return fault;
}

// What a command says beside its wish.
Result<core::Command> command_of(const Call& call, Json wish, std::string case_id) {
    core::Command command{.actor = call.caller.person, .case_id = std::move(case_id)};
    command.key = key_of(call);
    if (const auto it = wish.find("occurred"); it != wish.end()) {
        time::Instant at;
        const describe::Place body, at_occurred{&body, "occurred"};
        if (auto fault = describe::read(*it, at, at_occurred)) return std::unexpected(*fault);
        command.occurred = at;
        wish.erase("occurred");
    }
    auto tag = numbered_tag(call);
    if (!tag) return std::unexpected(tag.error());
    command.expect = *tag;
    auto made = core::wish_from_json(wish);
    if (!made) return std::unexpected(with_known(made.error(), "occurred"));
    command.wish = std::move(*made);
    return command;
}

// What a case is started beside is the caller's to see: whether there is another is not told.
std::optional<Error> names_unseen(const Call& call, const views::Sight& sight, const core::StartCase& start) {
    auto unseen = [&](const std::string& id, std::string pointer) -> std::optional<Error> {
        auto seen = seen_case(call, sight, id);
        if (seen) return std::nullopt;
        return Error{seen.error().code, seen.error().message, std::move(pointer)};
    };
    if (!start.parent.empty())
        if (auto fault = unseen(start.parent, "/parent")) return fault;
    for (std::size_t i = 0; i < start.related.size(); ++i)
        if (auto fault = unseen(start.related[i], "/related/" + std::to_string(i))) return fault;
    return std::nullopt;
}

Result<core::Command> start(const Call& call, const views::Sight& sight) {
    if (!call.body.is_object()) return refuse("bad-shape", "expected an object", "");
    if (call.body.contains("command"))
        return refuse("unknown-field", "a case is started by what stands here: leave \"command\" out",
                      "/command");
    Json wish{{"command", "StartCase"}};
    std::string id;
    for (const auto& [name, value] : call.body.items()) {
        if (name != "id") {
            wish[name] = value;
            continue;
        }
        if (!value.is_string()) return refuse("bad-shape", "expected text", "/id");
        id = value.get<std::string>();
    }
    auto command = command_of(call, std::move(wish), std::move(id));
    if (!command) return std::unexpected(with_known(command.error(), "id"));
    // What was answered once is answered so again, whatever has been moved out of sight since.
    if (!command->key.empty() && sight.reader.receipt(command->key)) return command;
    if (auto fault = names_unseen(call, sight, std::get<core::StartCase>(command->wish)))
        return std::unexpected(*fault);
    return command;
}

// Files are named by what they hold, so whoever names one reads it: only those that were sent to this case.
std::optional<Error> not_of_case(const views::Sight& sight, const std::string& case_id,
                                 const core::Wish& wish) {
    return std::visit(
        [&](const auto& one) -> std::optional<Error> {
            std::vector<core::Document> named;
            std::string_view place = "/documents";
            if constexpr (requires { one.documents; }) named = one.documents;
            if constexpr (requires { one.document; }) {
                named = {one.document};
                place = "/document";
            }
            if (named.empty()) return std::nullopt;
            const auto file = store::find(sight.reader, sight.catalog, case_id);
            const std::vector<core::Document> none;
            const auto& sent = file ? file->state.documents : none;
            for (const auto& document : named)
                if (std::ranges::find(sent, document.sha256, &core::Document::sha256) == sent.end())
                    return Error{"no-such-file",
                                 "no file of this SHA-256 was sent to the case: send it to POST "
                                 "/v1/cases/{case}/documents first",
                                 std::string(place)};
            return std::nullopt;
        },
        wish);
}

// What only the engine itself says, or has a route of its own.
constexpr std::string_view not_here[] = {"StartCase", "Tick",        "EndChild",   "FailOpening",
                                         "LeaseJob",  "ExtendLease", "ReleaseJob", "Migrate"};

Result<core::Command> ask(const Call& call, const views::Sight& sight) {
    if (auto seen = seen_case(call, sight, call.at("case")); !seen) return std::unexpected(seen.error());
    if (!call.body.is_object()) return refuse("bad-shape", "expected an object", "");
    const auto name = call.body.value("command", Json());
    if (name.is_string() && !is_asked_for(name.get_ref<const std::string&>()))
        return refuse("not-permitted", "no one asks for " + name.get<std::string>() + " here", "/command");
    auto command = command_of(call, call.body, call.at("case"));
    if (!command) return command;
    if (auto fault = not_of_case(sight, command->case_id, command->wish)) return std::unexpected(*fault);
    return command;
}

constexpr Parameter list_query[] = {
    unit,
    {"definition", Kind::text, "Of this kind"},
    {"owner", Kind::text, "Owned by this person"},
    {"light", Kind::light, "At this light"},
    {"status", Kind::case_status, "open unless told"},
    {"overdue", Kind::flag, "true: with a clock past its due date"},
    page_limit,
    {"after", Kind::text, "What the page before gave as \"next\": the cases come in the order of their ids"}};

Answer list_cases(const Call& call, const views::Sight& sight) {
    store::CaseFilter filter{.units = {},
                             .definition = call.query("definition"),
                             .status = call.query("status"),
                             .owner = call.query("owner"),
                             .light = call.query("light"),
                             .parent = {},
                             .overdue_at = {},
                             .after = call.query("after")};
    if (filter.status.empty()) filter.status = "open";
    if (filter.status == "all") filter.status.clear();
    if (call.query("overdue") == "true") filter.overdue_at = sight.now;
    // One's own cases may lie in any unit.
    if (filter.owner != call.caller.person || filter.owner.empty() || !call.query("unit").empty()) {
        auto units = seen_units(call, sight);
        if (!units) return problem(units.error());
        filter.units = std::move(*units);
    }
    const auto limit =
        call.query("limit").empty() ? 50 : std::min<std::size_t>(500, std::stoul(call.query("limit")));
    filter.limit = limit + 1;
    auto rows = sight.reader.cases(filter);
    const bool more = rows.size() > limit;
    if (more) rows.resize(limit);
    Json items = Json::array();
    for (const auto& row : rows) items.push_back(views::case_row(sight, row));
    return json_answer({{"items", std::move(items)}, {"next", more ? Json(rows.back().id) : Json()}});
}

// The case with its past, when the caller may see it.
Result<store::CaseFile> file_of(const Call& call, const views::Sight& sight) {
    if (auto seen = seen_case(call, sight, call.at("case")); !seen) return std::unexpected(seen.error());
    return store::find(sight.reader, sight.catalog, call.at("case"));
}

Answer with_tag(Json json, const store::CaseFile& file) {
    auto answer = json_answer(json);
    answer.headers["ETag"] = '"' + std::to_string(file.state.revision) + '"';
    return answer;
}

Answer show_case(const Call& call, const views::Sight& sight) {
    auto file = file_of(call, sight);
    return file ? with_tag(views::case_sheet(sight, *file), *file) : problem(file.error());
}

constexpr Parameter history_query[] = {{"from", Kind::number, "Begin at this revision"}, page_limit};

Answer history(const Call& call, const views::Sight& sight) {
    auto file = file_of(call, sight);
    if (!file) return problem(file.error());
    const auto from = call.query("from").empty() ? 1 : std::stoull(call.query("from"));
    auto page = page_of(call);
    if (!page) return problem(page.error());
    auto items = views::history(sight, *file, from, page->limit + 1);
    Json next;
    if (items.size() > page->limit) {
        next = items.back()["revision"];
        items.erase(items.size() - 1);
    }
    return json_answer({{"items", std::move(items)}, {"next", std::move(next)}});
}

Answer clocks(const Call& call, const views::Sight& sight) {
    auto file = file_of(call, sight);
    if (!file) return problem(file.error());
    return json_answer({{"items", views::clock_rows(sight, *file)}, {"next", nullptr}});
}

constexpr Parameter explanation_query[] = {
    {"clock", Kind::text, "Only this clock, by name or id; without it all that run"}};

Answer explanation(const Call& call, const views::Sight& sight) {
    auto file = file_of(call, sight);
    if (!file) return problem(file.error());
    auto explained = views::explanation(sight, *file, call.query("clock"));
    return explained ? with_tag(std::move(*explained), *file) : problem(explained.error());
}

constexpr Parameter document_query[] = {
    {"kind", Kind::text, "What it is, as the definition names it (needed)"},
    {"name", Kind::text, "Its file name (needed)"}};

Answer add_document(const Call& call, const views::Sight& sight) {
    if (auto seen = seen_case(call, sight, call.at("case")); !seen) return problem(seen.error());
    for (const char* needed : {"kind", "name"})
        if (call.query(needed).empty())
            return problem({"bad-parameter", "say which " + std::string(needed) + " it has", needed});
    auto document = call.engine.attach(call.request.upload, call.query("kind"));
    // Where the file lies here is nothing to the client.
    if (!document) return problem({document.error().code, document.error().message, "body"});
    document->name = call.query("name");
    auto command = command_of(call, Json{{"command", "AddNote"}, {"text", ""}}, call.at("case"));
    if (!command) return problem(command.error());
    command->wish = core::AddDocument{*document};
    auto receipt = call.engine.ask(std::move(*command));
    if (!receipt) return problem(receipt.error());
    return json_answer(views::receipt_text(sight, *receipt), 201);
}

Answer document(const Call& call, const views::Sight& sight) {
    auto file = file_of(call, sight);
    if (!file) return problem(file.error());
    for (const auto& one : file->state.documents)
        if (one.sha256 == call.at("sha256")) {
            Answer answer{.type = "application/octet-stream", .headers = {}};
            answer.file = store::attachment_path(call.engine.folder(), one.sha256);
            // Whatever it is, a browser is to keep it and not to run it.
            answer.headers["Content-Disposition"] = "attachment";
            answer.headers["ETag"] = '"' + one.sha256 + '"';
            return answer;
        }
    return problem({"no-such-file", "the case has no document with that SHA-256", "sha256"});
}

constexpr Route case_table[] = {
    {"POST",
     "/v1/cases",
     "startCase",
     "Start a case: from this moment it has an owner and a running clock.",
     Scope::act,
     {},
     Takes::json,
     "StartCase",
     "Receipt",
     false,
     start},
    {"GET", "/v1/cases", "listCases", "The cases that fit, in the order of their ids.", Scope::read,
     list_query, Takes::nothing, "", "CaseRow", true, list_cases},
    {"GET",
     "/v1/cases/{case}",
     "showCase",
     "A case: its stages, tasks, clocks and lights, and what may be done next.",
     Scope::read,
     {},
     Takes::nothing,
     "",
     "Case",
     false,
     show_case,
     "application/json",
     false,
     false,
     true},
    {"POST",
     "/v1/cases/{case}/commands",
     "ask",
     "Any command to a case, answered when it is durable.",
     Scope::act,
     {},
     Takes::json,
     "Command",
     "Receipt",
     false,
     ask},
    {"GET", "/v1/cases/{case}/history", "showHistory", "All that happened to the case, who did it and when.",
     Scope::read, history_query, Takes::nothing, "", "Event", true, history, "application/json", false, false,
     true},
    {"GET",
     "/v1/cases/{case}/clocks",
     "listClocks",
     "The clocks of the case: light, time left, due date.",
     Scope::read,
     {},
     Takes::nothing,
     "",
     "Clock",
     true,
     clocks},
    {"GET", "/v1/cases/{case}/explanation", "explainCase",
     "Why this date, counted day by day, why this light, this step, this person.", Scope::read,
     explanation_query, Takes::nothing, "", "Explanation", false, explanation, "application/json", false,
     false, true},
    {"POST", "/v1/cases/{case}/documents", "addDocument", "Attach a file to the case.", Scope::act,
     document_query, Takes::file, "", "Receipt", false, add_document},
    {"GET",
     "/v1/cases/{case}/documents/{sha256}",
     "getDocument",
     "A file that is attached to the case.",
     Scope::read,
     {},
     Takes::nothing,
     "",
     "",
     false,
     document,
     "application/octet-stream",
     false,
     false,
     true},
};

}  // namespace

bool is_asked_for(std::string_view command) {
    return std::ranges::find(not_here, command) == std::end(not_here);
}

std::span<const Route> case_routes() { return case_table; }

}  // namespace reeve::http
