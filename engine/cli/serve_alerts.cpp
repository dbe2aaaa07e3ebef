#include "engine/cli/serve_alerts.h"

#include <fmt/format.h>

namespace reeve::cli {

Result<std::unique_ptr<Alerting>> Alerting::prepare(const ServeConfig& config) {
    auto texts = views::AlertTexts::load(config.beside(config.alerts.texts), config.alerts.link);
    if (!texts) return std::unexpected(texts.error());
    auto channels = channels_of(config);
    if (!channels) return std::unexpected(channels.error());
    std::unique_ptr<Alerting> alerting(new Alerting(std::move(*texts)));
    alerting->retries_ = retries_of(config);
    for (std::size_t i = 0; i < channels->size(); ++i) {
        const auto& wanted = config.alerts.channels[i];
        auto plugin = runtime::PluginNotifier::start(plugin_settings(config, wanted, "notifier"));
        if (!plugin)
            return refuse(plugin.error().code,
                          fmt::format("channel \"{}\", plugin {}: {}", wanted.name,
                                      plugin_library(config, wanted.plugin).string(), plugin.error().message),
                          config.file.string());
        alerting->plugins_.push_back(std::move(*plugin));
        (*channels)[i].notifier = alerting->plugins_.back();
    }
    alerting->channels_ = std::move(*channels);
    return alerting;
}

Alerting::~Alerting() {
    for (const auto& plugin : plugins_) plugin->host().ask_to_stop();
    dispatcher_.reset();
}

void Alerting::attach(runtime::Engine& engine) {
    const auto compose = [this, &engine](const std::vector<core::Alert>& alerts, const org::Person& person) {
        if (!reader_) reader_ = engine.read();
        const views::Sight sight{*reader_, engine.catalog(), engine.directory(), engine.now()};
        return texts_.compose(sight, alerts, person);
    };
    dispatcher_ = std::make_unique<runtime::Dispatcher>(engine, std::move(channels_), retries_, compose);
}

void Alerting::begin() { dispatcher_->start(); }

runtime::Dispatcher::Figures Alerting::figures() const {
    return dispatcher_ ? dispatcher_->figures() : runtime::Dispatcher::Figures{};
}

std::vector<runtime::PluginHealth> Alerting::plugins() const {
    std::vector<runtime::PluginHealth> all;
    for (const auto& plugin : plugins_) all.push_back(plugin->host().health());
    return all;
}

}  // namespace reeve::cli
