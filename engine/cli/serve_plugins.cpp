#include "engine/cli/serve_plugins.h"

#include <fmt/format.h>

namespace reeve::cli {

namespace {

template <class Config>
Result<std::unique_ptr<runtime::PluginHost>> started(const ServeConfig& config, const Config& wanted,
                                                     const char* kind) {
    auto host = runtime::PluginHost::start(plugin_settings(config, wanted, kind));
    if (!host)
        return refuse(host.error().code,
                      fmt::format("{} \"{}\": {}", kind, wanted.name, host.error().message),
                      config.file.string());
    return host;
}

}  // namespace

Result<std::unique_ptr<ServedPlugins>> ServedPlugins::prepare(const ServeConfig& config) {
    auto all = std::make_unique<ServedPlugins>();
    for (const auto& wanted : config.job_handlers) {
        auto host = started(config, wanted, "job handler");
        if (!host) return std::unexpected(host.error());
        runtime::JobHandling jobs{.handlers = wanted.handlers, .person = wanted.person};
        if (wanted.lease)
            jobs.lease = std::chrono::duration_cast<std::chrono::seconds>(wanted.lease->elapsed);
        all->waiting_.push_back({std::move(*host), std::move(jobs)});
    }
    for (const auto& wanted : config.assigners) {
        auto host = started(config, wanted, "assigner");
        if (!host) return std::unexpected(host.error());
        runtime::Assigning tasks{.stages = {}, .person = wanted.person};
        for (const auto& one : wanted.stages) tasks.stages.push_back({one.definition, one.stage});
        all->waiting_.push_back({std::move(*host), std::move(tasks)});
    }
    for (const auto& wanted : config.exporters) {
        auto host = started(config, wanted, "exporter");
        if (!host) return std::unexpected(host.error());
        runtime::Exporting events{.place = wanted.name + ".json", .personal = wanted.personal};
        if (wanted.first_retry) events.first_retry = wanted.first_retry->elapsed;
        if (wanted.longest_retry) events.longest_retry = wanted.longest_retry->elapsed;
        all->waiting_.push_back({std::move(*host), std::move(events)});
    }
    return all;
}

ServedPlugins::~ServedPlugins() { ask_to_stop(); }

void ServedPlugins::ask_to_stop() {
    for (const auto& one : waiting_) one.host->ask_to_stop();
    for (const auto& one : job_handlers_) one->ask_to_stop();
    for (const auto& one : assigners_) one->ask_to_stop();
    for (const auto& one : exporters_) one->ask_to_stop();
}

void ServedPlugins::attach(runtime::Engine& engine) {
    for (auto& [host, work] : std::exchange(waiting_, {})) {
        if (auto* jobs = std::get_if<runtime::JobHandling>(&work)) {
            job_handlers_.push_back(
                std::make_unique<runtime::JobHandler>(engine, std::move(host), std::move(*jobs)));
        } else if (auto* tasks = std::get_if<runtime::Assigning>(&work)) {
            assigners_.push_back(
                std::make_unique<runtime::Assigner>(engine, std::move(host), std::move(*tasks)));
        } else if (auto* events = std::get_if<runtime::Exporting>(&work)) {
            events->place = engine.folder() / "exports" / events->place;
            exporters_.push_back(
                std::make_unique<runtime::Exporter>(engine, std::move(host), std::move(*events)));
        }
    }
}

void ServedPlugins::begin() {
    for (const auto& one : job_handlers_) one->start();
    for (const auto& one : assigners_) one->start();
    for (const auto& one : exporters_) one->start();
    for (const auto& one : health())
        if (!one.trouble.empty())
            log::write(log::Level::warning, "plugin-idle", {{"plugin", one.name}, {"error", one.trouble}});
}

std::vector<runtime::PluginHealth> ServedPlugins::health() const {
    std::vector<runtime::PluginHealth> all;
    for (const auto& one : waiting_) all.push_back(one.host->health());
    for (const auto& one : job_handlers_) all.push_back(one->health());
    for (const auto& one : assigners_) all.push_back(one->health());
    for (const auto& one : exporters_) all.push_back(one->health());
    return all;
}

}  // namespace reeve::cli
