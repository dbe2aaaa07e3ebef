// A plugin chooses who gets a task, within what the definition says; and one that does wrong changes nothing.
// Virtual time; the plugin is a real process.
#include "engine/runtime/assigner.h"

#include <future>

#include "tests/plugins/given_work.h"

namespace reeve::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

const std::string hearing = std::string(R"({
  "id": "hearing", "title": {"en": "Hearing"}, "calendar": "office", "owner": {"role": "head"},
  "data": {"type": "object", "properties": {"do": {"type": "string"}, "for": {"type": "string"}}},
  "stages": {
    "hear": {"assign": {"role": "clerk", "pick": "first"}, "due": "48 hours", "then": "written",
             "actions": {"weigh": {"to": "weighed"}}},
    "weighed": {"assign": {"role": "clerk", "pick": "first"}, "due": "48 hours", "actions": {"done": {"to": "written"}}},
    "written": {"end": "written"}},
  )") + ladders + "}";

struct Assigners : testing::Test {
    Office office;
    Waiting waiting;
    std::unique_ptr<Assigner> assigner;
    PluginSettings settings = bad_plugin("streets", "chooser", "assigner");
    Assigning wanted{.stages = {{"hearing", "hear"}}, .person = "robot"};

    void SetUp() override {
        office.deploy("hearing", hearing);
        ASSERT_TRUE(office.engine->change({org::PersonSet{{.id = "robot", .name = "Robot"}},
                                           org::PostSet{{"county", "assigner", 1, {"robot"}}}},
                                          core::system_actor));
        settings.settings = waiting.settings();
    }
    void TearDown() override {
        assigner.reset();
        if (office.engine) office.expect_clean();
    }
    Assigner& chooser() {
        if (!assigner) assigner = std::make_unique<Assigner>(*office.engine, started_host(settings), wanted);
        return *assigner;
    }
    void start(const std::string& id, const std::string& whom, const std::string& what = {}) {
        (void)chooser();  // it chooses for what comes after it
        office.ask({.actor = "chief",
                    .case_id = id,
                    .wish = core::StartCase{
                        .definition = "hearing", .unit = "north", .data = {{"do", what}, {"for", whom}}}});
    }
    void all_chosen() {
        while (chooser().turn()) {
        }
    }
    std::string who_has(const std::string& id) { return office.state(id).tasks.at(0).person; }
};

TEST_F(Assigners, ChooseAmongThoseWhoMayHaveIt) {
    start("one", "ben");
    EXPECT_EQ(who_has("one"), "ada") << "by the definition's rule, from the first second";
    all_chosen();
    const auto given = office.events<core::TaskAssigned>("one");
    ASSERT_THAT(given, SizeIs(2));
    EXPECT_EQ(given[1].second.person, "ben");
    EXPECT_EQ(given[1].first.actor, "robot");
    EXPECT_EQ(given[1].second.how, "assigned");
    // What it was told: the role, the task, who has it, and how busy the candidates are.
    EXPECT_EQ(given[1].second.reason, "clerk hear ada: ada 1+ ben 0-");
    EXPECT_THAT(chooser().health().work, ElementsAre(Pair("assigned", 1u)));
    EXPECT_EQ(chooser().health().trouble, "");
    // It was asked once; a task that is given again by a person is theirs to give.
    office.ask({.actor = "chief", .case_id = "one", .wish = core::AssignTask{"t2", "ada", "knows them"}});
    all_chosen();
    EXPECT_EQ(who_has("one"), "ada");
}

TEST_F(Assigners, ThatDoWrongChangeNothing) {
    struct Wrong {
        const char* what;
        const char* says;
        const char* whom = "ben";
    };
    const Wrong wrongs[] = {
        {"exit", "the plugin streets ended by itself"},
        {"hang", "the plugin streets took longer than 1 s and was ended"},
        {"eat", "more memory than its 256 MiB and was ended"},
        {"write", "was ended"},
        {"throw", "the plugin streets: the tray is empty"},
        {"stranger", "the plugin streets chose \"cyn\", who is none of the candidates", "cyn"},
        {"nobody", "clerk hear ada", ""}};
    for (const auto& [what, says, whom] : wrongs) {
        assigner.reset();
        settings.limits.call = Millis{what == std::string("hang") ? 1'000 : 300'000};
        start(what, whom, what);
        EXPECT_TRUE(chooser().turn()) << what;
        EXPECT_EQ(who_has(what), "ada") << what;
        EXPECT_THAT(chooser().health().trouble, HasSubstr(says));
        EXPECT_THAT(chooser().health().work, ElementsAre(Pair("failed", 1u))) << what;
        ASSERT_TRUE(eventually([&] { return chooser().health().state == PluginState::running; }));
        start(std::string("after-") + what, "ben");
        all_chosen();
        EXPECT_EQ(who_has(std::string("after-") + what), "ben") << what;
        EXPECT_EQ(chooser().health().trouble, "");
    }
}

TEST_F(Assigners, WhatAPersonDidMeanwhileGoesBefore) {
    start("one", "ben", "wait");
    auto turn = std::async(std::launch::async, [&] { return chooser().turn(); });
    waiting.until_begun();
    // Another event of the case is no hindrance, a hand on the task is.
    office.ask(Office::note("one", "they called again"));
    waiting.let_go();
    EXPECT_TRUE(turn.get());
    EXPECT_EQ(who_has("one"), "ben");

    start("two", "ben", "wait");
    turn = std::async(std::launch::async, [&] { return chooser().turn(); });
    waiting.until_begun();
    office.ask(
        {.actor = "chief", .case_id = "two", .wish = core::AssignTask{"t2", "chief", "I hear this one"}});
    waiting.let_go();
    EXPECT_TRUE(turn.get());
    EXPECT_EQ(who_has("two"), "chief");
    EXPECT_EQ(chooser().health().work["overtaken"], 1u);
}

TEST_F(Assigners, AreAskedAboutTheirStagesOnly) {
    start("one", "ada");
    all_chosen();
    office.ask(Office::act("one", "weigh"));
    office.ask(Office::start("other"));  // of another definition
    all_chosen();
    EXPECT_EQ(chooser().health().calls, 1u);
    EXPECT_THAT(chooser().health().work, ElementsAre(Pair("kept", 1u)));
    // Where there is one candidate there is nothing to choose.
    ASSERT_TRUE(office.engine->change({org::PostSet{{"north", "clerk", 1, {"ada"}}}}, core::system_actor));
    start("two", "ada");
    all_chosen();
    EXPECT_EQ(chooser().health().calls, 1u);
}

TEST_F(Assigners, GiveAReasonThoughThePluginHasNone) {
    start("one", "ben", "silent");
    all_chosen();
    EXPECT_EQ(office.events<core::TaskAssigned>("one").at(1).second.reason, "chosen by the plugin streets");
}

// The engine itself holds an assigner to the rule, whoever it is.
TEST_F(Assigners, ThePostGivesNoMoreThanThat) {
    start("one", "ada");
    const auto give = [&](const std::string& actor, const std::string& to) {
        const auto given = office.engine->ask(
            {.actor = actor, .case_id = "one", .wish = core::AssignTask{"t2", to, "because"}});
        return given ? "" : given.error().code;
    };
    EXPECT_EQ(give("robot", "cyn"), "not-permitted");
    EXPECT_EQ(give("robot", "robot"), "not-permitted");
    EXPECT_EQ(give("ben", "ben"), "not-permitted") << "no assigner, though a clerk";
    ASSERT_TRUE(office.engine->change(
        {org::PostSet{{"county", "assigner", 0, {}}}, org::PostSet{{"south", "assigner", 1, {"robot"}}}},
        core::system_actor));
    EXPECT_EQ(give("robot", "ben"), "not-permitted") << "an assigner elsewhere";
    ASSERT_TRUE(
        office.engine->change({org::PostSet{{"north", "assigner", 1, {"robot"}}}}, core::system_actor));
    EXPECT_EQ(give("robot", "ben"), "");
}

TEST_F(Assigners, AreToldNothingOfUnitsThatAreNotTheirs) {
    ASSERT_TRUE(office.engine->change(
        {org::PostSet{{"county", "assigner", 0, {}}}, org::PostSet{{"south", "assigner", 1, {"robot"}}}},
        core::system_actor));
    start("one", "ben");
    all_chosen();
    EXPECT_EQ(who_has("one"), "ada");
    EXPECT_EQ(chooser().health().calls, 0u);
    EXPECT_THAT(chooser().health().work, testing::IsEmpty());
}

TEST_F(Assigners, ChooseByThemselvesOnceTheyHaveBegun) {
    chooser().start();
    start("one", "ben");
    EXPECT_TRUE(eventually([&] { return who_has("one") == "ben"; }));
}

TEST_F(Assigners, TheHealthSaysWhatIsInTheWay) {
    EXPECT_EQ(chooser().health().kind, "assigner");
    const auto trouble = [&](Assigning how) {
        assigner.reset();
        wanted = std::move(how);
        return chooser().health().trouble;
    };
    EXPECT_EQ(trouble({{{"hearing", "hear"}}, "nobody"}),
              "there is no person \"nobody\" in whose name it could choose");
    EXPECT_EQ(trouble({{{"hearing", "hear"}}, "ada"}),
              "ada holds no post as assigner, and so gives nobody a task");
    EXPECT_EQ(trouble({{{"hearng", "hear"}}, "robot"}),
              "there is no definition \"hearng\"; did you mean \"hearing\"?");
    EXPECT_EQ(trouble({{{"hearing", "heer"}}, "robot"}),
              "the definition hearing has no stage \"heer\"; did you mean \"hear\"?");
}

}  // namespace
}  // namespace reeve::runtime
