// Catalog: every version of every definition that was deployed, from the journal's "$definitions" stream.
// Programs are compiled when first asked for and kept. Safe to use from several threads.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "engine/store/store.h"

namespace reeve::store {

// The event of a deployment: all that is needed to compile it again, for ever.
struct DefinitionDeployed {
    std::string id;
    int version = 0;
    std::string name;           // of the file, for messages
    std::string text;           // the source
    std::string calendar_name;  // as the definition names it
    std::string calendar;       // canonical text
};
std::string body_of(const DefinitionDeployed&);
DefinitionDeployed deployed_from(Json body);

// Compiles a deployment with its own calendar. Calendars that were read before are taken from `parsed`, by
// their text: definitions share one, and reading it takes longer than all the rest.
using ParsedCalendars = std::map<std::string, time::CalendarPtr>;
std::expected<model::Compiled, Errors> compile(const DefinitionDeployed&, ParsedCalendars* parsed = nullptr);

class Catalog {
  public:
    // Takes in what the journal holds beyond what is known.
    void refresh(Reader&);
    // Those of one commit: whoever looks here meanwhile sees none of them or all.
    void add(std::vector<DefinitionDeployed>, Instant at, const std::string& actor);

    // version 0: the newest. Null when there is none. Throws when a deployed text no longer compiles.
    model::ProgramPtr program(const std::string& id, int version = 0) const;
    int newest(const std::string& id) const;  // 0: unknown
    std::vector<std::string> ids() const;
    std::uint64_t revision() const;  // how many deployments there were
    std::optional<DefinitionDeployed> deployed(const std::string& id, int version = 0) const;
    std::optional<Instant> deployed_at(const std::string& id, int version = 0) const;
    std::string deployed_by(const std::string& id, int version = 0) const;  // empty: there is none
    // When the first of the versions was deployed that have had the duty ever since; none when the newest has
    // not got it. A version that another followed at the same instant does not count. `next`: when a version
    // with the duty is about to follow.
    std::optional<Instant> duty_since(const std::string& id, const std::string& duty,
                                      std::optional<Instant> next = {}) const;
    // The newest canonical text of a calendar by that name, empty when none.
    std::string calendar(const std::string& name) const;

  private:
    struct Version {
        DefinitionDeployed event;
        Instant at;
        std::string actor;
        mutable model::ProgramPtr program;
    };
    const Version* find(const std::string& id, int version) const;
    void add_one(DefinitionDeployed, Instant at, const std::string& actor);  // under the lock
    mutable std::mutex mutex_;
    std::uint64_t revision_ = 0;
    std::map<std::string, std::vector<Version>, std::less<>> versions_;
    std::map<std::string, std::string, std::less<>> calendars_;
    mutable ParsedCalendars parsed_;
};

// A case with its past.
struct CaseFile {
    core::CaseState state;
    std::vector<core::Recorded> history;
    model::ProgramPtr program;
};
// Applies the next event of a case's stream; throws when it does not parse or its definition is missing.
void replay(CaseFile&, const JournalRow&, const Catalog&);
// Replays the case from the journal; code "no-such-case".
Result<CaseFile> find(Reader&, const Catalog&, const std::string& case_id);

}  // namespace reeve::store
