// Each wrong use: the exit code, and a sentence that says what would be right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/office.h"

namespace reeve::cli {
namespace {

using testing::HasSubstr;

struct Wrong {
    const char* line;
    int exit;
    const char* says;
};

TEST(WrongUse, IsSaidWithWhatWouldBeRight) {
    Office office;
    office.start();
    const Wrong wrongs[] = {
        {"reeve", 2, "reeve --help lists the commands"},
        {"reeve --data office case list", 2, "write --data behind the command"},
        {"reeve case list --jsno", 2, "did you mean \"--json\""},
        {"reeve cass list", 2, "cass"},
        {"reeve case start", 2, "DEFINITION is required"},
        {"reeve case start noise --as li-na", 2, "--unit is required"},
        {"REEVE_DATA= reeve case list", 2, "reeve init DIR"},
        {"reeve case list --data nowhere", 1, "reeve init"},
        {"reeve case start noise --unit north --set place=x", 2, "--as PERSON"},
        {"reeve case start noise --unit north --set place=x --as li-nan", 1, "did you mean \"li-na\""},
        {"reeve case start niose --unit north --as li-na", 1, "did you mean \"noise\""},
        {"reeve case start noise --version 7 --unit north --as li-na", 1, "version"},
        {"reeve case start noise --unit nroth --set place=x --as li-na", 1, "did you mean \"north\""},
        {"reeve case start noise --unit north --set plase=x --as li-na", 1, "did you mean \"place\""},
        {"reeve case start noise --unit north --set place --as li-na", 2, "PATH=VALUE"},
        {"reeve case start noise --unit north --set persons=few --as li-na", 1, "whole number"},
        {"reeve case start noise --unit north --set persons=nan --as li-na", 1, "whole number"},
        {"reeve case start noise --unit north --set place=x --as li-na --key ''", 1, "this is empty"},
        {"reeve init another --rehearsal=", 1, "this is empty"},
        {"reeve case note noise-1 x --occurred '' --as li-na", 1, "--occurred: this is empty"},
        {"reeve case list --owner ''", 1, "--owner: this is empty"},
        {"reeve case start noise --unit north --set place=x --as li-na --key open:noise-1/3", 1,
         "the engine's own"},
        {"reeve case start noise --unit north --set night=maybe --as li-na", 1, "true or false"},
        {"reeve case start noise --unit north --set streets=a --as li-na", 1, "a JSON list"},
        {"reeve case start noise --unit north --set caller=a --as li-na", 1, "a JSON object"},
        {"reeve case start noise --unit north --as li-na", 1, "place"},
        {"reeve case start noise --unit north --data-file nothing.json --as li-na", 2, "nothing.json"},
        {"echo '[1]' > list.json; reeve case start noise --unit north --data-file list.json --as "
         "li-na",
         1, "list.json:1:1: expected a JSON object"},
        {"reeve case show noise-l", 1, "did you mean \"noise-1\""},
        {"reeve case act noise-1 acept --as li-na", 1, "accept"},
        {"reeve case act noise-1 accept --as li-na", 1, "acceptance-notice"},
        {"reeve case act noise-1 accept --document notice.pdf --as li-na", 2, "KIND=FILE"},
        {"reeve case start noise --unit north --set place=Oak Street 7 --as li-na", 2,
         "\"Street 7\" belongs to nothing"},
        {"reeve case act noise-1 accept --document acceptance-notice=none.pdf --as li-na", 1, "none.pdf"},
        {"reeve task done noise-1 --as li-na", 2, "reeve: TASK: expected CASE/ID"},
        {"reeve bench engine --rounds 0", 2, "not in range 1 to 1000"},
        {"reeve case transfer noise-1 --to sud --as li-na", 1, "--to: there is no unit \"sud\""},
        {"reeve case transfer noise-1 --to south --as li-na", 1, "reason"},
        {"reeve case own noise-1 wang-wie --reason x --as chen-yu", 1, "wang-wie"},
        {"reeve case reopen noise-1 --reason x --as li-na", 1, "open"},
        {"reeve case correct noise-1 --reason x --as li-na", 2, "--set PATH=VALUE"},
        {"reeve case migrate --as li-na", 2, "--definition"},
        {"reeve case migrate noise-1 --stage a --as li-na", 2, "OLD=NEW"},
        {"reeve case list --light pink", 2, "pink"},
        {"reeve case list --status lost", 2, "lost"},
        {"reeve case list --unit west", 1, "there is no unit \"west\""},
        {"reeve case act accept noise-1 --as li-na", 1, "reeve case act noise-1 accept"},
        {"reeve task done t1 --as li-na", 2, "CASE/ID"},
        {"reeve task done noise-1/t77 --as li-na", 1, "t77"},
        {"reeve task list --person nobody", 1, "reeve org show --people"},
        {"reeve task follow-up noise-1 Visit --due 'ten moons' --as li-na", 1, "--due"},
        {"reeve clock pause noise-1 --clock regstered --reason x --as li-na", 1,
         "did you mean \"registered\""},
        {"reeve clock pause noise-1 --reason x --as li-na", 1, "pause"},
        {"reeve clock resume noise-1 --as li-na", 1, "no clock that is paused"},
        {"reeve clock extend noise-1 --by 'soon' --reason x --as li-na", 1, "--by"},
        {"reeve clock exclude noise-1 --from yesterday --to 2026-03-05 --reason x --as li-na", 1, "--from"},
        {"reeve request approve r9 --as chen-yu", 2, "CASE/ID"},
        {"reeve request approve noise-1/r9 --as chen-yu", 1, "r9"},
        {"reeve escalation acknowledge noise-1/e9 --as li-na", 1, "e9"},
        {"reeve escalation list --from never", 1, "--from"},
        {"reeve job complete noise-1/j9 --as system", 1, "system"},
        {"reeve job complete noise-1/j9 --as chen-yu", 1, "j9"},
        {"reeve explain noise-1 --clock nothing", 1, "reeve clock show"},
        {"reeve definition show niose", 1, "reeve definition list"},
        {"reeve definition show noise --version 3", 1, "the newest is 1"},
        {"echo '{\"id\": \"a\" \"title\": \"A\"}' > bad.json; reeve definition deploy bad.json --as chen-yu",
         1, "bad.json:1:12: a comma is missing before this"},
        {": > bad.json; reeve validate bad.json", 1, "the file is empty"},
        {"sed 's/\"stages\"/\"stagges\"/' noise.json > bad.json; reeve validate bad.json", 1,
         "did you mean \"stages\""},
        {"reeve calendar between --zone Asia/Shanghai 2026-03-03T09:00 2026-03-02T09:00", 1,
         "write the earlier one first"},
        {"reeve calendar check cn-office", 1, "write the path of cn-office.json"},
        {"reeve calendar recur --rule FREQ=DAILY --start 2026-03-02T09:00", 1, "--zone ZONE"},
        {"echo '{' > bad.json; reeve definition deploy bad.json --as chen-yu", 1, "bad.json:"},
        {"reeve definition deploy nothing.json --as chen-yu", 2, "nothing.json"},
        {"echo '{\"units\": 3}' > bad.json; reeve org load bad.json --as chen-yu", 1, "bad.json:1:"},
        {"reeve org unit set west --level township --parent nowhere --as chen-yu", 1, "nowhere"},
        {"reeve org unit remove north --as chen-yu", 1, "north"},
        {"reeve org post set north clerk --holder nobody --as chen-yu", 1, "nobody"},
        {"reeve org person add x --reach mail --as chen-yu", 2, "CHANNEL=ADDRESS"},
        {"reeve org absence add li-na --from 2026-03-09 --to 2026-03-08 --as chen-yu", 1, "before"},
        {"reeve org absence add li-na --from 2026-03-09 --to 2026-03-10 --substitute li-na --as chen-yu", 1,
         "substitute"},
        {"reeve init office", 1, "already"},
        {"reeve init other --rehearsal someday", 1, "--rehearsal"},
        {"reeve case list --now 2026-03-01T09:00:00+08:00", 1, "does not run back"},
        {"reeve case list --now later", 1, "--now"},
        {"reeve init live; reeve case list --data live --now 2026-03-05T09:00:00+08:00", 1,
         "--now is refused"},
        {"reeve check --data nowhere", 1, "nowhere"},
        {"reeve restore notice.pdf --data again", 1, "notice.pdf"},
        {"reeve backup notice.pdf", 1, "notice.pdf"},
        {"reeve completion csh", 2, "csh"},
        {"reeve case", 2, "say which command of reeve case; reeve case --help lists them"},
        {"reeve case strat", 2, "did you mean \"start\"?; reeve case --help"},
        {"reeve help nonsense", 2, "has no command \"nonsense\""},
        {"reeve case list --limit 0", 2, "--limit"},
        {"reeve case list --limit 99999999999999999999", 2, "--limit"},
        {"reeve backup nowhere/copy.reeve", 1, "there is no folder"},
        {"reeve init notice.pdf", 1, "this is a file"},
        {"reeve init notice.pdf/office", 1, "is no folder"},
        {"reeve init .", 1, "holds other files"},
        {"reeve demo --data .", 1, "holds other files"},
        {"reeve init new --organisation organisation.json", 2, "--as PERSON"},
        {"reeve init new --organisation organisation.json --as li-nan", 1, "did you mean \"li-na\""},
        {"reeve case list --now 2062-03-05T09:00:00+08:00", 1, "is the year right?"},
        {"reeve init bare --rehearsal 2026-03-02T09:00:00+08:00; reeve org load organisation.json --data "
         "bare --as me",
         1, "the file knows no \"me\""},
        {"reeve org load organisation.json --data bare --as li-na; reeve org absence add li-na --from "
         "2026-03-09 --to "
         "2026-03-13 --data bare --as li-na",
         1, "once a definition is deployed"},
    };
    const auto before = office.did("reeve case history noise-1").out;
    for (const auto& wrong : wrongs) {
        auto ran = office.run(wrong.line);
        EXPECT_EQ(ran.exit, wrong.exit) << wrong.line << "\n" << ran.out << ran.err;
        EXPECT_THAT(ran.err, HasSubstr(wrong.says)) << wrong.line;
        EXPECT_LT(std::count(ran.err.begin(), ran.err.end(), '\n'), 5) << wrong.line << "\n" << ran.err;
    }
    EXPECT_EQ(office.did("reeve case history noise-1").out, before) << "wrong use changed something";
}

TEST(WrongUse, IsJsonWhenAskedFor) {
    Office office;
    auto ran = office.run("reeve case show nothing --json");
    EXPECT_EQ(ran.exit, 1);
    EXPECT_EQ(ran.out, "");
    auto error = nlohmann::json::parse(ran.err)["error"];
    EXPECT_EQ(error["code"], "no-such-case");
    EXPECT_EQ(error["place"], "CASE");
    for (const char* line :
         {"reeve case lsit --json", "reeve case show --json", "reeve case list --lmit 3 --json",
          "reeve case start noise --unit north --json"}) {
        ran = office.run(line);
        EXPECT_EQ(ran.exit, 2) << line;
        EXPECT_EQ(nlohmann::json::parse(ran.err)["error"]["code"], "wrong-use") << line;
    }
    EXPECT_TRUE(office.did("reeve --version --json").json().contains("version"));
}

}  // namespace
}  // namespace reeve::cli
