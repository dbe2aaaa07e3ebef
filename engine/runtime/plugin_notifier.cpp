// A notifier's answer as a Delivery, and a plugin's health as JSON.
#include <fmt/format.h>

#include <array>

#include "engine/runtime/plugin.h"

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

std::string text_of(const Json& answer, const char* name) {
    const auto it = answer.find(name);
    return it != answer.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Delivery read_answer(const Json& answer, const std::string& plugin) {
    const auto outcome = text_of(answer, "outcome");
    if (outcome == "sent") return {Delivery::Outcome::sent, {}, {}};
    if (outcome != "failed" && outcome != "refused")
        return {Delivery::Outcome::failed,
                "the plugin " + plugin + " answered without an outcome: expected sent, failed or refused",
                {}};
    Delivery delivery{outcome == "failed" ? Delivery::Outcome::failed : Delivery::Outcome::refused,
                      text_of(answer, "error"),
                      {}};
    if (delivery.error.empty()) delivery.error = "the plugin " + plugin + " does not say why";
    const auto wait = answer.find("wait_ms");
    constexpr std::int64_t longest =
        std::int64_t{24} * 3600 * 1000;  // nobody waits for years on a server's word
    if (wait != answer.end() && wait->is_number()) {
        const auto ms = wait->get<double>();
        if (ms > 0) delivery.wait = Millis(ms < longest ? static_cast<std::int64_t>(ms) : longest);
    }
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
              {"plugin", health.plugin},
              {"state", states[static_cast<std::size_t>(health.state)]},
              {"since", time::to_utc_string(health.since)},
              {"restarts", health.restarts},
              {"calls", health.calls},
              {"faults", health.faults}};
    if (!health.last_error.empty()) json["last_error"] = health.last_error;
    if (health.last_fault) json["last_fault"] = time::to_utc_string(*health.last_fault);
    return json;
}

}  // namespace reeve::runtime
