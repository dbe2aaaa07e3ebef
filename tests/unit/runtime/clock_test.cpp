// What the engine makes of a wall clock that is wrong.
#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(WallClock, Law5AJumpOfMinutesFiresNothingEarly) {
    Office office;
    office.ask(Office::start("c-1"));
    ASSERT_TRUE(office.engine->run_until(monday + 24 * hour - minute));
    office.time->jump(monday + 24 * hour + 2 * minute);  // three minutes ahead, over the first step
    const auto refused = office.engine->ask(Office::note("c-1", "x"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "clock-jumped");
    EXPECT_THAT(refused.error().message, HasSubstr("accept"));
    EXPECT_THAT(office.events<core::EscalationFired>(), IsEmpty());
    office.time->jump(monday + 24 * hour - minute / 2);
    EXPECT_TRUE(office.engine->ask(Office::note("c-1", "the clock was set right")));
    EXPECT_THAT(office.events<core::EscalationFired>(), IsEmpty());
    office.expect_clean();
}

TEST(WallClock, OneThatIsSetALittleIsNoAlarm) {
    Office office;
    office.ask(Office::start("c-1"));
    office.time->jump(monday + minute);
    EXPECT_TRUE(office.engine->ask(Office::note("c-1", "a time server corrects it")));
    EXPECT_FALSE(office.engine->health().clock_alarm);
}

// The steady clock runs on while the machine sleeps: what fell due meanwhile takes effect once, late, and
// nobody has to say that the time is right.
TEST(WallClock, Law5AMachineThatSleptForADayIsNoAlarm) {
    Office office;
    office.ask(Office::start("c-1"));
    ASSERT_TRUE(office.engine->run_until(monday + 23 * hour));
    office.time->advance(day);
    office.ask(Office::note("c-1", "the lid was opened"));
    ASSERT_TRUE(office.engine->run_until(monday + 23 * hour + day));
    EXPECT_FALSE(office.engine->health().clock_alarm);
    const auto fired = office.events<core::EscalationFired>();
    ASSERT_THAT(fired, SizeIs(1));
    EXPECT_EQ(fired[0].second.planned, monday + 24 * hour);
    EXPECT_EQ(fired[0].first.at, monday + 47 * hour);
    ASSERT_TRUE(office.engine->run_until(monday + 48 * hour));
    EXPECT_THAT(office.events<core::EscalationFired>(), SizeIs(2));
    office.expect_clean();
}

TEST(WallClock, AnHourBackIsUsedUpAndSettingItRightIsNoJump) {
    Office office;
    office.ask(Office::start("c-1"));
    ASSERT_TRUE(office.engine->run_until(monday + 23 * hour));
    office.ask(Office::note("c-1", "before"));
    office.time->jump(monday + 22 * hour);
    office.ask(Office::note("c-1", "an hour back"));
    EXPECT_EQ(office.events<core::NoteAdded>().back().first.at, monday + 23 * hour);
    office.time->advance(10 * minute);
    office.ask(Office::note("c-1", "still"));
    office.time->jump(monday + 23 * hour + 10 * minute);
    office.ask(Office::note("c-1", "set right"));
    EXPECT_EQ(office.events<core::NoteAdded>().back().first.at, monday + 23 * hour + 10 * minute);
    EXPECT_FALSE(office.engine->health().clock_alarm);
    EXPECT_THAT(office.events<core::EscalationFired>(), IsEmpty());
}

// What it had shown before it was set back is no leave to jump anywhere up to there, or beyond.
TEST(WallClock, Law5AfterASetbackAJumpIsStillOne) {
    Office office;
    office.ask(Office::start("c-1"));
    ASSERT_TRUE(office.engine->run_until(monday + 23 * hour));
    office.time->jump(monday + 22 * hour);
    office.ask(Office::note("c-1", "an hour back"));
    for (const auto at : {monday + 22 * hour + 30 * minute, monday + 24 * hour}) {
        office.time->jump(at);
        const auto refused = office.engine->ask(Office::note("c-1", "x"));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "clock-jumped");
    }
    EXPECT_THAT(office.events<core::EscalationFired>(), IsEmpty());
}

TEST(WallClock, ADayOrAYearBackIsAnAlarmUntilItIsRightAgainOrAccepted) {
    for (const auto back : {day, 365 * day}) {
        Office office;
        office.ask(Office::start("c-1"));
        ASSERT_TRUE(office.engine->run_until(monday + 2 * hour));
        office.time->jump(monday + 2 * hour - back);
        const auto refused = office.engine->ask(Office::note("c-1", "x"));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "clock-jumped");
        EXPECT_TRUE(office.engine->health().clock_alarm);
        office.time->jump(monday + 2 * hour);
        EXPECT_TRUE(office.engine->ask(Office::note("c-1", "right again")));
        EXPECT_FALSE(office.engine->health().clock_alarm);
        office.time->jump(monday + 2 * hour - back);
        office.engine->accept_clock();
        EXPECT_TRUE(office.engine->ask(Office::note("c-1", "accepted")));
        EXPECT_EQ(office.events<core::NoteAdded>().back().first.at, monday + 2 * hour);
        office.expect_clean();
    }
}

// Two of an hour and a half each, of which neither would be too much.
TEST(WallClock, SetbacksAddUp) {
    Office office;
    office.ask(Office::start("c-1"));
    office.time->jump(monday - 90 * minute);
    EXPECT_TRUE(office.engine->ask(Office::note("c-1", "x")));
    office.time->jump(monday - 180 * minute);
    EXPECT_FALSE(office.engine->ask(Office::note("c-1", "x")));
}

// At the start nothing earlier is known to hold the wall clock against but the journal.
TEST(WallClock, Law5OneThatWentBackWhileTheEngineWasDownRefusesNothingAndFiresNothingEarly) {
    Office office;
    office.ask(Office::start("c-1"));
    ASSERT_TRUE(office.engine->run_until(monday + 23 * hour));
    office.ask(Office::note("c-1", "the last before the stop"));
    office.engine.reset();
    office.time->jump(monday + 22 * hour);
    office.open();
    office.ask(Office::note("c-1", "after it"));
    EXPECT_EQ(office.engine->health().clock_behind, Millis(hour)) << "no clock moves on for an hour";
    office.deploy("patrol", patrol);
    EXPECT_EQ(office.events<core::NoteAdded>().back().first.at, monday + 23 * hour);
    ASSERT_TRUE(office.engine->run_until(monday + 24 * hour - Millis(1)));
    EXPECT_THAT(office.events<core::EscalationFired>(), IsEmpty());
    ASSERT_TRUE(office.engine->run_until(monday + 24 * hour));
    EXPECT_THAT(office.events<core::EscalationFired>(), SizeIs(1));
    office.ask(Office::note("c-1", "the clock has come there"));
    EXPECT_EQ(office.engine->health().clock_behind, Millis(0));
    office.expect_clean();
}

}  // namespace
}  // namespace reeve::runtime
