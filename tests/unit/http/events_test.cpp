// Live events: what is told, to whom, from where on.
#include "engine/http/route.h"
#include "tests/unit/http/listener.h"

namespace reeve::http {
namespace {

using testing::HasSubstr;

struct Events : testing::Test {
    Served service;

    Listener follow(const std::string& person, const std::string& query = {},
                    std::map<std::string, std::string> headers = {}) {
        return {service.server->port(), service.token(person, {Scope::read}), "/v1/events" + query,
                std::move(headers)};
    }
    runtime::Receipt start(const std::string& unit, const std::string& id) {
        core::Command command{
            .actor = "boss",
            .case_id = id,
            .wish = core::StartCase{
                .definition = "permit", .unit = unit, .data = {{"place", "Mill Lane, " + id}}}};
        return service.office.ask(std::move(command));
    }
    runtime::Receipt ask(const std::string& id, core::Wish wish, const std::string& actor = "boss") {
        core::Command command{.actor = actor, .case_id = id, .wish = std::move(wish)};
        return service.office.ask(std::move(command));
    }
    runtime::Receipt note(const std::string& id) { return ask(id, core::AddNote{"Mill Lane was rung up"}); }
    // The numbers of a case's events in the journal.
    std::vector<std::uint64_t> journal(const std::string& id) {
        std::vector<std::uint64_t> seqs;
        service.office.engine->read()->stream(id, 1, [&](const store::JournalRow& row) {
            seqs.push_back(row.seq);
            return true;
        });
        return seqs;
    }
};

TEST_F(Events, AreToldAsTheyHappenAndSayNothingOfWhatTheCaseHolds) {
    auto chief = follow("chief");
    ASSERT_EQ(chief.head().status, 200) << chief.head().body;
    const auto& headers = chief.head().headers;
    EXPECT_EQ(headers.at("content-type"), "text/event-stream");
    EXPECT_EQ(headers.at("cache-control"), "no-store");
    EXPECT_EQ(headers.at("x-accel-buffering"), "no");
    const auto receipt = start("north", "stall");
    note("stall");
    for (const auto seq : journal("stall")) {
        const auto message = chief.next();
        ASSERT_TRUE(message) << seq;
        EXPECT_EQ(message->id, std::to_string(seq));
        const auto told = message->json();
        EXPECT_EQ(told["seq"], seq);
        EXPECT_EQ(told["case"], "stall");
        EXPECT_EQ(told["unit"], "north");
        EXPECT_EQ(told["revision"], seq - receipt.first_seq + 1);
        EXPECT_EQ(told["at"], "2026-03-02T09:00:00+08:00");
        if (seq == receipt.first_seq) {
            EXPECT_EQ(told["event"], "CaseStarted");
        }
        const Reply as_described{.status = 200, .body = message->data, .headers = headers};
        EXPECT_EQ(against_description("GET", "/v1/events", as_described), "");
    }
    EXPECT_EQ(chief.seen().find("Mill"), std::string::npos) << chief.seen();
    EXPECT_EQ(chief.seen().find("boss"), std::string::npos) << chief.seen();
    EXPECT_THAT(chief.seen(), HasSubstr("retry: "));
}

TEST_F(Events, GoOnBehindWhatWasHeard) {
    start("north", "stall");
    const auto seqs = journal("stall");
    auto all = follow("chief", "?after=0");
    EXPECT_EQ(all.numbers(seqs.size()), seqs);
    const auto rest = std::vector(seqs.begin() + 2, seqs.end());
    EXPECT_EQ(follow("chief", "?after=" + std::to_string(seqs[1])).numbers(rest.size()), rest);
    // A browser that comes back asks the address it had: what it heard last counts.
    EXPECT_EQ(follow("chief", "?after=0", {{"Last-Event-ID", std::to_string(seqs[1])}}).numbers(rest.size()),
              rest);
    // Without either: from now on, and from the place it was given when it is cut off before anything
    // happens.
    auto fresh = follow("chief");
    const auto before = journal("stall").size();
    note("stall");
    EXPECT_EQ(fresh.numbers(1), std::vector{journal("stall")[before]});
}

TEST_F(Events, WhatCannotBeFollowedIsSaid) {
    start("north", "stall");
    start("south", "kiosk");
    const auto head = service.office.engine->read()->head().seq;
    struct Wrong {
        std::string query;
        int status;
        const char *code, *says;
    };
    const Wrong wrongs[] = {
        {"?after=" + std::to_string(head + 1), 409, "beyond-the-end", "ends at"},
        {"?after=-1", 400, "bad-parameter", "0 or more"},
        {"?after=soon", 400, "bad-parameter", "soon"},
        {"?event=NoteAded", 400, "bad-parameter", "NoteAdded"},
        {"?event=NoteAdded,Nothing", 400, "bad-parameter", "Nothing"},
        {"?case=kiosk", 404, "unknown-case", "kiosk"},
        {"?unit=south", 403, "not-permitted", "south"},
        {"?unit=nroth", 400, "bad-parameter", "north"},
        {"?untit=north", 400, "unknown-parameter", "unit"},
    };
    for (const auto& wrong : wrongs) {
        const auto refused = follow("ada", wrong.query).head();
        EXPECT_EQ(refused.status, wrong.status) << wrong.query << refused.body;
        ASSERT_EQ(refused.headers.at("content-type"), "application/problem+json");
        EXPECT_EQ(refused.json()["code"], wrong.code);
        EXPECT_THAT(refused.body, HasSubstr(wrong.says));
        EXPECT_EQ(against_description("GET", "/v1/events", refused), "");
    }
    const auto unreadable = follow("ada", "", {{"Last-Event-ID", "yesterday"}}).head();
    EXPECT_EQ(unreadable.status, 400);
    EXPECT_EQ(unreadable.json()["field"], "Last-Event-ID");
    EXPECT_EQ(follow("ada", "", {{"Last-Event-ID", std::to_string(head + 1)}}).head().status, 409);
    EXPECT_EQ(follow("ada", "", {{"Last-Event-ID", std::to_string(head)}}).head().status, 200);
}

TEST_F(Events, AreChosenByCaseByUnitAndByName) {
    auto one = follow("boss", "?case=stall&after=0");
    EXPECT_EQ(one.head().status, 404) << "there is none yet";
    start("north", "stall");
    start("south", "kiosk");
    start("north", "bench");
    auto of_case = follow("boss", "?case=bench&after=0"), of_unit = follow("boss", "?unit=south&after=0"),
         named = follow("boss", "?event=CaseStarted,NoteAdded&after=0");
    EXPECT_EQ(of_case.numbers(journal("bench").size()), journal("bench"));
    EXPECT_EQ(of_unit.numbers(journal("kiosk").size()), journal("kiosk"));
    std::vector<std::string> told;
    note("kiosk");
    for (int n = 0; n < 4; ++n) {
        const auto message = named.next();
        ASSERT_TRUE(message);
        told.push_back(message->json()["case"].get<std::string>() + " " +
                       message->json()["event"].get<std::string>());
    }
    EXPECT_THAT(told, testing::ElementsAre("stall CaseStarted", "kiosk CaseStarted", "bench CaseStarted",
                                           "kiosk NoteAdded"));
    note("bench");
    EXPECT_EQ(of_case.numbers(1).front(), journal("bench").back());
    EXPECT_EQ(of_unit.numbers(1).front(), journal("kiosk").back()) << "not that of the bench";
}

// Everyone hears of the cases that they could ask for, and of no others.
TEST_F(Events, ReachThoseWhoSeeTheCase) {
    for (const char* id : {"stall", "bench"}) start("north", id);
    for (const char* id : {"kiosk", "booth", "tent"}) start("south", id);
    ask("kiosk", core::NameOwner{"ada", "knows the street"});
    ask("bench", core::Transfer{"south", "lies there"});
    // Whoever stands in for cyn sees what she has to do.
    const auto tasks = service.office.engine->read()->tasks({.person = {}, .case_id = "tent"});
    ASSERT_EQ(tasks.size(), 1u);
    ASSERT_EQ(tasks[0].person, "cyn");
    ASSERT_TRUE(service.office.engine->change(
        {org::AbsenceRecorded{{"cyn", {runtime::monday, runtime::monday + runtime::day}, "ben", "ill"}}},
        core::system_actor));
    const auto last = note("booth").last_seq;
    for (const char* person : {"boss", "chief", "ada", "ben", "cyn"}) {
        auto client = service.as(person);
        std::set<std::string> seen, heard, left;
        for (const char* id : {"stall", "bench", "kiosk", "booth", "tent"})
            if (client.get(std::string("/v1/cases/") + id).status == 200) seen.insert(id);
        if (person == std::string("ben")) {
            EXPECT_TRUE(seen.contains("tent")) << "in whose place he stands";
        }
        auto stream = follow(person, "?after=0");
        // A last event that they hear of, as the end.
        start(person == std::string("cyn") ? "south" : "north", std::string("end-for-") + person);
        for (;;) {
            const auto message = stream.next();
            ASSERT_TRUE(message) << person;
            const auto told = message->json();
            if (told["case"] == std::string("end-for-") + person) break;
            if (told["seq"] > last) continue;
            (told["event"] == "CaseTransferred" ? left : heard).insert(told["case"].get<std::string>());
        }
        EXPECT_EQ(heard, seen) << person;
        // The unit that a case left takes it from its board.
        EXPECT_TRUE(left.contains("bench")) << person;
    }
}

TEST_F(Events, FollowTheRightsOfWhoHears) {
    start("north", "stall");
    start("south", "kiosk");
    auto chief = follow("chief");
    const auto first = note("kiosk").last_seq;
    EXPECT_EQ(chief.numbers(1), std::vector{first});
    // South has another head: chief hears of it no more, from the next event on.
    ASSERT_TRUE(
        service.office.engine->change({org::PostSet{{"south", "head", 1, {"boss"}}}}, core::system_actor));
    ASSERT_EQ(service.as("chief").get("/v1/cases/kiosk").status, 404);
    note("kiosk");
    const auto second = note("stall").last_seq;
    EXPECT_EQ(chief.numbers(1), std::vector{second});
    ASSERT_TRUE(
        service.office.engine->change({org::PostSet{{"south", "head", 1, {"chief"}}}}, core::system_actor));
    const auto third = note("kiosk").last_seq;
    EXPECT_EQ(chief.numbers(1), std::vector{third});
}

TEST_F(Events, ATransferredCaseIsHeardOfWhereItGoes) {
    start("north", "stall");
    auto cyn = follow("cyn"), ada = follow("ada", "?unit=north&event=CaseTransferred,NoteAdded");
    ask("stall", core::Transfer{"south", "lies there"});
    note("stall");
    const auto gone = ada.next();
    ASSERT_TRUE(gone);
    EXPECT_EQ(gone->json()["event"], "CaseTransferred");
    EXPECT_EQ(gone->json()["unit"], "south");
    const auto come = cyn.next();
    ASSERT_TRUE(come);
    EXPECT_EQ(come->json()["case"], "stall");
}

}  // namespace
}  // namespace reeve::http
