// notify PLUGIN REEVE FILE: a program of somebody else's that has a notifier plugin carry a message.
#include <cstdio>

#include "engine/runtime/plugin.h"

using namespace reeve;

int main(int, char** argv) {
    runtime::PluginSettings settings{
        .name = "notebook", .library = argv[1], .settings = {{"file", argv[3]}}, .program = argv[2]};
    auto notifier = runtime::PluginNotifier::start(settings);
    if (!notifier) {
        std::fprintf(stderr, "%s\n", notifier.error().text().c_str());
        return 1;
    }
    const auto sent = (*notifier)->send({.id = "m-1", .address = "page 7", .subject = "A ring at the door"});
    if (!sent.error.empty()) std::fprintf(stderr, "%s\n", sent.error.c_str());
    return sent.outcome == runtime::Delivery::Outcome::sent ? 0 : 1;
}
