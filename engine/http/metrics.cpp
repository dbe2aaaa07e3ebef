// The figures of /metrics, by the names that docs/operations.md lists.
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "engine/http/monitor.h"

namespace reeve::http {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

class Families {
  public:
    void begin(MetricType type, const char* name, const char* help) {
        all_.push_back({name, help, type, {}});
    }
    void add(double value, Labels labels = {}) {
        auto& metric = all_.back().metric.emplace_back();
        metric.label = std::move(labels);
        (all_.back().type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    }
    void gauge(const char* name, const char* help, double value) {
        begin(MetricType::Gauge, name, help);
        add(value);
    }
    void counter(const char* name, const char* help, double value) {
        begin(MetricType::Counter, name, help);
        add(value);
    }
    // `unit`: how many of the histogram's make one of the metric's.
    template <class Histogram>
    void add(const Histogram& histogram, double unit, Labels labels = {}) {
        auto& metric = all_.back().metric.emplace_back();
        metric.label = std::move(labels);
        metric.histogram.sample_count = histogram.count();
        metric.histogram.sample_sum = number(histogram.sum()) / unit;
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
            below += histogram.counts()[i];
            const bool last = i == histogram.bounds.size();
            metric.histogram.bucket.push_back(
                {below, last ? INFINITY : static_cast<double>(histogram.bounds[i]) / unit});
        }
    }
    std::string text() const {
        std::ostringstream out;
        prometheus::TextSerializer().Serialize(out, all_);
        return out.str();
    }

  private:
    template <class Value>
    static double number(Value value) {
        if constexpr (requires { value.count(); })
            return static_cast<double>(value.count());
        else
            return static_cast<double>(value);
    }
    std::vector<prometheus::MetricFamily> all_;
};

constexpr double thousand = 1e3, million = 1e6;
double seconds(time::Millis span) { return static_cast<double>(span.count()) / thousand; }

void of_engine(Families& to, const runtime::Health& health, std::uint64_t last_event) {
    to.gauge("reeve_journal_last_event", "Number of the last event of the journal.",
             static_cast<double>(last_event));
    to.begin(MetricType::Histogram, "reeve_timer_lateness_seconds",
             "From the due moment of a timer until what it did was durable.");
    to.add(health.lateness, thousand);
    to.gauge("reeve_timer_late_seconds", "How long the earliest pending timer has been due.",
             seconds(health.timer_late));
    to.gauge("reeve_timers_stuck", "Timers that were due and took no effect.",
             static_cast<double>(health.stuck_timers));
    to.gauge("reeve_commands_waiting", "Commands in the queue.", static_cast<double>(health.waiting));
    to.begin(MetricType::Histogram, "reeve_commit_seconds", "To write and to sync one batch.");
    to.add(health.commit_time, million);
    to.begin(MetricType::Histogram, "reeve_commit_events", "Events that were made durable together.");
    to.add(health.batch_size, 1);
    to.counter("reeve_commits_failed_total", "Batches that could not be made durable.",
               static_cast<double>(health.failed_commits));
    to.gauge("reeve_storage_failed", "1 while nothing can be written.", health.storage ? 1 : 0);
    to.gauge("reeve_clock_alarm", "1 while the wall clock is not trusted and commands are refused.",
             health.clock_alarm ? 1 : 0);
    to.gauge("reeve_clock_behind_seconds",
             "How far the wall clock lies before the last event: until it is there no clock moves on.",
             seconds(health.clock_behind));
}

void of_cases(Families& to, const store::Waiting& waiting) {
    const auto each = [&](auto count) {
        for (const char* light : {"green", "blue", "yellow", "orange", "red"}) {
            const auto it = waiting.lights.find(light);
            to.add(it == waiting.lights.end() ? 0.0 : static_cast<double>(count(it->second)),
                   {{"light", light}});
        }
    };
    to.begin(MetricType::Gauge, "reeve_cases_open", "Open cases, by their light.");
    each([](const store::Waiting::Cases& cases) { return cases.open; });
    to.begin(MetricType::Gauge, "reeve_cases_overdue",
             "Open cases with a clock past its due date, by their light.");
    each([](const store::Waiting::Cases& cases) { return cases.overdue; });
}

void of_alerts(Families& to, const store::Waiting& waiting, const Monitor& monitor, time::Instant now) {
    to.gauge("reeve_alerts_pending", "Alerts on their way.", static_cast<double>(waiting.pending_alerts));
    to.gauge("reeve_alerts_undelivered", "Alerts on the undelivered list.",
             static_cast<double>(waiting.undelivered));
    to.gauge("reeve_outbox_age_seconds", "How long the alert that waits longest has waited.",
             waiting.oldest_pending ? seconds(std::max(now - *waiting.oldest_pending, time::Millis{0})) : 0);
    const auto figures = monitor.alerts();
    to.begin(MetricType::Counter, "reeve_alert_messages_total",
             "Messages handed to a channel, by what came of it.");
    for (const auto& [name, channel] : figures.channels) {
        to.add(static_cast<double>(channel.sent), {{"channel", name}, {"result", "sent"}});
        to.add(static_cast<double>(channel.failed), {{"channel", name}, {"result", "failed"}});
        to.add(static_cast<double>(channel.refused), {{"channel", name}, {"result", "refused"}});
    }
}

void of_plugins(Families& to, const Monitor& monitor, time::Instant now) {
    const auto plugins = monitor.plugins();
    const auto each = [&](auto figure) {
        for (const auto& plugin : plugins)
            to.add(static_cast<double>(figure(plugin)), {{"plugin", plugin.name}});
    };
    using Plugin = runtime::PluginHealth;
    to.begin(MetricType::Gauge, "reeve_plugin_running", "1 while the plugin runs.");
    each([](const Plugin& one) { return one.state == runtime::PluginState::running ? 1 : 0; });
    to.begin(MetricType::Counter, "reeve_plugin_calls_total", "Calls of a plugin.");
    each([](const Plugin& one) { return one.calls; });
    to.begin(MetricType::Counter, "reeve_plugin_faults_total",
             "Calls and starts of a plugin that went wrong.");
    each([](const Plugin& one) { return one.faults; });
    to.begin(MetricType::Counter, "reeve_plugin_restarts_total", "Restarts of a plugin.");
    each([](const Plugin& one) { return one.restarts; });
    to.begin(MetricType::Counter, "reeve_plugin_work_total",
             "What came of what a job handler, an assigner or an exporter was given.");
    for (const auto& plugin : plugins)
        for (const auto& [result, count] : plugin.work)
            to.add(static_cast<double>(count), {{"plugin", plugin.name}, {"result", result}});
    const auto exporters = [&](auto figure) {
        for (const auto& plugin : plugins)
            if (plugin.exported)
                to.add(static_cast<double>(figure(*plugin.exported)), {{"plugin", plugin.name}});
    };
    using Export = Plugin::Export;
    to.begin(MetricType::Gauge, "reeve_export_last_event",
             "Number of the last event that an exporter keeps.");
    exporters([](const Export& one) { return one.to; });
    to.begin(MetricType::Gauge, "reeve_export_behind_events", "Events that an exporter does not keep yet.");
    exporters([](const Export& one) { return one.behind; });
    to.begin(MetricType::Gauge, "reeve_export_behind_seconds",
             "How long the oldest event that an exporter does not keep has waited.");
    exporters([&](const Export& one) {
        return one.since ? seconds(std::max(now - *one.since, time::Millis{0})) : 0.0;
    });
}

void of_service(Families& to, const Monitor& monitor) {
    const auto operations = monitor.operations();
    to.begin(MetricType::Counter, "reeve_http_requests_total", "Requests, by operation and status.");
    for (const auto& [name, operation] : operations)
        for (const auto& [status, count] : operation.by_status)
            to.add(static_cast<double>(count), {{"operation", name}, {"status", std::to_string(status)}});
    to.begin(MetricType::Histogram, "reeve_http_request_seconds", "From the whole request to its answer.");
    for (const auto& [name, operation] : operations) to.add(operation.took, million, {{"operation", name}});
    to.gauge("reeve_http_connections", "Connections that are open.",
             static_cast<double>(monitor.connections));
    to.gauge("reeve_http_event_streams", "Streams of live events that are open.",
             static_cast<double>(monitor.streams()));
}

// By the names that Prometheus' own clients use.
void of_process(Families& to) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / million;
    };
    to.counter("process_cpu_seconds_total", "User and system CPU time.",
               of(usage.ru_utime) + of(usage.ru_stime));
    std::ifstream statm("/proc/self/statm");
    double pages = 0, resident = 0;
    statm >> pages >> resident;
    to.gauge("process_resident_memory_bytes", "Resident memory.",
             resident * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

}  // namespace

std::string metrics(const runtime::Engine& engine, store::Reader& reader, Monitor& monitor) {
    Families families;
    const auto now = engine.now();
    const auto health = engine.health();
    const auto waiting = monitor.waiting(reader, now);
    families.begin(MetricType::Gauge, "reeve_build_info", "Always 1; the version in a label.");
    families.add(1, {{"version", REEVE_VERSION}});
    families.gauge("reeve_ready", "1 while /readyz says so.", monitor.troubles(health, now).empty() ? 1 : 0);
    of_engine(families, health, reader.head().seq);
    of_cases(families, waiting);
    of_alerts(families, waiting, monitor, now);
    of_plugins(families, monitor, now);
    of_service(families, monitor);
    of_process(families);
    return families.text();
}

}  // namespace reeve::http
