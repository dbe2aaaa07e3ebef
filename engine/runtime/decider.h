// Decider: commands become events and the rows of the open batch. It runs ahead of the disk: what it knows is
// durable only once the batch is; when a commit fails, load() forgets everything that was decided on top.
// Belongs to the writer thread (but for directory()).
#pragma once

#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "engine/runtime/case_cache.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/mark_book.h"
#include "engine/runtime/near_timers.h"
#include "engine/store/archived.h"
#include "engine/store/derive.h"

namespace reeve::runtime {

using Done = std::function<void(Result<Receipt>)>;

// What is decided and not handed to the disk yet, with those who wait for it. Refusals wait too: they may
// rest on what is not durable.
struct OpenBatch {
    struct Answer {
        Done done;
        Result<Receipt> result;
    };
    store::Batch rows;
    std::vector<Answer> answers;
    std::vector<std::string> pinned, keys;
    std::unordered_map<std::string, std::size_t> change_of;  // case id -> rows.cases
    std::unordered_set<std::string> loads_changed;
    std::size_t commands = 0;  // taken
    std::vector<Instant> due;  // of the timers that took effect

    bool empty() const { return !writes() && answers.empty(); }
    bool writes() const { return !rows.journal.empty() || !rows.deliveries.empty(); }
};

class Decider {
  public:
    Decider(store::Store&, store::Catalog&, const Options&);

    void load();  // from what is durable
    void refill_timers() { timers_.refill(*reader_); }

    void take(core::Command, Done);  // command.at is set
    void tick(const store::TimerRow&, Instant now);
    void deliver(std::vector<store::OutboxDelivery>, Done);
    bool idle() const { return open_.empty(); }
    const OpenBatch& open() const { return open_; }
    OpenBatch close();  // the open batch, whole; the next one begins
    // What a batch that is durable held on to is let go.
    void durable(const std::vector<std::string>& pinned, const std::vector<std::string>& keys);

    // Changes of what stands around the cases. The caller sees to it that nothing else is under way, and
    // commits before adopting them.
    Receipt record_org(const std::vector<org::Event>&, const std::string& actor, Instant at);
    void adopt(std::shared_ptr<const org::Directory>);
    // Once adopted: the cases and tasks of those who have left since `before` find other people at once.
    void settle_leavers(const org::Directory& before, Instant at);
    // `newest`: its program; null: a newer version of it follows in the same commit.
    Receipt record_deployment(const store::DefinitionDeployed&, const model::Program* newest,
                              const std::string& actor, Instant at);

    // Cases that leave for an archive, which holds them. The caller loads anew once it is durable.
    Receipt record_archive(const store::CasesArchived&, const std::string& actor, Instant at);

    NearTimers& timers() { return timers_; }
    std::optional<Instant> last_at() const { return last_at_; }
    std::shared_ptr<const org::Directory> directory() const;
    std::size_t stuck_timers() const { return stuck_; }
    store::Reader& reader() { return *reader_; }

  private:
    // decider.cpp
    Result<Receipt> decide(core::Command, int depth);
    std::optional<Result<Receipt>> receipt_of(const core::Command&);
    std::optional<Error> cannot_read(const std::string& case_id);
    CachedCase* lookup(const std::string& case_id);
    std::optional<Error> archived(const std::string& case_id) const;  // none: it was not
    std::optional<Error> names_no_case(const core::StartCase&);
    Result<void> name_case(core::Command&, const std::string& definition);
    Receipt record(const core::Command&, CachedCase*, const model::ProgramPtr&, std::vector<core::Event>,
                   int depth);
    // `bodies`: the events as the journal keeps them.
    Receipt record(const core::Command&, CachedCase*, const model::ProgramPtr&, std::vector<core::Event>,
                   std::vector<std::string> bodies, int depth);
    void write_case(const std::string& id, CachedCase&);
    Receipt record_stream(const std::string& stream, std::uint64_t& revision,
                          const std::vector<std::string>& bodies, const std::string& actor, Instant at,
                          std::optional<Instant> occurred);
    // follow.cpp: what follows from events, within the same transaction
    void follow(const std::string& case_id, const std::vector<core::Recorded>&, bool was_open, int depth);
    void open_requested(const core::Recorded&, const core::CaseRequested&, int depth);
    void end_child(const core::Recorded&, const core::CaseState&, int depth);
    void take_effect(const store::TimerRow&, Instant now);
    void duty(const store::TimerRow&, Instant now);
    void note(const std::string& case_id, Instant at, const std::string& text);
    // patterns.cpp
    void count_patterns(const core::Recorded&, const core::CaseStarted&, int depth);
    void open_pattern(const core::Recorded&, const core::CaseStarted&, const model::Pattern&,
                      const model::Program&, const std::vector<store::MarkRow>& found, int depth);

    store::Store& store_;
    store::Catalog& catalog_;
    std::unique_ptr<store::Reader> reader_;
    CaseCache cache_;
    NearTimers timers_;
    OpenBatch open_;
    std::uint64_t seq_ = 0, org_revision_ = 0, definitions_revision_ = 0, duties_revision_ = 0,
                  archive_revision_ = 0;
    std::optional<Instant> last_at_;
    org::Loads loads_;
    std::unordered_map<std::string, Receipt> keys_;           // of what is not durable yet
    std::unordered_map<std::string, std::uint64_t> started_;  // cases ever started, by definition
    MarkBook marks_;
    store::DutyDates duty_dates_;
    std::size_t stuck_ = 0;
    mutable std::mutex mutex_;  // of directory_
    std::shared_ptr<const org::Directory> directory_;
};

}  // namespace reeve::runtime
