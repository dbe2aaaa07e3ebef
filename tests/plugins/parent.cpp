// parent LIBRARY LIMIT_MS ADDRESS: has a plugin, says which process it is, sends to the address, says what
// came of it; then waits to be killed. What the test of a killed engine kills.
#include <unistd.h>

#include <cstdio>

#include "engine/runtime/plugin.h"

int main(int, char** argv) {
    reeve::runtime::PluginSettings settings{.name = "faulty", .library = argv[1]};
    settings.program = REEVE_BIN "/reeve";
    settings.limits.call = std::chrono::milliseconds(std::stoi(argv[2]));
    auto notifier = reeve::runtime::PluginNotifier::start(settings);
    if (!notifier) return 1;
    for (const char* address : std::initializer_list<const char*>{"pid", argv[3]}) {
        std::printf("%s\n", (*notifier)->send({.address = address}).error.c_str());
        std::fflush(stdout);
    }
    for (;;) ::pause();
}
