// Calendars and forecasts over HTTP: what they count, what a change would move, and what is to come.
#include <future>

#include "tests/unit/http/listener.h"

namespace reeve::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Three working days, and Tuesday a holiday.
struct Calendars : testing::Test {
    Served service;
    std::string holiday = runtime::office_calendar;
    void SetUp() override {
        auto counted = runtime::permit;
        counted.replace(counted.find("48 hours"), 8, "2 working days");
        service.office.deploy("permit", counted, "");
        service.office.ask(runtime::Office::start("permit-1"));
        holiday.insert(holiday.rfind("\"covers\""), R"("holidays": [{"date": "2026-03-03"}], )");
    }
    Json due() { return service.as("ada").get("/v1/cases/permit-1/clocks").json()["items"][0]["due"]; }
};

TEST_F(Calendars, CountAsTheCommandDoes) {
    auto ada = service.as("ada", {Scope::read});
    const auto due =
        ada.get("/v1/calendars/office/due?from=2026-03-06T16:00&in=2%20working%20hours&explain=true");
    ASSERT_EQ(due.status, 200) << due.body;
    EXPECT_EQ(due.json()["due"], "2026-03-09T10:00:00+08:00");
    EXPECT_FALSE(due.json()["explain"].empty());
    const auto paused = ada.get(
        "/v1/calendars/office/due?from=2026-03-06T16:00&in=2%20working%20hours"
        "&pause=2026-03-09T09:00/2026-03-09T10:00,2026-03-09T10:00/2026-03-09T11:00");
    EXPECT_EQ(paused.json()["due"], "2026-03-09T12:00:00+08:00") << paused.body;
    EXPECT_EQ(
        ada.get("/v1/calendars/office/between?from=2026-03-06T16:00&to=2026-03-09T10:00").json()["seconds"],
        7200);
    EXPECT_EQ(ada.get("/v1/calendars/office/open?at=2026-03-07T12:00").json()["open"], false);
    const auto wrong = ada.get("/v1/calendars/office/due?from=2026-03-06T16:00&in=2%20workin%20hours");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_THAT(wrong.json()["detail"].get<std::string>(), HasSubstr("working hours"));
    const auto unknown = ada.get("/v1/calendars/ofice");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_THAT(unknown.json()["detail"].get<std::string>(), HasSubstr("did you mean \"office\"?"));
}

TEST_F(Calendars, AChangeIsPreviewedClockByClockAndChangesNothing) {
    auto boss = service.as("boss");
    const auto before = due();
    const auto text = boss.get("/v1/calendars/office").json()["text"];
    const auto preview = boss.post("/v1/calendars/office/preview", {{"calendar", holiday}});
    ASSERT_EQ(preview.status, 200) << preview.body;
    ASSERT_EQ(preview.json()["cases"], 1) << preview.body;
    const auto moved = preview.json()["items"][0];
    EXPECT_EQ(moved["unit"], "north");
    ASSERT_EQ(moved["clocks"].size(), 1u) << preview.body;
    EXPECT_EQ(moved["clocks"][0]["clock"], "review");
    EXPECT_EQ(moved["clocks"][0]["before"], before);
    EXPECT_EQ(moved["clocks"][0]["after"], "2026-03-05T17:00:00+08:00");
    EXPECT_EQ(due(), before);
    EXPECT_EQ(boss.get("/v1/calendars/office").json()["text"], text);
    EXPECT_EQ(boss.get("/v1/definitions/permit/versions").json()["items"].size(), 2u);
}

TEST_F(Calendars, OneThatEndsSoonIsTakenWithAWarningAndOneThatHasEndedIsRefused) {
    auto boss = service.as("boss");
    const auto ends = [&](const std::string& last) {
        auto text = holiday;
        text.replace(text.find("2030-12-31"), 10, last);
        return boss.post("/v1/calendars/office/preview", {{"calendar", text}});
    };
    EXPECT_EQ(ends("2030-12-31").json()["warnings"], Json::array());
    const auto soon = ends("2026-12-31");
    ASSERT_EQ(soon.status, 200) << soon.body;
    ASSERT_EQ(soon.json()["warnings"].size(), 1u) << soon.body;
    EXPECT_THAT(soon.json()["warnings"][0].get<std::string>(), HasSubstr("2027"));
    const auto ended = ends("2026-03-01");
    EXPECT_EQ(ended.status, 422);
    EXPECT_EQ(ended.json()["code"], "calendar-too-short");
    EXPECT_EQ(ended.json()["pointer"], "/calendar");
}

TEST_F(Calendars, AChangeTakesAReasonAndWhatItMovesIsWhatWasPreviewed) {
    auto boss = service.as("boss");
    const auto tag = boss.get("/v1/calendars/office").headers.at("etag");
    const auto put = [&](Json body, const std::string& with) {
        return boss.send("PUT", "/v1/calendars/office", body.dump(),
                         {{"Content-Type", "application/json"}, {"If-Match", with}});
    };
    EXPECT_EQ(put({{"calendar", holiday}}, tag).json()["code"], "missing-reason");
    const auto preview = boss.post("/v1/calendars/office/preview", {{"calendar", holiday}}).json();
    const auto done = put({{"calendar", holiday}, {"reason", "a holiday was declared"}}, tag);
    ASSERT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(done.json()["items"], preview["items"]);
    EXPECT_EQ(due(), "2026-03-05T17:00:00+08:00");
    // Somebody else changed it meanwhile.
    const auto late = put({{"calendar", runtime::office_calendar}, {"reason", "back"}}, tag);
    EXPECT_EQ(late.status, 412) << late.body;
    EXPECT_EQ(
        put({{"calendar", runtime::office_calendar}, {"reason", "back"}}, done.headers.at("etag")).status,
        200);
    EXPECT_EQ(boss.post("/v1/calendars/office/preview",
                        {{"calendar", R"({"id": "o", "zone": "UTC", "import": ["/etc/passwd"]})"}})
                  .json()["pointer"],
              "/calendar");
}

TEST_F(Calendars, AChangeIsLeftOffWhenTheServiceEndsAndDoneWhenItIsAskedAgain) {
    std::promise<void> begun, released;
    service.office.faults->before_next([&] {
        begun.set_value();
        released.get_future().wait();
    });
    const auto put = [this] {
        return service.as("boss").send(
            "PUT", "/v1/calendars/office",
            Json{{"calendar", holiday}, {"reason", "a holiday was declared"}}.dump(),
            {{"Content-Type", "application/json"}});
    };
    const auto before = due();
    auto first = std::async(std::launch::async, put);
    begun.get_future().wait();
    const auto port = service.server->port();
    auto end = std::async(std::launch::async, [&] { service.server.reset(); });
    ASSERT_TRUE(comes_true([&] { return refuses(port); }));
    released.set_value();
    const auto left = first.get();
    ASSERT_EQ(left.status, 200) << left.body;
    EXPECT_EQ(left.json()["refused"], 1);
    EXPECT_EQ(left.json()["items"][0]["refused"]["code"], "stopping");
    end.get();
    service.restart();
    EXPECT_EQ(due(), before);
    const auto done = put();
    EXPECT_EQ(done.json()["refused"], 0) << done.body;
    EXPECT_EQ(due(), "2026-03-05T17:00:00+08:00");
    EXPECT_EQ(service.as("boss").get("/v1/definitions/permit/versions").json()["items"].size(), 3u);
}

TEST_F(Calendars, AForecastSaysWhatWillHappenAndItDoes) {
    auto boss = service.as("boss");
    const auto coming = boss.get("/v1/forecast?within=5%20days");
    ASSERT_EQ(coming.status, 200) << coming.body;
    std::vector<std::string> kinds, at;
    const auto rows = coming.json()["items"];
    std::multiset<std::string> foreseen, fired;
    for (const auto& row : rows) {
        at.push_back(row["at"]);
        kinds.push_back(row["kind"]);
        if (row["kind"] == "step") foreseen.insert(row["at"].get<std::string>() + row["told"].dump());
    }
    EXPECT_THAT(at, testing::WhenSorted(testing::ElementsAreArray(at)));
    EXPECT_THAT(kinds, testing::Contains("due"));
    EXPECT_EQ(coming.json()["next"], nullptr);
    // Page by page it is the same.
    Json paged = Json::array();
    for (std::string next = "0"; !next.empty();) {
        const auto page = boss.get("/v1/forecast?within=5%20days&limit=2&after=" + next).json();
        for (const auto& row : page["items"]) paged.push_back(row);
        next = page["next"].is_null() ? "" : page["next"].get<std::string>();
        ASSERT_LT(paged.size(), 50u);
    }
    EXPECT_EQ(paged, rows);
    ASSERT_TRUE(service.office.engine->run_until(runtime::monday + 5 * runtime::day));
    const auto steps = boss.get("/v1/escalations?case=permit-1").json()["items"];
    for (const auto& step : steps) fired.insert(step["at"].get<std::string>() + step["told"].dump());
    EXPECT_FALSE(fired.empty());
    EXPECT_EQ(foreseen, fired);
    // Who sees none of it is told nothing; too far ahead is refused.
    EXPECT_TRUE(service.as("cyn").get("/v1/forecast").json()["items"].empty());
    EXPECT_EQ(boss.get("/v1/forecast?within=3%20years").status, 400);
    EXPECT_EQ(boss.get("/v1/forecast?within=soon").status, 400);
}

TEST_F(Calendars, DutiesAreForeseenForEachUnit) {
    service.office.deploy("patrol", runtime::patrol, "");
    const auto rows = service.as("boss").get("/v1/forecast?within=2%20days&limit=500").json()["items"];
    std::multiset<std::string> units;
    for (const auto& row : rows)
        if (row["kind"] == "duty") units.insert(row["unit"]);
    EXPECT_EQ(units.count("north"), units.count("south"));
    EXPECT_GE(units.count("north"), 2u);
    std::size_t seen = 0;
    const auto of_cyn = service.as("cyn").get("/v1/forecast?within=2%20days").json()["items"];
    for (const auto& row : of_cyn) seen += row["kind"] == "duty" ? 1 : 0;
    EXPECT_EQ(seen, units.count("south"));
}

}  // namespace
}  // namespace reeve::http
