// Who sees and does what: role x unit x route, no route left out; and what an answer may look like.
#include <fstream>

#include "engine/http/route.h"
#include "tests/unit/http/jobs.h"

namespace reeve::http {
namespace {

// A request to each route that would do what the route is for, in an office with permit-1 at north and
// permit-2 at south.
struct Probe {
    std::string target;
    Json body;
};

const std::string password = "four grey herons wade";

Probe probe(const Route& route, const std::string& person, const std::string& case_id,
            const std::string& sha256, const std::string& alert, const std::string& receipt_code) {
    std::string target(route.pattern);
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"{case}", case_id},
                                      {"{sha256}", sha256},
                                      {"{alert}", alert},
                                      {"{code}", receipt_code},
                                      {"{definition}", "permit"},
                                      {"{calendar}", "office"}})
        if (const auto at = target.find(name); at != target.npos) target.replace(at, name.size(), value);
    if (route.operation == "followEvents") target += "?after=0&case=" + case_id;
    if (route.operation == "addDocument") target += "?kind=plan&name=a.txt";
    if (route.operation == "countDue") target += "?from=2026-03-06T16:00&in=4%20working%20hours";
    if (route.operation == "countBetween") target += "?from=2026-03-06T16:00&to=2026-03-09T10:00";
    if (route.operation == "checkOpen") target += "?at=2026-03-06T16:00";
    Json body;
    if (route.operation == "startCase") body = {{"definition", "permit"}, {"unit", "north"}};
    if (route.operation == "leaseJobs") body = JobService::wanted();
    if (route.operation == "ask") body = {{"command", "AddNote"}, {"text", "seen"}};
    if (route.operation == "changeOrganisation")
        body = {{"changes", {{{"event", "PersonSet"}, {"person", {{"id", "dan"}, {"name", "Dan"}}}}}}};
    if (route.operation == "deployDefinition" || route.operation == "validateDefinition")
        body = {{"text", runtime::screening}};
    if (route.operation == "previewCalendar" || route.operation == "changeCalendar")
        body = {{"calendar", runtime::office_calendar}, {"reason", "as it was"}};
    if (route.operation == "reassignAll") body = {{"from", "ada"}, {"to", "ben"}, {"dry_run", true}};
    if (route.operation == "transferAll") body = {{"from", "north"}, {"to", "south"}, {"dry_run", true}};
    if (route.operation == "toldOtherwise") body = {{"reason", "at the desk"}};
    if (route.operation == "migrateCases") body = {{"reason", "the new form"}};
    if (route.operation == "askAll")
        body = {{"cases", {case_id}}, {"command", {{"command", "AddNote"}, {"text", "seen"}}}};
    if (route.operation == "signIn") body = {{"person", person}, {"password", password}};
    if (route.operation == "setPassword") body = {{"current", password}, {"new", password + "s"}};
    return {target, body};
}

struct Rights : testing::Test {
    JobService jobs;
    Served& service = jobs.service;
    std::string sha256;
    void SetUp() override {
        for (const char* unit : {"north", "south"}) {
            core::Command start{.actor = "boss",
                                .wish = core::StartCase{.definition = "permit", .unit = unit}};
            service.office.ask(start);
        }
        for (const char* id : {"permit-1", "permit-2"}) {
            const auto document =
                store::attach_bytes(service.office.folder.path(), "a plan", "a.txt", "plan");
            sha256 = document->sha256;
            core::Command add{.actor = "boss", .case_id = id, .wish = core::AddDocument{*document}};
            service.office.ask(add);
        }
    }
    // A job of the unit that permit-1 or permit-2 has, and its lease.
    void of_lease(const Route& route, const std::string& case_id, const std::string& person,
                  std::string& target, Json& body) {
        const auto id = fmt::format("job-{}", ++started);
        jobs.start(id, case_id == "permit-1" ? "north" : "south");
        const auto job = service.office.state(id).stages.at(0).job;
        const auto leased = [&](const std::string& by) {
            core::Command lease{
                .actor = by, .case_id = id, .wish = core::LeaseJob{.job = job, .worker = "press"}};
            return service.office.engine->ask(lease);
        };
        EXPECT_TRUE(leased(person) || leased("boss"));
        target = "/v1/jobs/" + id + "/" + job + target.substr(target.rfind('/'));
        body = {{"lease", service.office.state(id).stages.at(0).lease}};
        if (route.operation == "failJob") body["error"] = "no paper";
    }
    int started = 0;
    Reply ask(Client& client, const Route& route, const std::string& case_id,
              const std::string& person = "boss") {
        // Hashing takes long on purpose: only where it is asked for.
        if (route.operation == "signIn" || route.operation == "setPassword") {
            EXPECT_TRUE(service.server->accounts().set(person, password, service.office.engine->now()));
        }
        const auto alerts = service.office.engine->read()->outbox({.case_id = case_id});
        auto alert = (route.operation == "toldOtherwise" ? alerts.back() : alerts.front()).id;
        for (auto at = alert.find('/'); at != alert.npos; at = alert.find('/', at))
            alert.replace(at, 1, "%2F");
        const auto code =
            Receipts(service.office.folder.path()).code_of(*service.office.engine->read(), case_id)->text();
        auto [target, body] = probe(route, person, case_id, sha256, alert, code);
        if (target.find("{job}") != target.npos) of_lease(route, case_id, person, target, body);
        // One that does not end: its head, and the first event.
        if (route.type == "text/event-stream") {
            Listener stream(service.server->port(), client.token, target);
            auto reply = stream.head();
            if (reply.status != 200) return reply;
            const auto message = stream.next();
            EXPECT_TRUE(message && message->json()["case"] == case_id);
            reply.body = message ? message->data : "";
            return reply;
        }
        if (route.takes == Takes::json)
            return client.send(std::string(route.method), target, body.dump(),
                               {{"Content-Type", "application/json"}});
        if (route.takes == Takes::form)
            return client.send(std::string(route.method), target, "code=" + code,
                               {{"Content-Type", std::string(form_type)}});
        return client.send(std::string(route.method), target, route.takes == Takes::file ? "bytes" : "", {});
    }
};

TEST_F(Rights, EveryRouteForEveryRoleAndUnit) {
    struct Person {
        const char* id;
        bool north, south, administrator;  // whose cases they see
    };
    // boss: head and administrator of the county; chief: head of both; ada: clerk at north; cyn: at south.
    const Person people[] = {{"boss", true, true, true},
                             {"chief", true, true, false},
                             {"ada", true, false, false},
                             {"cyn", false, true, false}};
    int asked = 0;
    for (const auto& person : people)
        for (const auto* route : routes())
            for (const bool north : {true, false}) {
                auto client = service.as(person.id);
                const auto reply = ask(client, *route, north ? "permit-1" : "permit-2", person.id);
                const bool of_case = route->pattern.find("{case}") != route->pattern.npos ||
                                     route->pattern.find("{alert}") != route->pattern.npos ||
                                     route->operation == "followEvents" || route->operation == "askAll";
                const auto where = std::string(person.id) + " " + std::string(route->method) + " " +
                                   std::string(route->pattern) + (north ? " north\n" : " south\n") +
                                   reply.body;
                if (route->needs == Scope::administer && !person.administrator)
                    EXPECT_EQ(reply.status, 403) << where;
                else if (of_case && !(north ? person.north : person.south))
                    EXPECT_EQ(reply.status, 404) << where;
                else
                    EXPECT_LT(reply.status, 300) << where;
                EXPECT_EQ(against_description(std::string(route->method), std::string(route->pattern), reply),
                          "");
                ++asked;
            }
    EXPECT_EQ(asked, static_cast<int>(4 * routes().size() * 2));
}

TEST_F(Rights, EveryRouteTakesItsScopeAndAValidToken) {
    for (const auto* route : routes()) {
        auto nobody = service.stranger();
        const auto open = ask(nobody, *route, "permit-1");
        EXPECT_EQ(open.status == 401, route->needs.has_value()) << route->pattern << open.body;
        EXPECT_EQ(against_description(std::string(route->method), std::string(route->pattern), open), "");
        if (!route->needs) continue;
        std::set<Scope> others{Scope::read, Scope::act, Scope::administer, Scope::work, Scope::watch};
        others.erase(*route->needs);
        auto without = service.as("boss", others);
        const auto refused = ask(without, *route, "permit-1");
        EXPECT_EQ(refused.status, route->any_scope ? 200 : 403) << route->pattern;
        if (!route->any_scope) {
            EXPECT_EQ(refused.json()["code"], "out-of-scope");
        }
        auto only = service.as("boss", {*route->needs});
        EXPECT_LT(ask(only, *route, "permit-1").status, 300) << route->pattern;
    }
}

// A route added later is not forgotten: each that shows a case is recorded, but for those that show dates
// only.
TEST(Reads, EveryRouteThatShowsWhatACaseHoldsIsRecorded) {
    for (const auto* route : routes()) {
        if (route->method != "GET" || !route->pattern.starts_with("/v1/cases/{case}")) continue;
        EXPECT_EQ(route->personal, route->operation != "listClocks" && route->operation != "showReceiptCode")
            << route->pattern;
    }
}

TEST_F(Rights, ListsShowWhatOneSees) {
    auto ids = [&](const char* person, const std::string& target) {
        std::set<std::string> found;
        const auto reply = service.as(person).get(target);
        EXPECT_EQ(reply.status, 200) << reply.body;
        const auto items = reply.json()["items"];
        for (const auto& row : items) found.insert(row.value("id", row.value("task", "").substr(0, 8)));
        return found;
    };
    using Ids = std::set<std::string>;
    EXPECT_EQ(ids("boss", "/v1/cases"), (Ids{"permit-1", "permit-2"}));
    EXPECT_EQ(ids("ada", "/v1/cases"), (Ids{"permit-1"}));
    EXPECT_EQ(ids("cyn", "/v1/cases"), (Ids{"permit-2"}));
    EXPECT_EQ(ids("ada", "/v1/tasks"), (Ids{"permit-1"}));
    EXPECT_EQ(ids("boss", "/v1/cases?unit=south"), (Ids{"permit-2"}));
    EXPECT_EQ(service.as("ada").get("/v1/cases?unit=south").status, 403);
    EXPECT_EQ(service.as("ada").get("/v1/alerts?person=cyn").status, 403);
}

TEST_F(Rights, OnesOwnCaseIsSeenWhereverItLies) {
    auto ada = service.as("ada");
    ASSERT_EQ(ada.get("/v1/cases/permit-2").status, 404);
    core::Command own{
        .actor = "chief", .case_id = "permit-2", .wish = core::NameOwner{"ada", "knows the street"}};
    service.office.ask(own);
    EXPECT_EQ(ada.get("/v1/cases/permit-2").status, 200);
    EXPECT_EQ(ada.get("/v1/cases?owner=ada&status=all").json()["items"].size(), 2u);
}

TEST_F(Rights, ATokenEndsWhenRevokedWhenItsTimeIsOverAndWhenItsPersonLeaves) {
    auto& access = service.server->access();
    const auto now = service.office.engine->now();
    auto revoked = service.as("ada"), left = service.as("ben"), over = service.stranger();
    over.token = access
                     .add({.name = "t",
                           .person = "ada",
                           .made_by = "boss",
                           .scopes = {Scope::read},
                           .made = now,
                           .until = now})
                     .secret;
    EXPECT_EQ(over.get("/v1/me").status, 401);
    EXPECT_EQ(revoked.get("/v1/me").status, 200);
    EXPECT_TRUE(access.revoke(revoked.token.substr(6, 8), now));
    EXPECT_FALSE(access.revoke(revoked.token.substr(6, 8), now));
    EXPECT_EQ(revoked.get("/v1/me").status, 401);
    EXPECT_EQ(left.get("/v1/me").json()["person"], "ben");
    EXPECT_TRUE(service.office.engine->change({org::PersonLeft{"ben"}}, core::system_actor));
    EXPECT_EQ(left.get("/v1/me").status, 401);
    // Nothing of it can be guessed from the file, nor from a part of it.
    auto guess = service.stranger();
    guess.token = service.token("ada", {Scope::read});
    guess.token.back() = guess.token.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(guess.get("/v1/me").status, 401);
    std::ifstream file(service.office.folder.path() / "access.db", std::ios::binary);
    const std::string kept((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(kept.find(guess.token.substr(14)), kept.npos);
    const auto mode = std::filesystem::status(service.office.folder.path() / "access.db").permissions();
    EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
              std::filesystem::perms::none);
}

}  // namespace
}  // namespace reeve::http
