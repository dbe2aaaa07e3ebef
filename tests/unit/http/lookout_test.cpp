// What looks after commits, and what becomes of it when looking fails.
#include "engine/http/lookout.h"
#include "tests/unit/http/listener.h"

namespace reeve::http {
namespace {

TEST(Lookout, LooksAgainAfterAReadingThatThrew) {
    runtime::Office office;
    // When another commit begins, those by which the office was made are told; one that fails is not.
    office.faults->before_next([] { throw std::runtime_error("the disk is gone"); });
    ASSERT_FALSE(office.engine->ask(runtime::Office::start("permit-1")));
    asio::io_context io;
    int readings = 0;
    Lookout lookout(*office.engine, io, "events-not-read", [&]() -> asio::awaitable<Lookout::Next> {
        if (++readings == 1) throw std::runtime_error("no room in memory");
        co_return Lookout::Next::when_told;
    });
    lookout.waiting(1);
    for (int looks = 1; looks <= 3; ++looks) {
        lookout.look();
        io.run();
        io.restart();
        EXPECT_EQ(readings, looks);
    }
}

TEST(Lookout, LooksAtNothingWhileNobodyWaits) {
    runtime::Office office;
    asio::io_context io;
    int readings = 0;
    Lookout lookout(*office.engine, io, "events-not-read", [&]() -> asio::awaitable<Lookout::Next> {
        ++readings;
        co_return Lookout::Next::nothing;
    });
    lookout.look();
    io.run();
    EXPECT_EQ(readings, 0);
    io.restart();
    lookout.waiting(1);
    office.ask(runtime::Office::start("permit-1"));
    // The commit is told after it was answered.
    EXPECT_TRUE(comes_true([&] {
        io.restart();
        io.run();
        return readings > 0;
    })) << "a commit sets it going";
}

}  // namespace
}  // namespace reeve::http
