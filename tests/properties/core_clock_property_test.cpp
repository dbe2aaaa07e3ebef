// What must hold of every clock, whatever its limit and ladder and whenever the engine looks.
#include <rapidcheck.h>

#include "engine/core/clock.h"
#include "tests/unit/core/clock_bench.h"

namespace reeve::core::clock_testing {

namespace {

using time::Millis;

template <class T>
T pick(std::initializer_list<T> items) {
    return *rc::gen::elementOf(std::vector<T>(items));
}

Instant some_minutes_after(Instant at, int most) {
    return at + std::chrono::minutes(*rc::gen::inRange(0, most));
}

constexpr int month = 30 * 24 * 60;

// A clock of any unit with a ladder of one to five steps.
struct AnyClock : Bench {
    AnyClock() {
        rule().in =
            duration(pick<const char*>({"1 hour", "5 hours", "3 days", "20 days", "1 month",
                                        "2 working hours", "1 working day", "9 working days", "90 min"}));
        rule().rule.roll = *rc::gen::arbitrary<bool>();
        rule().pause = {"hearing"};
        rule().exclude = {"appraisal"};
        rule().extend = model::Extension{duration("10 working days"), 3, {}, {}};
        const std::vector<const char*> before = {"25%", "50%", "80%"},
                                       after = {"due", "due + 2 hours", "due + 1 working day",
                                                "due + 3 working days", "due + 7 days"};
        ladder().clear();
        for (const char* step : before)
            if (*rc::gen::arbitrary<bool>()) ladder().push_back(at(step, {"owner"}));
        for (const char* step : after)
            if (*rc::gen::arbitrary<bool>()) ladder().push_back(at(step, {"head"}));
        if (ladder().empty()) ladder().push_back(at("due", {"head"}));
        ladder().back().repeat = duration(pick<const char*>({"1 working day", "3 days", "5 hours"}));
        start = some_minutes_after(when("2026-01-05T00:00"), 2 * month);
        StartCase wish;
        wish.definition = "petition";
        wish.unit = "township";
        submit(start, "chen", wish);
        RC_ASSERT(!refused);
    }
    Instant start;
};

std::vector<EscalationFired> steps_only(const Bench& bench) {
    auto fired = bench.fired();
    std::erase_if(fired, [](const auto& one) { return one.repeat > 0; });
    return fired;
}

// After a tick at `at` nothing due is left, and next_moment tells when the next one does something.
void check_next_moment(Bench bench, Instant at) {
    const auto next = next_moment(bench.state);
    if (!next) {
        RC_ASSERT(bench.tick(at + std::chrono::hours(24 * 365)).empty());
        return;
    }
    RC_ASSERT(*next > at);
    RC_ASSERT(bench.tick(*next - Millis{1}).empty());
    RC_ASSERT(!bench.tick(*next).empty());
}

// What is left of a limit in its own unit, counted the slow way: milliseconds of the limit for hours and
// finer, ends of days (of working days at closing time, else at midnight) for the others.
std::int64_t left_of(const Bench& bench, Instant now) {
    const auto& clock = bench.clock();
    if (clock.limit.is_moment()) return remaining(clock, bench.program, now).count();
    auto unrolled = bench.program;  // days given for a last day that was none belong to nobody
    unrolled.clocks[0].rule.roll = false;
    const Instant due = due_judged(clock, unrolled, now).at;
    std::int64_t ends = 0;
    for (Instant day = bench.when("2026-01-05T00:00"); day <= due; day += std::chrono::hours(24)) {
        if (clock.from >= day) continue;  // the day of the start does not count
        const Instant end = day + std::chrono::hours(clock.limit.is_working() ? 18 : 24);
        if (clock.limit.is_working() && !time::is_open(*bench.program.calendar, end - Millis{1})) continue;
        if (end > now && end <= due) ++ends;
    }
    return ends;
}

bool holds(const char* name, void (*property)()) { return rc::check(name, property); }

}  // namespace

TEST(Law5, TimerTakesEffectOnceAndNeverEarly) {
    EXPECT_TRUE(holds("each step fires once, in order, at the first look that is not early", [] {
        AnyClock bench;
        const auto planned = bench.clock().steps;
        auto now = bench.start;
        const int looks = *rc::gen::inRange(1, 12);
        for (int i = 0; i < looks; ++i) {
            now =
                some_minutes_after(now, pick({1, 60, 24 * 60, month}));  // many small ones, or a long outage
            const auto before = steps_only(bench).size();
            bench.tick(now);
            const auto fired = steps_only(bench);
            const auto due = std::ranges::count_if(planned, [&](Instant at) { return at <= now; });
            RC_ASSERT(fired.size() == static_cast<std::size_t>(due));
            for (std::size_t k = before; k < fired.size(); ++k) {
                RC_ASSERT(fired[k].step == static_cast<int>(k));
                RC_ASSERT(fired[k].planned == planned[k]);
            }
            RC_ASSERT(bench.tick(now).empty());  // once
            check_next_moment(bench, now);
        }
        RC_ASSERT(bench.replayed() == bench.state);
    }));
}

TEST(Law5, TheOrderOfEventsIsTheOrderInWhichTheyWereDue) {
    EXPECT_TRUE(holds("one burst over two clocks is in the order of the planned moments", [] {
        AnyClock bench;
        ClockRule other;
        other.name = "other";
        other.in = duration("6 days");
        bench.add_clock(other, {at("30%"), at("60%"), at("due"), at("due + 2 days")});
        Bench both = bench;
        both.history.clear();
        both.state = {};
        StartCase wish;
        wish.definition = "petition";
        wish.unit = "township";
        both.submit(bench.start, "chen", wish);
        const auto events = both.tick(some_minutes_after(bench.start, 3 * month));
        Instant last = bench.start;
        for (const auto& fired : only<EscalationFired>(events)) {
            RC_ASSERT(fired.planned >= last);
            last = fired.planned;
        }
    }));
}

TEST(Law5, ALongOutageRepeatsOnceAndSaysHowManyWerePassedOver) {
    EXPECT_TRUE(holds("of the missed repeats the latest is told", [] {
        AnyClock bench;
        const auto now =
            some_minutes_after(bench.clock().steps.back() + std::chrono::hours(24 * 30), 4 * month);
        const auto events = bench.tick(now);
        auto repeats = only<EscalationFired>(events);
        std::erase_if(repeats, [](const auto& one) { return one.repeat == 0; });
        RC_ASSERT(repeats.size() == 1u);
        RC_ASSERT(repeats[0].planned <= now);
        RC_ASSERT(repeats[0].planned == repeat_moment(bench.clock(), bench.program, repeats[0].repeat));
        RC_ASSERT(repeat_moment(bench.clock(), bench.program, repeats[0].repeat + 1) > now);
        RC_ASSERT(repeats[0].notes.size() == 1u);
        check_next_moment(bench, now);
    }));
}

TEST(Pause, NeverShortensWhatRemains) {
    EXPECT_TRUE(holds("after any pauses, what remains is what remained", [] {
        AnyClock bench;
        auto now = bench.start;
        const int pauses = *rc::gen::inRange(1, 4);
        for (int i = 0; i < pauses; ++i) {
            now = some_minutes_after(now, 24 * 60);
            bench.tick(now);
            PauseClock pause;
            pause.clock = "answer";
            pause.reason = "hearing";
            const auto due = bench.clock().due;
            const auto left = left_of(bench, now);
            bench.submit(now, "chen", pause);
            if (bench.refused) {  // it had run out
                RC_ASSERT(due < now);
                RC_SUCCEED("overdue");
            }
            RC_ASSERT(left_of(bench, now) == left);
            now = some_minutes_after(now, pick({1, 60, month}));
            RC_ASSERT(bench.tick(now).empty());  // nothing happens while it is paused
            bench.submit(now, "chen", ResumeClock{"answer", ""});
            RC_ASSERT(!bench.refused);
            RC_ASSERT(bench.clock().due >= due);
            RC_ASSERT(left_of(bench, now) >= left);
            check_next_moment(bench, std::max(now, bench.state.last));
        }
        RC_ASSERT(bench.replayed() == bench.state);
    }));
}

TEST(Clock, WhateverPeopleDoNothingDueIsLeftBehind) {
    EXPECT_TRUE(holds("after any commands and a tick, next_moment is in the future and exact", [] {
        AnyClock bench;
        for (auto& step : bench.ladder()) {
            if (*rc::gen::arbitrary<bool>()) step.acknowledge_in = duration("2 working hours");
            if (*rc::gen::arbitrary<bool>()) {
                step.ask = "explanation";
                step.answer_in = duration("1 working day");
            }
            if (*rc::gen::arbitrary<bool>()) step.acknowledged_for = duration("5 hours");
        }
        auto now = bench.start;
        for (int i = 0; i < 12; ++i) {
            now = some_minutes_after(now, pick({1, 600, month}));
            const auto occurred =
                std::max(bench.start, now - std::chrono::minutes(*rc::gen::inRange(0, 600)));
            const auto last = bench.fired().empty() ? std::string("e0") : bench.fired().back().escalation;
            PauseClock pause;
            pause.clock = "answer";
            pause.reason = "hearing";
            if (*rc::gen::arbitrary<bool>()) pause.until = now + std::chrono::hours(30);
            switch (*rc::gen::inRange(0, 9)) {
                case 0: bench.submit(now, "chen", pause, occurred); break;
                case 1: bench.submit(now, "chen", ResumeClock{"answer", ""}, occurred); break;
                case 2:
                    bench.submit(now, "chen",
                                 ExcludeTime{"answer", std::max(bench.start, now - std::chrono::hours(40)),
                                             now, "appraisal", ""});
                    break;
                case 3:
                    bench.submit(now, "chen", ExtendClock{"answer", duration("4 days"), "slow"}, occurred);
                    break;
                case 4: bench.submit(now, "tan", Acknowledge{last, "I see to it"}); break;
                case 5: bench.submit(now, "tan", Unacknowledge{last, "not mine"}); break;
                case 6: bench.submit(now, "tan", Answer{last, "they were ill"}); break;
                case 7: bench.submit(now, "chen", AddNote{"called"}, occurred); break;
                default: break;
            }
            RC_ASSERT(bench.replayed() == bench.state);
            bench.tick(now);
            RC_ASSERT(bench.tick(now).empty());
            check_next_moment(bench, now);
        }
        // Never early, and never twice for the same due date.
        for (const auto& recorded : bench.history)
            if (const auto* fired = std::get_if<EscalationFired>(&recorded.event))
                RC_ASSERT(fired->planned <= recorded.at);
        std::set<std::pair<int, int>> seen;
        for (const auto& one : bench.state.escalations)
            if (!one.superseded && one.clock == bench.clock().id)
                RC_ASSERT(seen.emplace(one.step, one.repeat).second);
    }));
}

}  // namespace reeve::core::clock_testing
