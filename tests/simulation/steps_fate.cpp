// What befalls the office: time, the power, the disk, the clock.
#include <fmt/format.h>

#include "tests/simulation/world.h"

namespace reeve::simulation {
namespace {

constexpr Millis second{1000}, minute{60'000};

// A clock that a process finds on its start, and that nobody plays with.
class WallClock final : public runtime::TimeSource {
  public:
    explicit WallClock(Instant at) : at_(at) {}
    Instant now() const override { return at_; }
    Millis steady() const override { return Millis{0}; }

  private:
    Instant at_;
};

}  // namespace

// Seconds to weeks; often exactly to a moment at which something is due.
void World::pass_time() {
    const auto scale = dice_.below(4);
    const Millis by = scale == 0   ? dice_.between(1, 3600) * second
                      : scale == 1 ? dice_.between(1, 24 * 60) * minute
                                   : dice_.between(1, scale == 2 ? 72 : settings_.longest_hours) * hour;
    auto until = now() + by;
    if (dice_.chance(30))
        if (const auto next = reader().timers({}, 1); !next.empty() && next[0].at > now())
            until = next[0].at - Millis{dice_.below(2)};
    advance(until);
}

// Stopped and started again, at once or after a while in which things fell due.
void World::restart() {
    ++outcome_.restarts;
    heal();
    stop();
    if (dice_.chance(40)) time_->advance(dice_.between(1, 24 * 20) * hour);
    open();
    auditor_.reread(reader());
    advance(now());
}

// The machine sleeps while the engine runs: what fell due meanwhile takes effect in one burst.
void World::sleep() {
    if (!engine_->run_until(now())) return;
    auditor_.begin_burst();
    time_->advance(dice_.between(1, 96) * hour);
    if (engine_->run_until(now())) auditor_.look(reader());
    auditor_.end_burst();
}

// Between two writes, or in the middle of one; now, or in the middle of what comes.
void World::cut_power() {
    if (!engine_->run_until(now())) return;
    if (dice_.chance(70))
        return FaultyDisk::get().plan(FaultyDisk::Trouble::power_cut, static_cast<int>(dice_.below(60)));
    FaultyDisk::get().power_off();
}

void World::plan_trouble() {
    using enum FaultyDisk::Trouble;
    if (!engine_->run_until(now())) return;  // nothing is under way: the seed alone says what it meets
    FaultyDisk::get().plan(dice_.pick(std::vector{write_fails, write_torn, sync_fails, sync_fails}),
                           static_cast<int>(dice_.below(60)));
}

// No room: what is refused says so, reading goes on; with room again, so does everything else.
void World::fill_disk() {
    auto& disk = FaultyDisk::get();
    disk.plan(FaultyDisk::Trouble::none, 0);
    disk.set_full(true);
    for (int n = 0; n < 3; ++n) {
        const auto before = reader().head().seq;
        core::Command command{.actor = "boss",
                              .wish = core::StartCase{.definition = "claim", .unit = "north"}};
        const auto answer = ask(command);
        if (!answer && answer.error().code == "not-durable" &&
            answer.error().message.find("full") == std::string::npos)
            auditor_.fault("a full disk is not named: " + answer.error().text());
        if (!answer && reader().head().seq != before) auditor_.fault("law 1: a refused command was written");
    }
    disk.set_full(false);
    core::Command command{.actor = "boss", .wish = core::StartCase{.definition = "claim", .unit = "north"}};
    if (const auto answer = ask(command); !answer)
        auditor_.fault("there is room again, and still: " + answer.error().text());
    (void)engine_->run_until(now());
}

// Nothing can be read for a moment; then nothing can be written for a while, and time goes on.
void World::break_disk() {
    auto& disk = FaultyDisk::get();
    disk.plan(FaultyDisk::Trouble::none, 0);
    disk.set_unreadable(true);
    (void)ask({.actor = "boss", .wish = core::StartCase{.definition = "claim", .unit = "north"}});
    disk.set_unreadable(false);
    disk.set_broken(true);
    for (int n = 0; n < 2; ++n) work();
    advance(now() + dice_.between(1, 48) * hour);
    disk.set_broken(false);
    (void)engine_->run_until(now());
}

// A little is used up; where setbacks add up to much, a person says that it is right.
void World::set_clock_back() {
    time_->jump(time_->now() - dice_.between(1, 120) * minute);
    (void)engine_->run_until(now());
    if (engine_->health().clock_alarm) engine_->accept_clock();
}

// A clock that runs far ahead or behind is not believed: nothing is done, and nothing fires that was not due.
void World::set_clock_wrong() {
    engine_->accept_clock();  // else one that was set back could be set right
    if (!engine_->run_until(now())) return;
    const auto right = time_->now();
    const auto before = reader().head().seq;
    switch (dice_.between(0, 3)) {
        case 0: time_->jump(right + 365 * 24 * hour); break;
        case 1: time_->jump(right - 365 * 24 * hour); break;
        case 2: time_->jump(right - dice_.between(3, 600) * hour); break;
        default: time_->jump(right + dice_.between(3, 600) * minute);
    }
    core::Command command{.actor = "boss", .wish = core::StartCase{.definition = "claim", .unit = "north"}};
    const auto answer = ask(command);
    if (answer || answer.error().code != "clock-jumped")
        auditor_.fault("law 5: a clock that jumped is believed");
    if (!engine_->health().clock_alarm) auditor_.fault("a clock that jumped raises no alarm");
    if (reader().head().seq != before) auditor_.fault("law 5: something happened by a wrong clock");
    time_->jump(right);
}

// The engine starts under a clock that is a year ahead, or behind; then under the right one.
void World::wake_in_another_year() {
    heal();
    if (!engine_->run_until(now())) return;
    const auto last = reader().head();
    stop();
    const auto wrong = *last.at + (dice_.chance(50) ? 365 : -365) * 24 * hour;
    {
        auto opened = runtime::Engine::open({.folder = folder_, .time = std::make_shared<WallClock>(wrong)});
        if (!opened) throw std::runtime_error(opened.error().text());
        core::Command command{
            .key = "no", .actor = "boss", .wish = core::StartCase{.definition = "claim", .unit = "north"}};
        const auto answer = (*opened)->ask(command);
        if (answer || answer.error().code != "clock-jumped")
            auditor_.fault("law 5: a clock a year off is believed at the start");
        if ((*opened)->read()->head().seq != last.seq)
            auditor_.fault("law 5: something happened by the clock of another year");
    }
    open();
    auditor_.reread(reader());
}

// Whoever was told "not-durable" tries again with the same key: what had been written after all is found,
// what had not is done now, and in the end it is there once.
void World::retry_doubtful() {
    if (doubtful_.empty()) return;
    auto command = doubtful_.front();
    doubtful_.pop_front();
    const auto there = reader().receipt(command.key);
    const auto answer = engine_->ask(command);
    if (there && answer && (!answer->repeated || answer->first_seq != there->first_seq))
        auditor_.fault("law 1: what was there was done again: " + command.key);
    if (there && !answer && answer.error().code != "not-durable")
        auditor_.fault("law 1: what was there is refused: " + answer.error().text());
    if (!there && answer && answer->repeated)
        auditor_.fault("law 1: what was not there is said to be: " + command.key);
    answered(command, answer);
}

}  // namespace reeve::simulation
