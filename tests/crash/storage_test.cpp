// A disk whose writes and syncs fail, and one that is full, under a working engine.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "engine/store/scratch.h"
#include "engine/store/upkeep.h"
#include "tests/crash/failing_vfs.h"
#include "tests/crash/matter.h"

namespace reeve::crash {
namespace {

namespace fs = std::filesystem;
using runtime::Engine;
using testing::ElementsAre;
using testing::IsEmpty;

const Instant monday = *time::parse_instant("2026-03-02T09:00:00+08:00");

// Counts what the engine asks of its store.
struct Asked {
    std::atomic<int> commits{0}, probes{0}, reopened{0}, read{0}, failed{0};
};
class Counting final : public store::Store {
  public:
    Counting(std::unique_ptr<store::Store> inner, Asked& asked) : inner_(std::move(inner)), asked_(asked) {}
    void commit(const store::Batch& batch) override {
        ++asked_.commits;
        try {
            inner_->commit(batch);
        } catch (...) {
            ++asked_.failed;
            throw;
        }
    }
    void probe() override {
        ++asked_.probes;
        inner_->probe();
    }
    void check_files() override { inner_->check_files(); }
    std::unique_ptr<store::Reader> read() override {
        ++asked_.read;
        return inner_->read();
    }
    void reopen() override {
        ++asked_.reopened;
        inner_->reopen();
    }
    void replace_rows(const std::function<void(const Write&)>& fill) override { inner_->replace_rows(fill); }

  private:
    std::unique_ptr<store::Store> inner_;
    Asked& asked_;
};

// A wall clock that stands still, while the steady one runs.
class Standing final : public runtime::TimeSource {
  public:
    Instant now() const override { return at_; }
    Millis steady() const override { return runtime::system_time()->steady(); }
    void set(Instant at) { at_ = at; }

  private:
    std::atomic<Instant> at_ = monday;
};

class Storage : public testing::Test {
  protected:
    store::ScratchFolder folder;
    FailingVfs disk;
    Asked asked;
    std::shared_ptr<runtime::ManualTime> manual = std::make_shared<runtime::ManualTime>(monday);
    std::unique_ptr<Engine> engine;

    void SetUp() override {
        open(manual);
        ASSERT_TRUE(furnish(*engine));
    }
    void open(const std::shared_ptr<runtime::TimeSource>& time) {
        engine.reset();
        runtime::Options options{.folder = folder.path(), .create = true, .time = time};
        options.wrap = [this](std::unique_ptr<store::Store> inner) {
            return std::make_unique<Counting>(std::move(inner), asked);
        };
        engine = std::move(*Engine::open(std::move(options)));
    }
    std::string code(core::Command command) {
        auto done = engine->ask(std::move(command));
        return done ? "" : done.error().code;
    }
    core::Command note(const std::string& text) {
        return {.key = text, .actor = "head", .case_id = case_of(1), .wish = core::AddNote{text}};
    }
    int notes() {
        int found = 0;
        engine->read()->journal(1, [&](const store::JournalRow& row) {
            return found += row.body.find("NoteAdded") != std::string::npos, true;
        });
        return found;
    }
    // As a killed process leaves it: the files as they are now, in a folder of their own.
    fs::path as_if_killed(const fs::path& into) {
        const auto copy = into / "killed";
        fs::create_directories(copy / "attachments");
        for (const char* name : {"reeve.db", "reeve.db-wal"})
            if (fs::exists(folder.path() / name)) fs::copy_file(folder.path() / name, copy / name);
        return copy;
    }
    void expect_what_is_on_the_disk_is_clean() {
        store::ScratchFolder elsewhere;
        const auto report = store::check(as_if_killed(elsewhere.path()));
        ASSERT_TRUE(report) << report.error().text();
        EXPECT_THAT(report->faults, IsEmpty());
    }
    // Waits for what the engine does by itself.
    template <class F>
    static bool soon(F&& holds) {
        for (int tries = 0; tries < 1000; ++tries) {
            if (holds()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }
    void expect_clean() {
        engine.reset();
        EXPECT_THAT(store::check(folder.path())->faults, IsEmpty());
    }
};

TEST_F(Storage, AfterAFailedSyncTheJournalIsReadAgainBeforeAnythingIsAcknowledged) {
    ASSERT_EQ(code(start(1)), "");
    const int read = asked.read, reopened = asked.reopened;
    disk.fail_sync = 0;
    EXPECT_EQ(code(note("a")), "not-durable");
    EXPECT_EQ(disk.failed, 1);
    EXPECT_EQ(asked.reopened, reopened + 1);
    EXPECT_GT(asked.read, read);
    EXPECT_EQ(engine->health().storage, std::nullopt);
    expect_what_is_on_the_disk_is_clean();
    // Whether it had reached the disk or not, it happens once.
    EXPECT_EQ(code(note("a")), "");
    EXPECT_EQ(code(note("a")), "");
    EXPECT_EQ(notes(), 1);
    expect_what_is_on_the_disk_is_clean();
    expect_clean();
}

TEST_F(Storage, WhileEverySyncFailsNothingIsAcknowledgedAndReadingGoesOn) {
    ASSERT_EQ(code(start(1)), "");
    const auto events = engine->read()->head().seq;
    disk.every_sync_fails = true;
    for (int n = 0; n < 5; ++n) {
        EXPECT_EQ(code(note("a")), "not-durable");
        EXPECT_EQ(code(start(2)), "not-durable");
        EXPECT_EQ(engine->change({org::PersonSet{{.id = "cyn", .name = "cyn"}}}, "head").error().code,
                  "not-durable");
        EXPECT_EQ(engine->read()->head().seq, events);
        EXPECT_TRUE(engine->find(case_of(1)));
        ASSERT_TRUE(engine->health().storage);
        EXPECT_EQ(engine->health().storage->code, "not-durable");
    }
    EXPECT_EQ(engine->run_until(monday + Millis{50}).error().code, "not-durable");
    disk.every_sync_fails = false;
    EXPECT_TRUE(soon([&] { return code(note("a")).empty(); }));
    EXPECT_EQ(engine->health().storage, std::nullopt);
    EXPECT_EQ(notes(), 1);
    ASSERT_TRUE(engine->run_until(monday + Millis{1000}));
    EXPECT_EQ(engine->read()->escalations({}).size(), 3u);
    expect_clean();
}

TEST_F(Storage, AFullDiskRefusesByNameKeepsReadingAndGoesOnByItself) {
    auto clock = std::make_shared<Standing>();
    open(clock);
    ASSERT_EQ(code(start(1)), "");
    disk.full = true;
    for (int n = 0; n < 3; ++n) {
        EXPECT_EQ(code(note("a")), "disk-full");
        EXPECT_EQ(engine->change({org::PersonSet{{.id = "cyn", .name = "cyn"}}}, "head").error().code,
                  "disk-full");
        EXPECT_TRUE(engine->find(case_of(1)));
    }
    ASSERT_TRUE(engine->health().storage);
    EXPECT_EQ(engine->health().storage->code, "disk-full");
    EXPECT_EQ(notes(), 0);
    // All its clocks run out meanwhile, and no command comes.
    clock->set(monday + Millis{60'000});
    disk.full = false;
    EXPECT_TRUE(soon([&] { return engine->read()->totals().open == 0; }));
    EXPECT_EQ(engine->health().storage, std::nullopt);
    EXPECT_EQ(engine->read()->escalations({}).size(), 3u);
    EXPECT_EQ(code(note("a")), "");
    expect_clean();
}

// Nothing is due and nobody asks for anything: the health tells it all the same, and when it is over.
TEST_F(Storage, AFolderTakenFromAnIdleEngineIsTold) {
    open(std::make_shared<Standing>());
    const int commits = asked.commits;
    const auto file = folder.path() / "reeve.db", away = folder.path() / "away";
    fs::rename(file, away);
    ASSERT_TRUE(soon([&] { return engine->health().storage.has_value(); }));
    EXPECT_EQ(engine->health().storage->code, "not-durable");
    EXPECT_THAT(engine->health().storage->message, testing::HasSubstr("reeve.db was taken away"));
    EXPECT_EQ(asked.commits, commits);
    fs::rename(away, file);
    EXPECT_TRUE(soon([&] { return !engine->health().storage.has_value(); }));
    EXPECT_EQ(code(start(1)), "");
    expect_clean();
}

TEST_F(Storage, AFullDiskIsNotAskedAllTheTime) {
    auto clock = std::make_shared<Standing>();
    open(clock);
    for (int n = 0; n < 50; ++n) ASSERT_EQ(code(start(static_cast<std::uint64_t>(n))), "");
    disk.full = true;
    const int before = asked.commits;
    clock->set(monday + Millis{60'000});
    EXPECT_TRUE(soon([&] { return engine->health().storage.has_value(); }));
    const int probes = asked.probes;
    const auto begun = clock->steady();
    for (int n = 0; n < 200; ++n) EXPECT_EQ(code(note("a")), "disk-full");
    EXPECT_LE(asked.commits - before, 4);
    // Once a second, and once more at either end; on a slow machine it may take seconds.
    EXPECT_LE(asked.probes - probes, 2 + (clock->steady() - begun) / Millis{1000});
    disk.full = false;
    EXPECT_TRUE(soon([&] { return engine->read()->totals().open == 0; }));
    expect_clean();
}

// Else a later commit would be built on pages of the log that a failed sync had left in memory alone.
TEST_F(Storage, WhatAKilledEngineLeftInTheLogIsInTheDatabaseBeforeAnythingIsBuiltOnIt) {
    for (int n = 0; n < 5; ++n) ASSERT_EQ(code(start(static_cast<std::uint64_t>(n))), "");
    const auto events = engine->read()->head().seq;
    store::ScratchFolder elsewhere;
    const auto killed = as_if_killed(elsewhere.path()), alone = elsewhere.path() / "alone";
    ASSERT_GT(fs::file_size(killed / "reeve.db-wal"), 0u);
    auto next = Engine::open({.folder = killed, .time = manual});
    ASSERT_TRUE(next);
    fs::create_directories(alone);
    fs::copy_file(killed / "reeve.db", alone / "reeve.db");
    EXPECT_EQ((*store::open_reader(alone))->head().seq, events);
}

// Until it is, nothing is; and where that fails, the log is all that can be believed.
TEST_F(Storage, WhatCannotBeTakenOutOfAKilledEnginesLogKeepsAnythingFromBeingBuiltOnIt) {
    for (int n = 0; n < 5; ++n) ASSERT_EQ(code(start(static_cast<std::uint64_t>(n))), "");
    const auto events = engine->read()->head().seq;
    store::ScratchFolder elsewhere;
    const auto killed = as_if_killed(elsewhere.path()), alone = elsewhere.path() / "alone";
    disk.database_fails = true;
    auto next = Engine::open({.folder = killed, .time = manual});
    ASSERT_TRUE(next);
    EXPECT_EQ((*next)->read()->head().seq, events);
    for (int n = 0; n < 3; ++n) {
        const auto refused = (*next)->ask(note("a"));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "not-durable");
    }
    EXPECT_EQ((*next)->read()->head().seq, events);
    disk.database_fails = false;
    EXPECT_TRUE(soon([&] { return (*next)->ask(note("a")).has_value(); }));
    fs::create_directories(alone);
    fs::copy_file(killed / "reeve.db", alone / "reeve.db");
    EXPECT_GE((*store::open_reader(alone))->head().seq, events);
    next->reset();
    EXPECT_THAT(store::check(killed)->faults, IsEmpty());
}

// The n-th write or sync fails, for every n, until a run goes through without.
TEST_F(Storage, AnyWriteAndAnySyncMayFail) {
    int run = 0;
    for (auto* fault : {&disk.fail_write, &disk.fail_sync})
        for (int n = 0;; ++n) {
            SCOPED_TRACE(fmt::format("{} {}", fault == &disk.fail_write ? "write" : "sync", n));
            const auto number = static_cast<std::uint64_t>(3 * run++);  // which are settled
            *fault = n;
            for (auto& command : {start(number), *follow_up(number)}) {
                std::string last;
                for (int tries = 0; tries < 3; ++tries)
                    if (last = code(command); last.empty()) break;
                ASSERT_EQ(last, "");
            }
            const auto state = engine->find(case_of(number))->state;
            EXPECT_EQ(state.status, core::CaseStatus::closed);
            if (n % 5 == 0) expect_what_is_on_the_disk_is_clean();
            if (fault->exchange(-1) >= 0) break;
        }
    EXPECT_GT(run, 10);
    EXPECT_EQ(engine->read()->totals().cases, static_cast<std::uint64_t>(run));
    expect_clean();
}

TEST_F(Storage, OneDamagedCaseKeepsNoOtherWaiting) {
    ASSERT_EQ(code(start(1)), "");
    ASSERT_EQ(code(start(2)), "");
    engine.reset();
    {
        SQLite::Database db((folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE);
        db.exec(
            "DROP TRIGGER journal_stands; UPDATE journal SET body = substr(body, 2) WHERE stream = "
            "'matter-1'");
    }
    open(manual);
    EXPECT_EQ(code(note("a")), "damaged");
    EXPECT_EQ(code(start(4)), "");
    ASSERT_TRUE(engine->run_until(monday + Millis{1000}));
    EXPECT_EQ(engine->read()->find_case(case_of(2))->outcome, "lapsed");
    EXPECT_EQ(engine->read()->find_case(case_of(4))->outcome, "lapsed");
    EXPECT_EQ(engine->health().failed_commits, 0u);
    EXPECT_GT(engine->health().stuck_timers, 0u);
    EXPECT_EQ(code(note("a")), "damaged");
}

}  // namespace
}  // namespace reeve::crash
