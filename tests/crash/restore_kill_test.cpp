// A restore, killed before each of the steps by which it changes the folder: the journal, who may use the
// service and the time of a rehearsal are then all the old folder's, or all the backup's.
#include <SQLiteCpp/SQLiteCpp.h>
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "engine/store/fingerprint.h"
#include "engine/store/scratch.h"
#include "engine/store/upkeep.h"
#include "tests/crash/matter.h"
#include "tests/crash/process.h"

namespace {

constexpr int killed = 77;
std::atomic<int> steps_left = -1;  // names that may still be changed; below zero: as many as wanted

void one_step() {
    if (steps_left < 0) return;
    if (steps_left == 0) ::_exit(killed);
    --steps_left;
}

template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// In the place of the C library's for this program.
extern "C" int rename(const char* from, const char* to) noexcept {
    one_step();
    static auto* const real_rename = real<int(const char*, const char*)>("rename");
    return real_rename(from, to);
}
extern "C" int remove(const char* file) noexcept {
    one_step();
    static auto* const real_remove = real<int(const char*)>("remove");
    return real_remove(file);
}

namespace reeve::crash {
namespace {

namespace fs = std::filesystem;

void write_access(const fs::path& folder, const std::string& whose) {
    SQLite::Database db((folder / "access.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("CREATE TABLE whose (name TEXT)");
    db.exec("INSERT INTO whose VALUES ('" + whose + "')");
}

void make(const fs::path& folder, const std::string& whose, std::uint64_t cases) {
    auto time = std::make_shared<runtime::ManualTime>(*time::parse_instant("2026-03-02T09:00:00+08:00"));
    auto engine = runtime::Engine::open({.folder = folder, .create = true, .time = time});
    ASSERT_TRUE(engine && furnish(**engine));
    for (std::uint64_t number = 0; number < cases; ++number) ASSERT_TRUE((*engine)->ask(start(number)));
    write_access(folder, whose);
}

struct Minds {
    std::string journal, access;
    bool rehearsal_time = false;
    bool operator==(const Minds&) const = default;
    friend void PrintTo(const Minds& minds, std::ostream* out) {
        *out << minds.journal << " " << minds.access << " " << minds.rehearsal_time;
    }
};
Minds minds_of(const fs::path& folder) {
    Minds found;
    auto reader = store::open_reader(folder);
    found.journal = reader ? store::fingerprint_journal(**reader) : reader.error().code;
    if (fs::exists(folder / "access.db"))
        found.access = SQLite::Database((folder / "access.db").string(), SQLite::OPEN_READWRITE)
                           .execAndGet("SELECT name FROM whose")
                           .getString();
    found.rehearsal_time = fs::exists(folder / "rehearsal.json");
    return found;
}

class RestoreKilled : public testing::Test {
  protected:
    store::ScratchFolder scratch;
    const fs::path source = scratch.path() / "source", kept = scratch.path() / "kept",
                   target = scratch.path() / "target", file = scratch.path() / "office.backup";

    void SetUp() override {
        ASSERT_NO_FATAL_FAILURE(make(source, "new", 3));
        ASSERT_NO_FATAL_FAILURE(make(kept, "old", 2));
        std::ofstream(kept / "rehearsal.json") << R"({"now": "2030-01-01T00:00:00Z"})";
        ASSERT_TRUE(store::backup(source, file));
    }
    // How it ended when it was killed before it changed one name more than `steps`.
    int restore(int steps) const {
        const auto child = ::fork();
        if (child == 0) {
            steps_left = steps;
            const auto done = store::restore(file, target, {.over = true});
            ::_exit(done ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WEXITSTATUS(status);
    }
};

TEST_F(RestoreKilled, AnywhereOverAFolderItIsOfOneMind) {
    const auto old_minds = minds_of(kept), new_minds = minds_of(source);
    ASSERT_EQ(old_minds.access, "old");
    ASSERT_EQ(new_minds.access, "new");
    ASSERT_TRUE(old_minds.rehearsal_time);
    int steps = 0, still_old = 0, already_new = 0;
    for (;; ++steps) {
        SCOPED_TRACE(fmt::format("killed behind {} steps", steps));
        fs::remove_all(target);
        fs::copy(kept, target, fs::copy_options::recursive);
        const auto ended = restore(steps);
        const auto found = minds_of(target);
        if (ended == 0) break;
        ASSERT_EQ(ended, killed);
        EXPECT_THAT(found, testing::AnyOf(old_minds, new_minds));
        (found == old_minds ? still_old : already_new)++;
        ASSERT_EQ(restore(-1), 0);
        EXPECT_EQ(minds_of(target), new_minds);
    }
    EXPECT_EQ(minds_of(target), new_minds);
    EXPECT_GT(still_old, 3);
    EXPECT_GT(already_new, 3);
    for (const auto& entry : fs::directory_iterator(target))
        EXPECT_FALSE(entry.path().filename().string().starts_with("replacing")) << entry.path();
}

// It may hold what was acknowledged last, so it is neither thrown away nor built upon.
TEST_F(RestoreKilled, OverALogThatCannotBeReadItSaysTheWayOut) {
    fs::remove(kept / "reeve.db-wal");
    fs::create_directory(kept / "reeve.db-wal");
    const auto over = store::restore(file, kept, {.over = true});
    ASSERT_FALSE(over);
    EXPECT_THAT(over.error().message, testing::HasSubstr("into a new folder"));
    const auto rebuilt = store::rebuild(kept);
    ASSERT_FALSE(rebuilt);
    EXPECT_THAT(rebuilt.error().message, testing::HasSubstr("into a new folder"));
    EXPECT_TRUE(store::restore(file, target)) << "and that is one";
}

TEST_F(RestoreKilled, AnywhereInANewFolderItIsWholeOrNoneAndRunAgain) {
    const auto new_minds = minds_of(source);
    for (int steps = 0;; ++steps) {
        SCOPED_TRACE(fmt::format("killed behind {} steps", steps));
        fs::remove_all(target);
        const auto ended = restore(steps);
        const auto found = minds_of(target);
        if (ended == 0) break;
        ASSERT_EQ(ended, killed);
        if (found.journal != "no-folder") {
            EXPECT_EQ(found, new_minds);
        }
        Process again({REEVE_BIN "/reeve", "restore", file.string(), "--data", target.string(), "--force"});
        const auto said = again.rest();
        ASSERT_EQ(again.exit(), 0) << said;
        EXPECT_EQ(minds_of(target), new_minds);
    }
}

}  // namespace
}  // namespace reeve::crash
