// What the simulated office works by: a calendar with daylight saving, the organisation, and definitions that
// are small and use every kind of clock, ladder and stage.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/org/org.h"

namespace reeve::simulation {

extern const std::string calendar_name, calendar_text;
extern const std::string other_calendar;  // the same with one more holiday and shorter hours on Fridays

struct Definition {
    std::string id, text;
};
const std::vector<Definition>& definitions();  // those that others name come first
std::string next_version(const Definition&);   // the same by another title

std::vector<org::Event> organisation();
const std::vector<std::string>& people();
const std::vector<std::string>& units();

// What the model knows of the clocks whose limits are hours: written down here by hand, not taken from the
// engine's reading of the definitions.
struct ModelStep {
    bool half;  // at 50%, else so long after the due instant
    int hours;  // after the due instant
    std::string light;
};
struct ModelRule {
    int hours;
    std::vector<ModelStep> steps;
    int repeat_hours;  // of the last step
    bool expires;
};
// By DEFINITION/CLOCK; null: not modelled.
const ModelRule* model_rule(const std::string& definition, const std::string& clock);

}  // namespace reeve::simulation
