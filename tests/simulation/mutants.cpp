#include "tests/simulation/mutants.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>

#include "engine/core/core.h"
#include "engine/store/sqlite/row_digest.h"
#include "tests/simulation/faulty_vfs.h"

namespace reeve::simulation {
namespace {

using Kind = Mutant::Kind;
using Events = std::vector<core::Event>;

std::atomic<Kind> kind = Kind::none;
std::atomic<int> count = 0;

bool every(int n) { return ++count % n == 0; }

class MutantStore final : public store::Store {
  public:
    explicit MutantStore(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
    void commit(const store::Batch& batch) override {
        auto changed = batch;
        if (kind == Kind::loses_timers)
            for (auto& change : changed.cases)
                if (change.after->next && every(20)) {
                    auto view = *change.after;
                    view.next.reset();
                    change.after = std::make_shared<const store::CaseView>(std::move(view));
                }
        if (kind == Kind::keeps_what_left && !changed.removed.empty()) changed.removed.pop_back();
        if (kind == Kind::drops_alerts && every(20)) changed.outbox.clear();
        try {
            inner_->commit(changed);
        } catch (const std::exception&) {
            if (kind != Kind::acknowledges_what_failed) throw;
        }
        if (kind == Kind::rewrites_history && every(40)) rewrite();
    }
    std::unique_ptr<store::Reader> read() override { return inner_->read(); }
    void reopen() override { inner_->reopen(); }
    void replace_rows(const std::function<void(const Write&)>& fill) override { inner_->replace_rows(fill); }

  private:
    // Somebody who knows SQL, and the digest too.
    void rewrite() {
        SQLite::Database db(FaultyDisk::get().folder() + "reeve.db", SQLite::OPEN_READWRITE);
        store::sqlite::define_digest(db);
        const auto guard =
            db.execAndGet("SELECT sql FROM sqlite_master WHERE name = 'journal_stands'").getString();
        db.tryExec(
            "BEGIN IMMEDIATE; DROP TRIGGER journal_stands;"
            "UPDATE journal SET actor = 'nobody', digest = journal_digest(seq, stream, revision, at, "
            "occurred, "
            "'nobody', \"key\", events, body) WHERE seq = (SELECT max(seq) FROM journal) - 60;" +
            guard + "; COMMIT");
    }
    std::unique_ptr<store::Store> inner_;
};

void break_events(Events& events, const core::Command& command) {
    const auto fired = [](const core::Event& event) { return std::get_if<core::EscalationFired>(&event); };
    if (kind == Kind::starts_no_clock && std::holds_alternative<core::StartCase>(command.wish))
        std::erase_if(events, [](const core::Event& event) {
            return std::holds_alternative<core::ClockStarted>(event);
        });
    if (!std::holds_alternative<core::Tick>(command.wish)) return;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (!fired(events[i])) continue;
        auto& event = std::get<core::EscalationFired>(events[i]);
        if (kind == Kind::tells_nobody && every(10)) {
            event.told.clear();
            event.notes.clear();
        }
        if (kind == Kind::fires_twice && event.repeat == 0 && every(10)) {
            const core::Event again = events[i];
            events.insert(events.begin() + static_cast<std::ptrdiff_t>(i++), again);
        }
    }
}

}  // namespace

const std::vector<Mutant>& mutants() {
    static const std::vector<Mutant> all{{"AcknowledgesWhatFailed", "law 1", Kind::acknowledges_what_failed},
                                         {"RewritesHistory", "law 2", Kind::rewrites_history},
                                         {"StartsNoClock", "law 3", Kind::starts_no_clock},
                                         {"AppliesByChance", "law 4", Kind::applies_by_chance},
                                         {"FiresEarly", "law 5", Kind::fires_early},
                                         {"LosesTimers", "law 5", Kind::loses_timers},
                                         {"FiresTwice", "law 5", Kind::fires_twice},
                                         {"TellsNobody", "law 6", Kind::tells_nobody},
                                         {"RepeatsNever", "law 6", Kind::repeats_never},
                                         {"DropsAlerts", "law 7", Kind::drops_alerts},
                                         {"KeepsWhatLeft", "law 2", Kind::keeps_what_left}};
    return all;
}

void become(Mutant::Kind what) {
    kind = what;
    count = 0;
}

std::unique_ptr<store::Store> mutant_store(std::unique_ptr<store::Store> inner) {
    return std::make_unique<MutantStore>(std::move(inner));
}

// The linker's names: __wrap_X is called in place of X, and __real_X is X.
using Decided = Result<std::vector<core::Event>>;
Decided real_decide(const core::CaseState*, const core::Command&, const core::Context&) asm(
    "__real__ZN5reeve4core6decideEPKNS0_9CaseStateERKNS0_7CommandERKNS0_7ContextE");
Decided wrap_decide(const core::CaseState*, const core::Command&, const core::Context&) asm(
    "__wrap__ZN5reeve4core6decideEPKNS0_9CaseStateERKNS0_7CommandERKNS0_7ContextE");
void real_apply(core::CaseState&, const core::Recorded&, const model::Program&) asm(
    "__real__ZN5reeve4core5applyERNS0_9CaseStateERKNS0_8RecordedERKNS_5model7ProgramE");
void wrap_apply(core::CaseState&, const core::Recorded&, const model::Program&) asm(
    "__wrap__ZN5reeve4core5applyERNS0_9CaseStateERKNS0_8RecordedERKNS_5model7ProgramE");

Decided wrap_decide(const core::CaseState* state, const core::Command& command,
                    const core::Context& context) {
    if (kind == Kind::none) return real_decide(state, command, context);
    auto asked = command;
    if (kind == Kind::fires_early && std::holds_alternative<core::Tick>(command.wish) && every(3)) {
        const auto early = asked.occurred.value_or(asked.at) + time::Millis{3600 * 1000};
        asked.at = std::max(asked.at, early);
        asked.occurred = early;
    }
    auto events = real_decide(state, asked, context);
    if (events) break_events(*events, command);
    return events;
}

void wrap_apply(core::CaseState& state, const core::Recorded& recorded, const model::Program& program) {
    real_apply(state, recorded, program);
    if (kind == Kind::applies_by_chance && every(500)) state.title += "!";
    if (kind == Kind::repeats_never)
        for (auto& clock : state.clocks) clock.next_repeat.reset();
}

}  // namespace reeve::simulation
