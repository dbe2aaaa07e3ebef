// Inside engine/runtime: what an Engine holds.
#pragma once

#include "engine/runtime/writer.h"
#include "engine/store/scratch.h"

namespace reeve::runtime {

class Engine::Impl {
  public:
    Options options;
    std::shared_ptr<TimeSource> time;
    std::unique_ptr<store::ScratchFolder> scratch;
    std::filesystem::path folder;
    std::unique_ptr<store::Store> store;
    store::Catalog catalog;
    Endings endings;
    Commits commits;
    std::unique_ptr<Writer> writer;

    // Runs on the writer thread while nothing is under way; refused when stopping, when the
    // clock jumped, or when the store cannot be written.
    Result<void> alone(const std::function<void()>& job);
    // Posts all of them, waits for all; the answers in order.
    std::vector<Result<Receipt>> all(std::vector<core::Command>);
    std::expected<Deployed, Errors> deploy(const std::string& text, const std::string& name,
                                           const std::string& calendar, const std::string& actor,
                                           bool even_if_unchanged, std::optional<int> expect = {});
    model::Surroundings surroundings(const std::string& calendar) const;  // its text; empty: what is known
    // What moving this case would change, decided as the command would be, now.
    CaseChange preview(store::Reader&, const std::string& case_id, const core::Migrate&,
                       const std::string& actor, const org::Loads&, const model::Program& target) const;
    // What the command would do to the case, decided now; the case goes on from there.
    CaseChange foresee(store::CaseFile&, const Planned&, const std::string& actor, const org::Loads&,
                       const model::Program* target) const;
    std::mutex calendars;  // one changes at a time
    std::vector<std::string> units_within(const std::string& unit) const;
};

// How busy everybody is now: read once for many cases.
org::Loads loads_of(store::Reader&);

}  // namespace reeve::runtime
