// A disk that cannot be read for a while: nothing runs for ever, nothing stays broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/runtime/engine.h"
#include "engine/store/scratch.h"
#include "tests/simulation/definitions.h"
#include "tests/simulation/faulty_vfs.h"

namespace reeve::simulation {
namespace {

struct Office {
    store::ScratchFolder folder;
    FaultyDisk& disk = FaultyDisk::get();
    std::unique_ptr<runtime::Engine> engine;

    Office() {
        disk.mount(folder.path(), 7);
        open();
        EXPECT_TRUE(engine->change(organisation(), core::system_actor));
        for (const auto& definition : definitions())
            EXPECT_TRUE(
                engine->deploy(definition.text, definition.id + ".json", calendar_text, core::system_actor));
    }
    ~Office() {
        disk.set_unreadable(false);
        engine.reset();
        disk.unmount();
    }
    void open() {
        engine.reset();
        auto opened = runtime::Engine::open({.folder = folder.path(),
                                             .create = true,
                                             .time = std::make_shared<runtime::ManualTime>(
                                                 *time::parse_instant("2026-03-02T09:00:00+08:00"))});
        if (!opened) throw std::runtime_error(opened.error().text());
        engine = std::move(*opened);
    }
    Result<runtime::Receipt> start(const std::string& id = {}) {
        core::Command command{.actor = "boss", .case_id = id};
        command.wish = core::StartCase{.definition = "claim", .unit = "north"};
        return engine->ask(std::move(command));
    }
    Result<runtime::Receipt> note(const std::string& id) {
        core::Command command{.actor = "boss", .case_id = id};
        command.wish = core::AddNote{"seen"};
        return engine->ask(std::move(command));
    }
};

TEST(FailingReads, AReaderReadsAgainOnceTheDiskDoes) {
    Office office;
    ASSERT_TRUE(office.start("one"));
    const auto reader = office.engine->read();
    const auto events = [&] {
        int count = 0;
        reader->stream("one", 1, [&](const auto&) { return ++count > 0; });
        return count;
    };
    office.disk.set_unreadable(true);
    EXPECT_ANY_THROW(events());
    office.disk.set_unreadable(false);
    EXPECT_GT(events(), 0);
}

TEST(FailingReads, AStartIsRefusedAndNotTriedUnderEveryName) {
    Office office;
    ASSERT_TRUE(office.start());  // so that it is known how many there are
    office.disk.set_unreadable(true);
    const auto refused = office.start();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "not-durable");
    office.disk.set_unreadable(false);
    const auto started = office.start();
    ASSERT_TRUE(started) << started.error().text();
    EXPECT_EQ(started->case_id, "claim-2");
}

TEST(FailingReads, ACaseThatCouldNotBeReadIsReadTheNextTime) {
    Office office;
    ASSERT_TRUE(office.start("one"));
    office.open();
    office.disk.set_unreadable(true);
    const auto refused = office.note("one");
    ASSERT_FALSE(refused);
    // By whoever meets the disk first: this command, or the timers.
    EXPECT_THAT(refused.error().code, testing::AnyOf("not-readable", "not-durable"));
    office.disk.set_unreadable(false);
    const auto noted = office.note("one");
    EXPECT_TRUE(noted) << noted.error().text();
}

// Whoever leaves hands over what is theirs, in the same transaction; what is theirs has to be read.
TEST(FailingReads, AChangeThatIsBrokenOffLeavesNothingHalfDecided) {
    Office office;
    const auto owner = [&] { return office.engine->find("one")->state.owner; };
    ASSERT_TRUE(office.start("one"));
    const auto leaver = *office.engine->directory()->person(owner());
    auto left = leaver;
    left.active = false;
    const auto events = office.engine->read()->head().seq;
    office.disk.set_unreadable(true);
    const auto refused = office.engine->change({org::PersonSet{left}}, "boss");
    office.disk.set_unreadable(false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "not-durable");
    ASSERT_TRUE(office.note("one"));
    EXPECT_EQ(office.engine->read()->head().seq, events + 1);
    EXPECT_TRUE(office.engine->directory()->person(leaver.id)->active);
    EXPECT_EQ(owner(), leaver.id);
    ASSERT_TRUE(office.engine->change({org::PersonSet{left}}, "boss"));
    EXPECT_NE(owner(), leaver.id);
}

}  // namespace
}  // namespace reeve::simulation
