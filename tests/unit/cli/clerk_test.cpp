// What a clerk who never saw the code stumbled on, each with what the commands say now.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/office.h"

namespace reeve::cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string accept = "reeve case act noise-1 accept --document acceptance-notice=notice.pdf --as li-na";

json item(const json& list, const char* key, const std::string& value) {
    for (const auto& one : list)
        if (one[key] == value) return one;
    ADD_FAILURE() << "no item with " << key << " " << value << " in " << list.dump(1);
    return {};
}

TEST(Clerk, ReadsAMidnightAsTheEndOfTheDayBefore) {
    Office office;
    office.start();
    office.did(accept);
    EXPECT_EQ(item(office.did("reeve clock show noise-1 --json").json(), "name", "measured")["due"],
              "2026-03-18T00:00:00+08:00");
    for (const char* line : {"reeve clock show noise-1", "reeve case show noise-1", "reeve explain noise-1"})
        EXPECT_THAT(office.did(line).out, HasSubstr("end of 2026-03-17")) << line;
    EXPECT_THAT(office.did("reeve explain noise-1 --clock measured").out,
                HasSubstr("due at the end of the day"));
    office.did("reeve case list --now 2026-03-11T00:00:00+08:00");
    EXPECT_THAT(office.did("reeve alert list --person li-na").out,
                HasSubstr("measured is due at the end of 2026-03-17"));
}

TEST(Clerk, SeesTheWorkOfThoseTheyStandInFor) {
    Office office;
    office.start();
    office.did(accept);
    EXPECT_EQ(office.did("reeve task list --person li-na --json").json().size(), 0u);
    office.did(
        "reeve org absence add wang-wei --from 2026-03-02 --to 2026-03-04 --substitute li-na --as chen-yu");
    auto mine = office.did("reeve task list --person li-na --json").json();
    ASSERT_EQ(mine.size(), 2u);
    EXPECT_EQ(mine[0]["person"], "li-na");
    EXPECT_EQ(mine[0]["stands_for"], "wang-wei");
    EXPECT_EQ(office.did("reeve task list --person li-na --limit 1 --json").json().size(), 1u);
    office.did("reeve task done " + std::string(item(mine, "name", "visit")["task"]) + " --as li-na");
    EXPECT_EQ(office.did("reeve task list --person li-na --json --now 2026-03-04T09:00").json().size(), 0u)
        << "back again";
}

TEST(Clerk, IsToldWhatIsToBeApproved) {
    Office office;
    office.start();
    const auto asked = office.did(
        "reeve case act noise-1 decline --reason 'no noise' --document photo=notice.pdf --as li-na");
    const std::string what = "decline in registered, with photo \"notice.pdf\"";
    EXPECT_THAT(asked.out, HasSubstr("for " + what + " (no noise)"));
    for (const char* line :
         {"reeve request list", "reeve alert list --person chen-yu", "reeve case show noise-1"}) {
        EXPECT_THAT(office.did(line).out, HasSubstr(what)) << line;
        EXPECT_THAT(office.did(line).out, HasSubstr("no noise")) << line;
    }
    // Nobody says no when the case moves on.
    const auto moved = office.did(accept);
    EXPECT_THAT(moved.out, HasSubstr("lapsed: the stage was left before"));
    EXPECT_THAT(moved.out, Not(HasSubstr("refused")));
    office.did("reeve clock extend noise-1 --clock measured --by '5 days' --reason rain --as li-na");
    EXPECT_THAT(office.did("reeve request list").out, HasSubstr("5 days on measured"));
}

TEST(Clerk, SeesWhatAnActAndATaskStillNeed) {
    Office office;
    office.start();
    auto needs = [&](const char* action) {
        return item(office.did("reeve case show noise-1 --json").json()["actions"], "action",
                    action)["needs"];
    };
    EXPECT_THAT(needs("accept"), ElementsAre("document acceptance-notice"));
    EXPECT_THAT(needs("decline"), ElementsAre("a reason"));
    office.did("reeve case document noise-1 acceptance-notice=notice.pdf --as li-na");
    EXPECT_TRUE(needs("accept").empty()) << "attached already";
    office.did(accept);
    EXPECT_THAT(item(office.did("reeve task list --json").json(), "name", "measure")["needs"],
                ElementsAre("persons"));
    const auto shown = office.did("reeve case show noise-1").out;
    EXPECT_THAT(shown, HasSubstr("NEEDS"));
    EXPECT_THAT(shown, HasSubstr("caller not reached")) << "what its clocks allow";
    office.did("reeve case correct noise-1 --set persons=3 --reason told --as li-na");
    EXPECT_TRUE(item(office.did("reeve task list --json").json(), "name", "measure")["needs"].empty());
}

TEST(Clerk, LearnsWhoReallyGotWhatWasGivenToSomebodyAbsent) {
    Office office;
    office.start();
    office.did("reeve org post set north head --holder wang-wei --as chen-yu");
    office.did("reeve org absence add wang-wei --from 2026-03-02 --to 2026-04-01 --as chen-yu");
    const auto moved =
        office.did("reeve case reassign --from li-na --to wang-wei --reason 'moves on' --as chen-yu");
    EXPECT_THAT(moved.out, HasSubstr("owner: li-na -> chen-yu (wang-wei is absent, nobody stands in)"));
    const auto history = office.did("reeve case history noise-1").out;
    const std::string note = "Wang Wei is absent and no substitute is named";
    const auto first = history.find(note);
    ASSERT_NE(first, std::string::npos) << history;
    EXPECT_GT(history.find(note, first + 1), history.find('\n', first)) << "said twice in one line\n"
                                                                        << history;
}

TEST(Clerk, SeesInADryRunWhatTheyWouldBeRefused) {
    Office office;
    office.start();
    office.did("sed 's/4 working hours/3 working hours/' noise.json > newer.json");
    office.did("reeve definition deploy newer.json --as chen-yu");
    for (const char* how : {"--dry-run", "--reason shorter"}) {
        const auto ran =
            office.run(std::string("reeve case migrate --definition noise --as wang-wei ") + how);
        EXPECT_EQ(ran.exit, 1) << how;
        EXPECT_EQ(ran.out, "") << how << ": what was refused did not move";
        EXPECT_THAT(ran.err, HasSubstr("noise-1: wang-wei may not do this")) << how;
    }
}

TEST(Clerk, ReadsOfAPausedClockWhatWasCountedAndWhatRemains) {
    Office office;
    office.start();
    office.did(accept);
    office.did(
        "reeve clock pause noise-1 --clock measured --reason 'caller not reached' --as li-na --now "
        "2026-03-05T10:00");
    const auto why = office.did("reeve explain noise-1 --clock measured --now 2026-03-09T09:00").out;
    EXPECT_THAT(why, HasSubstr("what remains: 13 days"));
    EXPECT_THAT(why, HasSubstr("2026-03-03  day 1"));
    EXPECT_THAT(why, HasSubstr("2026-03-04  day 2"));
    EXPECT_THAT(why, HasSubstr("2026-03-05  stopped from here on"));
    EXPECT_THAT(why, Not(HasSubstr("day 3")));
    EXPECT_THAT(why, HasSubstr("and still, until end of 2026-04-04")) << "thirty days at most";
    const auto clocks = office.did("reeve clock show noise-1 --now 2026-03-09T09:00").out;
    EXPECT_THAT(clocks, HasSubstr("PAUSED UNTIL"));
    EXPECT_THAT(clocks, HasSubstr("end of 2026-04-04"));
    const auto shown = office.did("reeve case show noise-1 --now 2026-03-09T09:00").out;
    EXPECT_THAT(shown, HasSubstr("AT MOST"));
    EXPECT_THAT(shown, HasSubstr("caller not reached  end of 2026-04-04"));
}

TEST(Clerk, HasOfficeTimeLeftWhereTheClockCountsOfficeTime) {
    Office office;
    office.start();
    EXPECT_THAT(office.did("reeve case list").out, HasSubstr("4 working hours"));
    office.did(accept);
    const auto clocks = office.did("reeve clock show noise-1 --json").json();
    EXPECT_EQ(item(clocks, "name", "measured.visit")["left"], "5 working days");
    EXPECT_EQ(item(clocks, "name", "measured")["left"], "15 d 15 h") << "a limit by the calendar";
    EXPECT_EQ(item(office.did("reeve task list --json").json(), "name", "visit")["left"], "5 working days");
}

TEST(Clerk, FindsTheEscalationsInOrderWithWhatBecameOfThem) {
    Office office;
    office.start();
    office.did("reeve case list --now 2026-03-02T11:30");
    EXPECT_THAT(office.did("reeve escalation list").out, HasSubstr("to be answered by 2026-03-04T"));
    office.did("reeve escalation answer noise-1/e3 'with the caller' --as li-na");
    EXPECT_THAT(office.did("reeve escalation list").out, HasSubstr("answered"));
    office.did("reeve case list --now 2026-03-09T09:00");
    const auto all = office.did("reeve escalation list --json").json();
    ASSERT_GT(all.size(), 3u);
    EXPECT_THAT(office.did("reeve escalation list").out, HasSubstr("PLANNED"));
    EXPECT_GT(all[0]["at"], all[all.size() - 1]["at"]) << "the newest first";
    EXPECT_THAT(office.did("reeve escalation list").out, HasSubstr("3 repeat 1"));
    EXPECT_THAT(office.did("reeve case history noise-1").out, HasSubstr("step 3 (repeat 1) of clock"));
    const auto few = office.did("reeve escalation list --limit 2");
    EXPECT_THAT(few.err, HasSubstr("only the newest 2 are shown"));
    EXPECT_THAT(office.did("reeve case show noise-1").out, HasSubstr("registered  3 repeat 1  red"));
}

TEST(Clerk, FindsWhatWaitsForWhomTheyStandInFor) {
    Office office;
    office.start();
    office.did("reeve case act noise-1 decline --reason none --as li-na");
    ASSERT_THAT(office.did("reeve request list --person chen-yu --json").json().size(), 1u);
    EXPECT_THAT(office.did("reeve request list --person wang-wei").out, HasSubstr("No request waits"));
    office.did(
        "reeve org absence add chen-yu --from 2026-03-02T08:00 --to 2026-03-20 --substitute wang-wei --as "
        "chen-yu");
    EXPECT_EQ(office.did("reeve request list --person wang-wei --json").json().size(), 1u);
}

TEST(Clerk, IsToldOfANameThatNobodyBears) {
    Office office;
    for (const char* line : {"reeve alert list --person li-nan", "reeve escalation list --told li-nan",
                             "reeve request list --person li-nan", "reeve case list --owner li-nan"}) {
        const auto ran = office.run(line);
        EXPECT_EQ(ran.exit, 1) << line;
        EXPECT_THAT(ran.err, HasSubstr("did you mean \"li-na\"")) << line;
    }
    EXPECT_THAT(office.run("reeve case list --definition niose").err, HasSubstr("did you mean \"noise\""));
}

TEST(Clerk, IsToldHowAnOwnerIsNamed) {
    Office office;
    office.start();
    office.did("reeve case transfer noise-1 --to south --reason theirs --as li-na");
    office.did("reeve case transfer noise-1 --to north --reason 'not ours' --as chen-yu");
    const auto task = item(office.did("reeve task list --json").json(), "name", "name-owner");
    EXPECT_THAT(task["title"], HasSubstr("for the 2nd time"));
    EXPECT_THAT(task["next"], ElementsAre("case own"));
    EXPECT_FALSE(task["due"].is_null()) << "the clock that runs while nobody owns the case";
    for (const char* view :
         {"reeve case list", "reeve case show noise-1", "reeve board --now 2026-03-13T09:00:00+08:00"})
        EXPECT_THAT(office.did(view).out, HasSubstr("nobody")) << view;
}

TEST(Clerk, IsToldWhatBecameOfTheWorkOfWhoeverLeaves) {
    Office office;
    office.start();
    const auto left = office.did("reeve org person leave li-na --as chen-yu").out;
    EXPECT_THAT(left, HasSubstr("name an owner: reeve case own noise-1 PERSON"));
    EXPECT_THAT(left, HasSubstr("noise-1/t"));
}

TEST(Clerk, IsToldOfAFieldThatTheDefinitionDoesNotKnow) {
    Office office;
    const auto started =
        office.did("reeve case start noise --unit north --set place=here --set zzz=red --as li-na");
    EXPECT_THAT(started.err, HasSubstr("the definition knows no field \"zzz\""));
}

TEST(Clerk, IsToldWhatARestartDrops) {
    Office office;
    office.start();
    office.did(accept);
    office.did("reeve clock extend noise-1 --clock measured --by '5 days' --reason rain --as chen-yu");
    EXPECT_THAT(
        office.did("reeve clock restart noise-1 --clock measured --reason 'address corrected' --as li-na")
            .out,
        HasSubstr("what it was extended by is dropped: 5 days"));
}

TEST(Clerk, ReadsWhyAStageWasLeft) {
    Office office;
    office.start();
    office.did(accept);
    for (const auto& task : office.did("reeve task list --json").json())
        office.did("reeve task done " + std::string(task["task"]) + " --set persons=3 --as chen-yu");
    office.did("reeve case act noise-1 agree --as chen-yu");
    const auto history = office.did("reeve case history noise-1").out;
    EXPECT_THAT(history, HasSubstr("stage registered left by accept"));
    EXPECT_THAT(history, HasSubstr("stage measured left as nothing more was to be done in it"));
    EXPECT_TRUE(office.did("reeve case list --status closed --json").json()[0]["due"].is_null());
}

TEST(Clerk, BeginsARehearsalInTheZoneOfTheOrganisation) {
    Office office(false);
    const auto made = office.did(
        "reeve init other --rehearsal 2026-03-30T09:00 --organisation organisation.json --as chen-yu");
    EXPECT_THAT(made.out, HasSubstr("2026-03-30T09:00:00+08:00"));
}

TEST(Clerk, SeesWhatADefinitionDemands) {
    Office office;
    const auto shown = office.did("reeve definition show noise").out;
    for (const char* part : {"decline -> declined (approved by head)", "accept: document acceptance-notice",
                             "decline: a reason", "measure: persons", "ACKNOWLEDGE IN", "REPEATS EVERY"})
        EXPECT_THAT(shown, HasSubstr(part));
    office.did("sed 's/inspector/surveyor/' noise.json > other.json");
    EXPECT_THAT(office.did("reeve definition deploy other.json --as chen-yu").err,
                HasSubstr("the organisation has no role \"surveyor\""));
}

TEST(Clerk, SeesWhatAnOrganisationFileWouldChange) {
    Office office;
    office.did("sed 's/\"Li Na\"/\"Li Nan\"/' organisation.json > newer.json");
    const auto dry = office.did("reeve org load newer.json --dry-run --as chen-yu").out;
    EXPECT_THAT(dry, HasSubstr("person li-na: changed"));
    EXPECT_THAT(dry, HasSubstr("1 change would be made"));
    EXPECT_THAT(office.did("reeve org load newer.json --as chen-yu").out, HasSubstr("1 change recorded"));
}

TEST(Clerk, IsToldWhichRowOfADamagedFolderIsWrongAndHow) {
    Office office;
    office.start();
    office.did(
        "python3 -c 'import sqlite3; db = sqlite3.connect(\"office/reeve.db\"); "
        "db.execute(\"UPDATE clocks SET due = due + 3600000\"); db.commit()'");
    const auto checked = office.run("reeve check");
    EXPECT_EQ(checked.exit, 1);
    EXPECT_THAT(checked.out + checked.err,
                HasSubstr("table clocks, case_id \"noise-1\", id \"c1\", column due: found "
                          "2026-03-02T08:00:00Z, expected 2026-03-02T07:00:00Z"));
}

TEST(Clerk, IsToldEveryFaultOfAnOrganisationFileAtOnce) {
    Office office;
    office.did(
        "sed 's/\"holders\": \\[\"li-na\"\\]/\"holders\": [\"li-nan\"]/; s/\"level\": \"office\"/\"level\": "
        "3/' "
        "organisation.json > newer.json");
    const auto ran = office.run("reeve org load newer.json --as chen-yu");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, HasSubstr("level"));
    EXPECT_THAT(ran.err, HasSubstr("did you mean \"li-na\""));
    EXPECT_THAT(ran.err, Not(HasSubstr("there is no unit")))
        << "nothing that only follows from another fault";
}

TEST(Clerk, IsHelpedWhereverTheyLook) {
    Office office;
    EXPECT_THAT(office.did("reeve help").out, HasSubstr("Usage: reeve"));
    EXPECT_THAT(office.did("reeve help case list").out, HasSubstr("Usage: reeve case list"));
    EXPECT_THAT(office.did("reeve case transfer --help").out, HasSubstr("Why; kept in the history (needed)"));
    EXPECT_THAT(office.did("reeve completion bash").out,
                HasSubstr("'case list --light') echo 'green blue yellow orange red'"));
    EXPECT_THAT(office.did("reeve calendar check cn-office.json").out, HasSubstr("it covers 20"));
    EXPECT_THAT(office.did("reeve validate noise.json").out, HasSubstr("1 ladder\n"));
}

TEST(Clerk, FindsCasesThatHaveEnded) {
    Office office;
    EXPECT_THAT(office.did("reeve case list").out, HasSubstr("No case fits."));
    office.start();
    office.did("reeve case cancel noise-1 --reason 'entered twice' --as chen-yu");
    EXPECT_THAT(office.did("reeve case list").out,
                HasSubstr("No open case fits; 1 case that has ended: --status all."));
    EXPECT_THAT(office.did("reeve case list --definition noise --light red").out, HasSubstr("No case fits."));
    EXPECT_THAT(office.did("reeve case list --status all").out, HasSubstr("OUTCOME"));
}

}  // namespace
}  // namespace reeve::cli
