// A notifier's answer as a Delivery, and a plugin's health as JSON.
#include <fmt/format.h>

#include <array>

#include "engine/runtime/plugin_answer.h"

namespace reeve::runtime {

namespace {

Json request_of(const Message& message) {
    return {{"id", message.id},
            {"person", message.person},
            {"name", message.name},
            {"address", message.address},
            {"language", message.language},
            {"subject", message.subject},
            {"text", message.text},
            {"urgent", message.urgent},
            {"alerts", message.alerts.is_null() ? Json::array() : message.alerts}};
}

Delivery read_answer(const Json& answer, const std::string& plugin) {
    const auto outcome = text_in(answer, "outcome");
    if (outcome == "sent") return {Delivery::Outcome::sent, {}, {}};
    if (outcome != "failed" && outcome != "refused")
        return {Delivery::Outcome::failed,
                "the plugin " + plugin + " answered without an outcome: expected sent, failed or refused",
                {}};
    Delivery delivery{outcome == "failed" ? Delivery::Outcome::failed : Delivery::Outcome::refused,
                      text_in(answer, "error"),
                      {}};
    if (delivery.error.empty()) delivery.error = "the plugin " + plugin + " does not say why";
    delivery.wait = wait_in(answer);
    return delivery;
}

}  // namespace

Result<std::unique_ptr<PluginNotifier>> PluginNotifier::start(PluginSettings settings) {
    settings.kind = "notifier";
    auto host = PluginHost::start(std::move(settings));
    if (!host) return std::unexpected(host.error());
    return std::make_unique<PluginNotifier>(std::move(*host));
}

Delivery PluginNotifier::send(const Message& message) noexcept {
    try {
        auto answer = host_->call(request_of(message));
        if (!answer) return {Delivery::Outcome::failed, answer.error().error, answer.error().wait};
        return read_answer(*answer, host_->health().name);
    } catch (const std::exception& e) {
        return {
            Delivery::Outcome::failed, std::string("the message could not be handed over: ") + e.what(), {}};
    }
}

Json to_json(const PluginHealth& health) {
    static constexpr std::array<const char*, 4> states{"starting", "running", "resting", "stopped"};
    Json json{{"name", health.name},
              {"kind", health.kind},
              {"plugin", health.plugin},
              {"state", states[static_cast<std::size_t>(health.state)]},
              {"since", time::to_utc_string(health.since)},
              {"restarts", health.restarts},
              {"calls", health.calls},
              {"faults", health.faults}};
    if (!health.last_error.empty()) json["last_error"] = health.last_error;
    if (health.last_fault) json["last_fault"] = time::to_utc_string(*health.last_fault);
    if (!health.work.empty()) json["work"] = health.work;
    if (!health.trouble.empty()) json["trouble"] = health.trouble;
    if (health.failing_since) json["failing_since"] = time::to_utc_string(*health.failing_since);
    if (const auto& exported = health.exported) {
        json["exported"] = {{"to", exported->to}, {"behind", exported->behind}};
        if (exported->since) json["exported"]["since"] = time::to_utc_string(*exported->since);
    }
    return json;
}

}  // namespace reeve::runtime
