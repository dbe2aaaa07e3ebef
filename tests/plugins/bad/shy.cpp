// An exporter that has a way of its own to say that it is too early.
#include "reeve_plugin.hpp"

struct Shy : reeve::plugin::Plugin<REEVE_PLUGIN_EXPORTER> {
    explicit Shy(const reeve::plugin::Json& settings) : answer(settings) {}
    reeve::plugin::Json call(const reeve::plugin::Json&) override { return answer; }
    reeve::plugin::Json answer;
};
REEVE_PLUGIN(Shy, "shy", "1.0")
