// The organisation, the definitions and the oversight over HTTP.
#include "tests/unit/http/service.h"

namespace reeve::http {
namespace {

using testing::HasSubstr;

TEST(HttpOffice, ADefinitionIsDeployedOrRefusedWithEachFaultAtItsPlace) {
    Served service;
    auto boss = service.as("boss");
    auto text = runtime::screening;
    text.replace(text.find("\"Screening\""), 11, "\"Looking\"");
    const auto deployed = boss.post("/v1/definitions", {{"text", text}, {"name", "screening.json"}});
    ASSERT_EQ(deployed.status, 201) << deployed.body;
    EXPECT_EQ(deployed.json()["version"], 2);
    EXPECT_EQ(boss.post("/v1/definitions", {{"text", text}}).status, 200) << "unchanged";
    EXPECT_EQ(boss.get("/v1/definitions/screening").json()["title"], "Looking");
    EXPECT_EQ(boss.get("/v1/definitions/screening?version=1").json()["title"], "Screening");
    text.replace(text.find("\"assign\""), 8, "\"asign\"");
    const auto faulty = boss.post("/v1/definitions", {{"text", text}, {"name", "screening.json"}});
    EXPECT_EQ(faulty.status, 422);
    EXPECT_THAT(faulty.json()["faults"][0]["place"], HasSubstr("screening.json:"));
    // What a calendar imports would be read from the service's own disk.
    const auto reaching = boss.post(
        "/v1/definitions",
        {{"text", text}, {"calendar", R"({"id": "office", "zone": "UTC", "import": ["/etc/passwd"]})"}});
    EXPECT_EQ(reaching.status, 422);
    EXPECT_EQ(reaching.json()["pointer"], "/calendar");
}

TEST(HttpOffice, ChangesOfTheOrganisationAreMadeWholeOrNotAtAll) {
    Served service;
    auto boss = service.as("boss");
    const Json dan{{"event", "PersonSet"}, {"person", {{"id", "dan"}, {"name", "Dan"}}}};
    const Json nowhere{
        {"event", "PostSet"},
        {"post", {{"unit", "west"}, {"role", "clerk"}, {"authorised", 1}, {"holders", {"dan"}}}}};
    const auto refused = boss.post("/v1/organisation/changes", {{"changes", {dan, nowhere}}});
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(refused.json()["code"], "unknown-unit");
    const auto count = boss.get("/v1/people").json()["items"].size();
    EXPECT_EQ(boss.post("/v1/organisation/changes", {{"changes", {dan}}}).status, 200);
    EXPECT_EQ(boss.get("/v1/people").json()["items"].size(), count + 1);
    const auto shapeless =
        boss.post("/v1/organisation/changes", {{"changes", {{{"event", "PersonSet"}, {"persn", 1}}}}});
    EXPECT_EQ(shapeless.status, 422);
    EXPECT_THAT(shapeless.json()["pointer"], HasSubstr("/changes/0"));
}

TEST(HttpOffice, TheLastAdministratorStays) {
    Served service;
    auto boss = service.as("boss");
    auto changes = [&](const Json& list) {
        return boss.post("/v1/organisation/changes", {{"changes", list}});
    };
    auto post = [](const std::vector<std::string>& holders) {
        return Json{
            {"event", "PostSet"},
            {"post",
             {{"unit", "county"}, {"role", "administrator"}, {"authorised", 1}, {"holders", holders}}}};
    };
    auto person = [](const std::string& id, bool active) {
        return Json{{"event", "PersonSet"}, {"person", {{"id", id}, {"name", id}, {"active", active}}}};
    };
    for (const auto& last :
         {Json{post({})}, Json{{{"event", "PersonLeft"}, {"person", "boss"}}}, Json{person("boss", false)}}) {
        const auto refused = changes(last);
        EXPECT_EQ(refused.status, 409) << refused.body;
        EXPECT_EQ(refused.json()["code"], "last-administrator");
    }
    EXPECT_EQ(changes({{{"event", "PersonLeft"}, {"person", "boss"}}, post({"ada"})}).status, 200)
        << "another is appointed in the same change";
    EXPECT_EQ(service.as("ada").get("/v1/me").json()["administrator"], true);
}

TEST(HttpOffice, WhereNobodyWasAdministratorNobodyNeedBe) {
    Served service;
    auto& engine = *service.office.engine;
    org::Directory none = *engine.directory();
    none.apply(org::PostSet{{"county", "administrator", 0, {}}});
    EXPECT_FALSE(org::check_outcome(none, none));
    EXPECT_TRUE(org::check_outcome(*engine.directory(), none));
}

TEST(HttpOffice, WhatRanOutStandsOnTheBoardWithItsStepsAndAlerts) {
    Served service;
    auto boss = service.as("boss");
    boss.post("/v1/cases", {{"definition", "permit"}, {"unit", "north"}, {"id", "stall"}});
    ASSERT_TRUE(service.office.engine->run_until(runtime::monday + 4 * runtime::day));
    const auto board = boss.get("/v1/board").json()["items"];
    ASSERT_EQ(board.size(), 1u);
    EXPECT_EQ(board[0]["case"], "stall");
    EXPECT_EQ(board[0]["late"], "2 d");
    const auto steps = boss.get("/v1/escalations?case=stall").json()["items"];
    EXPECT_GE(steps.size(), 3u);
    EXPECT_EQ(boss.get("/v1/escalations?case=stall&light=yellow").json()["items"].size(), 1u);
    EXPECT_GE(boss.get("/v1/alerts?case=stall").json()["items"].size(), 3u);
    EXPECT_EQ(boss.get("/v1/cases?overdue=true").json()["items"].size(), 1u);
    EXPECT_EQ(boss.get("/v1/cases/stall/explanation").json()["clocks"][0]["light"], "red");
    EXPECT_EQ(boss.get("/v1/cases/stall/clocks").json()["items"][0]["late"].is_string(), false)
        << "it has not ended";
    EXPECT_EQ(boss.get("/v1/health").json()["stuck_timers"], 0);
}

}  // namespace
}  // namespace reeve::http
