// Events of a damaged journal: whatever a case does not have is named, and nothing of the event is applied.
#include "tests/unit/core/flow_bench.h"

namespace reeve::core::flow_testing {
namespace {

using testing::HasSubstr;

const std::string stages =
    R"("work": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"}}}, "closed": {"end": "closed"})";

// Why it does not fit an open case; the case is as it was.
std::string unfit(const std::string& event) {
    Office office(definition(stages));
    office.open();
    auto state = office.state;
    const auto read = event_from_json(Json::parse(event));
    if (!read) return read.error().text();
    try {
        apply(state, {9, "K1", 9, office.now, {}, "ann", *read}, *office.program);
    } catch (const std::runtime_error& e) {
        EXPECT_EQ(state, office.state);
        return e.what();
    }
    return "it fits";
}

TEST(DamagedJournal, NamesAnEventOfWhatTheCaseDoesNotHave) {
    EXPECT_EQ(unfit(R"({"event": "AnswerGiven", "escalation": "e77", "text": "x"})"),
              "AnswerGiven does not fit the case: it has no escalation e77");
    EXPECT_EQ(unfit(R"({"event": "ClockPaused", "clock": "c77", "reason": "x", "from": 0})"),
              "ClockPaused does not fit the case: it has no clock c77");
    EXPECT_EQ(unfit(R"({"event": "ClockMet", "clock": "", "at": 0})"),
              "ClockMet does not fit the case: it has no clock ");
    EXPECT_THAT(unfit(R"({"event": "ClockStarted", "clock": "c9", "name": "none", "from": 0})"),
                HasSubstr("its definition has no clock none"));
    EXPECT_THAT(unfit(R"({"event": "ClockStarted", "clock": "c", "name": "work", "from": 0})"),
                HasSubstr("\"c\" is no id"));
}

TEST(DamagedJournal, NamesAStepThatTheLadderDoesNotHave) {
    for (const char* step : {"1", "-1", "2147483647"})
        EXPECT_THAT(
            unfit(
                std::string(R"({"event": "EscalationFired", "escalation": "e9", "clock": "work", "step": )") +
                step + R"(, "planned": 0, "light": "red"})"),
            HasSubstr("has no step"));
}

TEST(DamagedJournal, NamesAStepPlannedBeyondAllYears) {
    EXPECT_THAT(unfit(R"({"event": "EscalationFired", "escalation": "e9", "clock": "work", "step": 0,
                    "planned": 177250000000000000, "light": "red"})"),
                HasSubstr("its \"planned\" lies beyond"));
}

TEST(DamagedJournal, NamesEveryMomentAndLengthThatCannotBeCounted) {
    const std::string beyond = "177250000000000000";
    for (const auto& [event, member] : std::initializer_list<std::pair<std::string, std::string>>{
             {R"({"event": "CaseStarted", "occurred": -@})", "occurred"},
             {R"({"event": "StageEntered", "entry": 9, "stage": "work", "since": @})", "since"},
             {R"({"event": "ClockStarted", "clock": "c9", "name": "work", "from": @})", "from"},
             {R"({"event": "ClockStarted", "clock": "c9", "name": "x", "limit": "-9 days"})", "limit"},
             {R"({"event": "ClockPaused", "clock": "work", "from": @})", "from"},
             {R"({"event": "ClockPaused", "clock": "work", "from": 0, "until": @})", "until"},
             {R"({"event": "ClockResumed", "clock": "work", "at": -@})", "at"},
             {R"({"event": "TimeExcluded", "clock": "work", "from": 0, "to": @})", "to"},
             {R"({"event": "ClockRestarted", "clock": "work", "from": @})", "from"},
             {R"({"event": "ClockExtended", "clock": "work", "by": "-900 years"})", "by"},
             {R"({"event": "ClockMet", "clock": "work", "at": @})", "at"},
             {R"({"event": "ClockMet", "clock": "work", "at": 0, "late_ms": -1})", "late_ms"},
             {R"({"event": "EscalationFired", "escalation": "e9", "clock": "work", "answer_by": @})",
              "answer_by"},
             {R"({"event": "EscalationFired", "escalation": "e9", "clock": "work", "acknowledge_by": @})",
              "acknowledge_by"},
             {R"({"event": "EscalationFired", "escalation": "e9", "clock": "work", "repeat": 2000000000})",
              "repeat"},
             {R"({"event": "JobRequested", "job": "j9", "times_out": @})", "times_out"},
             {R"({"event": "JobRequested", "job": "j9", "attempt": 2147483647})", "attempt"},
             {R"({"event": "JobFailed", "job": "j9", "retry_at": @})", "retry_at"},
             {R"({"event": "CaseReopened", "cycle": 2147483647})", "cycle"}}) {
        auto text = event;
        if (const auto at = text.find('@'); at != std::string::npos) text.replace(at, 1, beyond);
        EXPECT_THAT(unfit(text), HasSubstr("its \"" + member + "\" lies beyond what can be counted")) << text;
    }
    EXPECT_EQ(unfit(R"({"event": "ClockPaused", "clock": "work", "from": 0, "until": null})"), "it fits");
}

TEST(DamagedJournal, NamesAnIdAfterWhichThereIsNone) {
    EXPECT_THAT(unfit(R"({"event": "TaskCreated", "task": "t2147483647"})"), HasSubstr("is no id"));
    EXPECT_THAT(unfit(R"({"event": "ApprovalAsked", "request": "r2147483647"})"), HasSubstr("is no id"));
    EXPECT_THAT(unfit(R"({"event": "JobRequested", "job": "j2147483647"})"), HasSubstr("is no id"));
}

TEST(DamagedJournal, NamesACountThatHasNoNext) {
    EXPECT_THAT(unfit(R"({"event": "StageEntered", "entry": 2147483647, "stage": "work"})"),
                HasSubstr("its \"entry\" lies beyond"));
    EXPECT_THAT(unfit(R"({"event": "StageEntered", "entry": 4294967297, "stage": "work"})"),
                HasSubstr("not so large"));
}

}  // namespace
}  // namespace reeve::core::flow_testing
