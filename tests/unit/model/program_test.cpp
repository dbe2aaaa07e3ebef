#include "tests/unit/model/model_test.h"

namespace reeve::model {
namespace {

const Stage& stage(const ProgramPtr& p, const char* name) {
    return p->stages.at(static_cast<std::size_t>(p->stage(name)));
}
const ClockRule& clock(const ProgramPtr& p, const char* name) {
    return p->clocks.at(static_cast<std::size_t>(p->clock(name)));
}

TEST(Program, FillsInWhatIsNotSaid) {
    auto p = compiled(small());
    ASSERT_NE(p->unowned_clock, none);
    const auto& unowned = p->clocks[static_cast<std::size_t>(p->unowned_clock)];
    EXPECT_EQ(unowned.from, ClockRule::From::unowned);
    EXPECT_EQ(unowned.in.working, std::chrono::hours(4));
    EXPECT_EQ(unowned.ladder, 0);
    ASSERT_NE(p->hand_over.clock, none);
    EXPECT_EQ(p->hand_over.limit, 3);
    EXPECT_EQ(p->clocks[static_cast<std::size_t>(p->hand_over.clock)].in.working_days, 1);
    EXPECT_EQ(p->inactivity_clock, none);
    EXPECT_EQ(p->reopen_to, 0);
    EXPECT_EQ(stage(p, "open").clock, p->clock("open"));
    EXPECT_EQ(clock(p, "open").ladder, 0);
    EXPECT_EQ(p->ladders[0].steps[0].light, Light::red) << "a step at or after due without a light is red";
}

TEST(Program, AClockFromAStageIsMetWhenThatStageIsLeft) {
    auto text = [](const char* to) {
        return small(
            "{\"type\": \"object\"}", "true",
            fmt::format(R"("clocks": {{"answer": {{"due": "9 days", "from": "stage:open"{}}}}},)", to));
    };
    EXPECT_EQ(clock(compiled(text("")), "answer").to_stage, 0);
    EXPECT_EQ(clock(compiled(text(R"(, "to": "end")")), "answer").to_stage, none);
    auto done_on = compiled(text(R"(, "done_on": ["closed"])"));
    EXPECT_EQ(clock(done_on, "answer").to_stage, none);
    EXPECT_THAT(clock(done_on, "answer").done_on, testing::ElementsAre(1));
}

TEST(Program, KeepsEverythingAClockSays) {
    auto p = compiled(small(R"({"type": "object"})", "true",
                            R"("clocks": {"answer": {"limit": "P2M", "basis": "Act 4", "from": "occurred",
      "to": "end", "first_day": "counted", "until": "close", "roll": "none", "pause": ["hearing"], "pause_at_most": "5 working days", "pause_tell": ["petitioner"],
      "exclude": ["expert"], "restart": true, "extend": {"by": "30 days", "times": 2, "approve": "head@parent", "tell": "petitioner"}}},)"));
    const auto& c = clock(p, "answer");
    EXPECT_EQ(c.kind, LimitKind::limit);
    EXPECT_EQ(c.in.months, 2);
    EXPECT_EQ(c.basis, "Act 4");
    EXPECT_EQ(c.from, ClockRule::From::occurred);
    EXPECT_EQ(c.rule, (time::DueRule{time::Until::close, true, false}));
    EXPECT_THAT(c.pause, testing::ElementsAre("hearing"));
    EXPECT_THAT(c.exclude, testing::ElementsAre("expert"));
    ASSERT_TRUE(c.pause_at_most);
    EXPECT_EQ(c.pause_at_most->working_days, 5);
    EXPECT_EQ(c.pause_tell.size(), 1u);
    EXPECT_TRUE(c.restart);
    ASSERT_TRUE(c.extend);
    EXPECT_EQ(c.extend->by.days, 30);
    EXPECT_EQ(c.extend->times, 2);
    EXPECT_EQ(org::to_string(*c.extend->approve), "head@parent");
    EXPECT_EQ(c.extend->tell.size(), 1u);
}

TEST(Program, ReadsEveryKindOfStage) {
    auto p = compiled(R"({"id": "kinds", "title": "Kinds", "calendar": "any", "owner": "head",
      "data": {"type": "object", "properties": {"n": {"type": "integer"}, "parties": {"type": "array"}}},
      "clocks": {"whole": {"expiry": "1 year", "then": "closed"}},
      "stages": {
        "sort": {"choice": [{"when": "data.n == 1", "to": "both"}, {"else": "hear"}]},
        "both": {"parallel": ["look", "print"], "join": "met"},
        "look": {"tasks": [{"name": "visit", "due": "2 days"}, {"name": "photo", "optional": true}], "need": 1, "then": "met"},
        "print": {"job": "printer", "attempts": 5, "backoff": "2 min", "on_failure": "look", "then": "met"},
        "met": {"join": "any", "then": "hear"},
        "hear": {"each": "data.parties", "then": "rest", "documents": ["minutes"]},
        "rest": {"wait": "30 days", "on": {"again": "hear"}, "then": "other"},
        "other": {"child": "kinds-of-kinds", "data": {"n": "data.n", "fixed": 3}, "then": "closed"},
        "closed": {"end": "done", "follow_up": {"task": "visit", "due": "30 days", "assign": "clerk"}}},
      "ladders": {"climb": [{"at": "80%", "tell": ["owner"]}, {"at": "due + 1 day", "tell": ["head"], "repeat": "1 day"}]}})");
    EXPECT_EQ(stage(p, "sort").branches.size(), 2u);
    EXPECT_EQ(stage(p, "sort").branches[1].when, none);
    EXPECT_EQ(stage(p, "both").join, p->stage("met"));
    EXPECT_EQ(stage(p, "look").need, Stage::Need::n);
    EXPECT_EQ(clock(p, "look.visit").from, ClockRule::From::task);
    EXPECT_EQ(stage(p, "print").attempts, 5);
    EXPECT_EQ(stage(p, "print").timeout->elapsed, std::chrono::minutes(10));
    EXPECT_EQ(stage(p, "met").join_need, Stage::Need::any);
    EXPECT_EQ(stage(p, "hear").each, "parties");
    EXPECT_EQ(stage(p, "rest").on.at("again"), p->stage("hear"));
    EXPECT_EQ(clock(p, "rest").in.days, 30) << "a wait's time is its clock";
    EXPECT_EQ(clock(p, "rest").ladder, none);
    EXPECT_EQ(stage(p, "other").child_data["fixed"], 3);
    EXPECT_EQ(clock(p, "closed.visit").in.days, 30);
    EXPECT_EQ(clock(p, "whole").on_expiry_to, p->stage("closed"));
    EXPECT_EQ(clock(p, "whole").ladder, none) << "an expiry moves the case by itself";
    EXPECT_THAT(p->starts, testing::ElementsAre("kinds-of-kinds"));
}

TEST(Program, AReasonIsWhatTheActorSaysAndNoField) {
    auto text = small(R"({"type": "object"})");
    text.replace(text.find(R"("leave": {"to": "closed"})"), 25,
                 R"("leave": {"to": "closed", "require": ["reason"]})");
    EXPECT_THAT(compiled(text)->action(0, "leave")->require, testing::IsEmpty());
    EXPECT_TRUE(compiled(text)->action(0, "leave")->reason);
}

TEST(Program, AnImportedLadderIsKeptWithTheDefinition) {
    auto around = plain_surroundings();
    around.file = [](const std::string&) -> Result<std::string> {
        return R"([{"at": "due", "tell": ["head"], "repeat": "2 days"}])";
    };
    auto text = small();
    auto from = text.find("[{\"at\"");
    text.replace(from, text.find("]}}", from) + 1 - from, R"({"import": "ladders/any.json"})");
    auto p = compiled(text, around);
    EXPECT_EQ(p->ladders[0].steps[0].repeat->days, 2);
    auto again = compiled(p->source);  // without any file
    EXPECT_EQ(again->ladders[0].steps[0].repeat->days, 2);
}

TEST(Program, UnknownRolesAreToldWhenTheOrganisationIsGiven) {
    auto around = plain_surroundings();
    around.role = [](const std::string& role) { return role == "chief"; };
    auto result = compile(small(), "test.json", around);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error()[0].code, "unknown-role");
}

TEST(Program, FaultsComeInTheOrderOfTheText) {
    auto result = compile(R"({"id": "x", "title": "X", "calendar": "any",
      "stages": {"open": {"assign": "a@@", "due": "3 wd", "actions": {"go": {"to": "clsed"}}}, "closed": {"end": "done"}},
      "ladders": {"climb": [{"at": "due", "tell": []}]}})",
                          "test.json", plain_surroundings());
    ASSERT_FALSE(result);
    std::vector<std::string> codes;
    for (const auto& e : result.error()) codes.push_back(e.code);
    EXPECT_THAT(codes, testing::ElementsAre("bad-who", "bad-duration", "unknown-stage", "ends-in-silence",
                                            "tells-nobody"));
}

TEST(Definition, ANameOfAnyLengthIsRefusedNotMatchedUntilTheStackEnds) {
    const std::string name(100'000, 'x');
    auto refused = [](std::string text, const std::string& from, const std::string& to) {
        text.replace(text.find(from), from.size(), to);
        auto result = compile(text, "test.json", plain_surroundings());
        return result ? std::string() : told(result.error());
    };
    for (const std::string from : {"\"small\"", "\"any\"", "\"closed\"", "\"done\""})
        EXPECT_THAT(refused(small(), from, "\"" + name + "\""),
                    testing::AllOf(testing::StartsWith("test.json:"),
                                   testing::HasSubstr("should be no longer than 200")))
            << from;
    EXPECT_THAT(refused(small(), "\"leave\"", "\"" + name + "\""),
                testing::HasSubstr("should be no longer than 200"));
}

}  // namespace
}  // namespace reeve::model
