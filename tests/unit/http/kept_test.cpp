// What is kept between requests is let go of the moment it is no longer so; and receipts, which are written
// without a tree, say what the tree would.
#include "engine/json.h"
#include "tests/unit/http/service.h"

namespace reeve::http {
namespace {

TEST(Kept, ATokenThatAnotherProcessRevokesIsRefusedWithTheNextRequest) {
    Served service;
    auto client = service.as("boss");
    ASSERT_EQ(client.get("/v1/me").status, 200);
    ASSERT_EQ(client.get("/v1/me").status, 200);
    Access other(service.office.folder.path());
    ASSERT_TRUE(other.revoke(other.list().front().id, service.office.engine->now()));
    EXPECT_EQ(client.get("/v1/me").status, 401);
}

TEST(Kept, ATokenThatTheServiceRevokesIsRefusedWithTheNextRequest) {
    Served service;
    auto client = service.as("boss");
    ASSERT_EQ(client.get("/v1/me").status, 200);
    auto& access = service.server->access();
    ASSERT_TRUE(access.revoke(access.list().front().id, service.office.engine->now()));
    EXPECT_EQ(client.get("/v1/me").status, 401);
}

TEST(Kept, WhoGetsAPostSeesItsUnitWithTheNextRequest) {
    Served service;
    auto ada = service.as("ada");
    EXPECT_FALSE(ada.get("/v1/me").json()["everywhere"]);
    ASSERT_TRUE(service.office.engine->change({org::PostSet{{"county", "supervisor", 1, {"ada"}}}},
                                              core::system_actor));
    EXPECT_TRUE(ada.get("/v1/me").json()["everywhere"]);
    ASSERT_TRUE(
        service.office.engine->change({org::PostSet{{"county", "supervisor", 1, {}}}}, core::system_actor));
    EXPECT_FALSE(ada.get("/v1/me").json()["everywhere"]);
}

// Held to the journal, whose events are made into a tree here.
void expect_as_in_journal(const Served& service, const Reply& reply, std::uint64_t from) {
    const auto document = parse_json(reply.body, "receipt");  // which refuses a key that stands twice
    ASSERT_TRUE(document) << document.error().text() << "\n" << reply.body;
    const auto& events = document->value["events"];
    std::size_t next = 0;
    service.office.engine->read()->stream("permit-1", from, [&](const store::JournalRow& row) {
        const auto one = store::recorded(row);
        Json whole{{"seq", row.seq},
                   {"revision", row.revision},
                   {"at", "2026-03-02T09:00:00+08:00"},
                   {"occurred", one.occurred ? Json("2026-03-02T08:30:00+08:00") : Json()},
                   {"actor", "chief"}};
        auto event = core::to_json(one.event, Times::text);
        event.erase("at");  // its own moment is when it happened
        whole.update(event);
        if (next == events.size()) return ++next, false;
        const auto& told = events[next++];
        EXPECT_EQ(nlohmann::json(told), nlohmann::json(whole)) << told;  // in whatever order
        return true;
    });
    EXPECT_EQ(next, events.size());
    EXPECT_GE(next, 4u);
}

TEST(Kept, AReceiptHasEachEventAsTheJournalHasIt) {
    Served service;
    auto chief = service.as("chief");
    const Json wanted{{"definition", "permit"},
                      {"unit", "north"},
                      {"data", {{"place", "Mill \"Lane\"\n\u4e03\u53f7"}}},
                      {"occurred", "2026-03-02T08:30:00+08:00"}};
    const auto started = chief.post("/v1/cases", wanted);
    ASSERT_EQ(started.status, 201) << started.body;
    expect_as_in_journal(service, started, 1);
    EXPECT_EQ(chief.get("/v1/cases/permit-1/receipt").json()["receipt_code"], started.json()["receipt_code"]);
    const auto approved =
        chief.post("/v1/cases/permit-1/commands", {{"command", "Act"}, {"action", "approve"}});
    ASSERT_EQ(approved.status, 200) << approved.body;
    expect_as_in_journal(service, approved, approved.json()["events"][0]["revision"]);
}

// A clock that was met before it was entered: the history tells both moments, and not the one for the other.
TEST(Kept, AHistoryTellsWhenEachEventWasRecorded) {
    Served service;
    auto chief = service.as("chief");
    const auto started =
        chief.post("/v1/cases", {{"definition", "permit"}, {"unit", "north"}}).json()["revision"].get<int>();
    ASSERT_TRUE(service.office.engine->run_until(runtime::monday + 2 * runtime::hour));
    const auto approved =
        chief
            .post("/v1/cases/permit-1/commands",
                  {{"command", "Act"}, {"action", "approve"}, {"occurred", "2026-03-02T10:00:00+08:00"}})
            .json();
    const auto history = chief.get("/v1/cases/permit-1/history").json();
    for (const auto& rows : {approved["events"], history["items"]}) {
        int met = 0;
        for (const auto& row : rows) {
            EXPECT_EQ(row["at"],
                      row["revision"] <= started ? "2026-03-02T09:00:00+08:00" : "2026-03-02T11:00:00+08:00")
                << row;
            if (row["event"] != "ClockMet") continue;
            ++met;
            EXPECT_EQ(row["occurred"], "2026-03-02T10:00:00+08:00");
        }
        EXPECT_EQ(met, 1) << rows;
    }
}

}  // namespace
}  // namespace reeve::http
