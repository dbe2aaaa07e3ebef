// Routes of the service itself: is it alive, is it ready, who am I, what is there.
#include "engine/http/route.h"

namespace reeve::http {

namespace {

Answer alive(const Call&, const views::Sight&) { return json_answer({{"status", "alive"}}); }

Json health_json(const runtime::Health& health, const views::Sight& sight) {
    Json json{
        {"timer_late_ms", health.timer_late.count()},
        {"stuck_timers", health.stuck_timers},
        {"waiting_commands", health.waiting},
        {"failed_commits", health.failed_commits},
        {"clock_alarm", health.clock_alarm ? Json(*health.clock_alarm) : Json()},
        {"storage",
         health.storage ? Json{{"code", health.storage->code}, {"detail", health.storage->message}} : Json()},
        {"timers_fired", health.lateness.count()},
        {"late_ms",
         {{"p50", health.lateness.at(0.5).count()},
          {"p99", health.lateness.at(0.99).count()},
          {"greatest", health.lateness.greatest().count()}}},
        {"last_event", sight.reader.head().seq},
        {"now", time::to_utc_string(sight.now)}};
    return json;
}

// A timer that is a minute late is one that somebody waits for.
constexpr time::Millis too_late{60'000};

Answer ready(const Call& call, const views::Sight&) {
    const auto health = call.engine.health();
    Json why = Json::array();
    if (health.storage) why.push_back(health.storage->message);
    if (health.clock_alarm) why.push_back(*health.clock_alarm);
    if (health.timer_late > too_late) why.push_back("a timer is more than a minute late");
    if (health.stuck_timers > 0) why.push_back("a timer was due and took no effect");
    return json_answer({{"ready", why.empty()}, {"why", why}}, why.empty() ? 200 : 503);
}

Answer health(const Call& call, const views::Sight& sight) {
    return json_answer(health_json(call.engine.health(), sight));
}

Answer me(const Call& call, const views::Sight& sight) {
    const auto* person = sight.people->person(call.caller.person);
    Json json = person ? views::person_row(sight, *person) : Json{{"person", call.caller.person}};
    Json scopes = Json::array();
    for (const auto scope : call.caller.scopes) scopes.push_back(describe::write(scope, Times::text));
    json["scopes"] = std::move(scopes);
    json["units"] = call.caller.units;
    json["everywhere"] = call.caller.everywhere;
    json["administrator"] = call.caller.administrator;
    return json_answer(json);
}

Answer description(const Call&, const views::Sight&) { return json_answer(openapi()); }

constexpr Route table[] = {
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
     "How the engine is: timers, queue, storage, clock.",
     Scope::read,
     {},
     Takes::nothing,
     "",
     "Health",
     false,
     health},
    {"GET",
     "/v1/me",
     "showMe",
     "Who is asking, and what they see.",
     Scope::read,
     {},
     Takes::nothing,
     "",
     "Me",
     false,
     me},
};

}  // namespace

std::span<const Route> service_routes() { return table; }

}  // namespace reeve::http
