// Of a kind that is not wanted where a notifier is.
#include "reeve_plugin.hpp"

struct Exporter : reeve::plugin::Plugin<REEVE_PLUGIN_EXPORTER> {
    explicit Exporter(const reeve::plugin::Json&) {}
    reeve::plugin::Json call(const reeve::plugin::Json& request) override {
        return {{"outcome", "taken"}, {"to", request.at("to")}};
    }
};
REEVE_PLUGIN(Exporter, "exporter", "1.0")
