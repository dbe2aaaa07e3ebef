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
    // On the writer thread: all of them in one commit; several of one definition stand together, its newest
    // last.
    struct NewVersion {
        store::DefinitionDeployed event;
        model::ProgramPtr program;
    };
    Result<void> put_to_use(const std::vector<NewVersion>&, const std::string& actor);
    model::Surroundings surroundings(const std::string& calendar) const;  // its text; empty: what is known
    // How cases move to another version.
    struct Moves {
        std::function<model::ProgramPtr(const std::string& definition, int version)> program;
        // Whether the case, as it is now, is still to move there; empty: whatever it is.
        std::function<bool(const core::CaseState&, int version)> still = {};
    };
    std::vector<CaseChange> carry_out(std::vector<Planned>, const std::string& actor, const std::string& key,
                                      bool dry_run, const LeaveOff&, const Moves&);
    std::vector<CaseChange> carry_out_some(std::span<const Planned>, const std::string& actor,
                                           const std::string& key, bool dry_run, const Moves&);
    // What the command would do to the case, decided now; the case goes on from there.
    CaseChange foresee(store::CaseFile&, const Planned&, const std::string& actor, const org::Loads&,
                       const model::Program* target) const;
    std::mutex calendars;  // one changes at a time
    std::vector<std::string> units_within(const std::string& unit) const;
};

// How busy everybody is now: read once for many cases.
org::Loads loads_of(store::Reader&);

}  // namespace reeve::runtime
