// What waits for a second person: they find it, wherever it lies, and answer; nobody else's list has it.
#include <SQLiteCpp/SQLiteCpp.h>

#include "engine/store/upkeep.h"
#include "tests/unit/http/service.h"

namespace reeve::http {
namespace {

const std::string refusal = std::string(R"({
  "id": "refusal", "title": {"en": "Refusal"}, "calendar": "office", "owner": {"role": "clerk"},
  "data": {"type": "object", "properties": {"place": {"type": "string"}}},
  "stages": {
    "weigh": {"assign": "owner", "due": "48 hours", "actions": {"decline": {"to": "declined", "second": "head"}}},
    "declined": {"end": "declined"}},
  )") + runtime::ladders + "}";

struct Asked : testing::Test {
    Served service;
    Client ada = service.as("ada"), chief = service.as("chief"), cyn = service.as("cyn");
    Asked() {
        service.office.deploy("refusal", refusal);
        const auto started =
            ada.post("/v1/cases", {{"definition", "refusal"}, {"unit", "north"}, {"id", "r"}});
        EXPECT_EQ(started.status, 201) << started.body;
        const auto asked =
            ada.post("/v1/cases/r/commands",
                     {{"command", "Act"}, {"action", "decline"}, {"data", {{"place", "Mill Lane 3"}}}});
        EXPECT_EQ(asked.status, 200) << asked.body;
    }
    static Json list(Client& client, const std::string& query = "") {
        const auto reply = client.get("/v1/requests" + query);
        EXPECT_EQ(reply.status, 200) << reply.body;
        EXPECT_EQ(against_description("GET", "/v1/requests", reply), "");
        return reply.json()["items"];
    }
};

TEST_F(Asked, TheHeadFindsItAndAnswers) {
    const auto waiting = list(chief, "?person=chief");
    ASSERT_EQ(waiting.size(), 1u) << waiting;
    const auto& one = waiting[0];
    EXPECT_EQ(one["case"], "r");
    EXPECT_EQ(one["what"], "action");
    EXPECT_EQ(one["by"], "ada");
    EXPECT_EQ(one["of"], Json({"chief"}));
    EXPECT_EQ(one["wish"]["action"], "decline");
    EXPECT_FALSE(one["wish"].contains("data")) << "that is read in the case, where it is recorded";
    EXPECT_EQ(one["asked"], "2026-03-02T09:00:00+08:00");
    const auto id = one["request"].get<std::string>().substr(2);
    const auto approved = chief.post("/v1/cases/r/commands", {{"command", "Approve"}, {"request", id}});
    ASSERT_EQ(approved.status, 200) << approved.body;
    EXPECT_TRUE(list(chief).empty());
    EXPECT_EQ(chief.get("/v1/cases/r").json()["status"], "closed");
}

TEST_F(Asked, WhoAskedCannotAnswerAndWhoSeesNothingSeesNoRequest) {
    EXPECT_EQ(list(ada).size(), 1u) << "it is of ada's unit";
    EXPECT_TRUE(list(ada, "?person=ada").empty());
    EXPECT_TRUE(list(cyn).empty()) << "cyn is of another unit";
    EXPECT_TRUE(list(chief, "?case=other").empty());
}

TEST_F(Asked, WhoStandsInForTheHeadMayAnswer) {
    ASSERT_TRUE(service.office.engine->change(
        {org::AbsenceRecorded{{.person = "chief",
                               .span = {runtime::monday, runtime::monday + runtime::day},
                               .substitute = "cyn"}}},
        core::system_actor));
    ASSERT_EQ(list(cyn, "?person=cyn").size(), 1u);
    EXPECT_EQ(cyn.get("/v1/cases/r").status, 200) << "whoever is to answer sees what about";
}

// A folder of the schema before there was a table of them.
TEST_F(Asked, IsFoundInAFolderThatIsBroughtForward) {
    service.server.reset();
    service.office.engine.reset();
    SQLite::Database((service.office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE)
        .exec("DROP TABLE requests; PRAGMA user_version = 6");
    service.office.open();
    service.restart();
    auto again = service.as("chief");
    EXPECT_EQ(list(again, "?person=chief").size(), 1u);
    const auto report = store::check(service.office.folder.path());
    ASSERT_TRUE(report);
    EXPECT_THAT(report->faults, testing::ElementsAre());
}

}  // namespace
}  // namespace reeve::http
