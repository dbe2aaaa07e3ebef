// What a plugin may do wrong, and that it stays the plugin's own affair.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "engine/json.h"
#include "engine/runtime/plugin.h"
#include "tests/crash/process.h"
#include "tests/unit/runtime/eventually.h"

namespace reeve::runtime {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using Outcome = Delivery::Outcome;

PluginSettings plugin(const std::string& library) {
    PluginSettings settings{.name = "mail", .library = BAD_PLUGINS "/" + library + ".so"};
    settings.program = REEVE_BIN "/reeve";
    settings.limits.first_rest = Millis{1};
    return settings;
}

std::unique_ptr<PluginNotifier> started(PluginSettings settings) {
    auto notifier = PluginNotifier::start(std::move(settings));
    EXPECT_TRUE(notifier) << notifier.error().text();
    return notifier ? std::move(*notifier) : nullptr;
}

// Ended, though whoever has inherited it may not have asked how yet.
bool gone(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string stat;
    std::getline(in, stat);
    const auto state = stat.rfind(") ");
    return state == std::string::npos || stat[state + 2] == 'Z';
}

struct Wrong {
    const char* address;
    const char* says;
};

TEST(Plugin, CarriesAMessageThereAndAnOutcomeBack) {
    auto notifier = started(plugin("careless"));
    ASSERT_TRUE(notifier);
    EXPECT_EQ(notifier->send({.address = "x"}).outcome, Outcome::sent);
    const auto back = notifier->send({.address = "echo", .subject = "逾期 \"x\"", .text = "a\nb"});
    EXPECT_EQ(back.outcome, Outcome::refused);
    EXPECT_EQ(back.error, "逾期 \"x\"/a\nb");
    const auto health = notifier->host().health();
    EXPECT_EQ(health.plugin, "careless 1.0");
    EXPECT_EQ(health.state, PluginState::running);
    EXPECT_EQ(health.calls, 2u);
    EXPECT_EQ(health.faults, 0u);
}

TEST(Plugin, ThatEndsIsStartedAgain) {
    // The sanitizers end a process that is given SIGSEGV in a way of their own.
    const Wrong wrongs[] = {{"exit", "the plugin mail ended by itself \\(exit status 3\\)"},
                            {"crash", "the plugin mail (was ended by signal 11|ended by itself).*"},
                            {"eat", "the plugin mail took more memory than its 256 MiB and was ended"},
                            {"hang", "the plugin mail took longer than 2 s and was ended"},
                            {"write", "the plugin mail .*was ended"},
                            {"hang-up", "the plugin mail closed its connection to the engine and was ended"},
                            {"huge", "the plugin mail gave more than 1 MiB and was ended"}};
    auto settings = plugin("faulty");
    settings.limits.memory = std::uint64_t{256} << 20;
    std::uint64_t falls = 0;
    for (const auto& wrong : wrongs) {
        settings.limits.call = wrong.address == std::string("hang") ? Millis{2'000} : Millis{60'000};
        auto notifier = started(settings);
        ASSERT_TRUE(notifier);
        const auto pid = std::stoi(notifier->send({.address = "pid"}).error);
        const auto delivery = notifier->send({.address = wrong.address});
        EXPECT_EQ(delivery.outcome, Outcome::failed) << wrong.address;
        EXPECT_TRUE(testing::internal::RE::FullMatch(delivery.error, testing::internal::RE(wrong.says)))
            << wrong.address << ": " << delivery.error;
        EXPECT_TRUE(gone(pid)) << wrong.address;
        ++falls;
        // It comes back by itself, and works.
        ASSERT_TRUE(eventually([&] { return notifier->host().health().state == PluginState::running; }));
        EXPECT_EQ(notifier->send({.address = "x"}).outcome, Outcome::sent) << wrong.address;
        const auto health = notifier->host().health();
        EXPECT_EQ(health.restarts, 1u) << wrong.address;
        EXPECT_EQ(health.faults, 1u) << wrong.address;
        EXPECT_EQ(health.last_error, delivery.error);
        EXPECT_TRUE(health.last_fault);
    }
    EXPECT_EQ(falls, std::size(wrongs));
}

TEST(Plugin, ThatWantsTooMuchMemoryIsEnded) {
    auto settings = plugin("careless");
    auto notifier = started(settings);
    ASSERT_TRUE(notifier);
    EXPECT_THAT(notifier->send({.address = "eat"}).error,
                MatchesRegex("the plugin mail (wanted|took) more memory than its 256 MiB and was ended"));
}

TEST(Plugin, ThatAnswersRubbishGoesOn) {
    const Wrong wrongs[] = {{"rubbish", "the plugin mail answered with what is no JSON"},
                            {"list", "the plugin mail answered with JSON that is no object"},
                            {"silent", "the plugin mail answered with what is no JSON"},
                            {"fault", "the plugin mail: the tray is empty"},
                            {"shrug", "expected sent, failed or refused"}};
    auto notifier = started(plugin("faulty"));
    ASSERT_TRUE(notifier);
    const auto pid = notifier->send({.address = "pid"}).error;
    for (const auto& wrong : wrongs) {
        const auto delivery = notifier->send({.address = wrong.address});
        EXPECT_EQ(delivery.outcome, Outcome::failed) << wrong.address;
        EXPECT_THAT(delivery.error, HasSubstr(wrong.says));
        EXPECT_EQ(bad_utf8(delivery.error), std::string::npos);
    }
    EXPECT_EQ(notifier->send({.address = "pid"}).error, pid);
    EXPECT_EQ(notifier->host().health().restarts, 0u);
    const auto later = notifier->send({.address = "wait"});
    EXPECT_EQ(later.error, "later, please");
    EXPECT_EQ(later.wait, std::chrono::milliseconds(5000));
}

TEST(Plugin, ThatThrowsSaysWhatItThrew) {
    auto notifier = started(plugin("careless"));
    ASSERT_TRUE(notifier);
    EXPECT_EQ(notifier->send({.name = "Li Na", .address = "throw"}).error,
              "the plugin mail: no paper for Li Na");
}

TEST(Plugin, IsRefusedAtTheStartWhenItCannotWork) {
    struct Refused {
        const char* library;
        const char* does;
        const char* code;
        const char* says;
    };
    const Refused all[] = {
        {"nothing", "", "no-plugin", "the plugin mail has no file there"},
        {"fualty", "", "no-plugin", "has no file there; did you mean \"faulty\"?"},
        {"no_symbol", "", "bad-plugin", "it has no function reeve_plugin"},
        {"wrong_abi", "", "bad-plugin", "it speaks version 2 of plugins, and this reeve version 1"},
        {"newer", "", "bad-plugin", "it was built for a newer reeve"},
        {"exporter", "", "bad-plugin", "it is of the kind exporter; a notifier is wanted here"},
        {"faulty", "refuse", "bad-settings",
         "does not take its settings: settings: \"do\": expected something"},
        {"faulty", "hang", "plugin-fell", "took longer than 2 s and was ended"},
        {"faulty", "exit", "plugin-fell", "ended by itself (exit status 4)"},
        {"faulty", "crash", "plugin-fell", "ended by"}};
    for (const auto& one : all) {
        auto settings = plugin(one.library);
        settings.settings = {{"do", one.does}};
        settings.limits.open = one.does == std::string("hang") ? Millis{2'000} : Millis{60'000};
        auto notifier = PluginNotifier::start(settings);
        ASSERT_FALSE(notifier) << one.library;
        EXPECT_EQ(notifier.error().code, one.code) << one.library;
        EXPECT_THAT(notifier.error().message, HasSubstr(one.says));
        EXPECT_EQ(notifier.error().place, settings.library.string());
    }
    auto no_library = plugin("nothing");
    no_library.library = REEVE_SOURCE "/README.md";
    auto refused = PluginNotifier::start(no_library);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "bad-plugin");
    EXPECT_THAT(refused.error().message, HasSubstr("it cannot be loaded"));
    auto no_program = plugin("faulty");
    no_program.program = "/nowhere/reeve";
    refused = PluginNotifier::start(no_program);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "plugin-fell");
}

TEST(Plugin, RestsLongerEachTimeItFalls) {
    auto settings = plugin("faulty");
    settings.limits.first_rest = Millis{3'600'000};
    settings.limits.longest_rest = Millis{7'200'000};
    auto notifier = started(settings);
    ASSERT_TRUE(notifier);
    (void)notifier->send({.address = "exit"});
    const auto delivery = notifier->send({.address = "x"});
    EXPECT_EQ(delivery.outcome, Outcome::failed);
    EXPECT_THAT(delivery.error,
                HasSubstr("rests before it is started again: the plugin mail ended by itself"));
    ASSERT_TRUE(delivery.wait);
    EXPECT_GT(*delivery.wait, Millis{3'000'000});
    const auto json = to_json(notifier->host().health());
    EXPECT_EQ(json["state"], "resting");
    EXPECT_EQ(json["last_error"], "the plugin mail ended by itself (exit status 3)");
    EXPECT_EQ(json["name"], "mail");
    EXPECT_EQ(json["restarts"], 0);
}

TEST(Plugin, ThatEndsBetweenTwoCallsIsSeen) {
    auto notifier = started(plugin("faulty"));
    ASSERT_TRUE(notifier);
    EXPECT_EQ(notifier->send({.address = "later"}).outcome, Outcome::sent);
    EXPECT_TRUE(eventually([&] {
        const auto health = notifier->host().health();
        return health.restarts == 1 && health.state == PluginState::running;
    }));
    EXPECT_THAT(notifier->host().health().last_error, HasSubstr("was ended by signal 14"));
}

TEST(Plugin, HasNoFileOfTheEngineAndNoneOfItsSecrets) {
    ASSERT_EQ(::setenv("REEVE_TEST_SECRET", "x", 1), 0);
    int pipes[2];
    ASSERT_EQ(::pipe(pipes), 0);  // without CLOEXEC, as a careless library would leave them
    auto notifier = started(plugin("faulty"));
    ASSERT_TRUE(notifier);
    // Standard input, output and error, and its connection.
    EXPECT_EQ(notifier->send({.address = "files"}).error, "files 4");
    EXPECT_EQ(notifier->send({.address = "secret"}).error, "secret is not seen");
    ::close(pipes[0]);
    ::close(pipes[1]);
}

TEST(Plugin, StopsWithinItsTime) {
    auto settings = plugin("faulty");
    settings.limits.call = Millis{3'600'000};
    settings.limits.close = Millis{200};
    auto notifier = started(settings);
    ASSERT_TRUE(notifier);
    const auto pid = std::stoi(notifier->send({.address = "pid"}).error);
    Delivery delivery;
    std::thread calls([&] { delivery = notifier->send({.address = "hang"}); });
    ASSERT_TRUE(eventually([&] { return notifier->host().health().calls == 2; }));
    notifier->host().ask_to_stop();
    calls.join();
    EXPECT_EQ(delivery.outcome, Outcome::failed);
    EXPECT_THAT(delivery.error, HasSubstr("was ended with the engine"));
    EXPECT_EQ(notifier->send({.address = "x"}).error, "the plugin mail was stopped");
    notifier.reset();
    EXPECT_TRUE(gone(pid));
}

TEST(Plugin, EndsWithTheEngineThatIsKilled) {
    for (const char* doing : {"x", "hang"}) {
        crash::Process parent({REEVE_BIN "/plugin_parent", BAD_PLUGINS "/faulty.so", "60000", doing});
        const auto pid = std::stoi(parent.line().value_or("0"));
        ASSERT_GT(pid, 0);
        parent.kill();
        EXPECT_TRUE(eventually([&] { return gone(pid); })) << doing;
    }
}

TEST(Plugin, TakesWhatItHasStartedWithIt) {
    crash::Process parent({REEVE_BIN "/plugin_parent", BAD_PLUGINS "/faulty.so", "2000", "brood"});
    ASSERT_TRUE(parent.line());
    const auto brood = parent.line().value_or("");
    ASSERT_TRUE(brood.starts_with("brood ")) << brood;
    EXPECT_THAT(parent.line().value_or(""), HasSubstr("took longer than 2 s"));
    EXPECT_TRUE(eventually([&] { return gone(std::stoi(brood.substr(6))); }));
}

}  // namespace
}  // namespace reeve::runtime
