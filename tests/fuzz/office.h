// A small office and one case in it, worked through decide and apply alone: what the targets on definitions,
// commands and events share. After each command it claims what must hold of every case.
#pragma once

#include "engine/core/core.h"
#include "tests/fuzz/claim.h"

namespace reeve::fuzz {

// county (head hu) over east (head eva, registrar ren, clerks ann and ben) and west (head wu).
const org::Directory& office();
// A definition that has every kind of stage (everything.json).
const model::Program& everything();

class Casework {
  public:
    explicit Casework(const model::Program& program) : program(program) {}
    static time::Instant begin();

    const model::Program& program;
    core::CaseState state;
    std::vector<core::Recorded> history;
    time::Instant now = begin();

    // Why it was refused; nothing when its events were applied.
    std::optional<Error> ask(const std::string& actor, core::Wish);
    void tick();
    void claim_replay() const;  // the events alone, as they are stored, give the same case
    void claim_law_3() const;   // an open case has a clock, and an owner or a clock on there being none

  private:
    void take(const std::string& actor, const core::Event&);
};

// An event's stored form reads back as the same event.
void claim_stored(const core::Event&);

}  // namespace reeve::fuzz
