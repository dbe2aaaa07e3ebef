// The configuration of `reeve serve`, a JSON file with comments: docs/configuration.md lists its keys. What a
// flag or an environment variable says goes before the file.
#pragma once

#include <filesystem>

#include "engine/cli/plugin_config.h"
#include "engine/json.h"
#include "engine/log.h"
#include "engine/runtime/dispatcher.h"

namespace reeve::cli {

struct ChannelConfig {
    std::string name, plugin;
    Json settings = Json::object();
    std::string hours;  // a calendar file
    std::optional<time::Duration> digest, throttle, time_limit;
    std::optional<std::uint32_t> memory_mib;
};
struct AlertsConfig {
    std::string link, texts;
    std::optional<time::Duration> first_retry, longest_retry;
    std::optional<std::uint32_t> attempts;
    std::vector<ChannelConfig> channels;
};
struct LogConfig {
    std::optional<log::Level> level;
    std::optional<log::Form> format;
};
struct HeartbeatConfig {
    std::string url;
    std::optional<time::Duration> every;
};
struct TlsConfig {
    std::string certificate, key;  // PEM files
};
struct ServeConfig {
    std::string listen;
    TlsConfig tls;
    bool behind_tls = false;                  // a proxy before it speaks TLS
    std::optional<std::uint32_t> upload_mib;  // of a file that is attached
    LogConfig log;
    HeartbeatConfig heartbeat;
    std::vector<std::string> trusted_proxies;
    std::optional<time::Duration> keep_reads;  // who read personal data
    AlertsConfig alerts;
    std::vector<JobHandlerConfig> job_handlers;
    std::vector<AssignerConfig> assigners;
    std::vector<ExporterConfig> exporters;

    std::filesystem::path file;  // it was read from; empty: there is none
    // Of a path that it names: relative to the file.
    std::filesystem::path beside(const std::string& path) const;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" for every IPv4 address of the machine.
struct Listen {
    std::string address;
    std::uint16_t port = 0;
};
std::optional<Listen> listen_at(const std::string& text);
inline constexpr const char* listen_form = "expected ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080";

// `file` empty: FOLDER/reeve.json, if there is one. Error.place is FILE:LINE:COLUMN.
Result<ServeConfig> read_config(const std::string& file, const std::filesystem::path& folder);
// What it names besides plugins: hours and times made ready. The channels have no notifier yet.
Result<std::vector<runtime::Channel>> channels_of(const ServeConfig&);
runtime::Retries retries_of(const ServeConfig&);
// A span of days, weeks, months or years, each of the latter at its longest.
time::Millis kept_at_least(const time::Duration&);

}  // namespace reeve::cli
