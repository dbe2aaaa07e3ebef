// A case worker's day and week, through the real command.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/unit/cli/office.h"

namespace reeve::cli {
namespace {

using testing::HasSubstr;

// The only item of the list for which `key` is `value`.
nlohmann::json one(const nlohmann::json& list, const char* key, const std::string& value) {
    nlohmann::json found;
    for (const auto& item : list)
        if (item[key] == value) found = item;
    EXPECT_FALSE(found.is_null()) << "no item with " << key << " " << value << " in " << list.dump(1);
    return found;
}

TEST(Day, OfACaseWorkerFromRegistrationToReopening) {
    Office office;
    const auto id = office.start("--title 'Hammering at night' --key letter-17");
    EXPECT_EQ(id, "noise-1");

    // What is mine today, how long have I got, what comes next.
    auto mine = office.did("reeve task list --person li-na --json").json();
    ASSERT_EQ(mine.size(), 1u);
    EXPECT_EQ(mine[0]["light"], "green");
    EXPECT_EQ(mine[0]["due"], "2026-03-02T15:00:00+08:00");
    EXPECT_EQ(mine[0]["left"], "4 working hours");
    EXPECT_EQ(mine[0]["next"], nlohmann::json({"accept", "look-up", "decline"}));

    // Half of the time is gone: the ladder's first step, said on opening in one line.
    auto later = office.run("reeve case list --now 2026-03-02T11:30:00+08:00");
    EXPECT_THAT(later.err, HasSubstr("fell due in 1 case: 1 escalation"));
    EXPECT_THAT(later.out, HasSubstr("blue"));
    const std::string fired =
        office.did("reeve escalation list --unacknowledged --json").json()[0]["escalation"];
    office.did("reeve escalation acknowledge " + fired + " --reason 'today' --as li-na");
    EXPECT_EQ(office.did("reeve escalation list --unacknowledged --json").json().size(), 0u);
    office.did("reeve escalation answer " + fired + " 'with the caller' --as li-na");

    office.did("reeve case act " + id + " accept --document acceptance-notice=notice.pdf --as li-na");
    auto shown = office.did("reeve case show " + id + " --json").json();
    EXPECT_EQ(shown["stages"][0]["stage"], "measured");
    EXPECT_EQ(shown["documents"][0]["kind"], "acceptance-notice");

    // Four interruptions. The limit: 15 days from 2 March end with the 17th.
    auto limit = [&] {
        return one(office.did("reeve clock show " + id + " --json").json(), "name", "measured");
    };
    EXPECT_EQ(limit()["due"], "2026-03-18T00:00:00+08:00");
    office.did("reeve clock pause " + id + " --clock measured --reason 'caller not reached' --as li-na");
    EXPECT_EQ(limit()["status"], "paused");
    office.did("reeve clock resume " + id + " --as li-na --now 2026-03-04T11:30:00+08:00");
    EXPECT_EQ(limit()["status"], "running");
    const std::string paused_due = limit()["due"];
    EXPECT_GT(paused_due, "2026-03-18T00:00:00+08:00");
    office.did("reeve clock extend " + id +
               " --clock measured --by '5 days' --reason 'device broken' --as li-na");
    EXPECT_EQ(limit()["due"], paused_due) << "an extension waits for its approval";
    auto waiting = office.did("reeve request list --person chen-yu --json").json();
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting[0]["reason"], "device broken");
    office.did("reeve request approve " + std::string(waiting[0]["request"]) + " --reason seen --as chen-yu");
    EXPECT_GT(limit()["due"], paused_due);
    EXPECT_EQ(office.did("reeve request list --json").json().size(), 0u);

    // Why this date: day by day, the article, the pause, the steps.
    auto why = office.did("reeve explain " + id + " --clock measured");
    for (const char* part :
         {"Noise Act, article 9", "2026-03-05", "caller not reached", "device broken", "50%"})
        EXPECT_THAT(why.out, HasSubstr(part));

    // To another unit, where the clerk is on leave: the substitute is named.
    office.did("reeve case transfer " + id + " --to south --reason 'their street' --as li-na");
    EXPECT_EQ(office.did("reeve case show " + id + " --json").json()["unit"], "south");

    for (const auto& task : office.did("reeve task list --case " + id + " --json").json())
        office.did("reeve task done " + std::string(task["task"]) + " --set persons=3 --as chen-yu");
    office.did("reeve case act " + id + " agree --as chen-yu");
    EXPECT_EQ(office.did("reeve case list --status closed --json").json()[0]["outcome"], "settled");
    office.did("reeve case reopen " + id + " --reason 'the noise is back' --as chen-yu");
    EXPECT_EQ(office.did("reeve case show " + id + " --json").json()["cycle"], 2);

    auto history = office.did("reeve case history " + id).out;
    for (const char* part : {"case started under noise version 1 at north", "escalation", "paused",
                             "approved by", "transferred from north to south", "case closed: settled",
                             "case reopened, cycle 2: the noise is back"})
        EXPECT_THAT(history, HasSubstr(part));
    EXPECT_THAT(office.did("reeve check").out, HasSubstr("All is well"));
}

TEST(Day, TheSameKeyGivesTheFirstAnswerAgain) {
    Office office;
    const std::string line =
        "reeve case start noise --unit north --set place=here --key letter-1 --as li-na --json";
    auto first = office.did(line).json(), again = office.did(line).json();
    EXPECT_EQ(first["case"], again["case"]);
    EXPECT_FALSE(first["repeated"].get<bool>());
    EXPECT_TRUE(again["repeated"].get<bool>());
    EXPECT_EQ(office.did("reeve case list --json").json().size(), 1u);
}

TEST(Day, TheReceiptCodeIsGivenAtTheStartAndPrintedAgain) {
    Office office;
    const std::string line = "reeve case start noise --unit north --set place=here --key letter-1 --as li-na";
    const auto first = office.did(line + " --json").json();
    const std::string code = first["receipt_code"], id = first["case"];
    EXPECT_EQ(code.size(), 29u);
    EXPECT_EQ(office.did(line + " --json").json()["receipt_code"], code);
    EXPECT_THAT(office.did(line).out, HasSubstr("receipt code for the person who asked: " + code));
    EXPECT_THAT(office.did("reeve case receipt " + id).out, HasSubstr(code + "\n"));
    EXPECT_EQ(office.did("reeve case receipt " + id + " --json").json()["page"], "/receipt/" + code);
    EXPECT_NE(office.did("reeve case start noise --unit north --set place=here --as li-na --json")
                  .json()["receipt_code"],
              code);
    EXPECT_THAT(office.did("reeve case note " + id + " seen --as li-na").out,
                testing::Not(HasSubstr("receipt")));
    const auto none = office.run("reeve case receipt noise-77");
    EXPECT_EQ(none.exit, 1);
    EXPECT_THAT(none.err, HasSubstr("noise-77"));
    // A backup is one file, and has it.
    office.did("reeve backup copy.reeve");
    office.did("reeve restore copy.reeve --data other");
    EXPECT_EQ(office.did("reeve case receipt " + id + " --data other --json").json()["receipt_code"], code);
    office.did("reeve rebuild");
    EXPECT_EQ(office.did("reeve case receipt " + id + " --json").json()["receipt_code"], code);
    EXPECT_THAT(office.did("reeve check").out, HasSubstr("All is well"));
}

TEST(Day, ChangesMadeMeanwhileAreNotOverwritten) {
    Office office;
    const auto id = office.start();
    const auto revision =
        std::to_string(office.did("reeve case show " + id + " --json").json()["revision"].get<int>());
    office.did("reeve case note " + id + " first --as li-na --expect " + revision);
    auto late = office.run("reeve case note " + id + " second --as li-na --expect " + revision + " --json");
    EXPECT_EQ(late.exit, 1);
    EXPECT_EQ(nlohmann::json::parse(late.err)["error"]["code"], "changed-meanwhile");
}

TEST(Day, WhileAnotherReeveHasTheFolderReadingWorksAndAChangeSaysWhoHoldsIt) {
    Office office;
    const auto id = office.start();
    const int lock = ::open((office.folder() / "office/lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
    EXPECT_THAT(office.did("reeve case list").out, HasSubstr(id));
    EXPECT_THAT(office.did("reeve org show").out, HasSubstr("Li Na"));
    EXPECT_THAT(office.did("reeve explain " + id).out, HasSubstr("registered"));
    auto refused = office.run("reeve case note " + id + " text --as li-na --wait 0");
    EXPECT_EQ(refused.exit, 1);
    EXPECT_THAT(refused.err, HasSubstr("process " + std::to_string(::getpid())));
    ::close(lock);
    office.did("reeve case note " + id + " text --as li-na");
}

TEST(Day, AWeekAwayIsSaidInOneLine) {
    Office office;
    for (int i = 0; i < 3; ++i) office.start();
    auto back = office.run("reeve board --now 2026-03-09T09:00:00+08:00");
    EXPECT_EQ(std::count(back.err.begin(), back.err.end(), '\n'), 1) << back.err;
    EXPECT_THAT(back.err, HasSubstr("fell due in 3 cases"));
    EXPECT_THAT(back.out, HasSubstr("noise-3"));
    EXPECT_EQ(office.run("reeve board").err, "");
    EXPECT_THAT(office.did("reeve alert list --person chen-yu").out, HasSubstr("noise-1"));
}

TEST(Day, APersonWhoLeavesHandsEverythingOver) {
    Office office;
    office.start();
    office.start();
    auto moved =
        office.did("reeve case reassign --from li-na --to wang-wei --reason 'moves on' --as chen-yu --json");
    EXPECT_EQ(moved.json().size(), 2u);
    EXPECT_EQ(office.did("reeve task list --person li-na --json").json().size(), 0u);
    EXPECT_EQ(office.did("reeve task list --person wang-wei --json").json().size(), 2u);
    office.did("reeve org person leave li-na --as chen-yu");
    auto gone = office.run("reeve case note noise-1 text --as li-na");
    EXPECT_EQ(gone.exit, 1);
    EXPECT_THAT(gone.err, HasSubstr("has left"));
}

TEST(Day, ABackupIsRestoredAndProvedEqual) {
    Office office;
    office.start();
    office.did("reeve backup office.backup");
    office.did("reeve restore office.backup --data again --rehearsal 2026-03-02T09:00:00+08:00");
    EXPECT_EQ(office.did("reeve case show noise-1 --json").out,
              office.did("reeve case show noise-1 --json --data again").out);
    EXPECT_THAT(office.did("reeve rebuild --data again").out, HasSubstr("every row was as before"));
    EXPECT_EQ(office.run("reeve restore office.backup --data again").exit, 1);
}

TEST(Day, AForecastSaysWhatComesAndWritesNothing) {
    Office office;
    office.start();
    const auto rows = office.did("reeve forecast --within '10 days' --json").json();
    ASSERT_FALSE(rows.empty());
    EXPECT_EQ(rows[0]["case"], "noise-1");
    EXPECT_GE(rows[0]["at"], "2026-03-02T09:00:00+08:00");
    bool due = false;
    for (const auto& row : rows) due |= row["kind"] == "due" && row["at"] == "2026-03-02T15:00:00+08:00";
    EXPECT_TRUE(due) << rows.dump(1);
    EXPECT_THAT(office.did("reeve forecast --limit 1").err, HasSubstr("there is more"));
    EXPECT_EQ(office.did("reeve case list --json").json()[0]["light"], "green");
    EXPECT_EQ(office.run("reeve forecast --within '3 years'").exit, 1);
    EXPECT_EQ(office.run("reeve forecast --person li-nna").exit, 1);
}

TEST(Day, WhatAPersonHasIsShownBeforeItIsGivenToAnother) {
    Office office;
    office.start();
    const auto dry =
        office.did("reeve case reassign --from li-na --to wang-wei --dry-run --as chen-yu --json");
    ASSERT_FALSE(dry.json().empty());
    EXPECT_EQ(office.did("reeve case show noise-1 --json").json()["owner"], "li-na");
    const auto done =
        office.did("reeve case reassign --from li-na --to wang-wei --reason moved --as chen-yu --json");
    EXPECT_EQ(done.json()[0]["changes"], dry.json()[0]["changes"]);
    EXPECT_EQ(office.did("reeve case show noise-1 --json").json()["owner"], "wang-wei");
}

TEST(Day, NobodyHasReadACaseOverAServiceThatNeverRan) {
    Office office;
    office.start();
    EXPECT_THAT(office.did("reeve access list --case noise-1").out, HasSubstr("Nobody read that"));
    EXPECT_EQ(office.did("reeve access list --json").out, "[]\n");
    EXPECT_EQ(office.run("reeve access list --from yesterday").exit, 1);
}

TEST(Day, ANewVersionIsTriedBeforeCasesMove) {
    Office office;
    office.start();
    office.did("sed 's/4 working hours/3 working hours/' noise.json > newer.json");
    EXPECT_EQ(office.did("reeve definition deploy newer.json --as chen-yu --json").json()[0]["version"], 2);
    auto due = [&] { return office.did("reeve case list --json").json()[0]["due"]; };
    auto dry = office.did("reeve case migrate --definition noise --dry-run --as chen-yu --json").json();
    ASSERT_EQ(dry.size(), 1u);
    EXPECT_GT(dry[0]["changes"].size(), 0u);
    EXPECT_EQ(due(), "2026-03-02T15:00:00+08:00");
    office.did("reeve case migrate --definition noise --reason shorter --as chen-yu");
    EXPECT_EQ(due(), "2026-03-02T12:00:00+08:00");
}

TEST(Day, APausedClockShowsWhatRemains) {
    Office office;
    const auto id = office.start();
    office.did("reeve case act " + id + " accept --document acceptance-notice=notice.pdf --as li-na");
    office.did("reeve clock pause " + id + " --clock measured --reason 'caller not reached' --as li-na");
    // Fifteen days from 2 March end with the 17th. Paused over whole days, it counts fifteen from the day on
    // which it runs again, that day included.
    const std::string left = "15 days";
    for (const std::string now : {"2026-03-02T09:00:00+08:00", "2026-03-20T09:00:00+08:00"}) {
        const auto shown = office.did("reeve clock show " + id + " --json --now " + now).json();
        EXPECT_EQ(one(shown, "name", "measured")["left"], left) << now;
        EXPECT_EQ(
            one(office.did("reeve case show " + id + " --json").json()["clocks"], "name", "measured")["left"],
            left);
        EXPECT_THAT(office.did("reeve clock show " + id).out, HasSubstr(left));
        EXPECT_THAT(office.did("reeve case show " + id).out, HasSubstr(left));
        EXPECT_THAT(office.did("reeve explain " + id + " --clock measured").out, HasSubstr(left));
    }
    office.did("reeve clock resume " + id + " --as li-na");
    EXPECT_EQ(one(office.did("reeve clock show " + id + " --json").json(), "name", "measured")["left"],
              "14 d 15 h");
}

TEST(Day, AChangedCalendarIsPreviewedAgainstOpenCasesThenApplied) {
    Office office;
    office.start();
    auto due = [&] { return office.did("reeve case list --json").json()[0]["due"]; };
    EXPECT_EQ(due(), "2026-03-02T15:00:00+08:00");
    office.did("sed 's/\"holidays\": \\[/&{\"date\": \"2026-03-02\"}, /' cn-office.json > changed.json");
    auto unknown = office.run("reeve definition calendar changed.json --dry-run --as chen-yu");
    EXPECT_EQ(unknown.exit, 1);
    EXPECT_THAT(unknown.err, HasSubstr("in use: cn-office"));
    office.did("mv changed.json cn-office.json");
    auto dry = office.did("reeve definition calendar cn-office.json --dry-run --as chen-yu --json").json();
    ASSERT_EQ(dry.size(), 1u);
    EXPECT_EQ(dry[0]["changes"], nlohmann::json({"version 1 becomes 2",
                                                 "clock registered was due 2026-03-02T15:00:00+08:00, is "
                                                 "due 2026-03-03T15:00:00+08:00"}));
    EXPECT_EQ(due(), "2026-03-02T15:00:00+08:00");
    EXPECT_EQ(office.run("reeve definition calendar cn-office.json --as chen-yu").exit, 2)
        << "without a reason";
    auto put =
        office.did("reeve definition calendar cn-office.json --reason 'a holiday' --as chen-yu --json");
    EXPECT_THAT(put.err, HasSubstr("warning: 2027 lies beyond"));
    EXPECT_EQ(put.json()[0]["changes"], dry[0]["changes"]);
    EXPECT_EQ(due(), "2026-03-03T15:00:00+08:00");
    // It is what it is already.
    EXPECT_THAT(office.did("reeve definition calendar cn-office.json --reason again --as chen-yu").out,
                HasSubstr("No open case"));
}

}  // namespace
}  // namespace reeve::cli
