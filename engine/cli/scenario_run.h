// Plays a scenario: one small handler for each verb, over a World of its own (docs/scenarios.md).
#pragma once

#include <map>

#include "engine/cli/scenario.h"
#include "engine/cli/world.h"

namespace reeve::cli {

struct Failure {
    std::string place;                  // FILE:LINE
    std::string expected;               // the line as written
    std::vector<std::string> happened;  // the nearest facts
};

struct Played {
    std::string file;
    int commands = 0, expectations = 0;
    std::vector<Failure> failures;
    std::optional<Error> stopped;  // a line that could not be played; nothing behind it was
    bool good() const { return failures.empty() && !stopped; }
};

struct Playing;
// Is told of every line when it has been played; `good` is false for an expectation that did not hold.
using LineWatch = std::function<void(const Playing&, const Line&, bool good)>;

Played play_scenario(const std::string& path, const LineWatch& = {});
void print_trace(const Playing&, const Line&, bool good);  // a LineWatch: the line and what it led to

// What the handlers of the verbs work on.
struct Playing {
    std::filesystem::path folder;  // of the scenario; its paths are relative to it
    std::unique_ptr<World> world;
    time::CalendarPtr zone;
    std::map<std::string, std::string> ids, names;  // what the file calls a case -> its id, and back
    std::string last_case, last_definition;
    std::vector<Line> before_at;   // define and organisation lines before the first `at`
    std::uint64_t mark = 0;        // the journal's end before the last line that was no expectation
    std::optional<Error> refused;  // what became of the last command
    Played* played = nullptr;

    World& running(const Words&) const;  // refuses when there was no `at` yet
    time::Instant instant(const Words&, const std::string&) const;
    time::Duration duration(const Words&, const std::string&) const;
    std::string text(time::Instant) const;
    std::string case_id(Words&);  // takes the next word as a case's name
    std::string name(const std::string& case_id) const;
    core::CaseState state(const Words&, const std::string& case_id) const;
    void call(const std::string& case_id, const std::string& name);
    void fail(const Line&, std::vector<std::string> happened);
};

using Verb = void (*)(Playing&, Words&);
using Verbs = std::map<std::string, Verb, std::less<>>;
const Verbs& narrating_verbs();  // story, failure, prevented: words for the reader, nothing else
const Verbs& scene_verbs();      // define, organisation, at, advance, crash, absent, …
const Verbs& command_verbs();    // open, act, transfer, …
void expect(Playing&, Words&);   // scenario_expect.cpp
std::string tell(const Playing&, const core::Recorded&);  // one line about an event

}  // namespace reeve::cli
