// Casework over HTTP: a case from its start to its end, asked twice, edited by two, refused with reasons.
#include "tests/unit/http/service.h"

namespace reeve::http {
namespace {

using testing::HasSubstr;

const Json new_case{
    {"definition", "permit"}, {"unit", "north"}, {"data", {{"place", "Mill Lane 3"}}}, {"title", "Stall"}};

TEST(HttpCase, IsStartedActedOnAndClosed) {
    Served service;
    auto chief = service.as("chief");
    const auto started = chief.post("/v1/cases", new_case);
    ASSERT_EQ(started.status, 201) << started.body;
    EXPECT_EQ(started.json()["case"], "permit-1");
    EXPECT_EQ(started.headers.at("location"), "/v1/cases/permit-1");

    const auto shown = chief.get("/v1/cases/permit-1");
    ASSERT_EQ(shown.status, 200) << shown.body;
    EXPECT_EQ(shown.json()["title"], "Stall");
    EXPECT_EQ(shown.json()["actions"][0]["action"], "approve");
    EXPECT_EQ(shown.headers.at("etag"), started.headers.at("etag"));

    const auto approved =
        chief.post("/v1/cases/permit-1/commands", {{"command", "Act"}, {"action", "approve"}});
    ASSERT_EQ(approved.status, 200) << approved.body;
    EXPECT_EQ(chief.get("/v1/cases/permit-1").json()["status"], "closed");
    EXPECT_TRUE(chief.get("/v1/cases").json()["items"].empty())
        << "open ones unless another status is asked for";
    EXPECT_EQ(chief.get("/v1/cases?status=closed").json()["items"].size(), 1u);
}

TEST(HttpCase, TheSameKeyGivesTheFirstReceiptAgain) {
    Served service;
    auto chief = service.as("chief"), boss = service.as("boss");
    const auto first = chief.post("/v1/cases", new_case, {{"Idempotency-Key", "form-7"}});
    const auto again = chief.post("/v1/cases", new_case, {{"Idempotency-Key", "form-7"}});
    EXPECT_EQ(first.status, 201);
    ASSERT_EQ(again.status, 200) << again.body;
    EXPECT_TRUE(again.json()["repeated"]);
    EXPECT_EQ(again.json()["case"], first.json()["case"]);
    // A key is its sender's own.
    EXPECT_EQ(boss.post("/v1/cases", new_case, {{"Idempotency-Key", "form-7"}}).json()["case"], "permit-2");
}

TEST(HttpCase, IsStartedBesideCasesThatAreThereAndThatOneSees) {
    Served service;
    auto ada = service.as("ada"), cyn = service.as("cyn");
    ASSERT_EQ(ada.post("/v1/cases", {{"definition", "permit"}, {"unit", "north"}, {"id", "quiet"}}).status,
              201);
    const Json plain{{"definition", "permit"}, {"unit", "south"}};
    auto with = [&](const std::string& field, const Json& value) {
        auto body = plain;
        body[field] = value;
        return body;
    };
    const auto unseen = cyn.post("/v1/cases", with("related", {"quiet"}));
    EXPECT_EQ(unseen.status, 404) << unseen.body;
    EXPECT_EQ(unseen.json()["code"], "unknown-case");
    EXPECT_EQ(unseen.json()["pointer"], "/related/0");
    const auto parent = cyn.post("/v1/cases", with("parent", "quiet"));
    EXPECT_EQ(parent.json()["pointer"], "/parent") << parent.body;
    EXPECT_EQ(cyn.post("/v1/cases", with("related", {"nowhere"})).status, 404);
    EXPECT_EQ(cyn.post("/v1/cases", with("cause", "pattern:noise")).status, 403);
    ASSERT_EQ(cyn.post("/v1/cases", with("id", "seen")).status, 201);
    const auto beside = cyn.post("/v1/cases", with("related", {"seen"}));
    EXPECT_EQ(beside.status, 201) << beside.body;
}

TEST(HttpCase, InTheEngineToNoCaseIsStartedBesideOneThatIsNotThere) {
    Served service;
    auto command = runtime::Office::start("lone");
    auto& wish = std::get<core::StartCase>(command.wish);
    command.actor = "ada";
    wish.related = {"nowhere"};
    EXPECT_EQ(service.office.engine->ask(command).error().code, "unknown-case");
    wish.related.clear();
    wish.parent = "nowhere";
    EXPECT_EQ(service.office.engine->ask(command).error().place, "parent");
    wish.parent.clear();
    wish.cause = "pattern:noise";
    EXPECT_EQ(service.office.engine->ask(command).error().code, "not-permitted");
    wish.cause.clear();
    EXPECT_TRUE(service.office.engine->ask(command));
}

TEST(HttpCase, AFieldThatIsNotKnownIsRefusedWithAllThatAre) {
    Served service;
    auto boss = service.as("boss");
    const auto start = boss.post("/v1/cases", {{"definition", "permit"}, {"unit", "north"}, {"idd", "p"}});
    EXPECT_EQ(start.status, 422);
    EXPECT_THAT(start.json()["detail"].get<std::string>(), testing::EndsWith(", occurred, id")) << start.body;
    ASSERT_EQ(boss.post("/v1/cases", new_case).status, 201);
    const auto note = boss.post("/v1/cases/permit-1/commands",
                                {{"command", "AddNote"}, {"text", "x"}, {"ocurred", "2026-03-02T09:00:00Z"}});
    EXPECT_THAT(note.json()["detail"].get<std::string>(), testing::EndsWith("known are: text, occurred"))
        << note.body;
}

TEST(HttpCase, AFilterThatNamesNothingIsRefusedAndNotAnsweredWithNone) {
    Served service;
    auto boss = service.as("boss");
    for (const auto& [target, hint] :
         {std::pair("/v1/cases?definition=permt", "permit"), std::pair("/v1/cases?owner=ad", "ada"),
          std::pair("/v1/cases?unit=nrth", "north"), std::pair("/v1/tasks?person=bne", "ben"),
          std::pair("/v1/reads?person=cny", "cyn")}) {
        const auto refused = boss.get(target);
        EXPECT_EQ(refused.status, 400) << target;
        EXPECT_EQ(refused.json()["code"], "bad-parameter") << target;
        EXPECT_THAT(refused.json()["detail"].get<std::string>(),
                    HasSubstr(std::string("did you mean \"") + hint))
            << target;
    }
    EXPECT_EQ(boss.get("/v1/cases?definition=permit&owner=ada").status, 200);
}

TEST(HttpCase, TheSameKeyForAnotherMatterIsRefused) {
    Served service;
    auto client = service.as("boss");
    const Json mill{{"definition", "permit"}, {"unit", "north"}, {"data", {{"place", "mill"}}}};
    auto ford = mill;
    ford["data"]["place"] = "ford";
    ASSERT_EQ(client.post("/v1/cases", mill, {{"Idempotency-Key", "k"}}).status, 201);
    const auto refused = client.post("/v1/cases", ford, {{"Idempotency-Key", "k"}});
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(refused.json()["code"], "key-used");
    EXPECT_TRUE(client.post("/v1/cases", mill, {{"Idempotency-Key", "k"}}).json()["repeated"]);
}

// Whoever names a file by what it holds reads it: it must have been sent to this case.
TEST(HttpCase, AFileOfAnotherCaseOrOfNoneIsNotNamed) {
    Served service;
    auto boss = service.as("boss");
    const Json permit{{"definition", "permit"}, {"unit", "north"}};
    const std::string first = boss.post("/v1/cases", permit).json()["case"],
                      other = boss.post("/v1/cases", permit).json()["case"];
    ASSERT_LT(boss.send("POST", "/v1/cases/" + first + "/documents?kind=plan&name=a.txt", "a plan",
                        {{"Content-Type", "application/octet-stream"}})
                  .status,
              300);
    const Json file = service.office.state(first).documents.at(0).sha256;
    for (const auto& sha256 : {file, Json(std::string(64, 'a'))})
        for (Json command :
             {Json{{"command", "AddDocument"}, {"document", {}}},
              Json{{"command", "Act"}, {"action", "accept"}, {"documents", Json::array({Json()})}}}) {
            const Json document{{"kind", "plan"}, {"name", "b.txt"}, {"sha256", sha256}, {"bytes", 6}};
            (command.contains("document") ? command["document"] : command["documents"][0]) = document;
            const auto refused = boss.post("/v1/cases/" + other + "/commands", command);
            EXPECT_EQ(refused.status, 404) << refused.body;
            EXPECT_EQ(refused.json()["code"], "no-such-file");
            EXPECT_EQ(boss.post("/v1/bulk/commands", {{"cases", {other}}, {"command", command}}).status, 409);
        }
    EXPECT_EQ(boss.get("/v1/cases/" + other + "/documents/" + file.get<std::string>()).status, 404);
    service.server.reset();
    service.office.expect_clean();
}

TEST(HttpCase, TwoWhoEditAtOnceAreTold) {
    Served service;
    auto chief = service.as("chief");
    chief.post("/v1/cases", new_case);
    const auto tag = chief.get("/v1/cases/permit-1").headers.at("etag");
    const Json note{{"command", "AddNote"}, {"text", "seen"}};
    EXPECT_EQ(chief.post("/v1/cases/permit-1/commands", note, {{"If-Match", tag}}).status, 200);
    const auto late = chief.post("/v1/cases/permit-1/commands", note, {{"If-Match", tag}});
    EXPECT_EQ(late.status, 412);
    EXPECT_EQ(late.json()["code"], "changed-meanwhile");
    EXPECT_EQ(chief.post("/v1/cases/permit-1/commands", note, {{"If-Match", "seven"}}).status, 400);
}

TEST(HttpCase, WhatWasWrongIsSaidWithItsPlace) {
    Served service;
    auto chief = service.as("chief");
    chief.post("/v1/cases", new_case);
    struct Wrong {
        std::string body;
        int status;
        const char *code, *says;
    };
    const Wrong wrongs[] = {
        {R"({"command": "Act", "acton": "approve"})", 422, "unknown-field", "action"},
        {R"({"command": "Atc", "action": "approve"})", 422, "unknown-name", "Atc"},
        {R"({"command": "Act", "action": 7})", 422, "bad-shape", "text"},
        {R"({"command": "Act", "action": "fly"})", 409, "unknown-action", "approve"},
        {R"({"command": "Tick"})", 403, "not-permitted", "Tick"},
        {R"({"command": "AddNote", "text": "x", "occurred": "yesterday"})", 422, "bad-time", "occurred"},
        {R"({"command": "Act")", 400, "bad-json", "body:1:"},
        {R"([1])", 422, "bad-shape", "object"},
        {std::string(R"({"command": "AddNote", "text": ")") + "\xff" + "\"}", 400, "bad-utf8", "body:1:"},
        {std::string(300, '[') + std::string(300, ']'), 400, "too-deep", "deep"},
    };
    for (const auto& wrong : wrongs) {
        const auto reply = chief.send("POST", "/v1/cases/permit-1/commands", wrong.body,
                                      {{"Content-Type", "application/json"}});
        EXPECT_EQ(reply.status, wrong.status) << wrong.body << "\n" << reply.body;
        EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json");
        EXPECT_EQ(reply.json()["code"], wrong.code) << reply.body;
        EXPECT_THAT(reply.body, HasSubstr(wrong.says));
    }
    EXPECT_EQ(chief
                  .send("POST", "/v1/cases", "definition=permit",
                        {{"Content-Type", "application/x-www-form-urlencoded"}})
                  .status,
              415);
    EXPECT_EQ(chief.get("/v1/cases?untit=north").json()["detail"].get<std::string>(),
              "there is no parameter \"untit\" here; did you mean \"unit\"?");
    EXPECT_EQ(chief.get("/v1/cases?light=pink").status, 400);
    EXPECT_EQ(chief.get("/v1/cases?limit=0").status, 400);
    EXPECT_EQ(chief.get("/v1/cases/permit-9").status, 404);
    EXPECT_EQ(chief.get("/v1/nothing").status, 404);
    EXPECT_EQ(chief.send("DELETE", "/v1/cases", "", {}).headers.at("allow"), "POST, GET");
}

TEST(HttpCase, AListIsReadPageByPage) {
    Served service;
    auto chief = service.as("chief");
    std::set<std::string> made, read;
    for (int n = 0; n < 7; ++n)
        made.insert(
            chief.post("/v1/cases", {{"definition", "inspection"}, {"unit", "north"}}).json()["case"]);
    std::string after;
    for (int pages = 0; pages < 4; ++pages) {
        const auto page = chief.get("/v1/cases?limit=3" + (after.empty() ? "" : "&after=" + after)).json();
        for (const auto& row : page["items"]) EXPECT_TRUE(read.insert(row["id"]).second);
        if (page["next"].is_null()) break;
        after = page["next"];
    }
    EXPECT_EQ(read, made);
    // The pages of tasks are counted, and end too.
    const auto tasks = chief.get("/v1/tasks?limit=4").json();
    EXPECT_EQ(tasks["items"].size(), 4u);
    const auto rest = chief.get("/v1/tasks?limit=4&after=" + tasks["next"].get<std::string>()).json();
    EXPECT_EQ(rest["items"].size(), 3u);
    EXPECT_TRUE(rest["next"].is_null());
    // A history goes on where it was left.
    const auto history = chief.get("/v1/cases/inspection-1/history?limit=2").json();
    EXPECT_EQ(history["next"], 3);
    EXPECT_EQ(chief.get("/v1/cases/inspection-1/history?limit=2&from=3").json()["items"][0]["revision"], 3);
}

TEST(HttpCase, ADocumentComesBackAsItWasSent) {
    Served service;
    auto chief = service.as("chief");
    chief.post("/v1/cases", new_case);
    std::string bytes(300'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 % 251);
    const auto sent = chief.send("POST", "/v1/cases/permit-1/documents?kind=plan&name=plan.pdf", bytes,
                                 {{"Content-Type", "application/pdf"}});
    ASSERT_EQ(sent.status, 201) << sent.body;
    const auto document = chief.get("/v1/cases/permit-1").json()["documents"][0];
    EXPECT_EQ(document["name"], "plan.pdf");
    const auto back = chief.get("/v1/cases/permit-1/documents/" + document["sha256"].get<std::string>());
    EXPECT_EQ(back.status, 200);
    EXPECT_TRUE(back.body == bytes);
    EXPECT_EQ(back.headers.at("content-disposition"), "attachment");
    EXPECT_EQ(chief.get("/v1/cases/permit-1/documents/" + std::string(64, '0')).status, 404);
    EXPECT_EQ(chief.send("POST", "/v1/cases/permit-1/documents?kind=plan", bytes, {}).status, 400);
    const auto empty = chief.send("POST", "/v1/cases/permit-1/documents?kind=plan&name=a", "", {});
    EXPECT_EQ(empty.status, 422);
    EXPECT_EQ(empty.json()["code"], "bad-document");
    EXPECT_EQ(empty.body.find("attachments"), std::string::npos)
        << "where files lie is nothing to the client";
    EXPECT_FALSE(std::filesystem::exists(service.office.folder.path() / "attachments/upload.1.part"));
}

TEST(HttpCase, LongAnswersAreCompressedForThoseWhoTakeIt) {
    Served service;
    auto chief = service.stranger();
    const auto plain = chief.get("/openapi.json");
    ASSERT_GT(plain.body.size(), 1400u);
    const auto zipped = chief.get("/openapi.json", {{"Accept-Encoding", "br, gzip"}});
    EXPECT_EQ(zipped.headers.at("content-encoding"), "gzip");
    EXPECT_LT(zipped.body.size(), plain.body.size());
    EXPECT_FALSE(
        chief.get("/openapi.json", {{"Accept-Encoding", "gzip;q=0"}}).headers.contains("content-encoding"));
}

}  // namespace
}  // namespace reeve::http
