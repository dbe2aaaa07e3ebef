// What the service says of its health: figures, readiness, and whose channel takes no alerts.
#include <gmock/gmock.h>

#include "tests/unit/http/service.h"

namespace reeve::http {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Monitoring : testing::Test {
    runtime::Dispatcher::Figures figures;
    std::vector<runtime::PluginHealth> plugins;
    Options options() {
        Options options;
        options.beside = {.alerts = [this] { return figures; }, .plugins = [this] { return plugins; }};
        return options;
    }
    Served service{options()};
    std::string metrics() {
        const auto reply = service.as("cyn", {Scope::watch}).get("/metrics");
        EXPECT_EQ(reply.status, 200) << reply.body;
        EXPECT_EQ(reply.headers.at("content-type"), "text/plain; version=0.0.4");
        return reply.body;
    }
    void start(const std::string& id) {
        service.office.ask(
            {.actor = "boss",
             .case_id = id,
             .wish = core::StartCase{.definition = "permit", .unit = "north", .data = {{"place", id}}}});
    }
};

TEST_F(Monitoring, FiguresCountCasesByLightAndThoseOverdue) {
    EXPECT_THAT(metrics(), HasSubstr("reeve_cases_open{light=\"green\"} 0\n"));
    start("early");
    ASSERT_TRUE(service.office.engine->run_until(runtime::monday + 40 * runtime::day));
    service.restart();  // what was counted a moment ago is counted anew
    start("late");
    const auto text = metrics();
    EXPECT_THAT(text, HasSubstr("reeve_cases_open{light=\"red\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("reeve_cases_overdue{light=\"red\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("reeve_cases_open{light=\"green\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("reeve_cases_overdue{light=\"green\"} 0\n"));
}

TEST_F(Monitoring, FiguresCountCommitsTimersAndRequests) {
    start("one");
    ASSERT_TRUE(service.office.engine->run_until(runtime::monday + 40 * runtime::day));
    const auto health = service.office.engine->health();
    ASSERT_GT(health.lateness.count(), 0u);
    const auto text = metrics();
    const auto has = [&](const std::string& line) { EXPECT_THAT(text, HasSubstr("\n" + line + "\n")); };
    has("reeve_timer_lateness_seconds_count " + std::to_string(health.lateness.count()));
    has("reeve_timer_lateness_seconds_bucket{le=\"+Inf\"} " + std::to_string(health.lateness.count()));
    has("reeve_commit_seconds_count " + std::to_string(health.commit_time.count()));
    has("reeve_commit_events_sum " + std::to_string(health.batch_size.sum()));
    has("reeve_journal_last_event " + std::to_string(service.office.engine->read()->head().seq));
    EXPECT_EQ(health.batch_size.count(), health.commit_time.count());
    service.as("boss").get("/v1/cases/none");
    EXPECT_THAT(metrics(), HasSubstr("reeve_http_requests_total{operation=\"showCase\",status=\"404\"} 1\n"));
}

TEST_F(Monitoring, FiguresTellNoCaseAndNoPerson) {
    start("of-li-na");
    for (const char* word : {"of-li-na", "boss", "ada", "cyn", "north", "permit"})
        EXPECT_THAT(metrics(), Not(HasSubstr(word)));
}

TEST_F(Monitoring, AChannelThatTakesNothingForLongIsSaid) {
    auto anyone = service.stranger();
    figures.channels["mail"] = {.sent = 3, .failed = 1, .refused = 0, .error = "mail.ward.example is away"};
    figures.channels["mail"].failing_since = service.office.engine->now();
    EXPECT_EQ(anyone.get("/readyz").status, 200) << "it may be started again";
    ASSERT_TRUE(service.office.engine->run_until(service.office.engine->now() + std::chrono::minutes(11)));
    const auto reply = anyone.get("/readyz");
    EXPECT_EQ(reply.status, 503);
    EXPECT_THAT(reply.json()["why"].dump(), HasSubstr("mail"));
    EXPECT_THAT(reply.body, Not(HasSubstr("ward.example"))) << "it is open to everyone";
    EXPECT_THAT(metrics(), HasSubstr("reeve_ready 0\n"));
    EXPECT_THAT(metrics(), HasSubstr("reeve_alert_messages_total{channel=\"mail\",result=\"failed\"} 1\n"));
    figures.channels["mail"].failing_since.reset();
    EXPECT_EQ(anyone.get("/readyz").status, 200);
}

// Commands are taken, and no clock moves on: whoever watches the service hears of it.
TEST_F(Monitoring, AClockThatLiesBeforeTheLastEventIsSaid) {
    auto anyone = service.stranger();
    start("one");
    EXPECT_EQ(anyone.get("/readyz").status, 200);
    service.office.time->jump(runtime::monday - 30 * runtime::minute);
    start("two");
    const auto reply = anyone.get("/readyz");
    EXPECT_EQ(reply.status, 503);
    EXPECT_THAT(reply.body, HasSubstr("30 min before the last event"));
    const auto health = service.as("boss").get("/v1/health");
    EXPECT_EQ(against_description("GET", "/v1/health", health), "");
    EXPECT_EQ(health.json()["clock_behind_ms"], 30 * 60'000);
    EXPECT_TRUE(health.json()["clock_alarm"].is_null());
    EXPECT_THAT(metrics(), HasSubstr("reeve_clock_behind_seconds 1800\n"));
    service.office.time->jump(runtime::monday);
    start("three");
    EXPECT_EQ(anyone.get("/readyz").status, 200);
}

TEST_F(Monitoring, HealthNamesPluginsAndTheirFaults) {
    plugins.push_back({.name = "mail",
                       .kind = "notifier",
                       .plugin = "smtp 0.1.0",
                       .state = runtime::PluginState::resting,
                       .since = runtime::monday,
                       .restarts = 2,
                       .calls = 9,
                       .faults = 3,
                       .last_error = "the plugin mail hung",
                       .last_fault = runtime::monday});
    start("one");
    auto boss = service.as("boss");
    const auto reply = boss.get("/v1/health");
    EXPECT_EQ(against_description("GET", "/v1/health", reply), "");
    EXPECT_EQ(reply.json()["plugins"][0]["state"], "resting");
    EXPECT_EQ(reply.json()["plugins"][0]["last_error"], "the plugin mail hung");
    EXPECT_GT(reply.json()["alerts"]["pending"], 0);
    EXPECT_TRUE(reply.json()["alerts"]["oldest_pending"].is_string());
    EXPECT_THAT(metrics(), HasSubstr("reeve_plugin_faults_total{plugin=\"mail\"} 3\n"));
    EXPECT_THAT(metrics(), HasSubstr("reeve_plugin_running{plugin=\"mail\"} 0\n"));
}

TEST_F(Monitoring, HealthTellsHowFarAnExporterIsAndWhatCameOfAPluginsWork) {
    runtime::PluginHealth archive{
        .name = "archive", .kind = "exporter", .plugin = "ledger 1.0", .since = runtime::monday};
    archive.work = {{"exported", 40}, {"failed", 2}};
    archive.trouble = "the base is being mended";
    archive.failing_since = runtime::monday;
    archive.exported = runtime::PluginHealth::Export{.to = 40, .behind = 7, .since = runtime::monday};
    plugins = {archive};
    ASSERT_TRUE(service.office.engine->run_until(runtime::monday + std::chrono::minutes(11)));
    auto boss = service.as("boss");
    const auto reply = boss.get("/v1/health");
    EXPECT_EQ(against_description("GET", "/v1/health", reply), "");
    const auto said = reply.json()["plugins"][0];
    EXPECT_EQ(said["exported"], Json({{"to", 40}, {"behind", 7}, {"since", "2026-03-02T01:00:00Z"}}));
    EXPECT_EQ(said["work"]["exported"], 40);
    EXPECT_EQ(said["trouble"], "the base is being mended");
    const auto text = metrics();
    EXPECT_THAT(text, HasSubstr("reeve_plugin_work_total{plugin=\"archive\",result=\"failed\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("reeve_export_last_event{plugin=\"archive\"} 40\n"));
    EXPECT_THAT(text, HasSubstr("reeve_export_behind_events{plugin=\"archive\"} 7\n"));
    EXPECT_THAT(text, HasSubstr("reeve_export_behind_seconds{plugin=\"archive\"} 660\n"));
    EXPECT_EQ(boss.get("/readyz").status, 200) << "the office works on";
}

}  // namespace
}  // namespace reeve::http
