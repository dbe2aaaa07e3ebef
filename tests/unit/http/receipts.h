// An office that answers petitions, for the tests of receipts: people with names of their own, data that is
// personal, and a definition that tells some of what there is.
#pragma once

#include "engine/http/receipts.h"
#include "engine/store/secret.h"
#include "tests/unit/http/service.h"

namespace reeve::http {

inline const std::string petition = std::string(R"({
  "id": "petition", "title": {"en": "Petition handling", "zh": "信访事项办理"}, "calendar": "office",
  "data": {"type": "object", "properties": {"place": {"type": "string"},
    "petitioner": {"type": "object", "properties": {"name": {"type": "string", "x-personal": true}, "phone": {"type": "string", "x-personal": true}}}}},
  "owner": {"role": "registrar"},
  "clocks": {"answer": {"limit": "60 days", "basis": "Article 34", "from": "stage:handling", "done_on": ["heard", "dropped"],
    "pause": ["waits-for-report", "illness-of-officer"], "extend": {"by": "30 days", "times": 1}}},
  "stages": {
    "registered": {"title": {"en": "Registered", "zh": "登记"}, "assign": "owner", "due": "15 days", "actions": {"accept": {"to": "handling"}}},
    "handling": {"title": {"en": "Being handled", "zh": "办理"}, "assign": "owner",
      "actions": {"answer": {"to": "heard"}, "drop": {"to": "dropped"}}},
    "heard": {"title": {"en": "Answered; a review may be asked for", "zh": "已答复"}, "wait": "30 days", "then": "answered"},
    "answered": {"title": {"en": "Answered in writing", "zh": "书面答复"}, "end": "answered"},
    "dropped": {"title": {"en": "No ground was found", "zh": "查无实据"}, "end": "dropped"}},
  "receipt": {"clock": "answer", "outcomes": ["answered"],
    "pauses": {"waits-for-report": {"en": "an expert's <report>", "zh": "鉴定意见"}}},
  )") + runtime::ladders + "}";

struct Receipted : testing::Test {
    std::atomic<std::int64_t> ticks{0};
    Served service{options()};
    const std::string title = "Stall of Wang Fang", place = "Mill Lane 3", name = "Wang Fang 王芳",
                      phone = "13900001111";

    Options options() {
        Options wanted;
        wanted.ticks = [this] { return Lookups::Ticks(ticks.load()); };
        wanted.lookups.asks = {1000, 1000};
        return wanted;
    }
    void SetUp() override {
        const std::vector<org::Event> events{
            org::UnitSet{{.id = "south",
                          .title_en = "South Street Bureau",
                          .title_zh = "南街办事处",
                          .parent = "county",
                          .level = "township"}},
            org::UnitSet{
                {.id = "county", .title_en = "Qingshan County", .title_zh = "青山县", .level = "county"}},
            org::PersonSet{{.id = "li-na", .name = "Li Na 李娜", .reach = {{"mail", "li-na@south.example"}}}},
            org::PersonSet{{.id = "zhao-wei", .name = "Zhao Wei 赵伟"}},
            org::PostSet{{"south", "registrar", 1, {"li-na"}}},
            org::PostSet{{"south", "head", 1, {"zhao-wei"}}}};
        const auto changed = service.office.engine->change(events, core::system_actor);
        ASSERT_TRUE(changed) << changed.error().text();
        service.office.deploy("petition", petition);
    }
    // Registers one over HTTP; its receipt code.
    std::string registered() {
        const Json data{{"place", place}, {"petitioner", {{"name", name}, {"phone", phone}}}};
        const auto reply = service.as("li-na").post(
            "/v1/cases", {{"definition", "petition"}, {"unit", "south"}, {"title", title}, {"data", data}});
        EXPECT_EQ(reply.status, 201) << reply.body;
        return reply.json().value("receipt_code", "");
    }
    void ask(core::Wish wish, const std::string& case_id = "petition-1") {
        service.office.ask({.actor = "zhao-wei", .case_id = case_id, .wish = std::move(wish)});
    }
    void act(const std::string& action) { ask(core::Act{.action = action}); }
    Json standing(const std::string& code, const std::string& language = "en") {
        const auto reply = service.stranger().get("/v1/receipts/" + code + "?lang=" + language);
        EXPECT_EQ(reply.status, 200) << reply.body;
        EXPECT_EQ(against_description("GET", "/v1/receipts/{code}", reply), "");
        return reply.json();
    }
    std::string page(const std::string& code, const std::string& language = "en") {
        const auto reply = service.stranger().get("/receipt/" + code, {{"Accept-Language", language}});
        EXPECT_EQ(reply.status, 200) << reply.body;
        return reply.body;
    }
    Reply sent(const std::string& body, std::map<std::string, std::string> more = {}) {
        more.try_emplace("Content-Type", "application/x-www-form-urlencoded");
        return service.stranger().send("POST", "/receipt", body, std::move(more));
    }
    // One that is well formed and leads to a place of the journal, and is nobody's all the same.
    std::string nobodys(std::uint64_t seq = 1) {
        return ReceiptKey(store::folder_secret(service.office.folder.path()))
            .code_of({.seq = seq, .at = runtime::monday, .case_id = "nobody"})
            .text();
    }
};

}  // namespace reeve::http
