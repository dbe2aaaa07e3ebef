// What stands beside the tests of plugins that the engine gives work to: an office under virtual time, the
// plugins of tests/plugins/bad, and a plugin that waits until it is told to go on.
#pragma once

#include <sys/stat.h>

#include <fstream>

#include "engine/runtime/plugin.h"
#include "tests/unit/runtime/eventually.h"
#include "tests/unit/runtime/office.h"

namespace reeve::runtime {

inline PluginSettings bad_plugin(const std::string& name, const std::string& library,
                                 const std::string& kind) {
    PluginSettings settings{.name = name, .library = BAD_PLUGINS "/" + library + ".so", .kind = kind};
    settings.program = REEVE_BIN "/reeve";
    settings.limits.first_rest = Millis{1};
    settings.limits.call = Millis{300'000};  // on a slow machine, too, only what a test means is met
    return settings;
}

inline std::unique_ptr<PluginHost> started_host(PluginSettings settings) {
    auto host = PluginHost::start(std::move(settings));
    EXPECT_TRUE(host) << host.error().text();
    return host ? std::move(*host) : nullptr;
}

// The two named pipes of misdeeds.h.
struct Waiting {
    store::ScratchFolder folder;
    Waiting() {
        ::mkfifo((folder.path() / "begun").c_str(), 0600);
        ::mkfifo((folder.path() / "go").c_str(), 0600);
    }
    Json settings() const { return {{"folder", folder.path().string()}}; }
    void until_begun() const {
        std::string line;
        std::ifstream in(folder.path() / "begun");
        std::getline(in, line);
    }
    void let_go() const { std::ofstream(folder.path() / "go") << "go\n"; }
};

}  // namespace reeve::runtime
