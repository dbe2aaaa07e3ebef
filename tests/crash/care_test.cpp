// Backups made while work goes on, restored and held against each other; and data of a reeve that is newer.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "engine/store/fingerprint.h"
#include "engine/store/scratch.h"
#include "engine/store/upkeep.h"
#include "tests/crash/ledger.h"
#include "tests/crash/matter.h"
#include "tests/crash/process.h"
#include "tests/unit/cli/office.h"

namespace reeve::crash {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(Backup, WhileTheEngineWorksHoldsAllThatWasAcknowledgedBeforeIt) {
    store::ScratchFolder folder, copies;
    {
        auto engine = runtime::Engine::open({.folder = folder.path(), .create = true});
        ASSERT_TRUE(engine && furnish(**engine));
    }
    Process worker({CRASH_WORKER, folder.path().string(), "0", "1000000"});
    ASSERT_EQ(worker.line(), "open");
    Ledger ledger;
    std::uint64_t last = 0;
    for (int round = 0; round < 4; ++round) {
        for (int n = 0; n < 30; ++n) ledger.take(*worker.line());
        const auto file = copies.path() / fmt::format("{}.backup", round);
        const auto backed = store::backup(folder.path(), file);
        ASSERT_TRUE(backed) << backed.error().text();
        EXPECT_THAT(backed->faults, IsEmpty());
        auto copy = *store::open_reader(file);
        ledger.look(*copy);
        EXPECT_THAT(ledger.faults, IsEmpty());
        EXPECT_GT(copy->head().seq, last);
        last = copy->head().seq;

        const auto again = copies.path() / fmt::format("{}", round);
        const auto restored = store::restore(file, again);
        ASSERT_TRUE(restored) << restored.error().text();
        EXPECT_THAT(restored->faults, IsEmpty());
        auto reader = *store::open_reader(again);
        EXPECT_EQ(store::fingerprint_journal(*copy), store::fingerprint_journal(*reader));
        EXPECT_EQ(copy->fingerprint(), reader->fingerprint());
    }
    EXPECT_TRUE(worker.running());
    worker.kill();
}

// There it would bear a name that the engine takes away, reads as its own or packs into the next backup.
TEST(Backup, LiesOutsideTheFolderAlsoThroughALink) {
    cli::Office office;
    office.start();
    office.did("mkdir papers; ln -s office link; ln -s ../office/attachments papers/link");
    for (const char* file :
         {"office/copy.reeve", "office/reeve.db-journal", "office/replacing.db", "office/restoring.db",
          "office/rebuilding", "office/attachments/x.part", "./office/../office/copy.reeve",
          "link/access.db.part", "papers/link/copy.reeve"}) {
        const auto ran = office.run(std::string("reeve backup --json ") + file);
        EXPECT_EQ(ran.exit, 1) << file;
        EXPECT_THAT(ran.err, HasSubstr("\"file-inside\"")) << file;
        EXPECT_FALSE(std::filesystem::exists(office.folder() / file)) << file;
    }
    // A folder's name that only begins like it is another's.
    office.did("mkdir office-copies; reeve backup office-copies/copy.reeve");
}

TEST(Schema, ANewerOneIsRefusedByEveryCommandAndNothingIsTouched) {
    cli::Office office;
    office.start();
    office.did("reeve backup newer.backup");
    for (const char* file : {"office/reeve.db", "newer.backup"})
        SQLite::Database((office.folder() / file).string(), SQLite::OPEN_READWRITE)
            .exec("PRAGMA user_version = 99");
    const auto sum = office.did("sha256sum office/reeve.db newer.backup").out;
    for (const char* line :
         {"reeve check", "reeve rebuild", "reeve migrate", "reeve backup another.backup", "reeve case list",
          "reeve case note noise-1 seen --as li-na", "reeve restore newer.backup --data again"}) {
        const auto ran = office.run(std::string(line) + " --json");
        EXPECT_EQ(ran.exit, 1) << line;
        EXPECT_THAT(ran.err, HasSubstr("\"newer-schema\"")) << line;
    }
    EXPECT_EQ(office.did("sha256sum office/reeve.db newer.backup").out, sum);
    EXPECT_FALSE(std::filesystem::exists(office.folder() / "again" / "reeve.db"));
}

}  // namespace
}  // namespace reeve::crash
