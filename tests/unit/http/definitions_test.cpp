// Definitions over HTTP: checked at the place, deployed once, drawn, and read back as they were.
#include "tests/unit/http/service.h"

namespace reeve::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    text.replace(text.find(what), what.size(), with);
    return text;
}

TEST(HttpDefinitions, AFaultIsSaidAtItsLineItsColumnAndItsPointerAndNothingChanges) {
    Served service;
    auto ada = service.as("ada", {Scope::read});
    const auto good = ada.post("/v1/definitions/validate", {{"text", runtime::permit}});
    ASSERT_EQ(good.status, 200) << good.body;
    EXPECT_TRUE(good.json()["valid"]);
    EXPECT_EQ(good.json()["id"], "permit");
    const auto text = replaced(runtime::permit, "\"to\": \"approved\"}", "\"to\": \"aproved\"}");
    const auto bad = ada.post("/v1/definitions/validate", {{"text", text}, {"name", "p.json"}}).json();
    EXPECT_FALSE(bad["valid"]);
    ASSERT_EQ(bad["errors"].size(), 1u) << bad;
    const auto& fault = bad["errors"][0];
    EXPECT_EQ(fault["pointer"], "/stages/review/actions/approve/to");
    EXPECT_EQ(fault["place"], "p.json:" + std::to_string(fault["line"].get<int>()) + ":" +
                                  std::to_string(fault["column"].get<int>()));
    EXPECT_THAT(fault["message"].get<std::string>(), HasSubstr("approved"));
    // A key that is wrong is pointed at as well, and a text that is no JSON has no pointers.
    const auto key =
        ada.post("/v1/definitions/validate", {{"text", replaced(text, "\"assign\"", "\"asign\"")}}).json();
    EXPECT_EQ(key["errors"][0]["pointer"], "/stages/review/asign") << key;
    const auto torn = ada.post("/v1/definitions/validate", {{"text", "{\"id\": "}}).json();
    EXPECT_TRUE(torn["errors"][0]["pointer"].is_null());
    EXPECT_EQ(torn["errors"][0]["line"], 1);
    EXPECT_EQ(ada.get("/v1/definitions/permit/versions").json()["items"].size(), 1u);
    EXPECT_EQ(ada.post("/v1/definitions/validate", {{"txt", ""}}).json()["pointer"], "/txt");
}

TEST(HttpDefinitions, WhatTheOfficeLacksIsAWarning) {
    Served service;
    auto text = replaced(runtime::permit, "\"role\": \"clerk\"", "\"role\": \"warden\"");
    text = replaced(text, "\"start\": \"screening\"", "\"start\": \"survey\"");
    const auto warned = service.as("ada").post("/v1/definitions/validate", {{"text", text}}).json();
    EXPECT_TRUE(warned["valid"]) << warned;
    const auto all = warned["warnings"].dump();
    EXPECT_THAT(all, HasSubstr("warden"));
    EXPECT_THAT(all, HasSubstr("survey"));
    const auto deployed = service.as("boss").post("/v1/definitions", {{"text", text}});
    EXPECT_EQ(deployed.json()["warnings"].size(), warned["warnings"].size()) << deployed.body;
}

TEST(HttpDefinitions, TwoWhoDeployAtOnceAreTold) {
    Served service;
    auto boss = service.as("boss");
    const auto tag = boss.get("/v1/definitions/screening").headers.at("etag");
    const auto deploy = [&](const char* title) {
        return boss.post("/v1/definitions", {{"text", replaced(runtime::screening, "Screening", title)}},
                         {{"If-Match", tag}});
    };
    const auto first = deploy("Looking");
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(first.headers.at("etag"), "\"2\"");
    const auto second = deploy("Seeing");
    EXPECT_EQ(second.status, 412) << second.body;
    EXPECT_EQ(second.json()["code"], "changed-meanwhile");
    EXPECT_EQ(boss.get("/v1/definitions/screening").json()["title"], "Looking");
    const auto versions = boss.get("/v1/definitions/screening/versions").json()["items"];
    ASSERT_EQ(versions.size(), 2u);
    EXPECT_EQ(versions[0]["version"], 2);
    EXPECT_EQ(versions[0]["by"], "boss");
    const auto old = boss.get("/v1/definitions/screening/text?version=1").json();
    EXPECT_EQ(old["text"], runtime::screening);
    EXPECT_THAT(old["calendar"].get<std::string>(), HasSubstr("Asia/Shanghai"));
    EXPECT_EQ(boss.get("/v1/definitions/screening/text?version=9").status, 404);
    EXPECT_EQ(boss.get("/v1/definitions/screning/versions").status, 404);
}

TEST(HttpDefinitions, ADiagramHasEachStageAndClockAndWhatLeadsWhere) {
    Served service;
    const auto drawn = service.as("ada").get("/v1/definitions/permit/diagram").json();
    std::set<std::string> nodes, edges;
    for (const auto& node : drawn["nodes"]) EXPECT_TRUE(nodes.insert(node["id"]).second) << node;
    for (const auto& edge : drawn["edges"]) {
        EXPECT_TRUE(nodes.contains(edge["from"]) && nodes.contains(edge["to"])) << edge;
        edges.insert(edge["from"].get<std::string>() + " " + edge["kind"].get<std::string>() + " " +
                     edge["to"].get<std::string>());
    }
    for (const char* edge :
         {"start start stage:review", "stage:review action stage:approved",
          "stage:review action stage:inspection", "stage:inspection child definition:inspection",
          "stage:inspection then stage:approved", "stage:review starts clock:review",
          "start pattern definition:screening"})
        EXPECT_TRUE(edges.contains(edge)) << edge << "\n" << drawn.dump(1);
}

TEST(HttpDefinitions, TheSchemaIsOneForEditors) {
    Served service;
    const auto schema = service.as("ada").get("/v1/definition-schema").json();
    EXPECT_TRUE(schema["properties"].contains("stages"));
}

}  // namespace
}  // namespace reeve::http
