#include "tests/simulation/world.h"

#include <fmt/format.h>

namespace reeve::simulation {
namespace {

// Before the nights on which summer time begins and ends, a leap day, and a turn of the year.
Instant beginning(std::uint64_t seed) {
    const char* const all[] = {"2026-03-02T08:00:00Z", "2026-10-12T08:00:00Z", "2028-02-21T08:00:00Z",
                               "2026-12-14T08:00:00Z"};
    return *time::parse_instant(all[seed % 4]);
}

}  // namespace

World::World(Settings settings)
    : settings_(std::move(settings)),
      dice_(settings_.seed),
      folder_(scratch_.path() / "office"),
      time_(std::make_shared<runtime::ManualTime>(beginning(settings_.seed))) {
    std::filesystem::create_directories(folder_);
    FaultyDisk::get().mount(folder_, settings_.seed ^ 0xd15c);
}

World::~World() {
    FaultyDisk::get().release();
    stop();
    FaultyDisk::get().unmount();
}

void World::open() {
    auto opened = runtime::Engine::open({.folder = folder_,
                                         .create = true,
                                         .time = time_,
                                         .cached_cases = settings_.cached_cases,
                                         .archive_lot = 3,
                                         .near_timers = 30,
                                         .wrap = settings_.wrap});
    if (!opened) throw std::runtime_error("opening: " + opened.error().text());
    engine_ = std::move(*opened);
}

void World::stop() {
    reader_.reset();
    engine_.reset();
}

void World::furnish() {
    if (auto changed = engine_->change(organisation(), core::system_actor); !changed)
        throw std::runtime_error(changed.error().text());
    for (const auto& definition : definitions()) {
        auto deployed =
            engine_->deploy(definition.text, definition.id + ".json", calendar_text, core::system_actor);
        if (!deployed) throw std::runtime_error(deployed.error().front().text());
    }
}

store::Reader& World::reader() {
    if (!reader_) reader_ = engine_->read();
    return *reader_;
}

Result<store::CaseFile> World::find(const std::string& case_id) {
    return store::find(reader(), engine_->catalog(), case_id);
}

Instant World::now() {
    const auto last = reader().head().at;
    return last ? std::max(*last, time_->now()) : time_->now();
}

void World::note(std::string text) {
    if (outcome_.last_steps.size() >= 12) outcome_.last_steps.erase(outcome_.last_steps.begin());
    static const bool trace = std::getenv("REEVE_SIM_TRACE");
    if (trace) fmt::print("-- {}\n", text);
    outcome_.last_steps.push_back(std::move(text));
}

// Moment by moment, so that each moment is a transaction whatever the threads do: which of them a failing
// disk meets is then the seed's choice. A moment that failed is tried again, as the engine does by itself.
void World::advance(Instant until) {
    auditor_.begin_burst();
    int moments = 0, failures = 0;
    for (;;) {
        const auto next = reader().timers({}, 1);
        const bool last = next.empty() || next[0].at > until;
        if (!engine_->run_until(last ? until : std::max(next[0].at, time_->now()))) {
            if (++failures == 3) break;
        } else if (last) {
            auditor_.look(reader());
            break;
        }
        if (++moments > 20'000) {
            auditor_.fault("law 5: what is due stays due");
            break;
        }
    }
    auditor_.end_burst();
}

void World::settle() {
    if (!engine_->run_until(now())) return;
    auditor_.settled(reader(), engine_->catalog(), now());
}

void World::heal() {
    auto& disk = FaultyDisk::get();
    disk.set_full(false);
    disk.set_broken(false);
    disk.set_unreadable(false);
    disk.plan(FaultyDisk::Trouble::none, 0);
    if (!disk.off()) return;
    note("the power was cut");
    ++outcome_.power_cuts;
    stop();
    disk.power_on();
    open();
    auditor_.look(reader());
    auditor_.reread(reader());
}

Result<runtime::Receipt> World::ask(core::Command command) {
    if (command.key.empty()) command.key = fmt::format("k{}", next_key_++);
    auto result = engine_->ask(command);
    answered(command, result);
    return result;
}

void World::answered(const core::Command& command, const Result<runtime::Receipt>& result) {
    if (result) {
        ++outcome_.acknowledged;
        auditor_.acknowledged(*result);
        if (!result->events.empty()) done_.emplace_back(command, *result);
    } else if (result.error().code == "not-durable") {
        ++outcome_.doubtful;
        doubtful_.push_back(command);
    } else {
        ++outcome_.refused;
        if (result.error().code == "failed") auditor_.fault("a command failed: " + result.error().text());
        if (!FaultyDisk::get().unreadable() && reader().receipt(command.key) &&
            result.error().code != "key-used")
            auditor_.fault("law 1: a refused command left events: " + result.error().text());
    }
}

void World::step(int n) {
    int total = 0;
    for (const auto& draw : draws()) total += !draw.fault || settings_.faults ? draw.weight : 0;
    auto throw_ = dice_.below(total);
    for (const auto& draw : draws()) {
        if (draw.fault && !settings_.faults) continue;
        if ((throw_ -= draw.weight) >= 0) continue;
        ++outcome_.drawn[draw.name];
        note(fmt::format("step {}: {} at {}", n, draw.name, time::to_utc_string(time_->now())));
        try {
            (this->*draw.step)();
        } catch (const std::exception& e) {
            // Without power nothing can be read either.
            auditor_.end_burst();
            if (!FaultyDisk::get().off()) auditor_.fault(std::string("thrown: ") + e.what());
        }
        break;
    }
    rest();
}

// What had to be tried again is over before the next step is drawn. The power may go at any write, also one
// that follows an answer, and then nothing can be read until it is back.
void World::rest() {
    for (int tries = 0;; ++tries) {
        try {
            if (FaultyDisk::get().off()) heal();
            if (!engine_->run_until(now()) && tries < 2) continue;
            auditor_.look(reader());
            return;
        } catch (const std::exception&) {
            if (!FaultyDisk::get().off() || tries >= 3) throw;
        }
    }
}

Outcome World::run() {
    open();
    furnish();
    outcome_.began = now();
    for (int n = 0; n < settings_.steps && auditor_.faults().empty(); ++n) {
        step(n);
        if (n % settings_.settle_every == settings_.settle_every - 1 && auditor_.faults().empty()) settle();
    }
    if (auditor_.faults().empty()) {
        heal();
        while (!doubtful_.empty()) retry_doubtful();
        settle();
        outcome_.ended = now();
        stop();
        auditor_.closed(folder_);
        outcome_.bytes = auditor_.bytes();
    }
    outcome_.faults = auditor_.faults();
    outcome_.counts = auditor_.counts();
    outcome_.disk = FaultyDisk::get().counts();
    return outcome_;
}

std::vector<const char*> World::steps() {
    std::vector<const char*> names;
    for (const auto& draw : draws()) names.push_back(draw.name);
    return names;
}

Outcome simulate(const Settings& settings) { return World(settings).run(); }

}  // namespace reeve::simulation
