// What stands in the message that a person gets, in both languages.
#include "engine/views/alert_text.h"

#include <fstream>

#include "engine/store/derive.h"
#include "tests/unit/runtime/office.h"

namespace reeve::views {
namespace {

using runtime::day;
using runtime::monday;
using runtime::Office;
using testing::HasSubstr;
using testing::Not;

struct Texts : testing::Test {
    Office office;
    store::ScratchFolder own;
    std::filesystem::path templates;
    std::string link = "https://reeve.office.example/cases/{case}";

    std::vector<core::Alert> alerts(const std::string& kind) {
        std::vector<core::Alert> found;
        for (const auto& row : office.engine->read()->outbox({}))
            if (auto alert = store::alert_from(row); alert.kind == kind) found.push_back(std::move(alert));
        return found;
    }
    runtime::MessageText say(const std::vector<core::Alert>& about, const std::string& language) {
        auto texts = AlertTexts::load(templates, link);
        EXPECT_TRUE(texts) << (texts ? "" : texts.error().text());
        auto reader = office.engine->read();
        const Sight sight{*reader, office.engine->catalog(), office.engine->directory(),
                          office.engine->now()};
        org::Person person{.id = "ada", .name = "Ada", .language = language};
        return texts->compose(sight, about, person);
    }
    void overdue() {
        auto start = Office::start("c-1");
        start.actor = "boss";
        std::get<core::StartCase>(start.wish).title = "A stall on the bridge";
        office.ask(start);
        ASSERT_TRUE(office.engine->run_until(monday + 3 * day));
    }
    void write(const std::string& name, const std::string& text) {
        templates = own.path();
        std::ofstream(own.path() / name) << text;
    }
};

TEST_F(Texts, AnOverdueAlertNamesCaseClockLatenessAndWhereToLook) {
    overdue();
    const auto fired = alerts("EscalationFired");
    ASSERT_FALSE(fired.empty());
    const auto late = std::ranges::find_if(fired, [](const auto& alert) { return alert.late_ms > 0; });
    ASSERT_NE(late, fired.end());
    const auto english = say({*late}, "en");
    EXPECT_EQ(english.subject.find("A stall on the bridge, c-1: review ran out 2026-03-04 09:00"), 0u)
        << english.subject;
    for (const char* said :
         {"Case: A stall on the bridge, c-1, Permit\n", "Unit: North\n",
          "Clock: review, due 2026-03-04 09:00, 1 d late\n", "See: https://reeve.office.example/cases/c-1\n"})
        EXPECT_THAT(english.text, HasSubstr(said));
    EXPECT_THAT(english.text, Not(HasSubstr("Basis")));
    const auto chinese = say({*late}, "zh");
    EXPECT_THAT(chinese.subject, HasSubstr("c-1：review已于2026-03-04 09:00到期"));
    EXPECT_THAT(chinese.text, HasSubstr("事项：A stall on the bridge，c-1，Permit\n"));
    EXPECT_THAT(chinese.text, HasSubstr("已超过 1天\n"));
    EXPECT_THAT(chinese.text, Not(HasSubstr("{{")));
}

// Each kind there is has its sentence, and every name in it is known.
TEST_F(Texts, ATaskAndAnOwnerAreToldInChinese) {
    overdue();
    EXPECT_THAT(say(alerts("OwnerNamed"), "zh").text, HasSubstr("该事项现由您承办"));
    EXPECT_THAT(say(alerts("TaskAssigned"), "zh").text, HasSubstr("任务“review”交由您办理"));
}

TEST_F(Texts, SeveralAlertsAreOneMessage) {
    overdue();
    std::vector<core::Alert> many(25, alerts("OwnerNamed").at(0));
    const auto message = say(many, "en");
    EXPECT_THAT(message.subject, HasSubstr("(and 24 more)"));
    EXPECT_THAT(message.text, HasSubstr("And 5 more alerts."));
}

TEST_F(Texts, AnOfficeHasItsOwnForOneDefinition) {
    overdue();
    write("permit.en.mustache", "Permit {{case}}\nDear {{event.person}}, <{{what}}> & more\n");
    const auto owned = alerts("OwnerNamed");
    const auto message = say(owned, "en");
    EXPECT_EQ(message.subject, "Permit c-1");
    EXPECT_THAT(message.text, HasSubstr("<You own"));
    EXPECT_THAT(message.text, HasSubstr("& more\n")) << "plain text, not HTML";
    EXPECT_THAT(say(owned, "zh").subject, HasSubstr("该事项现由您承办")) << "there is none of its own";
}

TEST_F(Texts, AFaultyTemplateIsRefusedByName) {
    write("permit.en.mustache", "Permit\n{{#case}} is open\n");
    auto texts = AlertTexts::load(templates, link);
    ASSERT_FALSE(texts);
    EXPECT_EQ(texts.error().code, "bad-template");
    EXPECT_THAT(texts.error().place, HasSubstr("permit.en.mustache"));
    write("permit.en.mustache", "\nno subject\n");
    EXPECT_EQ(AlertTexts::load(templates, link).error().code, "bad-template");
    write("permit.en.mustache", "subject\n");
    write("permit.mustache", "subject\n");
    EXPECT_THAT(AlertTexts::load(templates, link).error().message, HasSubstr("LANG is en or zh"));
    EXPECT_EQ(AlertTexts::load(own.path() / "nowhere", link).error().code, "no-such-folder");
}

}  // namespace
}  // namespace reeve::views
