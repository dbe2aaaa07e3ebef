// What the configuration of `reeve serve` says of plugins that the engine gives work to: job handlers,
// assigners and exporters. Channels, whose plugins carry alerts, are in serve_config.h.
#pragma once

#include <filesystem>
#include <optional>
#include <set>

#include "engine/describe.h"
#include "engine/runtime/plugin.h"

namespace reeve::cli {

struct ServeConfig;

struct JobHandlerConfig {
    std::string name, plugin;
    Json settings = Json::object();
    std::optional<time::Duration> time_limit;
    std::optional<std::uint32_t> memory_mib;
    std::vector<std::string> handlers;
    std::string person;
    std::optional<time::Duration> lease;
};

struct ExporterConfig {
    std::string name, plugin;
    Json settings = Json::object();
    std::optional<time::Duration> time_limit;
    std::optional<std::uint32_t> memory_mib;
    bool personal = false;
    std::optional<time::Duration> first_retry, longest_retry;
};
struct AssignerStage {
    std::string definition, stage;
};
struct AssignerConfig {
    std::string name, plugin;
    Json settings = Json::object();
    std::optional<time::Duration> time_limit;
    std::optional<std::uint32_t> memory_mib;
    std::vector<AssignerStage> stages;
    std::string person;
};

BOOST_DESCRIBE_STRUCT(JobHandlerConfig, (),
                      (name, plugin, settings, time_limit, memory_mib, handlers, person, lease))
BOOST_DESCRIBE_STRUCT(ExporterConfig, (),
                      (name, plugin, settings, time_limit, memory_mib, personal, first_retry, longest_retry))
BOOST_DESCRIBE_STRUCT(AssignerStage, (), (definition, stage))
BOOST_DESCRIBE_STRUCT(AssignerConfig, (), (name, plugin, settings, time_limit, memory_mib, stages, person))

// What is wrong in itself; Error::place is a JSON pointer. `names`: those of plugins that are taken already.
std::optional<Error> unclear_plugins(const ServeConfig&, std::set<std::string>& names);

// Of those, name and kind.
std::vector<std::pair<std::string, std::string>> plugins_of(const ServeConfig&);

// "smtp": one that comes with Reeve; with a "/" in it: that file, beside the configuration.
std::filesystem::path plugin_library(const ServeConfig&, const std::string& plugin);

// What is said alike of every plugin.
template <class Config>
runtime::PluginSettings plugin_settings(const ServeConfig& config, const Config& wanted, const char* kind) {
    runtime::PluginSettings settings{.name = wanted.name,
                                     .library = plugin_library(config, wanted.plugin),
                                     .kind = kind,
                                     .settings = wanted.settings};
    if (wanted.time_limit) settings.limits.call = wanted.time_limit->elapsed;
    if (wanted.memory_mib) settings.limits.memory = std::uint64_t{*wanted.memory_mib} << 20;
    return settings;
}

}  // namespace reeve::cli
