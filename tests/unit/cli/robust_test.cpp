// What a careless hand, a full disk or a strange file does to the command: it is refused in a sentence, and
// nothing is left half done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "engine/cli/folder.h"
#include "tests/unit/cli/office.h"

namespace reeve::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

void refused(const Office& office, const std::string& line, const char* says, int exit = 1) {
    auto ran = office.run("timeout 20 " + line);
    EXPECT_EQ(ran.exit, exit) << line << "\n" << ran.out << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(says)) << line;
}

std::uint64_t events(const Office& office, const char* folder) {
    return (*store::open_reader(office.folder() / folder))->head().seq;
}

TEST(Rehearsal, AJumpThatWasKilledIsReadAtTheTimeOfItsLastEvent) {
    Office office;
    office.start();
    const auto kept = office.folder() / "office" / "rehearsal.json";
    std::filesystem::copy_file(kept, office.folder() / "before.json");
    office.did("reeve case list --now 2026-03-20T09:00:00+08:00");
    std::filesystem::copy_file(office.folder() / "before.json", kept,
                               std::filesystem::copy_options::overwrite_existing);
    const auto last = *(*store::open_reader(office.folder() / "office"))->head().at;
    EXPECT_GT(last, *time::parse_instant("2026-03-03T00:00:00Z"));
    EXPECT_EQ(**read_rehearsal(office.folder() / "office"), last);
    office.did("reeve case note noise-1 seen --as li-na");
}

TEST(Rehearsal, StaysOneThroughBackupAndWithoutItsFile) {
    Office office;
    office.start();
    office.did("reeve backup copy.reeve");
    auto restored = office.did("reeve restore copy.reeve --data again");
    EXPECT_THAT(restored.out, HasSubstr("It is a rehearsal"));
    office.did("reeve case list --data again");
    EXPECT_EQ(events(office, "again"), events(office, "office")) << "the wall clock let something fall due";
    std::filesystem::remove(office.folder() / "office" / "rehearsal.json");
    office.did("reeve case list");
    EXPECT_EQ(events(office, "office"), events(office, "again"));
    office.did("reeve case note noise-1 seen --as li-na");
    EXPECT_EQ(events(office, "office"), events(office, "again") + 1);
}

TEST(Rehearsal, TakesAFarYearOnlyWhenToldTwice) {
    Office office;
    refused(office, "reeve case list --now 2062-03-05T09:00:00+08:00", "is the year right?");
    office.did("reeve case list --now 2032-03-05T09:00:00+08:00 --far");
}

TEST(Rehearsal, ThatCanOnlyBeReadDoesNotTakeALaterTimeSilently) {
    Office office;
    office.start();
    auto held = runtime::Engine::open(
        {.folder = office.folder() / "office",
         .time = std::make_shared<runtime::ManualTime>(*time::parse_instant("2026-03-02T01:00:00Z"))});
    ASSERT_TRUE(held);
    office.did("reeve case list");
    refused(office, "reeve task list --now 2026-03-20T09:00:00+08:00", "can only be read now");
    refused(office, "reeve board --now 2026-03-20T09:00:00+08:00", "can only be read now");
}

TEST(Rehearsal, IsNotRestoredToATimeBeforeItsLastEvent) {
    Office office;
    office.start();
    office.did("reeve backup copy.reeve");
    refused(office, "reeve restore copy.reeve --data again --rehearsal 2026-01-01T00:00:00Z",
            "begins there or later");
    EXPECT_FALSE(std::filesystem::exists(office.folder() / "again"));
}

TEST(Restore, LeavesWhatIsThereWhenTheBackupIsFaulty) {
    Office office;
    office.start();
    office.did("reeve backup copy.reeve");
    office.did(
        "python3 -c 'import sqlite3; db = sqlite3.connect(\"copy.reeve\"); "
        "db.execute(\"UPDATE cases SET title = ?\", (\"wrong \" * 200,)); db.commit()'");
    office.did("reeve case note noise-1 'not in the backup' --as li-na");
    auto ran = office.run("reeve restore copy.reeve --data office --force");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err,
                AllOf(HasSubstr("nothing was restored"), HasSubstr("column title"), HasSubstr("--faulty")));
    EXPECT_LT(ran.err.size(), 500u) << "a long value is told by where it is wrong";
    EXPECT_THAT(office.did("reeve case history noise-1").out, HasSubstr("not in the backup"));
    EXPECT_EQ(office.run("reeve restore copy.reeve --data again --faulty").exit, 1) << "it names the faults";
    office.did("reeve rebuild --data again");
    office.did("reeve check --data again");
}

// As when the disk of the log is full, or nobody listens.
TEST(StandardError, ThatCannotBeWrittenEndsNoCommand) {
    Office office;
    office.start();
    office.did("mkfifo pipe");
    for (const char* nowhere : {"2>/dev/full", "2>&-", "<&- 2>&-", "3<>pipe 2>pipe 3<&-"}) {
        SCOPED_TRACE(nowhere);
        const std::string to = std::string(" ") + nowhere;
        EXPECT_EQ(office.run("reeve case show nope" + to).exit, 1);
        EXPECT_EQ(office.run("reeve case lisst" + to).exit, 2);
        // What falls due is told there, before the command does its own work.
        office.did("reeve case note noise-1 seen --as li-na --now 2026-03-20T09:00:00+08:00" + to);
    }
    EXPECT_THAT(office.did("reeve case history noise-1").out, HasSubstr("seen"));
    office.did("reeve check");
}

TEST(Rehearsal, DoesNotBeginBeyondTheYearsThatClocksAreCountedIn) {
    Office office(false);
    refused(office, "reeve init far --rehearsal 9999-12-31T23:00:00Z", "1900 to 2199");
    EXPECT_FALSE(std::filesystem::exists(office.folder() / "far"));
}

TEST(Clock, ALiveFolderFarFromTheWallClockIsReadButNotChanged) {
    Office office;
    office.start();
    store::mark_rehearsal(office.folder() / "office", false);
    std::filesystem::remove(office.folder() / "office" / "rehearsal.json");
    auto read = office.did("reeve case list");
    EXPECT_THAT(read.out, HasSubstr("noise-1"));
    EXPECT_THAT(read.err, HasSubstr("2026-03-02T01:00:00Z"));
    refused(office, "reeve case note noise-1 seen --as li-na", "--accept-clock");
    auto told = office.run("reeve case note noise-1 seen --as li-na --json");
    EXPECT_EQ(nlohmann::json::parse(told.err)["error"]["code"], "clock-jumped");
    office.did("reeve case note noise-1 seen --as li-na --accept-clock");
    EXPECT_EQ(office.did("reeve case list").err, "");
}

TEST(Text, DoesNotTakeOverTheTerminal) {
    Office office;
    office.start("--title \"$(printf 'Mill\\033[2J\\302\\233Lane')\"");
    auto list = office.did("reeve case list");
    EXPECT_THAT(list.out, HasSubstr("Mill\\u001b[2J\\u009bLane"));
    EXPECT_THAT(list.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(office.did("reeve case show noise-1").out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(office.did("reeve case history noise-1").out, Not(HasSubstr("\x1b")));
    EXPECT_EQ(office.did("reeve case list --json").json()[0]["title"], "Mill\x1b[2J\xC2\x9BLane");
}

TEST(Text, OfANoteJustWrittenDoesNotTakeItOverEither) {
    Office office;
    office.start();
    EXPECT_THAT(office.did("reeve case note noise-1 \"$(printf '\\033[31mred')\" --as li-na").out,
                AllOf(HasSubstr("\\u001b"), Not(HasSubstr("\033"))));
}

TEST(Occurred, LongAgoIsWarnedOf) {
    Office office;
    auto ran = office.did(
        "reeve case start noise --unit north --set place=x --as li-na --occurred 1990-03-02T09:00:00+08:00");
    EXPECT_THAT(ran.err, HasSubstr("is the year right?"));
}

TEST(Text, ThatIsNotUtf8IsRefusedBeforeAnythingIsDecided) {
    Office office;
    office.start();
    const auto before = office.did("reeve case history noise-1").out;
    refused(office, "reeve case note noise-1 \"$(printf 'a\\377b')\" --as li-na", "not UTF-8");
    auto told = office.run("reeve case note noise-1 \"$(printf 'a\\377b')\" --as li-na --json");
    EXPECT_EQ(nlohmann::json::parse(told.err)["error"]["code"], "bad-utf8");
    EXPECT_EQ(office.did("reeve case history noise-1").out, before);
    const std::string at = ",2026-03-02T09:00:00Z\\n";
    office.did("printf 'case,activity,timestamp\\n1,a" + at + "1,\\377" + at + "' > r.csv");
    refused(office, "reeve play noise.json r.csv", "r.csv:3: this line is not UTF-8");
    std::ofstream(office.folder() / "half.json") << "{\"id\": \"a\" 苇}";
    auto half = office.run("reeve validate half.json");
    EXPECT_EQ(half.exit, 1);
    EXPECT_NO_THROW((void)nlohmann::json(half.err).dump()) << "half a character is printed: " << half.err;
}

TEST(Files, ThatNeverEndOrHoldNothingAreRefused) {
    Office office;
    office.start();
    office.did("mkfifo pipe; mkdir empty; : > empty.scenario; echo '# nothing' > quiet.scenario");
    refused(office, "reeve validate pipe", "cannot be read");
    refused(office, "reeve play noise.json /dev/full", "/dev/full");
    refused(office, "reeve validate /dev/zero", "cannot be read");
    refused(office, "reeve case document noise-1 a=/dev/zero --as li-na", "only a plain file");
    office.run("true > nothing.pdf");
    refused(office, "reeve case document noise-1 a=nothing.pdf --as li-na", "the file is empty");
    refused(office, "reeve run empty", "cannot read the scenario");
    refused(office, "reeve run empty.scenario", "nothing in it to play");
    refused(office, "reeve run quiet.scenario", "nothing in it to play");
    refused(office, "reeve run pipe", "cannot read the scenario");
    office.did("printf 'case,activity,timestamp\\n1,a,2026-03-02T09:00:00Z\\n' | gzip > r.csv.gz");
    std::fstream zipped(office.folder() / "r.csv.gz", std::ios::in | std::ios::out | std::ios::binary);
    zipped.seekp(-8, std::ios::end);
    zipped.put('\x55').put('\x55');
    zipped.close();
    refused(office, "reeve play noise.json r.csv.gz", "damaged");
}

TEST(Output, ThatDoesNotGetThroughIsNoSuccess) {
    Office office;
    office.start();
    for (const char* line :
         {"reeve check", "reeve case list", "reeve case list --json", "reeve --help",
          "reeve case start noise --unit north --set place=x --as li-na",
          "reeve calendar due --calendar cn-office.json --from 2026-03-02T09:00 --in '3 days'"}) {
        auto ran = office.run(std::string("{ ") + line + " >/dev/full; }");
        EXPECT_EQ(ran.exit, 1) << line << ran.err;
        EXPECT_NE(ran.err, "") << line;
    }
}

TEST(FullDisk, IsAnOrdinaryRefusal) {
    Office office;
    office.start();
    office.did("head -c 200000 /dev/zero > big.bin");
    auto ran = office.run("ulimit -f 100; reeve case document noise-1 a=big.bin --as li-na");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, HasSubstr("reeve: "));
    office.did("reeve check");
    EXPECT_EQ(office.did("find office -name '*.part'").out, "");
}

TEST(Times, OutsideTheYearsThatClocksAreCountedInAreRefused) {
    Office office;
    office.start();
    refused(office, "reeve case note noise-1 old --occurred 0001-01-01T00:00:00Z --as li-na", "1900 to 2199");
    refused(office,
            "reeve case start noise --unit north --set place=x --occurred 0001-01-01T00:00:00Z --as li-na",
            "1900 to 2199");
    refused(office, "reeve task follow-up noise-1 Visit --due '1000 years' --as li-na", "never runs out");
    refused(office, "reeve case list --now 9999-01-01T00:00:00Z", "1900 to 2199");
    const std::string due = "reeve calendar due --zone UTC ";
    refused(office, due + "--from 9990-01-01T00:00:00Z --in '1 day'", "1900 to 2199");
    refused(office, due + "--from 2026-01-01T00:00:00Z --in '1000 years'", "1900 to 2199");
    refused(office, due + "--from 2026-01-01T00:00:00Z --in='-1000 years'", "1900 to 2199");
}

TEST(Reassign, WhatWasRefusedIsNotToldAsDone) {
    Office office;
    office.start();
    auto ran = office.run("reeve case reassign --from li-na --to wang-wei --reason x --as zhou-jie");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, HasSubstr("noise-1"));
}

TEST(Demo, LooksAtTheFolderBeforeItPlays) {
    Office office;
    office.start();
    auto ran = office.run("reeve demo --data office");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, HasSubstr("something else than the sample county"));
}

TEST(Organisation, TheLastInServiceCannotLeave) {
    Office office;
    for (const std::string who : {"li-na", "wang-wei", "zhou-jie"})
        office.did("reeve org person leave " + who + " --as chen-yu");
    refused(office, "reeve org person leave chen-yu --as chen-yu", "last in service");
}

TEST(Validate, WarnsOfWhatComesAgainWithinAMinute) {
    Office office;
    office.did("sed 's/\"repeat\": \"[^\"]*\"/\"repeat\": \"1 s\"/' noise.json > short.json");
    EXPECT_THAT(office.did("reeve validate short.json --from 2026-01-01").err,
                HasSubstr("less than a minute"));
}

TEST(Validate, WarnsOfAPauseThatNobodyNeedEnd) {
    Office office;
    EXPECT_THAT(office.did("reeve validate noise.json --from 2026-01-01").err, Not(HasSubstr("paused")));
    office.did("sed 's/\"pause_at_most\": \"[^\"]*\", //' noise.json > endless.json");
    EXPECT_THAT(office.did("reeve validate endless.json --from 2026-01-01").err,
                HasSubstr("endless.json:31:79: warning: the clock may be paused for ever"));
}

}  // namespace
}  // namespace reeve::cli
