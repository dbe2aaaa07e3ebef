#include "engine/cli/plugin_config.h"

#include <fmt/format.h>

#include "engine/cli/serve_config.h"
#include "engine/runtime/exporter.h"

namespace reeve::cli {

namespace {

constexpr time::Millis longest_lease = std::chrono::seconds(core::longest_lease_seconds);

// A time by the clock on the wall, of some length.
bool is_span(const time::Duration& span) {
    return span.is_moment() && span.working.count() == 0 && span.elapsed.count() >= 1;
}

template <class Config>
std::optional<Error> unclear_plugin(const Config& one, const std::string& what, const std::string& at,
                                    std::set<std::string>& names) {
    if (one.name.empty())
        return Error{"missing-data",
                     fmt::format("the {} has a \"name\", by which the log and the health call it", what), at};
    if (!names.insert(one.name).second)
        return Error{"duplicate", fmt::format("there is another plugin \"{}\"", one.name), at + "/name"};
    if (one.plugin.empty())
        return Error{
            "missing-data",
            fmt::format("{} \"{}\" names no \"plugin\": the path of a shared library, with a \"/\" in it",
                        what, one.name),
            at};
    if (!one.settings.is_object()) return Error{"bad-command", "\"settings\" is an object", at + "/settings"};
    if (one.memory_mib == 0u) return Error{"bad-command", "a plugin needs some memory", at + "/memory_mib"};
    if (one.time_limit && !is_span(*one.time_limit))
        return Error{"bad-duration", "\"time_limit\" is a time such as \"90 s\" or \"5 min\"",
                     at + "/time_limit"};
    return std::nullopt;
}

std::optional<Error> unclear(const JobHandlerConfig& one, const std::string& at) {
    if (one.handlers.empty())
        return Error{"missing-data",
                     fmt::format("job handler \"{}\" names no \"handlers\": which jobs it does, as stages "
                                 "name them in \"job\"",
                                 one.name),
                     at};
    if (one.person.empty())
        return Error{"missing-name",
                     fmt::format("job handler \"{}\" names no \"person\", in whose name it works: one with "
                                 "a post, such as job_worker",
                                 one.name),
                     at};
    if (one.lease && (!is_span(*one.lease) || one.lease->elapsed > longest_lease ||
                      one.lease->elapsed < time::Millis{1000}))
        return Error{"bad-duration", "\"lease\" is a time from \"1 s\" to \"1 hour\"", at + "/lease"};
    return std::nullopt;
}

std::optional<Error> unclear(const AssignerConfig& one, const std::string& at) {
    if (one.stages.empty())
        return Error{"missing-data",
                     fmt::format("assigner \"{}\" names no \"stages\": for whose tasks it chooses, such as "
                                 "{{\"definition\": \"noise\", \"stage\": \"heard\"}}",
                                 one.name),
                     at};
    for (std::size_t i = 0; i < one.stages.size(); ++i)
        if (one.stages[i].definition.empty() || one.stages[i].stage.empty())
            return Error{"missing-data", "this names a \"definition\" and a \"stage\" of it",
                         fmt::format("{}/stages/{}", at, i)};
    if (one.person.empty())
        return Error{"missing-name",
                     fmt::format("assigner \"{}\" names no \"person\", in whose name it chooses: one with a "
                                 "post as assigner",
                                 one.name),
                     at};
    return std::nullopt;
}

std::optional<Error> unclear(const ExporterConfig& one, const std::string& at) {
    // A file keeps how far it is, by this name.
    constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    if (one.name.find_first_not_of(plain) != std::string::npos)
        return Error{"bad-command", "the name of an exporter is of letters, digits, - and _", at + "/name"};
    const std::pair<const char*, const std::optional<time::Duration>*> waits[]{
        {"first_retry", &one.first_retry}, {"longest_retry", &one.longest_retry}};
    for (const auto& [key, value] : waits)
        if (*value && !is_span(**value))
            return Error{"bad-duration", fmt::format("\"{}\" is a time such as \"1 min\"", key),
                         fmt::format("{}/{}", at, key)};
    const runtime::Exporting unless_told;
    const auto first = one.first_retry ? one.first_retry->elapsed : unless_told.first_retry;
    const auto longest = one.longest_retry ? one.longest_retry->elapsed : unless_told.longest_retry;
    if (first > longest)
        return Error{"bad-duration",
                     "the first wait is no longer than the longest, \"longest_retry\", which is \"10 min\" "
                     "unless told",
                     at + (one.first_retry ? "/first_retry" : "/longest_retry")};
    return std::nullopt;
}

template <class Config>
std::optional<Error> unclear_list(const std::vector<Config>& all, const char* key, const std::string& what,
                                  std::set<std::string>& names) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto at = fmt::format("/{}/{}", key, i);
        if (auto fault = unclear_plugin(all[i], what, at, names)) return fault;
        if (auto fault = unclear(all[i], at)) return fault;
    }
    return std::nullopt;
}

}  // namespace

std::filesystem::path plugin_library(const ServeConfig& config, const std::string& plugin) {
    if (plugin.find('/') != std::string::npos) return config.beside(plugin);
    std::error_code ignored;
    const auto prefix = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().parent_path();
    for (const char* folder : {"lib", REEVE_LIBDIR})
        if (const auto file = prefix / folder / "reeve/plugins" / (plugin + ".so");
            std::filesystem::exists(file))
            return file;
    return prefix / "lib/reeve/plugins" / (plugin + ".so");
}

std::vector<std::pair<std::string, std::string>> plugins_of(const ServeConfig& config) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& one : config.job_handlers) all.emplace_back(one.name, "job handler");
    for (const auto& one : config.assigners) all.emplace_back(one.name, "assigner");
    for (const auto& one : config.exporters) all.emplace_back(one.name, "exporter");
    return all;
}

std::optional<Error> unclear_plugins(const ServeConfig& config, std::set<std::string>& names) {
    if (auto fault = unclear_list(config.job_handlers, "job_handlers", "job handler", names)) return fault;
    if (auto fault = unclear_list(config.assigners, "assigners", "assigner", names)) return fault;
    return unclear_list(config.exporters, "exporters", "exporter", names);
}

}  // namespace reeve::cli
