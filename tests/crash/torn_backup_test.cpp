// The only backup there is, torn or cut off: what comes of it is a beginning of what was, and whole.
#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "engine/store/upkeep.h"
#include "tests/unit/cli/office.h"
#include "tests/unit/runtime/office.h"

namespace reeve::crash {
namespace {

namespace fs = std::filesystem;
using runtime::Office;
using testing::HasSubstr;
using testing::IsSubsetOf;

std::vector<std::string> events_of(const fs::path& place) {
    std::vector<std::string> events;
    (*store::open_reader(place))->journal(1, [&](const store::JournalRow& row) {
        events.push_back(fmt::format("{} {} {} {}", row.seq, row.stream, row.revision, row.body));
        return true;
    });
    return events;
}

// The answer to a question about a database.
std::uint64_t number_in(const fs::path& file, const std::string& sql) {
    return std::stoull(SQLite::Database(file.string(), SQLite::OPEN_READONLY).execAndGet(sql).getString());
}

// Nonsense over a page, the first being 1.
void overwrite_page(const fs::path& of, std::uint64_t page) {
    std::fstream file(of, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>((page - 1) * 4096));
    file << std::string(4096, '\xa5');
}

class TornBackup : public testing::Test {
  protected:
    Office office;
    store::ScratchFolder place;
    const fs::path file = place.path() / "whole.backup", torn = place.path() / "torn.backup",
                   again = place.path() / "again";

    // Cases that open others, and a duty: what follows is of one transaction with its cause.
    void work() {
        office.deploy("patrol", runtime::patrol);
        for (int n = 0; n < 6; ++n) {
            const auto id = fmt::format("c-{}", n);
            office.ask(Office::start(id));
            office.ask(Office::act(id, "inspect"));
            ASSERT_TRUE(office.engine->run_until(office.time->now() + runtime::day));
        }
        for (const auto& child : office.ids("inspection")) office.ask(Office::act(child, "done"));
    }
    void back_up() {
        const auto report = store::backup(office.folder.path(), file);
        ASSERT_TRUE(report);
        ASSERT_THAT(report->faults, testing::IsEmpty());
    }
    void tear(std::uint64_t at, const std::string& with) {
        fs::copy_file(file, torn, fs::copy_options::overwrite_existing);
        std::fstream out(torn, std::ios::in | std::ios::out | std::ios::binary);
        out.seekp(static_cast<std::streamoff>(at));
        out << with;
    }
    // How many events of the whole are not there; none: nothing was made.
    std::optional<std::size_t> lost_in(const std::vector<std::string>& whole) {
        fs::remove_all(again);
        const auto made = store::restore(torn, again, {.faulty = true});
        if (!made) {
            EXPECT_EQ(made.error().code, "backup-damaged") << made.error().message;
            EXPECT_FALSE(fs::exists(again / "reeve.db"));
            EXPECT_TRUE(runtime::Engine::open({.folder = again, .create = true}))
                << "a new office, as before";
            return std::nullopt;
        }
        const auto events = events_of(again);
        const auto checked = store::check(again);
        EXPECT_TRUE(checked);
        EXPECT_THAT(checked->faults, IsSubsetOf(made->faults)) << "said when it was restored";
        if (events.size() == whole.size()) return 0;
        EXPECT_LT(events.size(), whole.size());
        EXPECT_TRUE(std::equal(events.begin(), events.end(), whole.begin())) << "a beginning";
        EXPECT_THAT(checked->faults, testing::IsEmpty()) << "one that was cut is clean";
        EXPECT_THAT(made->faults, testing::Contains(HasSubstr(fmt::format(
                                      "the journal cannot be read behind event {} ", events.size()))));
        return whole.size() - events.size();
    }
};

TEST_F(TornBackup, InAnyPageLeavesABeginning) {
    work();
    back_up();
    const auto whole = events_of(file);
    const auto pages = fs::file_size(file) / 4096;
    std::set<std::size_t> lost;
    for (std::uintmax_t page = 1; page < pages; ++page)
        for (const auto& [from, with] : {std::pair{0u, std::string(4096, '\xa5')},
                                         {2048u, std::string(2048, '\0')},
                                         {1024u, std::string(1024, '\0')}}) {
            SCOPED_TRACE(fmt::format("page {} from byte {}", page + 1, from));
            tear(page * 4096 + from, with);
            if (const auto gone = lost_in(whole)) lost.insert(*gone);
        }
    EXPECT_TRUE(lost.contains(0)) << "where only rows that follow from the journal were torn";
    EXPECT_GT(lost.size(), 3u) << "where the journal was";
}

TEST_F(TornBackup, CutOffAnywhereLeavesABeginning) {
    work();
    back_up();
    const auto whole = events_of(file);
    std::size_t restored = 0;
    for (auto left = fs::file_size(file) - 1; left > 4096; left -= std::min<std::uintmax_t>(left, 3000)) {
        SCOPED_TRACE(left);
        fs::copy_file(file, torn, fs::copy_options::overwrite_existing);
        fs::resize_file(torn, left);
        restored += lost_in(whole).has_value();
    }
    EXPECT_GT(restored, 3u);
}

// One that broke off early, and one of which the head alone is wrong.
TEST_F(TornBackup, WhoseHeadSaysManyTimesWhatIsThereLeavesABeginning) {
    work();
    back_up();
    const auto whole = events_of(file);
    const auto pages = fs::file_size(file) / 4096, said = 100 * pages;
    std::string number;
    for (int shift = 24; shift >= 0; shift -= 8) number += static_cast<char>(said >> shift & 0xff);
    tear(28, number);
    EXPECT_EQ(lost_in(whole), 0u);
    tear(28, number);
    fs::resize_file(torn, pages * 3 / 4 * 4096);
    ASSERT_GT(number_in(file, "SELECT max(rootpage) FROM sqlite_master"), pages * 3 / 4)
        << "of the tables not all begin in it";
    EXPECT_THAT(lost_in(whole), testing::Optional(testing::Gt(0u)));
}

// Its cause goes with it, and with all that followed from that.
TEST_F(TornBackup, WhatFollowedIsThereWholeOrNotAtAll) {
    work();
    back_up();
    const auto whole = events_of(file);
    std::vector<std::uint64_t> follow;
    {
        SQLite::Database db(file.string(), SQLite::OPEN_READONLY);
        SQLite::Statement rows(db, "SELECT seq FROM journal WHERE \"key\" LIKE '%:%/%'");
        while (rows.executeStep()) follow.push_back(static_cast<std::uint64_t>(rows.getColumn(0).getInt64()));
    }
    // Of one that was the last nothing tells.
    std::erase(follow, number_in(file, "SELECT max(seq) FROM journal"));
    ASSERT_GT(follow.size(), 12u);
    for (const auto seq : follow) {
        SCOPED_TRACE(whole[seq - 1]);
        tear((number_in(file, "SELECT rootpage FROM sqlite_master WHERE name = 'tasks'") - 1) * 4096,
             std::string(4096, '\xa5'));
        SQLite::Database(torn.string(), SQLite::OPEN_READWRITE)
            .exec(fmt::format("DROP TRIGGER journal_stays; DELETE FROM journal WHERE seq = {}", seq));
        const auto lost = lost_in(whole);
        ASSERT_TRUE(lost);
        EXPECT_GT(*lost, whole.size() - seq + 1) << "its cause is there without it";
    }
}

TEST_F(TornBackup, DocumentsAroundATornPageAreRestored) {
    constexpr int documents = 60;
    office.ask(Office::start("c-1"));
    for (int n = 0; n < documents; ++n) {
        auto document =
            store::attach_bytes(office.folder.path(), std::string(900, static_cast<char>('0' + n)),
                                fmt::format("{}.txt", n), "photo");
        office.ask({.actor = "ada", .case_id = "c-1", .wish = core::AddDocument{*document}});
    }
    back_up();
    tear((number_in(file,
                    "SELECT pageno FROM dbstat WHERE name = 'attachments' AND pagetype = 'leaf' ORDER BY "
                    "pageno LIMIT 1 OFFSET 2") -
          1) *
             4096,
         std::string(4096, '\xa5'));
    ASSERT_TRUE(store::restore(torn, again, {.faulty = true}));
    const auto restored = std::ranges::count_if(fs::recursive_directory_iterator(again / "attachments"),
                                                [](const auto& entry) { return entry.is_regular_file(); });
    EXPECT_GE(restored, documents - 6);
    EXPECT_LT(restored, documents);
}

TEST_F(TornBackup, ARehearsalOfOneBeginsBehindItsLastEvent) {
    office.ask(Office::start("c-1"));
    back_up();
    tear((number_in(file, "SELECT rootpage FROM sqlite_master WHERE name = 'tasks'") - 1) * 4096,
         std::string(4096, '\xa5'));
    const auto before = runtime::monday - runtime::day;
    const auto early = store::restore(torn, again, {.faulty = true, .rehearsal = before});
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, "too-early");
    EXPECT_TRUE(store::restore(torn, again, {.faulty = true, .rehearsal = runtime::monday + runtime::day}));
    EXPECT_TRUE(store::is_rehearsal(again));
}

// As a person meets it.
class TornOffice : public testing::Test {
  protected:
    cli::Office office;

    void SetUp() override {
        for (int n = 0; n < 12; ++n) office.start();
        office.did("reeve case list --now 2026-03-10T09:00:00+08:00");
        office.did("reeve backup whole.backup");
    }
};

// What is left of the only one that there is.
TEST_F(TornOffice, OfABackupLeavesWhatTheRestOfItSays) {
    office.did("reeve case document noise-1 photo=notice.pdf --as chen-yu");
    office.did("reeve token add intake --person li-na --scope read --as chen-yu");
    const auto events = number_in(office.folder() / "office/reeve.db", "SELECT max(seq) FROM journal");
    for (const char* table : {"tasks", "cases", "journal_stream", "access"}) {
        SCOPED_TRACE(table);
        const auto torn = office.folder() / "torn.backup", again = office.folder() / "again";
        fs::remove(torn);
        fs::remove_all(again);
        office.did("reeve backup torn.backup");
        overwrite_page(
            torn,
            number_in(torn, fmt::format("SELECT rootpage FROM sqlite_master WHERE name = '{}'", table)));
        EXPECT_THAT(office.run("reeve restore torn.backup --data again").err,
                    HasSubstr("nothing was restored"));
        const auto ran = office.run("reeve restore torn.backup --data again --faulty");
        EXPECT_EQ(ran.exit, 1);
        EXPECT_THAT(ran.out, HasSubstr("Restored with faults: again\n"));
        EXPECT_THAT(office.did("reeve check --data again").out,
                    HasSubstr(fmt::format("All is well: {} events", events)));
        EXPECT_EQ(office.did("reeve token list --data again").out.find("intake") == std::string::npos,
                  std::string_view(table) == "access");
    }
}

TEST_F(TornOffice, ABackupThatWasCutOffSaysSoAndLeavesWhatIsThere) {
    const auto file = office.folder() / "whole.backup";
    const auto size = fs::file_size(file);
    fs::resize_file(file, size - 4096);
    auto ran = office.run("reeve restore whole.backup --data again");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, HasSubstr("this backup was cut off: it has " + std::to_string(size - 4096) + " of " +
                                   std::to_string(size) + " bytes; --faulty restores what can be read"));
    ran = office.run("reeve restore whole.backup --data again --faulty");
    EXPECT_THAT(ran.err, HasSubstr("this backup was cut off"));
    EXPECT_THAT(ran.out, HasSubstr("Restored with faults: again\n"));
    EXPECT_THAT(office.did("reeve check --data again").out, HasSubstr("All is well"));
    // Of hardly anything hardly anything is left, and nothing that is not true.
    for (const auto left : {size / 2, size / 8}) {
        fs::resize_file(file, left);
        fs::remove_all(office.folder() / "again");
        ran = office.run("reeve restore whole.backup --data again --faulty");
        EXPECT_EQ(ran.exit, 1);
        EXPECT_THAT(ran.err, HasSubstr("cut off"));
        if (ran.out.empty()) {
            EXPECT_FALSE(fs::exists(office.folder() / "again" / "reeve.db"));
            continue;
        }
        EXPECT_THAT(ran.err, HasSubstr("the journal cannot be read behind event "));
        office.did("reeve check --data again");
    }
}

}  // namespace
}  // namespace reeve::crash
