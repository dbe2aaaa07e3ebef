// reeve archive, and what is said of a case that left.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/unit/cli/office.h"

namespace reeve::cli {
namespace {

using testing::HasSubstr;

TEST(Archive, MovesWhatIsOverAndIsReadLikeAFolder) {
    Office office;
    const auto id = office.start();
    office.did("mkdir papers; reeve case document " + id + " photo=notice.pdf --as chen-yu");
    EXPECT_THAT(office
                    .run("cp notice.pdf \"$(printf 'odd\\nname.pdf')\"; reeve case document " + id +
                         " \"photo=$(printf 'odd\\nname.pdf')\" --as chen-yu")
                    .err,
                HasSubstr("of one line"));
    office.did("long=notice-$(printf '%0240d' 0).pdf; cp notice.pdf $long; reeve case document " + id +
               " photo=$long --as chen-yu");
    office.did("reeve case cancel " + id + " --reason 'entered twice' --as chen-yu");
    const auto open = office.start();
    office.did("reeve case show " + open + " --now 2026-03-04T09:00:00+08:00");
    const std::string asked = "reeve archive old.archive --before 2026-03-03 --as chen-yu",
                      command = asked + " --reason 'two years'";
    // Until the alerts of the case have reached somebody it stays, and the command says so.
    const auto held = office.did(asked + " --dry-run --json").json();
    EXPECT_EQ(held["cases"], 0);
    EXPECT_EQ(held["staying"]["an alert of it is not delivered"], 1);
    for (const auto& alert : office.did("reeve alert list --json --case " + id).json())
        if (alert["person"] != "petitioner")
            office.did("reeve alert told " + alert["id"].get<std::string>() +
                       " --reason 'at the desk' --as chen-yu");
    EXPECT_THAT(office.did(asked + " --dry-run").out, HasSubstr("1 case would be archived"));
    EXPECT_THAT(office.did(command).out, HasSubstr("Archived 1 case with"));
    EXPECT_THAT(office.did("reeve check").out, HasSubstr("All is well"));
    EXPECT_THAT(office.did("reeve rebuild").out, HasSubstr("every row was as before"));
    EXPECT_THAT(office.did("reeve check --data old.archive").out, HasSubstr("1 case, 0 open"));
    EXPECT_THAT(office.did("reeve case show " + id + " --data old.archive").out, HasSubstr(id));
    EXPECT_THAT(office.did("reeve case list --data old.archive --status cancelled").out, HasSubstr(id));
    EXPECT_THAT(office.did("reeve case documents " + id + " --data old.archive --save papers").out,
                HasSubstr("papers/1-notice.pdf"));
    office.did("cmp notice.pdf papers/1-notice.pdf; cmp notice.pdf papers/2-$(printf '%0196d' 0).pdf");
    office.did("reeve case documents " + id + " --data old.archive --save papers");
    office.did("echo more >>papers/1-notice.pdf");
    EXPECT_THAT(office.run("reeve case documents " + id + " --data old.archive --save papers").err,
                HasSubstr("nothing is written over"));
    for (const auto& line : {"reeve case show " + id,
                             "reeve case reopen " + id + " --reason why --to registered --as chen-yu"}) {
        const auto ran = office.run(line);
        EXPECT_EQ(ran.exit, 1) << line << ran.out << ran.err;
        EXPECT_THAT(ran.err, HasSubstr("was archived at")) << line;
        EXPECT_THAT(ran.err, HasSubstr("old.archive")) << line;
    }
    const auto again = office.did(command + " --json").json();
    EXPECT_EQ(again["cases"], 0);
    EXPECT_EQ(again["before_this_run"], 1);
    EXPECT_THAT(office.run("reeve restore old.archive --data other").err, HasSubstr("this is an archive"));
    EXPECT_THAT(office.run("reeve case note " + id + " text --as chen-yu --data old.archive").err,
                HasSubstr("nothing in it changes"));
}

TEST(Archive, RefusesInASentence) {
    Office office;
    const std::string tail = " --reason old --as chen-yu";
    EXPECT_THAT(office.did("reeve archive a --before 2026-03-01" + tail).out,
                HasSubstr("nothing to archive"));
    EXPECT_THAT(office.run("reeve archive a --before 2027-01-01" + tail).err,
                HasSubstr("lies in the future"));
    EXPECT_THAT(office.run("reeve archive a --before yesterday" + tail).err, HasSubstr("--before"));
    EXPECT_THAT(office.run("reeve archive a --before 2026-03-01 --as chen-yu").err, HasSubstr("say why"));
    EXPECT_THAT(office.run("reeve archive notice.pdf --before 2026-03-01" + tail).err,
                HasSubstr("overwrites nothing"));
}

}  // namespace
}  // namespace reeve::cli
