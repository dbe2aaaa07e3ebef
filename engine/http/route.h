// The routes: one table, from which requests are answered, /openapi.json is made and the tests take what
// there is to test. A route is a plain function of the call and of what is durable.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <variant>

#include "engine/http/access.h"
#include "engine/http/accounts.h"
#include "engine/http/lookups.h"
#include "engine/http/message.h"
#include "engine/http/monitor.h"
#include "engine/http/receipts.h"
#include "engine/views/views.h"

namespace reeve::http {

// What a person's posts allow. Units: those whose cases the person sees; `everywhere`: all of them.
struct Rights {
    std::vector<std::string> units;
    bool everywhere = false;
    bool administrator = false;
};
inline const std::shared_ptr<const Rights> no_rights = std::make_shared<const Rights>();
// Who asks.
struct Caller {
    std::string person;
    std::string session;  // the secret of the cookie; empty: a program with a token
    std::string token;    // or that token's id
    std::set<Scope> scopes;
    std::shared_ptr<const Rights> rights = no_rights;
};

class Reads;  // reads.h
class Plans;  // plans.h

inline Error ending() { return {"stopping", "the service is ending", ""}; }

struct Call {
    const Request& request;
    runtime::Engine& engine;
    Accounts& accounts;
    Monitor& monitor;
    Receipts& receipts;
    Lookups& lookups;
    Reads& reads;
    Plans& plans;
    const std::atomic<bool>& stopping;  // the service ends: whatever takes long leaves off
    Caller caller;
    bool secure;                                           // it was reached by HTTPS
    std::map<std::string, std::string, std::less<>> path;  // what stands for {…} in the pattern
    Json body;                                             // of a route that takes JSON
    const std::string& at(std::string_view name) const { return path.find(name)->second; }
    const std::string& query(std::string_view name) const;  // empty when it is not there
};

struct Parameter {
    std::string_view name;
    enum class Kind {
        text,
        number,
        position,
        flag,
        time,
        light,
        case_status,
        job_status,
        alert_status,
        duration
    } kind = Kind::text;
    std::string_view about;
};

// A reading, or a change that waits until it is durable: runs on a thread that may wait.
using Work = Answer (*)(const Call&, const views::Sight&);
// One command to one case: answered with its receipt. Must not wait.
using Ask = Result<core::Command> (*)(const Call&, const views::Sight&);
// One that has a key of its own, or is answered with something else than its receipt.
struct Report {
    Ask ask;
    Answer (*answer)(const Call&, const views::Sight&, const runtime::Receipt&);
};

enum class Takes { nothing, json, form, file };

struct Route {
    std::string_view method, pattern;  // "/v1/cases/{case}"
    std::string_view operation;        // operationId
    std::string_view about;            // one sentence
    std::optional<Scope> needs;        // none: open to everyone
    std::span<const Parameter> query;
    Takes takes = Takes::nothing;
    std::string_view body;     // the schema of what it takes
    std::string_view answers;  // the schema of what it gives; empty: not JSON
    bool list = false;         // a page of those: {"items": […], "next": …}
    std::variant<Work, Ask, Report> does;
    // What it gives when it is not JSON; "text/event-stream": each message's data is an `answers`.
    std::string_view type = "application/json";
    // Headers that it takes; a route of one command takes both.
    bool if_match = false, idempotency_key = false;
    bool personal = false;   // it shows what a case holds of persons: that it was read is recorded
    bool any_scope = false;  // every token may, whatever its scopes
    bool heavy = false;      // it reads many cases: one at a time of each caller, and not among the others
};

// Each file of routes gives its part of the table.
std::span<const Route> case_routes();
std::span<const Route> work_routes();
std::span<const Route> office_routes();
std::span<const Route> job_routes();
std::span<const Route> definition_routes();
std::span<const Route> calendar_routes();
std::span<const Route> bulk_routes();
std::span<const Route> read_routes();
std::span<const Route> event_routes();
std::span<const Route> receipt_routes();
std::span<const Route> service_routes();
std::span<const Route> session_routes();
std::vector<const Route*> routes();

struct Match {
    const Route* route = nullptr;  // null: none fits
    std::map<std::string, std::string, std::less<>> path;
    std::string allowed;  // the methods the path has, when it is known under others only
};
Match match(const Request&);
// Names and forms of the query against what the route takes; whatever is wrong is said.
std::optional<Error> check_query(const Route&, const Request&);
// Whether a command is one that people and programs ask for, and not the engine's own or one with a route of
// its own.
bool is_asked_for(std::string_view command);
// OpenAPI 3.1, made from the table.
const Json& openapi();

// What every list shares: a page of `rows` (JSON array) from the cursor on.
inline constexpr Parameter page_limit{"limit", Parameter::Kind::number,
                                      "At most so many; 50 unless told, no more than 500"};
inline constexpr Parameter page_after{"after", Parameter::Kind::text,
                                      "What the page before gave as \"next\""};
inline constexpr Parameter page_query[] = {page_limit, page_after};
struct Page {
    std::size_t limit = 50, from = 0;
};
Result<Page> page_of(const Call&);
// Those of `rows` on the page, each as `show` makes it.
template <class Row, class Show>
Answer page(const std::vector<Row>& rows, const Page& page, Show show) {
    Json items = Json::array();
    for (std::size_t i = page.from; i < rows.size() && i < page.from + page.limit; ++i)
        items.push_back(show(rows[i]));
    const bool more = rows.size() > page.from + page.limit;
    return json_answer({{"items", std::move(items)},
                        {"next", more ? Json(std::to_string(page.from + page.limit)) : Json()}});
}

// rights.cpp
Rights rights_of(const std::string& person, const org::Directory&);
// Those that were asked for, until the organisation changes. Belongs to one thread.
class KnownRights {
  public:
    std::shared_ptr<const Rights> of(const std::string& person, const std::shared_ptr<const org::Directory>&);

  private:
    std::shared_ptr<const org::Directory> directory_;
    std::map<std::string, std::shared_ptr<const Rights>, std::less<>> by_person_;
};
bool sees(const Caller&, const views::Sight&, const store::CaseRow&);
bool sees_unit(const Caller&, const std::string& unit);  // the cases of it
// The persons who see a case wherever it lies: who own it, work on it, stand in for one who does, or were
// told.
std::set<std::string> theirs(const views::Sight&, const store::CaseRow&);
// The case's row if there is one and the caller sees it; else the one refusal for both.
Result<store::CaseRow> seen_case(const Call&, const views::Sight&, const std::string& id);
// The units to look into: those at or below `unit` that the caller sees, or all of theirs; empty: everywhere.
// Refuses a unit that is not theirs.
Result<std::vector<std::string>> seen_units(const Call&, const views::Sight&);
// A definition or a person in the query of whom there is none: a slip of the pen, and no empty list.
std::optional<Error> unknown_filter(const Call&, const views::Sight&);

}  // namespace reeve::http
