// Routes of the service itself: is it alive, is it ready, who am I, what is there.
#include "engine/http/route.h"

namespace reeve::http {

namespace {

Answer alive(const Call&, const views::Sight&) { return json_answer({{"status", "alive"}}); }

Json channels_json(const runtime::Dispatcher::Figures& figures) {
    Json all = Json::array();
    for (const auto& [name, channel] : figures.channels) {
        Json json{
            {"name", name}, {"sent", channel.sent}, {"failed", channel.failed}, {"refused", channel.refused}};
        if (!channel.error.empty()) json["last_error"] = channel.error;
        if (channel.failing_since) json["failing_since"] = time::to_utc_string(*channel.failing_since);
        all.push_back(std::move(json));
    }
    return all;
}

Json health_json(const runtime::Health& health, const views::Sight& sight, Monitor& monitor) {
    const auto waiting = monitor.waiting(sight.reader, sight.now);
    const auto reads_trouble = monitor.reads_trouble();
    Json plugins = Json::array();
    for (const auto& plugin : monitor.plugins()) plugins.push_back(to_json(plugin));
    Json json{
        {"timer_late_ms", health.timer_late.count()},
        {"stuck_timers", health.stuck_timers},
        {"waiting_commands", health.waiting},
        {"failed_commits", health.failed_commits},
        {"clock_alarm", health.clock_alarm ? Json(*health.clock_alarm) : Json()},
        {"clock_behind_ms", health.clock_behind.count()},
        {"storage",
         health.storage ? Json{{"code", health.storage->code}, {"detail", health.storage->message}} : Json()},
        {"reads_trouble", reads_trouble ? Json(*reads_trouble) : Json()},
        {"timers_fired", health.lateness.count()},
        {"late_ms",
         {{"p50", health.lateness.at(0.5).count()},
          {"p99", health.lateness.at(0.99).count()},
          {"greatest", health.lateness.greatest().count()}}},
        {"alerts",
         {{"pending", waiting.pending_alerts},
          {"undelivered", waiting.undelivered},
          {"oldest_pending",
           waiting.oldest_pending ? Json(time::to_utc_string(*waiting.oldest_pending)) : Json()},
          {"channels", channels_json(monitor.alerts())}}},
        {"plugins", std::move(plugins)},
        {"last_event", sight.reader.head().seq},
        {"now", time::to_utc_string(sight.now)}};
    return json;
}

Answer ready(const Call& call, const views::Sight&) {
    const auto why = call.monitor.troubles(call.engine.health(), call.engine.now());
    return json_answer({{"ready", why.empty()}, {"why", why}}, why.empty() ? 200 : 503);
}

Answer health(const Call& call, const views::Sight& sight) {
    return json_answer(health_json(call.engine.health(), sight, call.monitor));
}

constexpr std::string_view prometheus_text = "text/plain; version=0.0.4";
Answer figures(const Call& call, const views::Sight& sight) {
    return {.body = metrics(call.engine, sight.reader, call.monitor), .type = std::string(prometheus_text)};
}

Answer me(const Call& call, const views::Sight& sight) {
    const auto* person = sight.people->person(call.caller.person);
    Json json = person ? views::person_row(sight, *person) : Json{{"person", call.caller.person}};
    Json scopes = Json::array();
    for (const auto scope : call.caller.scopes) scopes.push_back(describe::write(scope, Times::text));
    json["scopes"] = std::move(scopes);
    json["units"] = call.caller.rights->units;
    json["everywhere"] = call.caller.rights->everywhere;
    json["administrator"] = call.caller.rights->administrator;
    return json_answer(json);
}

Answer description(const Call&, const views::Sight&) { return json_answer(openapi()); }

constexpr Route service_table[] = {
    {"GET",
     "/healthz",
     "isAlive",
     "Whether the process answers.",
     {},
     {},
     Takes::nothing,
     "",
     "Alive",
     false,
     alive},
    {"GET",
     "/readyz",
     "isReady",
     "Whether work is taken and clocks are kept; 503 and why when not.",
     {},
     {},
     Takes::nothing,
     "",
     "Ready",
     false,
     ready},
    {"GET",
     "/openapi.json",
     "describe",
     "This interface, as OpenAPI 3.1.",
     {},
     {},
     Takes::nothing,
     "",
     "OpenApi",
     false,
     description},
    {"GET",
     "/v1/health",
     "showHealth",
     "How the engine is: timers, queue, storage, clock, alerts, plugins.",
     Scope::read,
     {},
     Takes::nothing,
     "",
     "Health",
     false,
     health},
    {"GET",
     "/metrics",
     "showMetrics",
     "Figures for Prometheus: lateness, commits, cases by light, alerts, plugins, requests.",
     Scope::watch,
     {},
     Takes::nothing,
     "",
     "",
     false,
     figures,
     prometheus_text},
    {.method = "GET",
     .pattern = "/v1/me",
     .operation = "showMe",
     .about = "Who is asking, and what they see.",
     .needs = Scope::read,
     .query = {},
     .answers = "Me",
     .does = me,
     .any_scope = true},
};

}  // namespace

std::span<const Route> service_routes() { return service_table; }

}  // namespace reeve::http
