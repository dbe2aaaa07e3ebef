// The sample county: its definitions and people, and a season of its casework, played by a plan that is the
// same every time (docs/demo.md). What is shipped lies in workflows/.
#pragma once

#include <filesystem>
#include <functional>

#include "engine/cli/world.h"

namespace reeve::cli {

// Where what is shipped lies: beside the command when it is installed, else in the source tree. Throws when
// neither is there.
std::filesystem::path workflows_folder();
std::vector<std::string> shipped_definitions();  // paths, by name
std::filesystem::path stories_folder();  // the acceptance stories, shipped for the demo; may be absent

// Deploys what is not deployed and loads the organisation into an engine that has none: safe to do again
// after it was cut short.
Errors load_sample(runtime::Engine&, const std::string& actor);

struct SampleReport {
    std::size_t commands = 0, refused = 0;
    std::map<std::string, std::size_t> refusals;  // by code
    bool resumed = false;                         // it had been cut short
    bool complete = false;                        // it had been played to its end
};
using SampleProgress = std::function<void(time::Instant now, time::Instant from, time::Instant until)>;

// Why the season cannot be played in `folder`: "other-data" when it holds something else.
std::optional<Error> sample_refuses(const std::filesystem::path& folder);

// Plays the season in `folder` (empty: a scratch one) and hands the world over as it stands at its end. A
// folder in which it was cut short goes on where it stood, and ends as if it had not been. The folder is a
// rehearsal.
struct PlayedSample {
    std::unique_ptr<World> world;
    SampleReport report;
};
std::expected<PlayedSample, Errors> play_sample(const std::filesystem::path& folder,
                                                const SampleProgress& progress = {});

}  // namespace reeve::cli
