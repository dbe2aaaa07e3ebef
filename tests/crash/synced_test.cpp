// What lies beside the database, against a power cut: a file is on the disk before it bears its name, and its
// name before anything leans on it. A killed process does not show that, as the kernel keeps what it wrote.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <mutex>
#include <vector>

#include "engine/store/documents.h"
#include "engine/store/scratch.h"
#include "tests/crash/matter.h"

namespace {

namespace fs = std::filesystem;

// What this program did, in order, while it is kept: "sync FILE", "name FILE", "leave".
struct Deeds {
    std::mutex mutex;
    std::vector<std::string> done;
    bool kept = false;
    void note(std::string deed) {
        std::lock_guard lock(mutex);
        if (kept) done.push_back(std::move(deed));
    }
    std::vector<std::string> during(const std::function<void()>& what) {
        {
            std::lock_guard lock(mutex);
            kept = true;
        }
        what();
        std::lock_guard lock(mutex);
        kept = false;
        return std::exchange(done, {});
    }
};
Deeds& deeds() {
    static Deeds all;
    return all;
}

}  // namespace

// In the place of the C library's for this program.
extern "C" int fsync(int fd) {
    static auto* const real = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, "fsync"));
    const int result = real(fd);
    std::error_code none;
    if (const auto file = fs::read_symlink("/proc/self/fd/" + std::to_string(fd), none); !none)
        deeds().note("sync " + file.string());
    return result;
}
extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to,
                         unsigned flags) noexcept {
    static auto* const real = reinterpret_cast<int (*)(int, const char*, int, const char*, unsigned)>(
        ::dlsym(RTLD_NEXT, "renameat2"));
    const int result = real(from_folder, from, to_folder, to, flags);
    deeds().note(std::string("name ") + to);
    return result;
}

namespace reeve::crash {
namespace {

class Watched final : public store::Store {
  public:
    explicit Watched(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
    void commit(const store::Batch& batch) override {
        if (!batch.removed.empty()) deeds().note("leave");
        inner_->commit(batch);
    }
    std::unique_ptr<store::Reader> read() override { return inner_->read(); }
    void reopen() override { inner_->reopen(); }
    void replace_rows(const std::function<void(const Write&)>& fill) override { inner_->replace_rows(fill); }

  private:
    std::unique_ptr<store::Store> inner_;
};

// The place of the first that begins so, from `from` on; behind the end: there is none.
std::size_t place(const std::vector<std::string>& done, const std::string& begin, std::size_t from = 0) {
    while (from < done.size() && !done[from].starts_with(begin)) ++from;
    return from;
}

TEST(Synced, AnArchiveIsOnTheDiskAndNamedBeforeItsCasesLeave) {
    store::ScratchFolder scratch;
    const auto base = fs::canonical(scratch.path());
    const auto archive = base / "old.archive";
    auto time = std::make_shared<runtime::ManualTime>(*time::parse_instant("2026-03-02T09:00:00+08:00"));
    auto engine = *runtime::Engine::open(
        {.folder = base / "office", .create = true, .time = time, .wrap = [](auto inner) {
             return std::make_unique<Watched>(std::move(inner));
         }});
    ASSERT_TRUE(furnish(*engine));
    for (std::uint64_t number = 0; number < 3; ++number) ASSERT_TRUE(engine->ask(start(number)));
    ASSERT_TRUE(engine->run_until(time->now() + Millis{2000}));
    const auto done = deeds().during([&] {
        const auto left = engine->archive(
            {.file = archive, .before = time->now(), .reason = "old", .with_undelivered = true}, "head");
        ASSERT_TRUE(left) << left.error().text();
        EXPECT_EQ(left->cases, 3u);
    });
    SCOPED_TRACE(testing::PrintToString(done));
    const auto named = place(done, "name " + archive.string()), left = place(done, "leave");
    ASSERT_LT(named, done.size());
    ASSERT_LT(left, done.size());
    // Under whatever name it was made, it is the last file that was synced before it was named.
    ASSERT_GT(named, 0u);
    EXPECT_THAT(done[named - 1], testing::StartsWith("sync " + base.string()));
    EXPECT_THAT(done[named - 1], testing::HasSubstr("old.archive"));
    const auto folder = place(done, "sync " + base.string(), named);
    ASSERT_LT(folder, left) << "its name was not on the disk when its cases left";
    EXPECT_EQ(done[folder], "sync " + base.string());
}

TEST(Synced, AnAttachmentIsOnTheDiskBeforeItBearsItsName) {
    store::ScratchFolder scratch;
    const auto folder = fs::canonical(scratch.path());
    const auto done = deeds().during(
        [&] { ASSERT_TRUE(store::attach_bytes(folder, "I, the petitioner", "letter.txt", "letter")); });
    SCOPED_TRACE(testing::PrintToString(done));
    ASSERT_FALSE(done.empty());
    const auto content = std::ranges::find_if(done, [](const auto& deed) { return deed.ends_with(".part"); });
    ASSERT_NE(content, done.end()) << "its content was not synced";
    EXPECT_EQ(done.back().find(".part"), std::string::npos);
    EXPECT_THAT(done.back(), testing::StartsWith("sync " + (folder / "attachments").string()))
        << "nor the folder of its name";
    EXPECT_NE(done.back(), "sync " + (folder / "attachments").string()) << "that of its digest's beginning";
}

}  // namespace
}  // namespace reeve::crash
