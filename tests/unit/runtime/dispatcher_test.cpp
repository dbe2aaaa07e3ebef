// Alerts go out: to whom, over what, when, and what becomes of those that nobody takes. Virtual time.
#include "engine/runtime/dispatcher.h"

#include <future>

#include "engine/store/derive.h"
#include "tests/unit/runtime/eventually.h"
#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Takes what it is told to take, and keeps what it was given.
class Postman final : public Notifier {
  public:
    Delivery send(const Message& message) noexcept override {
        std::function<void()> first;
        {
            std::lock_guard lock(mutex_);
            first = std::exchange(first_, {});
        }
        if (first) first();
        std::lock_guard lock(mutex_);
        tried_.push_back(message);
        return answer_;
    }
    void answers(Delivery::Outcome outcome, std::string error = {}, std::optional<Millis> wait = {}) {
        std::lock_guard lock(mutex_);
        answer_ = {outcome, std::move(error), wait};
    }
    void before_next(std::function<void()> what) {
        std::lock_guard lock(mutex_);
        first_ = std::move(what);
    }
    std::vector<Message> take() {
        std::lock_guard lock(mutex_);
        return std::exchange(tried_, {});
    }

  private:
    std::mutex mutex_;
    std::vector<Message> tried_;
    Delivery answer_{.outcome = Delivery::Outcome::sent, .error = {}};
    std::function<void()> first_;
};

MessageText subjects(const std::vector<core::Alert>& alerts, const org::Person& person) {
    if (alerts.front().case_id == "c-unspeakable") throw std::runtime_error("no words");
    MessageText text{.subject = person.id + " " + std::to_string(alerts.size()), .text = {}};
    for (const auto& alert : alerts) text.text += alert.subject + "\n";
    return text;
}

struct Dispatching : testing::Test {
    Office office;
    std::shared_ptr<Postman> mail = std::make_shared<Postman>(), pager = std::make_shared<Postman>();
    std::vector<Channel> channels{{.name = "mail", .notifier = mail, .hours = {}},
                                  {.name = "pager", .notifier = pager, .hours = {}}};
    std::unique_ptr<Dispatcher> dispatcher;

    Dispatching() {
        reach("ada", {{"mail", "ada@office.example"}});
        reach("ben", {{"mail", "ben@office.example"}});
        reach("chief", {{"mail", "chief@office.example"}, {"pager", "7"}});
    }
    void reach(const std::string& id, std::map<std::string, std::string> how) {
        org::Person person = *office.engine->directory()->person(id);
        person.reach = std::move(how);
        ASSERT_TRUE(office.engine->change({org::PersonSet{person}}, core::system_actor));
    }
    void begin(const Retries& retries = {}) {
        dispatcher.reset();
        dispatcher = std::make_unique<Dispatcher>(*office.engine, channels, retries, subjects);
    }
    void turn() {
        if (!dispatcher) begin();
        dispatcher->turn();
        dispatcher->settle();
    }
    void later(Millis by) {
        ASSERT_TRUE(office.engine->run_until(office.engine->now() + by));
        turn();
    }
    // An alert that some case has led to, written now.
    void alert(const std::string& id, bool urgent = false) {
        const auto person = id.substr(id.rfind('/') + 1);
        core::Alert alert{
            .id = id, .to = person, .kind = "EscalationFired", .case_id = id.substr(0, id.find('/'))};
        alert.subject = "registered ran out";
        alert.urgent = urgent;
        office.faults->commit({.outbox = {store::outbox_row(alert, office.engine->now())}});
    }
    std::vector<store::OutboxRow> alerts(const std::string& status) {
        return office.engine->read()->outbox({.status = status});
    }
};

TEST_F(Dispatching, WhatACaseLeadsToIsSentOnce) {
    auto command = Office::start("c-1");
    command.actor = "boss";  // nobody is told what they did themselves
    office.ask(command);
    turn();
    const auto sent = mail->take();
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(sent[0].person, office.engine->read()->find_case("c-1")->owner);
    EXPECT_EQ(sent[0].address, sent[0].person + "@office.example");
    EXPECT_EQ(sent[0].alerts.size(), alerts("sent").size());
    EXPECT_EQ(sent[0].alerts[0]["case_id"], "c-1");
    EXPECT_THAT(alerts("pending"), IsEmpty());
    later(hour);
    EXPECT_THAT(mail->take(), IsEmpty());
}

TEST_F(Dispatching, TheNextChannelIsTriedWhenOneFails) {
    mail->answers(Delivery::Outcome::failed, "the server is down");
    alert("c-1/1/chief");
    turn();
    EXPECT_THAT(mail->take(), SizeIs(1));
    EXPECT_EQ(pager->take().at(0).address, "7");
    EXPECT_THAT(alerts("sent"), SizeIs(1));
    EXPECT_EQ(dispatcher->figures().channels.at("mail").error, "the server is down");
}

// The server is away for an hour: nothing is lost, the waits grow, and the same id comes again.
TEST_F(Dispatching, WhatFailsIsTriedAgainWithBackoff) {
    mail->answers(Delivery::Outcome::failed, "connection refused");
    alert("c-1/1/ada");
    turn();
    EXPECT_EQ(mail->take().at(0).id, "c-1/1/ada");
    std::vector<Millis> tried;
    for (int minutes = 0; minutes < 60; ++minutes) {
        later(minute);
        for (const auto& message : mail->take()) {
            EXPECT_EQ(message.id, "c-1/1/ada");
            tried.push_back(office.engine->now() - monday);
        }
    }
    EXPECT_THAT(tried, ElementsAre(1 * minute, 3 * minute, 7 * minute, 15 * minute, 31 * minute));
    EXPECT_EQ(alerts("pending").at(0).error, "mail: connection refused");
    mail->answers(Delivery::Outcome::sent);
    later(3 * minute);
    EXPECT_THAT(alerts("pending"), IsEmpty());
    EXPECT_EQ(alerts("sent").at(0).attempts, 7);
}

TEST_F(Dispatching, WhatTheOtherSideAskedToWaitIsWaited) {
    mail->answers(Delivery::Outcome::failed, "greylisted", 10 * minute);
    alert("c-1/1/ada");
    turn();
    mail->take();
    later(9 * minute);
    EXPECT_THAT(mail->take(), IsEmpty());
    later(minute);
    EXPECT_THAT(mail->take(), SizeIs(1));
}

TEST_F(Dispatching, WhatNobodyTakesStandsOnTheUndeliveredListUntilItIsSentAgain) {
    mail->answers(Delivery::Outcome::refused, "no such mailbox");
    alert("c-1/1/ada");
    turn();
    EXPECT_EQ(alerts("undelivered").at(0).error, "mail: no such mailbox");
    EXPECT_EQ(dispatcher->figures().undelivered, 1u);
    later(hour);
    EXPECT_THAT(mail->take(), SizeIs(1)) << "it is not tried again by itself";
    mail->answers(Delivery::Outcome::sent);
    ASSERT_TRUE(office.engine->resend({"c-1/1/ada"}));
    turn();
    EXPECT_EQ(mail->take().at(0).id, "c-1/1/ada");
    EXPECT_THAT(alerts("undelivered"), IsEmpty());
    EXPECT_EQ(office.engine->resend({"c-1/1/ada"}).error().code, "alert-sent");
    EXPECT_EQ(office.engine->resend({"c-1/99/ada"}).error().code, "unknown-alert");
}

TEST_F(Dispatching, AfterTheLastAttemptItIsGivenUp) {
    mail->answers(Delivery::Outcome::failed, "timed out");
    begin({.first = minute, .longest = minute, .attempts = 3});
    alert("c-1/1/ada");
    turn();
    later(minute);
    EXPECT_THAT(alerts("undelivered"), IsEmpty());
    later(minute);
    EXPECT_EQ(alerts("undelivered").at(0).error, "given up after 3 attempts; mail: timed out");
}

TEST_F(Dispatching, WhoCannotBeReachedIsSaid) {
    reach("ada", {});
    reach("ben", {{"pigeon", "the roof"}});
    for (const char* id : {"c-1/1/ada", "c-1/1/ben", "c-1/1/petitioner", "c-1/1/nobody"}) alert(id);
    turn();
    std::map<std::string, std::string> why;
    for (const auto& row : alerts("undelivered")) why[row.person] = row.error;
    EXPECT_EQ(why,
              (std::map<std::string, std::string>{
                  {"ada", "ada has no address for any channel there is (mail, pager)"},
                  {"ben", "ben has no address for any channel there is (mail, pager)"},
                  {"petitioner", "the person who asked is told by the office itself: no address is kept"},
                  {"nobody", "there is no person \"nobody\""}}));
    EXPECT_THAT(alerts("pending"), IsEmpty());
}

TEST_F(Dispatching, WhatComesTooSoonAfterAMessageGoesInOne) {
    channels[0].throttle = 5 * minute;
    alert("c-1/1/ada");
    turn();
    EXPECT_THAT(mail->take(), SizeIs(1));
    for (const char* id : {"c-2/1/ada", "c-3/1/ada", "c-4/1/ada"}) {
        alert(id, true);  // urgent ones too: a burst tells nobody more
        later(minute);
        EXPECT_THAT(mail->take(), IsEmpty());
    }
    later(2 * minute);
    const auto together = mail->take();
    ASSERT_THAT(together, SizeIs(1));
    EXPECT_EQ(together[0].subject, "ada 3");
    EXPECT_THAT(together[0].id, HasSubstr("digest/"));
    EXPECT_THAT(alerts("sent"), SizeIs(4));
}

TEST_F(Dispatching, ADigestWaitsForTheOldestAndUrgentOnesDoNot) {
    channels[0].digest = hour;
    channels[0].throttle = Millis{0};
    alert("c-1/1/ada");
    turn();
    later(30 * minute);
    alert("c-2/1/ada");
    turn();
    EXPECT_THAT(mail->take(), IsEmpty());
    later(30 * minute);
    EXPECT_EQ(mail->take().at(0).subject, "ada 2");
    alert("c-3/1/ada");
    alert("c-4/1/ada", true);
    turn();
    EXPECT_EQ(mail->take().at(0).subject, "ada 2") << "what waited only for company has it";
}

// Delivery hours are not the hours in which limits count.
TEST_F(Dispatching, OutsideTheHoursOnlyUrgentOnesPass) {
    channels[0].hours = *time::parse_calendar(
        R"({"id": "by-day", "zone": "Asia/Shanghai", "covers": "2020-01-01/2030-12-31",
            "hours": {"mon": ["08:00-20:00"], "tue": ["08:00-20:00"]}})",
        "hours.json", "");
    const auto evening = *time::parse_instant("2026-03-02T21:00:00+08:00");
    ASSERT_TRUE(office.engine->run_until(evening));
    alert("c-1/1/ada");
    alert("c-2/1/ada", true);
    turn();
    EXPECT_EQ(mail->take().at(0).alerts[0]["id"], "c-2/1/ada");
    later(10 * hour);
    EXPECT_THAT(mail->take(), IsEmpty());
    later(hour);
    EXPECT_EQ(mail->take().at(0).alerts[0]["id"], "c-1/1/ada");
}

// Nothing is known of it to the next process, so it is sent again, under the same id: twice, never not at
// all.
TEST_F(Dispatching, WhatWasSentButNotKeptIsSentAgainUnderItsId) {
    alert("c-1/1/ada");
    office.faults->before_next([] { throw std::runtime_error("no sync"); });
    turn();
    EXPECT_EQ(mail->take().at(0).id, "c-1/1/ada");
    EXPECT_NE(dispatcher->figures().trouble, "");
    EXPECT_THAT(alerts("pending"), SizeIs(1));
    turn();  // this process remembers
    EXPECT_THAT(mail->take(), IsEmpty());
    EXPECT_THAT(alerts("sent"), SizeIs(1));
    EXPECT_EQ(dispatcher->figures().trouble, "");
    alert("c-2/1/ada");
    office.faults->before_next([] { throw std::runtime_error("no sync"); });
    channels[0].throttle = Millis{0};
    begin();
    turn();
    EXPECT_EQ(mail->take().at(0).id, "c-2/1/ada");
    begin();  // another does not
    turn();
    EXPECT_EQ(mail->take().at(0).id, "c-2/1/ada");
    EXPECT_THAT(alerts("sent"), SizeIs(2));
}

TEST_F(Dispatching, WhatHasNoWordsGoesInPlainOnes) {
    alert("c-unspeakable/1/ada");
    turn();
    EXPECT_EQ(mail->take().at(0).text, "c-unspeakable: registered ran out\n");
    EXPECT_THAT(alerts("sent"), SizeIs(1));
}

TEST_F(Dispatching, AChannelThatHangsHoldsUpNoOther) {
    reach("ben", {{"pager", "8"}});
    std::promise<void> hung;
    mail->before_next([&] { hung.get_future().wait(); });
    alert("c-1/1/ada");
    begin();
    dispatcher->turn();
    alert("c-2/1/ben");
    ASSERT_TRUE(eventually([&] {
        dispatcher->turn();
        return !alerts("sent").empty();
    }));
    EXPECT_EQ(alerts("sent").at(0).person, "ben");
    hung.set_value();
    dispatcher->settle();
    EXPECT_THAT(alerts("sent"), SizeIs(2));
    EXPECT_THAT(mail->take(), SizeIs(1)) << "it was not planned twice while it hung";
}

TEST_F(Dispatching, AnAlertThatCannotBeReadIsOnTheListAndHoldsUpNoOther) {
    alert("c-1/1/ada");
    store::OutboxRow torn{.id = "c-0/1/ada", .person = "ada", .case_id = "c-0", .at = monday, .body = "{"};
    office.faults->commit({.outbox = {torn}});
    turn();
    EXPECT_THAT(mail->take(), SizeIs(1));
    EXPECT_THAT(alerts("undelivered").at(0).error, HasSubstr("it cannot be read"));
}

}  // namespace
}  // namespace reeve::runtime
