// reeve bench year: a year of the sample county's casework under the virtual clock, and the rebuild of its
// journal. People do what is to be done at every half hour; clocks run out at their own moments.
#include <condition_variable>
#include <unordered_map>

#include "engine/cli/bench.h"
#include "engine/cli/sample.h"
#include "engine/cli/season.h"
#include "engine/store/upkeep.h"

namespace reeve::cli {

namespace {

constexpr time::Millis slot{30 * 60 * 1000};

// What is planned for one half hour.
struct Slot {
    std::vector<const Arrival*> arrivals;
    std::vector<std::pair<const Arrival*, std::size_t>> visits;
    bool round = false;
};

std::map<time::Instant, Slot> slots_of(const Casework& casework) {
    std::map<time::Instant, Slot> slots;
    const auto at = [&](time::Instant when) -> Slot& {
        const auto past = when.time_since_epoch() % slot;
        return slots[past.count() == 0 ? when : when + (slot - past)];
    };
    for (const auto& arrival : casework.arrivals) {
        at(arrival.opened).arrivals.push_back(&arrival);
        for (std::size_t k = 0; k < arrival.visits.size(); ++k)
            at(arrival.visits[k]).visits.emplace_back(&arrival, k);
    }
    for (const auto round : casework.rounds) at(round).round = true;
    return slots;
}

// Commands on their way, and how many were refused.
class Flight {
  public:
    void post(runtime::Engine& engine, core::Command command) {
        {
            std::lock_guard lock(mutex_);
            ++under_way_;
        }
        engine.post(std::move(command), [this](const Result<runtime::Receipt>& receipt) {
            std::lock_guard lock(mutex_);
            ++commands;
            if (!receipt) ++refused[receipt.error().code];
            if (--under_way_ == 0) landed_.notify_one();
        });
    }
    void wait() {
        std::unique_lock lock(mutex_);
        landed_.wait(lock, [&] { return under_way_ == 0; });
    }
    std::uint64_t commands = 0;
    std::map<std::string, std::uint64_t> refused;

  private:
    std::mutex mutex_;
    std::condition_variable landed_;
    std::uint64_t under_way_ = 0;
};

class Year {
  public:
    Year(runtime::Engine& engine, runtime::ManualTime& time, const Casework& casework)
        : engine_(engine),
          time_(time),
          casework_(casework),
          reader_(engine.read()),
          season_(casework, [this](const std::string& kind) { return paper(kind); }) {
        for (const auto& arrival : casework.arrivals) planned_.insert(arrival.id);
        seen_ = reader_->head().seq;
    }

    void play(const std::map<time::Instant, Slot>& slots) {
        for (const auto& [at, slot] : slots) {
            come_to(at);
            look();
            for (const auto* arrival : slot.arrivals) flight_.post(engine_, season_.open(*arrival));
            for (const auto& [arrival, k] : slot.visits) visit(arrival->id, fmt::format("visit/{}", k));
            if (slot.round) round(at);
            flight_.wait();
        }
        come_to(casework_.until);
    }
    const Flight& flight() const { return flight_; }

  private:
    void come_to(time::Instant at) {
        if (at <= time_.now()) return;
        if (auto ran = engine_.run_until(at); !ran) throw std::runtime_error(ran.error().text());
    }

    // What happened since the last look.
    void look() {
        reader_->journal(seen_ + 1, [&](const store::JournalRow& row) {
            seen_ = row.seq;
            if (row.stream.starts_with('$')) return true;
            const auto recorded = store::recorded(row);
            auto [it, first] = states_.try_emplace(row.stream);
            auto& state = it->second;
            if (const auto* started = std::get_if<core::CaseStarted>(&recorded.event)) {
                state.definition = started->definition;
                state.version = started->version;
                if (!planned_.contains(row.stream)) by_themselves_.insert(row.stream);
            }
            core::apply(state, recorded, *engine_.catalog().program(state.definition, state.version));
            return true;
        });
    }

    void visit(const std::string& id, const std::string& what) {
        const auto it = states_.find(id);
        if (it == states_.end()) return;
        for (auto& command : season_.visit(it->second, what)) flight_.post(engine_, std::move(command));
    }

    void round(time::Instant at) {
        const auto day = time::to_utc_string(at);
        for (const auto& id : by_themselves_) {
            const auto& state = states_.at(id);
            const auto what = fmt::format("{}/round/{}", id, day);
            if (state.status == core::CaseStatus::open && casework_.taken_up(state.definition, what))
                visit(id, what);
        }
    }

    core::Document paper(const std::string& kind) {
        auto [it, first] = papers_.try_emplace(kind);
        if (first) {
            auto document = store::attach_bytes(engine_.folder(), kind + "\n", kind, kind);
            if (!document) throw std::runtime_error(document.error().text());
            it->second = *document;
        }
        return it->second;
    }

    runtime::Engine& engine_;
    runtime::ManualTime& time_;
    const Casework& casework_;
    std::unique_ptr<store::Reader> reader_;
    Season season_;
    Flight flight_;
    std::uint64_t seen_ = 0;
    std::unordered_map<std::string, core::CaseState> states_;
    std::set<std::string> planned_, by_themselves_;
    std::map<std::string, core::Document> papers_;
};

}  // namespace

Json bench_year(const BenchOptions& options) {
    const auto count = options.count ? options.count : 100'000;
    const auto calendar = time::load_calendar((workflows_folder() / "calendars" / "cn-office.json").string());
    if (!calendar) throw std::runtime_error(calendar.error().text());
    const Stretch year{*time::parse_instant("2025-01-01T09:00:00+08:00"),
                       *time::parse_instant("2025-12-31T18:00:00+08:00"), count};
    auto casework =
        Casework::load((workflows_folder() / "sample" / "casework.json").string(), **calendar, year);
    if (!casework) throw std::runtime_error(casework.error().text());
    const auto slots = slots_of(*casework);
    std::vector<double> made, rebuilt, ratio;
    Json result{{"bench", "year"}, {"rounds", options.rounds}};
    for (int n = 0; n < options.rounds; ++n) {
        store::ScratchFolder folder(options.store);
        const auto time = std::make_shared<runtime::ManualTime>(casework->from);
        auto engine = runtime::Engine::open({.folder = folder.path(), .create = true, .time = time});
        if (!engine) throw std::runtime_error(engine.error().text());
        if (auto errors = load_sample(**engine, core::system_actor); !errors.empty())
            throw std::runtime_error(errors.front().text());
        const auto begun = runtime::stopwatch();
        {
            Year play(**engine, *time, *casework);
            play.play(slots);
            made.push_back(runtime::seconds_since(begun));
            result["commands"] = play.flight().commands;
            result["refused"] = play.flight().refused;
        }
        const auto totals = (*engine)->read()->totals();
        result["cases"] = totals.cases;
        result["open"] = totals.open;
        result["events"] = totals.events;
        result["timers"] = totals.timers;
        result["stuck_timers"] = (*engine)->health().stuck_timers;
        engine->reset();
        const auto again = runtime::stopwatch();
        auto report = store::rebuild(folder.path());
        rebuilt.push_back(runtime::seconds_since(again));
        ratio.push_back(made.back() / rebuilt.back());
        if (!report) throw std::runtime_error(report.error().text());
        if (report->changed || !report->faults.empty())
            throw std::runtime_error("the rebuild found rows that differed");
    }
    result["made_seconds"] = spread(made);
    result["rebuilt_seconds"] = spread(rebuilt);
    result["made_by_rebuilt"] = spread(ratio);
    return result;
}

}  // namespace reeve::cli
