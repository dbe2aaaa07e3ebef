// What a receipt code shows, to whom, and for how long it is good.
#include "tests/unit/http/receipts.h"

#include <cctype>

namespace reeve::http {
namespace {

using runtime::day;
using runtime::instant;
using testing::HasSubstr;
using testing::Not;

// Whether `word` stands in `text` and is not a part of a longer one.
bool stands_in(const std::string& text, const std::string& word) {
    const auto letter = [&](std::size_t i) {
        return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '-');
    };
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1))
        if (!(at > 0 && letter(at - 1)) && !letter(at + word.size())) return true;
    return false;
}

// Everybody's id, name and address, every unit's id, the case's own, and each part of its data.
std::vector<std::string> never_shown(Receipted& test) {
    std::vector<std::string> words{test.title,   test.place, test.phone,   "Wang Fang",        "王芳",
                                   "petition-1", "Fang",     "registrar",  "Knocked",          "letter.txt",
                                   "illness",    "officer",  "Article 34", "waits-for-report", "climb"};
    const auto people = test.service.office.engine->directory();
    for (const auto* person : people->people()) {
        words.push_back(person->id);
        words.push_back(person->name);
        words.push_back(person->name.substr(0, person->name.find(' ')));
        for (const auto& [channel, address] : person->reach) words.push_back(address);
    }
    for (const auto* unit : people->units()) words.push_back(unit->id);
    return words;
}

TEST_F(Receipted, ShowsTheStageTheUnitAndTheDate) {
    const auto code = registered();
    auto shown = standing(code);
    EXPECT_EQ(shown["code"], code);
    EXPECT_EQ(shown["title"], "Petition handling");
    EXPECT_EQ(shown["unit"], "South Street Bureau");
    EXPECT_EQ(shown["above"], "Qingshan County");
    EXPECT_EQ(shown["stages"][0]["title"], "Registered");
    EXPECT_EQ(shown["stages"][0]["since"], "2026-03-02T09:00:00+08:00");
    EXPECT_EQ(shown["due"]["for"], "step");
    EXPECT_EQ(shown["due"]["day"], "2026-03-17");
    act("accept");
    shown = standing(code, "zh");
    EXPECT_EQ(shown["title"], "信访事项办理");
    EXPECT_EQ(shown["unit"], "南街办事处");
    EXPECT_EQ(shown["stages"][0]["title"], "办理");
    EXPECT_EQ(shown["due"]["for"], "answer");
    EXPECT_EQ(shown["due"]["day"], "2026-05-01") << "60 days from Monday, 2 March: the whole of that day";
    EXPECT_EQ(shown["due"]["at"], "2026-05-02T00:00:00+08:00");
    EXPECT_EQ(shown["state"], "open");
    const auto english = page(code, "en-GB"), chinese = page(code, "zh-CN,zh;q=0.9");
    for (const char* part :
         {"<html lang=\"en\">", "Petition handling", "Being handled", "2 March 2026 at 09:00",
          "The office must answer by", "1 May 2026", "South Street Bureau",
          "turn to Qingshan County, which stands above South Street Bureau"})
        EXPECT_THAT(english, HasSubstr(part));
    for (const char* part : {"<html lang=\"zh\">", "信访事项办理", "办理", "2026年3月2日 09:00", "答复期限",
                             "2026年5月1日", "南街办事处", "向上级单位“青山县”反映"})
        EXPECT_THAT(chinese, HasSubstr(part));
    EXPECT_THAT(english, HasSubstr(code));
}

TEST_F(Receipted, NamesNobodyAndTellsNothingOfTheData) {
    const auto code = registered();
    ask(core::AddNote{"Knocked, nobody home"});
    const auto document =
        store::attach_bytes(service.office.folder.path(), "I, Wang Fang", "letter.txt", "letter");
    ask(core::AddDocument{*document});
    std::vector<std::string> bodies;
    const auto look = [&] {
        for (const char* language : {"en", "zh"}) {
            bodies.push_back(standing(code, language).dump());
            bodies.push_back(page(code, language));
            bodies.push_back(sent("code=" + code, {{"Accept-Language", language}}).body);
        }
    };
    look();
    act("accept");
    look();
    ask(core::PauseClock{.clock = "answer", .reason = "illness-of-officer"});
    look();
    ask(core::ResumeClock{.clock = "answer", .note = "back"});
    service.office.time->set(instant("2026-05-04T10:00:00+08:00"));
    ASSERT_EQ(service.office.state("petition-1").status, core::CaseStatus::open);
    look();
    act("drop");
    look();
    ASSERT_EQ(bodies.size(), 30u);
    for (const auto& body : bodies)
        for (const auto& word : never_shown(*this))
            EXPECT_FALSE(stands_in(body, word)) << word << "\n" << body;
    // The search would find what there is.
    EXPECT_TRUE(stands_in(service.as("li-na").get("/v1/cases/petition-1").body, "li-na"));
}

TEST_F(Receipted, TellsWhenTheOfficeIsLateAndWhatToDo) {
    const auto code = registered();
    act("accept");
    service.office.time->set(instant("2026-05-02T00:00:00+08:00"));
    EXPECT_EQ(standing(code)["state"], "open") << "an act at the due instant is in time";
    service.office.time->set(instant("2026-05-02T00:00:01+08:00"));
    EXPECT_EQ(standing(code)["state"], "late");
    EXPECT_THAT(page(code), HasSubstr("The office is late."));
    EXPECT_THAT(page(code, "zh"), HasSubstr("已超过期限"));
}

TEST_F(Receipted, TellsThatTheTimeDoesNotRunAndWhyWhereThatMayBeTold) {
    const auto code = registered();
    act("accept");
    ask(core::PauseClock{.clock = "answer", .reason = "waits-for-report"});
    auto shown = standing(code);
    EXPECT_EQ(shown["state"], "waiting");
    EXPECT_TRUE(shown["due"]["at"].is_null() && shown["due"]["day"].is_null());
    EXPECT_EQ(shown["due"]["waits_for"], "an expert's <report>");
    EXPECT_THAT(page(code), HasSubstr("the office waits for an expert&apos;s &lt;report&gt;."));
    EXPECT_THAT(page(code, "zh"), HasSubstr("等待鉴定意见"));
    ask(core::ResumeClock{.clock = "answer", .note = "it has come"});
    ask(core::PauseClock{.clock = "answer", .reason = "illness-of-officer"});
    shown = standing(code);
    EXPECT_EQ(shown["state"], "waiting");
    EXPECT_TRUE(shown["due"]["waits_for"].is_null());
    EXPECT_THAT(page(code), HasSubstr("the office waits, for a reason that the rules allow"));
}

TEST_F(Receipted, TellsUntilWhenThePauseLastsAtTheLatest) {
    const auto code = registered();
    act("accept");
    ask(core::PauseClock{.clock = "answer", .reason = "waits-for-report"});
    EXPECT_TRUE(standing(code)["due"]["pause_ends"].is_null());
    EXPECT_THAT(page(code), Not(HasSubstr("lasts until")));
    ask(core::ResumeClock{.clock = "answer", .note = "it has come"});
    EXPECT_TRUE(standing(code)["due"]["pause_ends"].is_null()) << "it runs";
    ask(core::PauseClock{
        .clock = "answer", .reason = "waits-for-report", .until = instant("2026-03-21T00:00:00+08:00")});
    EXPECT_EQ(standing(code)["due"]["pause_ends"],
              (Json{{"at", "2026-03-21T00:00:00+08:00"}, {"day", "2026-03-20"}}));
    EXPECT_THAT(page(code), HasSubstr("&lt;report&gt;. This pause lasts until 20 March 2026 at the latest."));
    EXPECT_THAT(page(code, "zh"), HasSubstr("等待鉴定意见。中止最迟至2026年3月20日，其后时限继续计算。"));
    ask(core::ResumeClock{.clock = "answer", .note = "it has come"});
    ask(core::PauseClock{
        .clock = "answer", .reason = "illness-of-officer", .until = instant("2026-03-10T14:30:00+08:00")});
    EXPECT_THAT(page(code), HasSubstr("This pause lasts until 10 March 2026 at 14:30 at the latest."));
    ASSERT_TRUE(service.office.engine->run_until(instant("2026-03-10T14:30:00+08:00")));
    EXPECT_EQ(standing(code)["state"], "open");
    EXPECT_TRUE(standing(code)["due"]["pause_ends"].is_null()) << "it runs again by itself";
}

TEST_F(Receipted, AWaitIsNotTheOffices) {
    const auto code = registered();
    act("accept");
    act("answer");
    const auto shown = standing(code);
    EXPECT_EQ(shown["stages"][0]["title"], "Answered; a review may be asked for");
    EXPECT_TRUE(shown["due"].is_null()) << shown;
    EXPECT_THAT(page(code), HasSubstr("no date runs at present"));
}

TEST_F(Receipted, TellsAnOutcomeOnlyWhereTheDefinitionLetsIt) {
    const auto answered = registered(), dropped = registered(), cancelled = registered();
    for (const char* id : {"petition-1", "petition-2"}) ask(core::Act{.action = "accept"}, id);
    act("answer");
    ask(core::Act{.action = "drop"}, "petition-2");
    ask(core::Cancel{"entered twice"}, "petition-3");
    service.office.time->set(instant("2026-04-06T10:00:00+08:00"));
    service.office.ask(
        core::Command{.actor = "zhao-wei", .case_id = "petition-1", .wish = core::AddNote{"filed"}});
    auto shown = standing(answered);
    EXPECT_EQ(shown["state"], "closed");
    EXPECT_EQ(shown["outcome"], "Answered in writing");
    EXPECT_TRUE(shown["advice"].is_null() && shown["due"].is_null() && shown["stages"].empty());
    EXPECT_THAT(page(answered, "zh"), HasSubstr("书面答复"));
    shown = standing(dropped);
    EXPECT_EQ(shown["state"], "closed");
    EXPECT_TRUE(shown["outcome"].is_null());
    for (const char* language : {"en", "zh"}) {
        EXPECT_THAT(page(dropped, language), Not(HasSubstr("ground")));
        EXPECT_THAT(page(dropped, language), Not(HasSubstr("查无实据")));
        EXPECT_THAT(page(cancelled, language), Not(HasSubstr("twice")));
    }
    EXPECT_EQ(standing(cancelled)["state"], "cancelled");
}

TEST_F(Receipted, AnOfficeWithoutASuperiorAndADefinitionWithAdvice) {
    auto advised = petition;
    advised.replace(advised.find("\"outcomes\""), 0,
                    R"("advice": {"en": "Call <b>12345</b>.", "zh": "请拨打12345。"}, )");
    service.office.deploy("petition", advised);
    const auto code = registered();
    EXPECT_THAT(page(code), HasSubstr("Call &lt;b&gt;12345&lt;/b&gt;."));
    EXPECT_EQ(standing(code, "zh")["advice"], "请拨打12345。");
    const auto top = service.as("boss").post("/v1/cases", {{"definition", "permit"}, {"unit", "county"}});
    const auto shown = standing(top.json()["receipt_code"]);
    EXPECT_TRUE(shown["above"].is_null());
    EXPECT_THAT(shown["advice"].get<std::string>(), HasSubstr("ask for the head of Qingshan County"));
}

TEST_F(Receipted, TheSlipIsPrintedAgainForThoseWhoSeeTheCaseOnly) {
    const auto code = registered();
    const auto again = service.as("zhao-wei").get("/v1/cases/petition-1/receipt");
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.json()["receipt_code"], code);
    EXPECT_EQ(again.json()["page"], "/receipt/" + code);
    EXPECT_EQ(service.as("ada").get("/v1/cases/petition-1/receipt").status, 404) << "of another unit";
    EXPECT_EQ(service.stranger().get("/v1/cases/petition-1/receipt").status, 401);
    // A key that is used again gives the same code; other commands give none.
    auto client = service.as("li-na");
    const Json start{{"definition", "petition"}, {"unit", "south"}};
    const auto first = client.post("/v1/cases", start, {{"Idempotency-Key", "k"}});
    const auto second = client.post("/v1/cases", start, {{"Idempotency-Key", "k"}});
    EXPECT_NE(first.json()["receipt_code"], code);
    EXPECT_EQ(first.json()["receipt_code"], second.json()["receipt_code"]);
    EXPECT_FALSE(client.post("/v1/cases/petition-1/commands", {{"command", "AddNote"}, {"text", "x"}})
                     .json()
                     .contains("receipt_code"));
}

}  // namespace
}  // namespace reeve::http
