#include "engine/cli/serve_alerts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "engine/log.h"
#include "engine/spelling.h"

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

void warn_of_unreached(const ServeConfig& config, const org::Directory& directory) {
    constexpr std::size_t named_at_most = 20;
    std::vector<std::string> channels;
    for (const auto& channel : config.alerts.channels) channels.push_back(channel.name);
    std::set<std::string> holders;
    // Programs have no post box.
    for (const auto* post : directory.posts())
        if (post->role != "job_worker" && post->role != "assigner")
            holders.insert(post->holders.begin(), post->holders.end());
    std::string named, hint;
    std::size_t count = 0;
    for (const auto& id : holders) {
        const auto* person = directory.person(id);
        if (!person || !person->active) continue;
        const bool reached = std::ranges::any_of(channels, [&](const auto& channel) {
            const auto it = person->reach.find(channel);
            return it != person->reach.end() && !it->second.empty();
        });
        if (reached) continue;
        if (++count <= named_at_most) named += (named.empty() ? "" : ", ") + id;
        for (const auto& [channel, address] : person->reach)
            if (const auto meant = did_you_mean(channel, channels); !meant.empty() && hint.empty())
                hint = fmt::format("; {} has one for \"{}\"{}", id, channel, meant);
    }
    if (count > 0)
        log::write(log::Level::warning, "people-not-reached",
                   {{"count", count},
                    {"people", named + (count > named_at_most ? ", …" : "")},
                    {"error", fmt::format("they hold posts and have an address for no channel ({}){}; what "
                                          "they are to be told stands on the undelivered list",
                                          fmt::join(channels, ", "), hint)}});
}

}  // namespace reeve::cli
