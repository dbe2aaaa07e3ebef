// A disk that is full, under the command line. The disk is a small one in memory where this process may mount
// one; a limit on the size of files, which anybody may set, stands in for it elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/cli/office.h"

namespace reeve::crash {
namespace {

using cli::Office;
using testing::HasSubstr;

// The same for both kinds: FULL is in force between "begin" and "end".
constexpr const char* day = R"(
tell() { echo "== $1"; shift; timeout 20 "$@" 2>&1; echo "exit $?"; }
begin
tell list reeve case list
tell later reeve case list --now 2026-03-10T09:00:00+08:00
tell show reeve case show noise-1
tell note reeve case note noise-1 seen --as li-na --json
tell check reeve check
end
tell again reeve case note noise-1 seen --as li-na
tell whole reeve check
tell escalations reeve escalation list --now 2026-03-10T09:00:00+08:00
)";

std::string part(const std::string& said, const std::string& name) {
    const auto from = said.find("== " + name + "\n");
    if (from == std::string::npos) return "not said";
    const auto begin = from + name.size() + 4;
    return said.substr(begin, said.find("\n== ", begin) - begin);
}

void expect_a_day_on_a_full_disk(const std::string& said) {
    EXPECT_THAT(part(said, "list"), HasSubstr("noise-1"));
    EXPECT_THAT(part(said, "show"), HasSubstr("noise-1"));
    EXPECT_THAT(part(said, "show"), HasSubstr("exit 0"));
    EXPECT_THAT(part(said, "later"), HasSubstr("the disk is full"));
    EXPECT_THAT(part(said, "note"), HasSubstr("\"code\":\"disk-full\""));
    EXPECT_THAT(part(said, "note"), HasSubstr("exit 1"));
    EXPECT_THAT(part(said, "again"), HasSubstr("exit 0"));
    EXPECT_THAT(part(said, "whole"), HasSubstr("All is well"));
    EXPECT_THAT(part(said, "escalations"), HasSubstr("noise-1"));
}

TEST(FullDisk, IsReadRefusesByNameAndGoesOnOnceThereIsRoom) {
    Office office;
    office.start();
    std::ofstream(office.folder() / "day.sh") << R"(
mount -t tmpfs -o size=2m none disk && cp -r office disk/office && cd disk && REEVE_DATA=$PWD/office || exit 77
begin() { head -c 9000000 /dev/zero >filler 2>/dev/null; }
end() { rm filler; }
)" << day;
    const auto ran = office.run("mkdir disk; unshare -rm sh day.sh");
    if (ran.exit == 77 || (ran.exit != 0 && ran.out.empty()))
        GTEST_SKIP() << "no small disk can be mounted here: " << ran.err;
    SCOPED_TRACE(ran.out);
    expect_a_day_on_a_full_disk(ran.out);
    EXPECT_THAT(part(ran.out, "check"), HasSubstr("All is well"));
}

TEST(FullDisk, ALimitOnTheSizeOfFilesIsAFullDisk) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "no program of the thread sanitizer starts under such a limit, not even an empty one";
#endif
    Office office;
    office.start();
    std::ofstream(office.folder() / "day.sh") << R"(
begin() { ulimit -S -f 0; }
end() { ulimit -S -f unlimited; }
)" << day;
    // What is said goes through a pipe: it is no file that could not grow.
    const auto ran = office.run("sh day.sh | cat");
    SCOPED_TRACE(ran.out);
    expect_a_day_on_a_full_disk(ran.out);
}

// The log finds no room, while the engine opens as ever: it must not be waited for until the clocks have had
// their steps.
TEST(FullDisk, ReadingDoesNotWaitForClocksThatRanOut) {
    Office office(false);
    office.did("reeve init live --organisation organisation.json --as chen-yu");
    office.did("sed 's/\"due\": \"[^\"]*\"/\"due\": \"1500 ms\"/' noise.json >quick.json");
    office.did("reeve definition deploy quick.json --data live --as chen-yu");
    const auto started = office.run(
        "for i in 1 2 3 4 5; do reeve case start noise --unit north --set place=x --data live --as li-na || "
        "exit; "
        "done; sleep 1.6");
    ASSERT_EQ(started.exit, 0) << started.err;
    const auto list = office.run("sh -c 'ulimit -S -f 65; timeout 20 reeve case list --data live' | cat");
    EXPECT_THAT(list.out, HasSubstr("noise-5"));
    EXPECT_THAT(list.err, HasSubstr("the disk is full"));
    const auto note = office.run(
        "sh -c 'ulimit -S -f 65; timeout 20 reeve case note noise-1 seen --data live --as li-na; echo exit "
        "$?' | cat");
    EXPECT_THAT(note.err, HasSubstr("the disk is full"));
    EXPECT_THAT(note.out, HasSubstr("exit 1"));
    EXPECT_THAT(office.did("reeve case list --data live").err, HasSubstr("escalations"));
    office.did("reeve check --data live");
}

// Wherever the room ends while a folder is made, that is what is said, and what is there is whole.
TEST(FullDisk, AFolderIsMadeWholeOrNotAtAll) {
    Office office(false);
    std::ofstream(office.folder() / "sizes.sh") << R"(
mkdir disk
for k in $(seq 40 20 480); do
    mount -t tmpfs -o size=${k}k none disk || exit 77
    echo "== $k"
    reeve init disk/live --organisation organisation.json --as chen-yu 2>&1; echo "exit $?"
    if [ -e disk/live/reeve.db ]; then reeve check --data disk/live 2>&1; fi
    umount disk
done
)";
    const auto ran = office.run("unshare -rm sh sizes.sh");
    if (ran.exit == 77 || (ran.exit != 0 && ran.out.empty()))
        GTEST_SKIP() << "no small disk can be mounted here: " << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("the disk is full"));
    EXPECT_THAT(part(ran.out, "480"), HasSubstr("exit 0"));
    EXPECT_THAT(ran.out, testing::Not(HasSubstr("damaged"))) << ran.out;
    EXPECT_THAT(ran.out, testing::Not(HasSubstr("malformed"))) << ran.out;
}

}  // namespace
}  // namespace reeve::crash
