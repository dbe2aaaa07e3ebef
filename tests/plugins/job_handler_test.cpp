// Jobs done by a plugin: as a program would do them over HTTP, and whatever the plugin does wrong. Virtual
// time; the plugin is a real process.
#include "engine/runtime/job_handler.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <future>

#include "tests/plugins/given_work.h"
#include "tests/simulation/faulty_vfs.h"

namespace reeve::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Pair;

const std::string errand = std::string(R"({
  "id": "errand", "title": {"en": "Errand"}, "calendar": "office", "owner": {"role": "clerk"},
  "data": {"type": "object", "properties": {"do": {"type": "string"}, "copies": {"type": "integer"}, "seen": {"type": "string"}}},
  "stages": {
    "print": {"job": "printer", "due": "24 hours", "attempts": 2, "backoff": "1 min", "timeout": "10 min",
      "then": "printed", "on_failure": "by-hand", "actions": {"skip": {"to": "skipped"}}},
    "by-hand": {"assign": "owner", "due": "48 hours", "actions": {"done": {"to": "printed"}}},
    "skipped": {"end": "skipped"},
    "printed": {"end": "printed"}},
  )") + ladders + "}";

struct Jobs : testing::Test {
    Office office;
    Waiting waiting;
    std::unique_ptr<JobHandler> handler;
    PluginSettings settings = bad_plugin("printer 1", "worker", "job handler");
    JobHandling wanted{.handlers = {"printer"}, .person = "ada"};

    void SetUp() override {
        office.deploy("errand", errand);
        settings.settings = waiting.settings();
    }
    void TearDown() override {
        handler.reset();
        if (office.engine) office.expect_clean();
    }
    JobHandler& worker() {
        if (!handler) handler = std::make_unique<JobHandler>(*office.engine, started_host(settings), wanted);
        return *handler;
    }
    void ask_for(const std::string& id, const std::string& what) {
        office.ask({.actor = "ada",
                    .case_id = id,
                    .wish = core::StartCase{
                        .definition = "errand", .unit = "north", .data = {{"do", what}}, .owner = "ada"}});
    }
    void later(Millis by) { ASSERT_TRUE(office.engine->run_until(office.engine->now() + by)); }
    std::string stage(const std::string& id) {
        const auto state = office.state(id);
        return state.stages.empty() ? state.outcome : state.stages.front().stage;
    }
    // The job is done, and its report cannot be written.
    void do_one_without_a_disk() {
        ask_for("one", "wait");
        auto turn = std::async(std::launch::async, [&] { return worker().turn(); });
        waiting.until_begun();
        office.faults->before_next([] { throw std::runtime_error("the disk is away"); });
        waiting.let_go();
        EXPECT_FALSE(turn.get());
    }
    void until_it_runs() {
        ASSERT_TRUE(eventually([&] { return worker().health().state == PluginState::running; }));
    }
    // Of the case's job, as they stand in the journal.
    std::vector<std::string> story(const std::string& id) {
        std::vector<std::string> lines;
        const auto file = office.engine->find(id).value();
        for (const auto& one : file.history)
            lines.push_back(one.actor + " " + core::to_json(one.event).dump());
        return lines;
    }
};

TEST_F(Jobs, AreDoneAsAProgramDoesThemOverHttp) {
    // The case's id stands in what the plugin answers: of equal length, and given by the program in its
    // place.
    ask_for("p1", "well");
    ask_for("p2", "well");
    ASSERT_TRUE(worker().turn());
    const auto job = office.state("p2").stages.at(0).job;
    const auto leased = office.ask(
        {.actor = "ada", .case_id = "p2", .wish = core::LeaseJob{.job = job, .worker = "printer 1"}});
    const auto lease = std::get<core::JobLeased>(leased.events.at(0).event).lease;
    office.ask(
        {.actor = "ada",
         .case_id = "p2",
         .wish = core::CompleteJob{
             .job = job, .data = {{"copies", 1}, {"seen", "p1/" + job + " printer"}}, .lease = lease}});
    EXPECT_EQ(story("p1"), story("p2"));
    EXPECT_EQ(office.state("p1").outcome, "printed");
    EXPECT_THAT(worker().health().work, ElementsAre(Pair("completed", 1u)));
    EXPECT_FALSE(worker().turn()) << "there is nothing more to do";
}

TEST_F(Jobs, WhoseCaseCannotBeReadForAMomentAreReportedOnAfterIt) {
    auto& disk = simulation::FaultyDisk::get();
    office.engine.reset();
    disk.mount(office.folder.path(), 1);
    office.open({.cached_cases = 1});
    ask_for("one", "wait");
    auto turn = std::async(std::launch::async, [&] { return worker().turn(); });
    waiting.until_begun();
    office.ask(Office::start("another"));  // so that "one" has to be read again
    disk.set_unreadable(true);
    waiting.let_go();
    EXPECT_FALSE(turn.get()) << "it is told again";
    EXPECT_THAT(worker().health().trouble, HasSubstr("cannot be read now"));
    disk.set_unreadable(false);
    EXPECT_FALSE(worker().turn()) << "that was the last";
    EXPECT_EQ(office.state("one").outcome, "printed");
    EXPECT_THAT(worker().health().work, ElementsAre(Pair("completed", 1u)));
    handler.reset();
    office.expect_clean();
    disk.unmount();
}

TEST_F(Jobs, ThatGoWrongAreTriedAgainAndThenGoToPeople) {
    struct Wrong {
        const char* what;
        const char* says;
    };
    // The sanitizers end a process that is given SIGSEGV in a way of their own.
    const Wrong wrongs[] = {
        {"exit", "the plugin printer 1 ended by itself \\(exit status 3\\)"},
        {"crash", "the plugin printer 1 (was ended by signal 11|ended by itself).*"},
        {"hang", "the plugin printer 1 took longer than 1 s and was ended"},
        {"eat", "the plugin printer 1 (wanted|took) more memory than its 256 MiB and was ended"},
        {"write", "the plugin printer 1 .*was ended"},
        {"throw", "the plugin printer 1: the tray is empty"},
        {"list", "the plugin printer 1 answered with JSON that is no object"},
        {"shrug", "the plugin printer 1 answered without an outcome: expected completed or failed"},
        {"text", "the plugin printer 1 answered with \"data\" that is no object"},
        {"misfit", "what the plugin printer 1 answered does not fit: .*copies.*"}};
    for (const auto& [what, says] : wrongs) {
        handler.reset();
        settings.limits.call = Millis{what == std::string("hang") ? 1'000 : 300'000};
        ask_for(what, what);
        ASSERT_TRUE(worker().turn()) << what;
        auto failed = office.events<core::JobFailed>(what);
        ASSERT_EQ(failed.size(), 1u) << what;
        EXPECT_TRUE(testing::internal::RE::FullMatch(failed[0].second.error, testing::internal::RE(says)))
            << what << ": " << failed[0].second.error;
        EXPECT_EQ(failed[0].second.retry_at, office.engine->now() + Millis{60'000})
            << "the backoff, after " << what;
        EXPECT_EQ(failed[0].first.actor, "ada");
        EXPECT_TRUE(worker().health().failing_since);
        later(Millis{60'000});
        until_it_runs();
        ASSERT_TRUE(worker().turn()) << what;
        EXPECT_EQ(stage(what), "by-hand") << what;
        EXPECT_THAT(worker().health().work, ElementsAre(Pair("failed", 2u)));
        // It comes back by itself, and works.
        until_it_runs();
        ask_for(std::string("after-") + what, "well");
        ASSERT_TRUE(worker().turn()) << what;
        EXPECT_EQ(stage(std::string("after-") + what), "printed") << what;
        EXPECT_FALSE(worker().health().failing_since);
    }
}

TEST_F(Jobs, MayTakeAnActionWaitAndBeInVain) {
    ask_for("a", "skip");
    ask_for("b", "later");
    ask_for("c", "vain");
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(worker().turn());
    EXPECT_EQ(stage("a"), "skipped");
    EXPECT_EQ(office.events<core::JobFailed>("b").at(0).second.retry_at, monday + Millis{300'000});
    EXPECT_EQ(office.events<core::JobFailed>("b").at(0).second.error, "the printer is busy");
    EXPECT_EQ(stage("c"), "by-hand") << "no second attempt";
}

TEST_F(Jobs, AreKeptWhileThePluginWorks) {
    ask_for("slow", "wait");
    auto turn = std::async(std::launch::async, [&] { return worker().turn(); });
    waiting.until_begun();
    for (int i = 0; i < 6; ++i) {
        later(Millis{25'000});
        handler->keep();
    }
    EXPECT_THAT(office.events<core::JobFailed>(), testing::IsEmpty());
    EXPECT_GT(office.events<core::JobLeaseExtended>().size(), 1u);
    waiting.let_go();
    EXPECT_TRUE(turn.get());
    EXPECT_EQ(stage("slow"), "printed");
    EXPECT_EQ(office.state("slow").data["copies"], 1) << "it was one attempt";
}

TEST_F(Jobs, WhoseLeaseRanOutAreNotThePluginsAnyMore) {
    ask_for("late", "wait");
    auto turn = std::async(std::launch::async, [&] { return worker().turn(); });
    waiting.until_begun();
    later(Millis{61'000});
    ASSERT_EQ(office.events<core::JobFailed>().size(), 1u);
    // Another has it; the keeper finds that out, and keeps nothing.
    office.ask({.actor = "ben",
                .case_id = "late",
                .wish = core::LeaseJob{.job = office.state("late").stages.at(0).job, .worker = "quick"}});
    handler->keep();
    waiting.let_go();
    EXPECT_TRUE(turn.get());
    EXPECT_EQ(office.state("late").stages.at(0).worker, "quick");
    EXPECT_THAT(handler->health().work, ElementsAre(Pair("lost", 1u)));
    EXPECT_THAT(office.events<core::JobLeaseExtended>(), testing::IsEmpty());
}

TEST_F(Jobs, AreNotGivenToAPluginThatRests) {
    settings.limits.first_rest = settings.limits.longest_rest = Millis{3'600'000};
    ask_for("one", "exit");
    ASSERT_TRUE(worker().turn());
    ask_for("two", "well");
    EXPECT_FALSE(worker().turn());
    EXPECT_EQ(office.state("two").stages.at(0).lease, 0) << "no attempt is spent";
}

TEST_F(Jobs, AReportThatIsNotDurableIsMadeAgain) {
    do_one_without_a_disk();
    EXPECT_EQ(stage("one"), "print");
    EXPECT_THAT(worker().health().trouble, HasSubstr("the disk is away"));
    EXPECT_FALSE(worker().turn()) << "it is told, and there is no other job";
    EXPECT_EQ(stage("one"), "printed");
    EXPECT_EQ(office.events<core::JobLeased>().size(), 1u);
    EXPECT_EQ(worker().health().trouble, "");
}

TEST_F(Jobs, AreKeptWhileTheirReportCannotBeWritten) {
    do_one_without_a_disk();
    for (int i = 0; i < 6; ++i) {
        later(Millis{25'000});
        handler->keep();
    }
    EXPECT_FALSE(worker().turn());
    EXPECT_EQ(stage("one"), "printed");
    EXPECT_THAT(office.events<core::JobFailed>(), testing::IsEmpty());
    EXPECT_EQ(office.events<core::JobLeased>().size(), 1u);
}

TEST_F(Jobs, AreFoundBehindManyThatAreDamaged) {
    for (int i = 0; i < 20; ++i) ask_for("broken-" + std::to_string(i), "well");
    ask_for("whole", "well");
    office.engine.reset();
    SQLite::Database((office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE)
        .exec(
            "DROP TRIGGER journal_stands; UPDATE journal SET digest = digest + 1 WHERE stream GLOB "
            "'broken-*'");
    office.open();
    while (worker().turn()) {
    }
    EXPECT_EQ(stage("whole"), "printed");
    handler.reset();
    office.engine.reset();  // it is damaged, as it was meant to be
}

TEST_F(Jobs, AreDoneByThemselvesOnceItHasBegun) {
    worker().start();
    ask_for("one", "well");
    ask_for("two", "well");
    EXPECT_TRUE(eventually([&] { return stage("one") == "printed" && stage("two") == "printed"; }));
}

TEST_F(Jobs, AreGivenUpWhenTheServiceEnds) {
    settings.limits.close = Millis{1};
    ask_for("one", "wait");
    worker().start();
    waiting.until_begun();
    handler.reset();
    EXPECT_THAT(office.events<core::JobFailed>(), testing::IsEmpty());
    EXPECT_EQ(office.events<core::JobReleased>().size(), 1u);
    EXPECT_EQ(office.state("one").stages.at(0).attempt, 1) << "whoever has it next spends no other";
}

TEST_F(Jobs, AreOnlyThoseOfThePersonsUnits) {
    wanted.person = "cyn";  // of south
    ask_for("one", "well");
    EXPECT_FALSE(worker().turn());
    office.ask({.actor = "chief", .case_id = "one", .wish = core::Transfer{"south", "theirs"}});
    EXPECT_TRUE(worker().turn());
    EXPECT_EQ(office.events<core::JobCompleted>().at(0).first.actor, "cyn");
}

TEST_F(Jobs, TheHealthSaysWhatIsInTheWay) {
    EXPECT_EQ(worker().health().trouble, "");
    EXPECT_EQ(worker().health().kind, "job handler");
    const auto trouble = [&](JobHandling how) {
        handler.reset();
        wanted = std::move(how);
        EXPECT_FALSE(worker().turn());
        return worker().health().trouble;
    };
    EXPECT_EQ(trouble({.handlers = {"printer"}, .person = "nobody"}),
              "there is no person \"nobody\" in whose name it could work");
    ASSERT_TRUE(office.engine->change({org::PersonSet{{.id = "dee", .name = "Dee"}}}, core::system_actor));
    EXPECT_EQ(trouble({.handlers = {"printer"}, .person = "dee"}), "dee has no post, and so no jobs");
    EXPECT_EQ(trouble({.handlers = {"priner"}, .person = "ada"}),
              "no definition has a job for \"priner\"; did you mean \"printer\"?");
}

}  // namespace
}  // namespace reeve::runtime
