// Backup, restore, migration and rebuild, killed at moments spread over the time they take: what they work on
// is as it was or as it should be, never in between, and run again they succeed.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <thread>

#include "engine/store/fingerprint.h"
#include "engine/store/scratch.h"
#include "engine/store/upkeep.h"
#include "tests/crash/matter.h"
#include "tests/crash/older.h"
#include "tests/crash/process.h"
#include "tests/crash/random.h"

namespace reeve::crash {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::IsEmpty;

// All that a folder or a backup says: its journal, and its rows.
struct Content {
    std::string journal, rows;
    bool operator==(const Content&) const = default;
};
Content content_of(const fs::path& place) {
    auto reader = store::open_reader(place);
    if (!reader) return {reader.error().code, ""};
    return {store::fingerprint_journal(**reader), (*reader)->fingerprint()};
}

// A folder in which `cases` matters have come to their end, with a document each.
void fill(const fs::path& folder, std::uint64_t cases) {
    auto time = std::make_shared<runtime::ManualTime>(*time::parse_instant("2026-03-02T09:00:00+08:00"));
    auto engine = runtime::Engine::open({.folder = folder, .create = true, .time = time});
    ASSERT_TRUE(engine && furnish(**engine));
    for (std::uint64_t number = 0; number < cases; ++number) {
        ASSERT_TRUE((*engine)->ask(start(number)));
        if (number % 10 > 0) continue;
        auto document =
            *store::attach_bytes(folder, fmt::format("letter {}", number), "letter.txt", "letter");
        ASSERT_TRUE((*engine)->ask(
            {.actor = "head", .case_id = case_of(number), .wish = core::AddDocument{document}}));
    }
    ASSERT_TRUE((*engine)->run_until(time->now() + Millis{300}));
}

class Killed : public testing::Test {
  protected:
    static constexpr std::uint64_t cases = 40;
    store::ScratchFolder scratch;
    const fs::path folder = scratch.path() / "office", file = scratch.path() / "office.backup";
    std::uint64_t seed = chosen_seed();
    std::mt19937_64 random{seed};
    std::uint64_t kills = from_environment("REEVE_KILLS", 24);

    void SetUp() override { ASSERT_NO_FATAL_FAILURE(fill(folder, cases)); }

    static std::vector<std::string> reeve(std::vector<std::string> words) {
        words.insert(words.begin(), REEVE_BIN "/reeve");
        return words;
    }
    static void did(const std::vector<std::string>& words) {
        Process process(reeve(words));
        const auto said = process.rest();
        ASSERT_EQ(process.exit(), 0) << said;
    }
    // Prepares, kills, looks at what is left; then the operation is run to its end, and is looked at again.
    void killed(const std::vector<std::string>& words, const std::function<void()>& prepare,
                const std::function<void()>& left, const std::function<void()>& again,
                const std::function<void()>& whole) {
        SCOPED_TRACE(repeat_with(seed));
        prepare();
        // The shortest it ever took: on a busy machine a kill then rather comes early than too late.
        auto takes = std::chrono::nanoseconds::max();
        auto timed = [&](const std::function<void()>& run) {
            const auto begun = std::chrono::steady_clock::now();
            run();
            takes = std::min<std::chrono::nanoseconds>(takes, std::chrono::steady_clock::now() - begun);
        };
        timed([&] { did(words); });
        whole();
        std::uint64_t midway = 0;
        for (std::uint64_t kill = 0; kill < kills && !HasFatalFailure(); ++kill) {
            prepare();
            Process process(reeve(words));
            std::this_thread::sleep_for(takes * std::uniform_real_distribution<>(0, 1.1)(random));
            midway += process.running();
            process.kill();
            left();
            timed(again);
            whole();
        }
        EXPECT_GT(midway, kills / 4) << "it was over before it was killed";
        fmt::print("seed {}: {} of {} killed midway, it takes {} ms\n", seed, midway, kills,
                   std::chrono::duration_cast<std::chrono::milliseconds>(takes).count());
    }
    static void expect_clean(const fs::path& place) {
        auto report = store::check(place);
        ASSERT_TRUE(report) << report.error().text();
        EXPECT_THAT(report->faults, IsEmpty());
    }
    std::vector<std::string> in_scratch() {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(scratch.path()))
            names.push_back(entry.path().filename().string());
        std::ranges::sort(names);
        return names;
    }
};

TEST_F(Killed, InABackupNoHalfCopyBearsItsName) {
    const auto source = content_of(folder);
    killed(
        {"backup", file.string(), "--data", folder.string()}, [&] { fs::remove(file); },
        [&] {
            EXPECT_EQ(content_of(folder), source);
            if (fs::exists(file)) {
                EXPECT_EQ(content_of(file), source);
            }
        },
        [&] {
            fs::remove(file);
            did({"backup", file.string(), "--data", folder.string()});
        },
        [&] {
            EXPECT_EQ(content_of(file), source);
            EXPECT_THAT(in_scratch(), testing::ElementsAre("office", "office.backup"));
        });
    expect_clean(file);
}

TEST_F(Killed, InARestoreThereIsAWholeFolderOrNone) {
    did({"backup", file.string(), "--data", folder.string()});
    const auto source = content_of(file);
    const auto target = scratch.path() / "again";
    killed(
        {"restore", file.string(), "--data", target.string()}, [&] { fs::remove_all(target); },
        [&] {
            EXPECT_EQ(content_of(file), source);
            EXPECT_THAT(content_of(target), AnyOf(source, Content{"no-folder", ""}));
        },
        [&] {
            did({"restore", file.string(), "--data", target.string(), "--force"});
        },
        [&] { EXPECT_EQ(content_of(target), source); });
    expect_clean(target);
}

TEST_F(Killed, InARestoreOverAFolderItHoldsTheOldOrTheNew) {
    did({"backup", file.string(), "--data", folder.string()});
    const auto source = content_of(file);
    const auto kept = scratch.path() / "kept", target = scratch.path() / "over";
    fill(kept, 10);
    const auto old = content_of(kept);
    killed(
        {"restore", file.string(), "--data", target.string(), "--force"},
        [&] {
            fs::remove_all(target);
            fs::copy(kept, target, fs::copy_options::recursive);
        },
        [&] {
            EXPECT_EQ(content_of(file), source);
            EXPECT_THAT(content_of(target), AnyOf(source, old));
            expect_clean(target);
        },
        [&] {
            did({"restore", file.string(), "--data", target.string(), "--force"});
        },
        [&] { EXPECT_EQ(content_of(target), source); });
    expect_clean(target);
}

TEST_F(Killed, InAMigrationItIsOfTheOldFormOrTheNewAndTheCopyIsWhole) {
    const auto source = content_of(folder);
    const auto older = scratch.path() / "older.db", db = folder / "reeve.db";
    const auto copy = folder / "reeve.db.schema-1.backup";
    make_older(folder, older);
    const auto events = events_of_older(older);
    ASSERT_GT(events.size(), cases);
    killed(
        {"migrate", "--data", folder.string()},
        [&] {
            for (const char* name : {"reeve.db", "reeve.db-wal", "reeve.db-shm"}) fs::remove(folder / name);
            fs::remove(copy);
            fs::copy_file(older, db);
        },
        [&] {
            if (fs::exists(copy)) {
                EXPECT_EQ(events_of_older(copy), events);
            }
            EXPECT_THAT(content_of(folder), AnyOf(source, Content{"older-schema", ""}));
        },
        [&] {
            did({"migrate", "--data", folder.string()});
        },
        [&] {
            EXPECT_EQ(content_of(folder), source);
            EXPECT_EQ(events_of_older(copy), events);
            EXPECT_FALSE(fs::exists(copy.string() + ".part"));
        });
    expect_clean(folder);
}

// Each case is live, or in a whole file and gone with a record of it; never in neither place.
TEST_F(Killed, InAnArchiveEachCaseIsLiveOrInAWholeFile) {
    const auto office = scratch.path() / "kept", archive = scratch.path() / "old.archive";
    std::set<std::string> ids;
    std::string before;
    {
        auto time = std::make_shared<runtime::ManualTime>(*(*store::open_reader(folder))->head().at);
        auto engine = *runtime::Engine::open({.folder = folder, .time = time});
        ASSERT_TRUE(engine->run_until(time->now() + Millis{1000}));
        ASSERT_EQ(engine->read()->totals().open, 0u);
        for (const auto& row : engine->read()->cases({})) ids.insert(row.id);
        before = time::to_utc_string(time->now() + Millis{1000});
    }
    fs::copy(folder, office, fs::copy_options::recursive);
    const std::vector<std::string> words{"archive", "--accept-clock", archive.string(),
                                         "--data",  folder.string(),  "--before",
                                         before,    "--reason",       "old",
                                         "--as",    "head",           "--with-undelivered"};
    auto in = [](const fs::path& place) {
        std::set<std::string> found;
        auto reader = store::open_reader(place);
        if (!reader) return found;
        for (const auto& row : (*reader)->cases({})) found.insert(row.id);
        return found;
    };
    killed(
        words,
        [&] {
            fs::remove_all(folder);
            fs::remove(archive);
            fs::copy(office, folder, fs::copy_options::recursive);
        },
        [&] {
            expect_clean(folder);
            const auto live = in(folder);
            const auto gone = fs::exists(archive) ? in(archive) : std::set<std::string>{};
            if (fs::exists(archive)) expect_clean(archive);
            for (const auto& id : ids) EXPECT_TRUE(live.contains(id) || gone.contains(id)) << id;
            auto reader = *store::open_reader(folder);
            for (const auto& id : ids) EXPECT_NE(live.contains(id), reader->archived(id).has_value()) << id;
        },
        [&] { did(words); },
        [&] {
            EXPECT_THAT(in(folder), IsEmpty());
            EXPECT_EQ(in(archive), ids);
            EXPECT_THAT(in_scratch(), testing::ElementsAre("kept", "office", "old.archive"));
        });
    expect_clean(folder);
    expect_clean(archive);
}

TEST_F(Killed, InTheMakingOfAFolderThereIsAWholeOneOrNone) {
    const auto made = scratch.path() / "made";
    killed(
        {"init", made.string()}, [&] { fs::remove_all(made); },
        [&] {
            if (fs::exists(made / "reeve.db")) expect_clean(made);
        },
        [&] {
            fs::remove_all(made);
            did({"init", made.string()});
        },
        [&] { expect_clean(made); });
}

TEST_F(Killed, InARebuildOfADamagedFileNoEventIsLost) {
    const auto whole = content_of(folder);
    const auto db = folder / "reeve.db", damaged = scratch.path() / "damaged.db";
    {
        SQLite::Database((db).string(), SQLite::OPEN_READWRITE).exec("PRAGMA journal_mode = DELETE");
        fs::copy_file(db, damaged);
        const auto page = SQLite::Database(db.string(), SQLite::OPEN_READONLY)
                              .execAndGet("SELECT rootpage FROM sqlite_master WHERE name = 'tasks'")
                              .getInt();
        std::fstream file(damaged, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp((page - 1) * 4096);
        file << std::string(4096, '\xa5');
    }
    killed(
        {"rebuild", "--data", folder.string()},
        [&] {
            for (const char* name : {"reeve.db", "reeve.db-wal", "reeve.db-shm", "replacing.db"})
                fs::remove(folder / name);
            fs::copy_file(damaged, db);
        },
        [&] { EXPECT_EQ(store::fingerprint_journal(**store::open_reader(folder)), whole.journal); },
        [&] {
            did({"rebuild", "--data", folder.string()});
        },
        [&] {
            EXPECT_EQ(content_of(folder), whole);
            EXPECT_FALSE(fs::exists(folder / "rebuilding"));
            EXPECT_FALSE(fs::exists(folder / "replacing.db"));
        });
    expect_clean(folder);
}

TEST_F(Killed, InARebuildTheRowsAreAsTheyWereOrAsTheyShouldBe) {
    const auto whole = content_of(folder);
    Content damaged;
    killed(
        {"rebuild", "--data", folder.string()},
        [&] {
            {
                SQLite::Database db((folder / "reeve.db").string(), SQLite::OPEN_READWRITE);
                db.exec("UPDATE cases SET owner = 'nobody'; DELETE FROM timers");
            }
            damaged = content_of(folder);
            ASSERT_NE(damaged, whole);
        },
        [&] { EXPECT_THAT(content_of(folder), AnyOf(whole, damaged)); },
        [&] {
            did({"rebuild", "--data", folder.string()});
        },
        [&] { EXPECT_EQ(content_of(folder), whole); });
    expect_clean(folder);
}

}  // namespace
}  // namespace reeve::crash
