#include "engine/cli/serve_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/describe.h"
#include "engine/http/client_address.h"

namespace reeve::cli {

BOOST_DESCRIBE_STRUCT(ChannelConfig, (),
                      (name, plugin, settings, hours, digest, throttle, time_limit, memory_mib))
BOOST_DESCRIBE_STRUCT(AlertsConfig, (), (link, texts, first_retry, longest_retry, attempts, channels))
BOOST_DESCRIBE_STRUCT(LogConfig, (), (level, format))
BOOST_DESCRIBE_STRUCT(HeartbeatConfig, (), (url, every))
BOOST_DESCRIBE_STRUCT(TlsConfig, (), (certificate, key))
BOOST_DESCRIBE_STRUCT(ServeConfig, (),
                      (listen, tls, behind_tls, trusted_proxies, upload_mib, keep_reads, log, heartbeat,
                       alerts, job_handlers, assigners, exporters))

namespace {

using time::Millis;

// The text that was read, to say where.
struct Source {
    Document document;

    std::unexpected<Error> refuse(std::string code, std::string message, const std::string& pointer) const {
        return std::unexpected(Error{std::move(code), std::move(message), document.place(pointer)});
    }
};

std::string in_list(std::size_t channel, const char* key) {
    return fmt::format("/alerts/channels/{}/{}", channel, key);
}

// Somebody opens it in a browser, or curl does: a scheme, a host, and nothing that no address holds.
bool is_web_address(std::string_view text) {
    const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
    if (scheme == 0 || std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7f; }))
        return false;
    const auto host = text.substr(scheme, text.find_first_of("/?#", scheme) - scheme);
    return !host.empty() && host.front() != ':' && host.find_first_of("{}<>\"\\^`|") == host.npos;
}

std::optional<Error> unclear(const ServeConfig& config, const Source& source) {
    const auto said = [&](std::string code, std::string message, const std::string& pointer) {
        return source.refuse(std::move(code), std::move(message), pointer).error();
    };
    const auto& text = source.document.value;
    const auto empty = [&](const char* key) { return text.contains(key) && text[key].empty(); };
    if (text.contains("listen") && !listen_at(config.listen))
        return said("cannot-listen", fmt::format("{}, not \"{}\"", listen_form, config.listen), "/listen");
    for (std::size_t i = 0; i < config.trusted_proxies.size(); ++i)
        if (http::plain_address(config.trusted_proxies[i]).empty())
            return said("bad-command",
                        "a proxy is named by its address, such as \"127.0.0.1\", not \"" +
                            config.trusted_proxies[i] + "\"",
                        fmt::format("/trusted_proxies/{}", i));
    if (config.keep_reads && (config.keep_reads->is_working() || config.keep_reads->elapsed.count() != 0 ||
                              kept_at_least(*config.keep_reads).count() < 1))
        return said("bad-duration",
                    "\"keep_reads\" is a time in days or longer, such as \"2 years\" or \"90 days\"",
                    "/keep_reads");
    std::set<std::string> names;
    for (std::size_t i = 0; i < config.alerts.channels.size(); ++i) {
        const auto& channel = config.alerts.channels[i];
        if (channel.name.empty())
            return said("missing-data", "a channel has a \"name\", as people's \"reach\" calls it: \"mail\"",
                        fmt::format("/alerts/channels/{}", i));
        if (!names.insert(channel.name).second)
            return said("duplicate", "there is another channel \"" + channel.name + "\"", in_list(i, "name"));
        if (channel.plugin.empty())
            return said(
                "missing-data",
                "channel \"" + channel.name + "\" names no \"plugin\": \"smtp\", \"webhook\" or a path",
                fmt::format("/alerts/channels/{}", i));
        if (!channel.settings.is_object())
            return said("bad-command", "\"settings\" is an object", in_list(i, "settings"));
        if (channel.memory_mib == 0u)
            return said("bad-command", "a plugin needs some memory", in_list(i, "memory_mib"));
        const std::pair<const char*, const std::optional<time::Duration>*> times[]{
            {"digest", &channel.digest},
            {"throttle", &channel.throttle},
            {"time_limit", &channel.time_limit}};
        for (const auto& [key, value] : times)
            if (*value && (!(*value)->is_moment() || (*value)->working.count() != 0 ||
                           (*value)->elapsed.count() < (key == std::string_view("time_limit") ? 1 : 0)))
                return said("bad-duration",
                            fmt::format("\"{}\" is a time such as \"90 s\" or \"2 hours\"", key),
                            in_list(i, key));
    }
    if (auto fault = unclear_plugins(config, names))
        return said(std::move(fault->code), std::move(fault->message), fault->place);
    const std::pair<const char*, const std::optional<time::Duration>*> waits[]{
        {"/alerts/first_retry", &config.alerts.first_retry},
        {"/alerts/longest_retry", &config.alerts.longest_retry},
        {"/heartbeat/every", &config.heartbeat.every}};
    for (const auto& [place, value] : waits)
        if (*value &&
            (!(*value)->is_moment() || (*value)->working.count() != 0 || (*value)->elapsed.count() < 1))
            return said("bad-duration", "this is a time such as \"1 min\"", place);
    if (const auto retries = retries_of(config); retries.first > retries.longest)
        return said("bad-duration",
                    config.alerts.longest_retry
                        ? "the first wait is no longer than the longest, \"longest_retry\""
                        : "the first wait is no longer than the longest, which is 1 hour unless "
                          "\"longest_retry\" says another",
                    config.alerts.first_retry ? "/alerts/first_retry" : "/alerts/longest_retry");
    const auto& url = config.heartbeat.url;
    if (!url.empty() && !is_web_address(url))
        return said("bad-command",
                    "a heartbeat goes to an address such as https://watch.example/ping/reeve (or http://)",
                    "/heartbeat/url");
    if (url.empty() && (config.heartbeat.every || empty("heartbeat")))
        return said("missing-data", "a heartbeat has a \"url\" that it goes to; leave it out to send none",
                    "/heartbeat");
    if (empty("tls"))
        return said("missing-data",
                    "\"tls\" has a \"certificate\" and a \"key\", each a PEM file; leave it out for plain "
                    "HTTP",
                    "/tls");
    if (config.tls.certificate.empty() != config.tls.key.empty())
        return said("missing-data", "\"certificate\" and \"key\" go together, each a PEM file", "/tls");
    constexpr std::uint64_t greatest = store::greatest_attachment >> 20;
    if (config.upload_mib && (*config.upload_mib == 0 || *config.upload_mib > greatest))
        return said("bad-command", fmt::format("files of 1 to {} MiB can be taken", greatest), "/upload_mib");
    if (config.alerts.attempts == 0u)
        return said("bad-command", "an alert is tried once at least", "/alerts/attempts");
    const auto& link = config.alerts.link;
    if (!link.empty() && link.find("{case}") == std::string::npos)
        return said("bad-command", "a link has {case} where the id of the case belongs", "/alerts/link");
    if (!link.empty() && !is_web_address(link))
        return said("bad-command",
                    "a link is an address such as https://reeve.ward.example/cases/{case} (or http://)",
                    "/alerts/link");
    return std::nullopt;
}

}  // namespace

std::optional<Listen> listen_at(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return std::nullopt;
    auto address = text.substr(0, colon);
    const auto port = text.substr(colon + 1);
    const bool bracketed = address.starts_with('[') && address.ends_with(']');
    if (bracketed) address = address.substr(1, address.size() - 2);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
        std::stoi(port) > 65535)
        return std::nullopt;
    if (address.empty() && !bracketed) address = "0.0.0.0";
    // An address alone: with neither a port of its own nor what else a header may hold.
    if (address.find_first_of("[] \t") != std::string::npos || std::ranges::count(address, ':') == 1 ||
        http::plain_address(address).empty())
        return std::nullopt;
    return Listen{std::move(address), static_cast<std::uint16_t>(std::stoi(port))};
}

std::filesystem::path ServeConfig::beside(const std::string& path) const {
    return path.empty() ? std::filesystem::path() : file.parent_path() / path;
}

Result<ServeConfig> read_config(const std::string& file, const std::filesystem::path& folder) {
    ServeConfig config;
    config.file = file.empty() ? folder / "reeve.json" : std::filesystem::path(file);
    if (file.empty() && !std::filesystem::exists(config.file)) {
        config.file.clear();
        return config;
    }
    auto document = load_json(config.file.string());
    if (!document) return std::unexpected(document.error());
    const Source source{std::move(*document)};
    if (const auto fault = describe::read(source.document.value, config, {}))
        return source.refuse(fault->code, fault->message, fault->place);
    if (auto fault = unclear(config, source)) return std::unexpected(std::move(*fault));
    return config;
}

Result<std::vector<runtime::Channel>> channels_of(const ServeConfig& config) {
    std::vector<runtime::Channel> channels;
    for (const auto& one : config.alerts.channels) {
        runtime::Channel channel{.name = one.name, .notifier = nullptr, .hours = nullptr};
        if (!one.hours.empty()) {
            auto hours = time::load_calendar(config.beside(one.hours).string());
            if (!hours) return std::unexpected(hours.error());
            channel.hours = *hours;
        }
        if (one.digest) channel.digest = one.digest->elapsed;
        if (one.throttle) channel.throttle = one.throttle->elapsed;
        channels.push_back(std::move(channel));
    }
    return channels;
}

runtime::Retries retries_of(const ServeConfig& config) {
    runtime::Retries retries;
    if (config.alerts.first_retry) retries.first = config.alerts.first_retry->elapsed;
    if (config.alerts.longest_retry) retries.longest = config.alerts.longest_retry->elapsed;
    if (config.alerts.attempts) retries.attempts = static_cast<int>(*config.alerts.attempts);
    return retries;
}

time::Millis kept_at_least(const time::Duration& span) {
    constexpr std::int64_t longest_month = 31;
    return std::chrono::days(span.months * longest_month + span.days) + span.elapsed;
}

}  // namespace reeve::cli
