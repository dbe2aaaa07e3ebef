// Many cases at once over HTTP: shown before, done once, each outcome told.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>

#include "tests/unit/http/listener.h"

namespace reeve::http {
namespace {

namespace asio = boost::asio;

struct Bulk : testing::Test {
    Served service;
    void SetUp() override {
        for (const char* id : {"a", "b"}) service.office.ask(runtime::Office::start(id));
        core::Command south{.actor = "boss",
                            .case_id = "s",
                            .wish = core::StartCase{.definition = "permit", .unit = "south"}};
        service.office.ask(south);
        for (const char* id : {"a", "b", "s"}) {
            core::Command own{.actor = "boss", .case_id = id, .wish = core::NameOwner{"ada", "hers"}};
            (void)service.office.engine->ask(own);
        }
    }
    std::string owner(const std::string& id) { return service.office.state(id).owner; }
    std::uint64_t head() { return service.office.engine->read()->head().seq; }
};

TEST_F(Bulk, ADryRunSaysWhatWouldHappenAndNothingDoes) {
    auto boss = service.as("boss");
    const auto before = head();
    const Json body{{"from", "ada"}, {"to", "ben"}, {"reason", "moves on"}};
    auto dry = body;
    dry["dry_run"] = true;
    const auto shown = boss.post("/v1/bulk/reassign", dry);
    ASSERT_EQ(shown.status, 200) << shown.body;
    EXPECT_EQ(shown.json()["cases"], 3);
    EXPECT_EQ(head(), before);
    const auto done = boss.post("/v1/bulk/reassign", body);
    ASSERT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(done.json()["items"].size(), shown.json()["items"].size());
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(done.json()["items"][i]["changes"], shown.json()["items"][i]["changes"]);
    for (const char* id : {"a", "b", "s"}) EXPECT_EQ(owner(id), "ben");
}

TEST_F(Bulk, OfEachPersonOneIsAnsweredAtATimeAndNobodyElseWaits) {
    std::promise<void> begun, released;
    service.office.faults->before_next([&] {
        begun.set_value();
        released.get_future().wait();
    });
    auto first = std::async(std::launch::async, [boss = std::make_shared<Client>(service.as("boss"))] {
        return boss->post("/v1/bulk/reassign", {{"from", "ada"}, {"to", "ben"}, {"reason", "moves on"}});
    });
    begun.get_future().wait();
    auto again = service.as("boss");
    for (const char* target : {"/v1/forecast", "/v1/forecast?within=1%20day"}) {
        const auto refused = again.get(target);
        EXPECT_EQ(refused.status, 429) << refused.body;
        EXPECT_EQ(refused.json()["code"], "one-at-a-time");
        EXPECT_EQ(refused.headers.at("retry-after"), "2");
    }
    EXPECT_EQ(again.get("/v1/cases").status, 200);
    EXPECT_EQ(service.as("chief").get("/v1/forecast").status, 200);
    released.set_value();
    EXPECT_EQ(first.get().status, 200);
    EXPECT_EQ(again.get("/v1/forecast").status, 200);
}

TEST_F(Bulk, WhatHasNotBegunDoesNotHoldUpTheEnd) {
    service.options.heavy = 1;
    service.restart();
    std::promise<void> begun, released;
    service.office.faults->before_next([&] {
        begun.set_value();
        released.get_future().wait();
    });
    const auto later = [](std::shared_ptr<Client> client, auto ask) {
        return std::async(std::launch::async, [client, ask] { return ask(*client); });
    };
    auto first = later(std::make_shared<Client>(service.as("boss")), [](Client& boss) {
        return boss.post("/v1/bulk/reassign", {{"from", "ada"}, {"to", "ben"}, {"reason", "moves on"}});
    });
    begun.get_future().wait();
    const auto port = service.server->port();
    asio::io_context io;
    asio::ip::tcp::socket chief(io);
    chief.connect({asio::ip::address_v4::loopback(), port});
    asio::write(chief, asio::buffer(fmt::format(
                           "GET /v1/forecast HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
                           service.token("chief", {Scope::read}))));
    // It waits for its turn by the time others have been answered.
    for (int n = 0; n < 3; ++n) EXPECT_EQ(service.stranger().get("/healthz").status, 200);
    auto end = std::async(std::launch::async, [&] { service.server.reset(); });
    EXPECT_TRUE(comes_true([&] { return refuses(port); }));
    released.set_value();
    EXPECT_EQ(first.get().status, 200);
    std::string answer;
    boost::system::error_code over;
    asio::read(chief, asio::dynamic_buffer(answer), over);
    EXPECT_THAT(answer, testing::HasSubstr("\"stopping\""));
    end.get();
}

TEST_F(Bulk, TheSameKeyDoesItOnceAndSaysTheSame) {
    auto boss = service.as("boss");
    const Json body{{"from", "ada"}, {"to", "ben"}, {"reason", "moves on"}};
    const auto first = boss.post("/v1/bulk/reassign", body, {{"Idempotency-Key", "k"}});
    const auto after = head();
    const auto again = boss.post("/v1/bulk/reassign", body, {{"Idempotency-Key", "k"}});
    ASSERT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(head(), after);
    ASSERT_EQ(again.json()["cases"], 3)
        << "those that it was asked for, though ada has none of them any more";
    EXPECT_EQ(again.json()["refused"], first.json()["refused"]);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(again.json()["items"][i]["case"], first.json()["items"][i]["case"]);
        EXPECT_EQ(again.json()["items"][i]["changes"], first.json()["items"][i]["changes"]);
    }
    auto other = body;
    other["to"] = "cyn";
    const auto used = boss.post("/v1/bulk/reassign", other, {{"Idempotency-Key", "k"}});
    EXPECT_EQ(used.json()["code"], "key-used") << used.body;
    EXPECT_EQ(owner("a"), "ben");
    // Also when the service was started anew in between.
    service.restart();
    EXPECT_EQ(service.as("boss").post("/v1/bulk/reassign", body, {{"Idempotency-Key", "k"}}).json()["cases"],
              3);
    EXPECT_EQ(head(), after);
}

TEST_F(Bulk, EachCaseDecidesForItselfAndWhatOneDoesNotSeeIsNotThere) {
    // A clerk may note in what she sees; what is closed is refused for itself.
    service.office.ask(runtime::Office::act("b", "approve"));
    auto chief = service.as("chief");
    const Json cancel{{"cases", {"a", "b"}}, {"command", {{"command", "Cancel"}, {"reason", "a double"}}}};
    const auto done = chief.post("/v1/bulk/commands", cancel);
    ASSERT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(done.json()["refused"], 1);
    EXPECT_EQ(done.json()["items"][1]["refused"]["code"], "case-closed");
    EXPECT_FALSE(done.json()["items"][0]["changes"].empty());
    EXPECT_EQ(service.office.state("a").status, core::CaseStatus::cancelled);
    auto ben = service.as("ben");
    const auto unseen = ben.post(
        "/v1/bulk/commands", {{"cases", {"a", "s"}}, {"command", {{"command", "AddNote"}, {"text", "x"}}}});
    EXPECT_EQ(unseen.status, 404);
    EXPECT_EQ(unseen.json()["pointer"], "/cases/1");
    EXPECT_EQ(chief
                  .post("/v1/bulk/commands",
                        {{"cases", {"a"}}, {"command", {{"command", "AddNote"}, {"txt", "x"}}}})
                  .json()["pointer"],
              "/command/txt");
    EXPECT_EQ(chief.post("/v1/bulk/commands", {{"cases", {"a"}}, {"command", {{"command", "Tick"}}}}).status,
              403);
    const auto theirs =
        ben.post("/v1/bulk/reassign", {{"from", "ada"}, {"to", "ben"}, {"dry_run", true}}).json();
    for (const auto& row : theirs["items"]) EXPECT_NE(row["case"], "s");
}

TEST_F(Bulk, AUnitsCasesAreTransferred) {
    auto chief = service.as("chief");
    EXPECT_EQ(chief.post("/v1/bulk/transfer", {{"from", "north"}, {"to", "south"}}).json()["code"],
              "missing-reason");
    EXPECT_EQ(chief.post("/v1/bulk/transfer", {{"from", "north"}, {"to", "west"}, {"dry_run", true}})
                  .json()["field"],
              "to");
    const auto done =
        chief.post("/v1/bulk/transfer", {{"from", "north"}, {"to", "south"}, {"reason", "north is closed"}});
    ASSERT_EQ(done.json()["cases"], 2) << done.body;
    EXPECT_EQ(done.json()["items"][0]["changes"][0], "unit: north -> south");
    EXPECT_EQ(service.office.state("a").unit, "south");
}

TEST_F(Bulk, CasesMoveToAnotherVersionAfterADryRun) {
    auto text = runtime::permit;
    text.replace(text.find("48 hours"), 8, "72 hours");
    service.office.deploy("permit", text);
    auto boss = service.as("boss");
    const auto dry = boss.post("/v1/definitions/permit/migration", {{"dry_run", true}});
    ASSERT_EQ(dry.json()["cases"], 3) << dry.body;
    EXPECT_EQ(dry.json()["items"][0]["clocks"][0]["clock"], "review");
    EXPECT_EQ(service.office.state("a").version, 1);
    EXPECT_EQ(boss.post("/v1/definitions/permit/migration", Json::object()).json()["code"], "missing-reason");
    const auto one =
        boss.post("/v1/definitions/permit/migration", {{"cases", {"a"}}, {"reason", "the new limit"}});
    EXPECT_EQ(one.json()["cases"], 1) << one.body;
    EXPECT_EQ(service.office.state("a").version, 2);
    EXPECT_EQ(service.office.state("b").version, 1);
    EXPECT_EQ(boss.post("/v1/definitions/permt/migration", {{"dry_run", true}}).status, 404);
    EXPECT_EQ(
        boss.post("/v1/definitions/permit/migration", {{"dry_run", true}, {"version", 9}}).json()["code"],
        "unknown-version");
}

}  // namespace
}  // namespace reeve::http
