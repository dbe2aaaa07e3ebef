// Who is told of a commit, and when.
#include <atomic>

#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

TEST(Commits, AreToldWhenTheyAreDurableAndAnswered) {
    Office office;
    std::atomic<int> told = 0;
    std::atomic<bool> held = false;
    std::promise<void> first;
    const auto listening = office.engine->on_commit([&] {
        ++told;
        if (held.exchange(false)) first.set_value();
    });
    auto hold = office.hold_next();
    auto answer = office.post(Office::start("c-1"));
    hold->held.get_future().wait();
    // Commits are told one after the other: of those before this one, which the office was made by, that is
    // over.
    const int before = told;
    held = true;
    EXPECT_FALSE(office.engine->read()->find_case("c-1"));
    EXPECT_EQ(told, before) << "it is not durable yet";
    hold->release.set_value();
    first.get_future().wait();
    EXPECT_TRUE(office.engine->read()->find_case("c-1"));
    EXPECT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::ready) << "answered first";
    EXPECT_TRUE(answer.get());
}

TEST(Commits, ThatFailAreNotTold) {
    Office office;
    std::atomic<int> told = 0;
    auto listening = office.engine->on_commit([&] { ++told; });
    std::atomic<int> before = 0;
    office.faults->before_next([&] {
        before = told.load();  // those by which the office was made are told by now
        throw std::runtime_error("the disk is gone");
    });
    EXPECT_FALSE(office.engine->ask(Office::start("c-1")));
    office.faults->before_next([&] { EXPECT_EQ(told, before); });
    office.ask(Office::start("c-1"));
    office.ask(Office::start("c-2"));  // an answer comes before the telling: this one comes after the first
    EXPECT_GE(told, before + 1);
}

TEST(Commits, TellEveryoneUntilTheyListenNoMore) {
    Office office;
    std::atomic<int> one = 0, other = 0;
    auto listening = office.engine->on_commit([&] { ++one; });
    const auto another = office.engine->on_commit([&] { ++other; });
    office.ask(Office::start("c-1"));
    office.ask(Office::start("c-2"));
    listening.reset();
    const int then = one;
    EXPECT_GE(then, 1);
    office.ask(Office::start("c-3"));
    office.ask(Office::start("c-4"));
    EXPECT_EQ(one, then);
    EXPECT_GE(other, 3);
}

}  // namespace
}  // namespace reeve::runtime
