// The notifier "webhook": posts a message as signed JSON to the address of the person (an URL), after the
// Standard Webhooks specification. docs/plugins.md lists its settings.
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <ctime>

#include "plugins/reeve_plugin.hpp"
#include "plugins/reeve_settings.hpp"
#include "plugins/webhook/networks.h"
#include "plugins/webhook/signature.h"

namespace reeve::webhook {

using plugin::Delivery;
using plugin::Json;
using plugin::Message;

namespace {

constexpr std::size_t answer_most = 16 * 1024;  // bytes that are read of an answer; its status is what counts
constexpr std::size_t header_most = 64 * 1024;  // bytes of its header
constexpr std::size_t shown_most = 200;         // of its words in an error

struct Url {
    std::string scheme, host;
};

// What an URL says; throws with what would be right.
Url read_url(const std::string& text) {
    struct Handle {
        CURLU* url = curl_url();
        ~Handle() { curl_url_cleanup(url); }
        std::string part(CURLUPart which) const {
            char* value = nullptr;
            if (curl_url_get(url, which, &value, 0) != CURLUE_OK) return {};
            std::string copy = value;
            curl_free(value);
            return copy;
        }
    } handle;
    if (curl_url_set(handle.url, CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
        throw std::runtime_error("the address is no URL: expected one such as https://example.org/hook");
    if (!handle.part(CURLUPART_USER).empty() || !handle.part(CURLUPART_PASSWORD).empty())
        throw std::runtime_error(
            "the address holds a name or a password before the @: the signature tells who sends");
    return {handle.part(CURLUPART_SCHEME), handle.part(CURLUPART_HOST)};
}

struct Exchange {
    const std::vector<Network>* allowed;
    bool tried = false;     // some address was
    std::string forbidden;  // the address that was not connected to
    std::string answer;
    std::size_t header_size = 0;
};

curl_socket_t open_socket(void* to, curlsocktype, curl_sockaddr* at) {
    auto& exchange = *static_cast<Exchange*>(to);
    Address address{};
    const bool read = read_address(&at->addr, address);
    bool may = read && is_public(address);
    for (const auto& network : *exchange.allowed) may = may || (read && network.holds(address));
    exchange.tried = exchange.tried || may;
    if (may) return ::socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
    exchange.forbidden = read ? text_of(address) : "of another kind than IPv4 and IPv6";
    return CURL_SOCKET_BAD;
}

std::size_t take_answer(char* bytes, std::size_t, std::size_t size, void* to) {
    auto& answer = static_cast<Exchange*>(to)->answer;
    answer.append(bytes, std::min(size, answer_most - answer.size()));
    return answer.size() < answer_most ? size : 0;  // 0 ends the exchange
}

std::size_t take_header(char*, std::size_t, std::size_t size, void* to) {
    auto& read = static_cast<Exchange*>(to)->header_size;
    read += size;
    return read <= header_most ? size : 0;
}

std::string now_text(std::time_t now) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

// The receiver's first words, fit for a line.
std::string shown(const std::string& answer) {
    std::string line;
    for (const char c : answer.substr(0, shown_most))
        line += std::iscntrl(static_cast<unsigned char>(c)) ? ' ' : c;
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line.empty() ? "" : ": " + line;
}

}  // namespace

class Webhook final : public plugin::Notifier {
  public:
    explicit Webhook(const Json& json) {
        plugin::Settings settings(json);
        for (const auto& secret :
             settings.has("secrets") ? settings.texts("secrets") : settings.secrets("secret"))
            keys_.push_back(parse_key(secret));
        if (keys_.empty())
            throw std::runtime_error(
                "settings: \"secret_file\" is missing: a file whose lines are keys, as from: echo "
                "\"whsec_$(openssl "
                "rand -base64 32)\"");
        url_ = settings.text("url", "");
        plain_ = settings.flag("plain_http", false);
        for (const auto& text : settings.texts("allow")) {
            try {
                allowed_.push_back(parse_network(text));
            } catch (const std::runtime_error& e) {
                throw std::runtime_error(std::string("settings: \"allow\": ") + e.what());
            }
        }
        ca_file_ = settings.text("ca_file", "");
        timeout_s_ = static_cast<long>(settings.number("timeout_s", 20, 1, 600));
        settings.end();
        if (!url_.empty()) check(url_);
        curl_global_init(CURL_GLOBAL_DEFAULT);
        curl_ = curl_easy_init();
        if (!curl_) throw std::runtime_error("libcurl cannot be used");
    }
    ~Webhook() override { curl_easy_cleanup(curl_); }

    Delivery send(const Message& message) override {
        const auto& url = url_.empty() ? message.address : url_;
        std::string host;
        try {
            host = check(url).host;
        } catch (const std::runtime_error& e) {
            return plugin::refused(e.what());
        }
        const auto now = std::time(nullptr);
        const auto body = body_of(message, now);
        const auto id = header_id(message.id);
        curl_slist* headers = nullptr;
        for (const auto& line :
             {std::string("Content-Type: application/json"), "webhook-id: " + id,
              "webhook-timestamp: " + std::to_string(now), "webhook-signature: " + sign(keys_, id, now, body),
              std::string("Expect:"), std::string("User-Agent: Reeve/" REEVE_VERSION)})
            headers = curl_slist_append(headers, line.c_str());
        Exchange exchange{.allowed = &allowed_};
        char fault[CURL_ERROR_SIZE] = "";
        const auto result = post(url, body, headers, exchange, fault);
        curl_slist_free_all(headers);
        long status = 0;
        curl_off_t retry_after = 0;
        curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(curl_, CURLINFO_RETRY_AFTER, &retry_after);
        if (result == CURLE_OK || status >= 200) return outcome(host, status, retry_after, exchange);
        if (!exchange.forbidden.empty() && !exchange.tried)
            return plugin::refused(
                host + " is the address " + exchange.forbidden +
                ", which is not one of the public network; the setting \"allow\" lists those that may be "
                "delivered to all the same");
        return plugin::failed(host + " cannot be reached: " +
                              (fault[0] ? std::string(fault) : std::string(curl_easy_strerror(result))));
    }

  private:
    Url check(const std::string& text) const {
        const auto url = read_url(text);
        if (url.scheme != "https" && !(plain_ && url.scheme == "http"))
            throw std::runtime_error(
                "the address begins with " + url.scheme + "://, and https:// is wanted" +
                (url.scheme == "http" ? " (the setting \"plain_http\" allows http)" : ""));
        return url;
    }

    static std::string body_of(const Message& message, std::time_t now) {
        const Json body{{"type", "reeve.alert"},
                        {"timestamp", now_text(now)},
                        {"data",
                         {{"id", message.id},
                          {"person", message.person},
                          {"name", message.name},
                          {"language", message.language},
                          {"subject", message.subject},
                          {"text", message.text},
                          {"urgent", message.urgent},
                          {"alerts", message.alerts}}}};
        return body.dump(-1, ' ', false, Json::error_handler_t::replace);
    }

    CURLcode post(const std::string& url, const std::string& body, curl_slist* headers, Exchange& exchange,
                  char* fault) {
        curl_easy_reset(curl_);  // connections stay open
        const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(curl_, option, value); };
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_POSTFIELDS, body.c_str());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        set(CURLOPT_HTTPHEADER, headers);
        set(CURLOPT_PROTOCOLS_STR, plain_ ? "http,https" : "https");
        set(CURLOPT_FOLLOWLOCATION, 0L);
        // A proxy would be the one who connects, and nobody would look at the address.
        set(CURLOPT_PROXY, "");
        set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
        set(CURLOPT_OPENSOCKETDATA, &exchange);
        set(CURLOPT_WRITEFUNCTION, take_answer);
        set(CURLOPT_WRITEDATA, &exchange);
        set(CURLOPT_HEADERFUNCTION, take_header);
        set(CURLOPT_HEADERDATA, &exchange);
        set(CURLOPT_ERRORBUFFER, fault);
        set(CURLOPT_TIMEOUT, timeout_s_);
        set(CURLOPT_CONNECTTIMEOUT, std::min(timeout_s_, 10L));
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        if (!ca_file_.empty()) set(CURLOPT_CAINFO, ca_file_.c_str());
        return curl_easy_perform(curl_);
    }

    static Delivery outcome(const std::string& host, long status, curl_off_t retry_after,
                            const Exchange& exchange) {
        if (status >= 200 && status < 300) return plugin::sent();
        const auto said = host + " answered " + std::to_string(status);
        if (status >= 300 && status < 400)
            return plugin::refused(
                said + ", which leads elsewhere; no redirect is followed: give the address it leads to");
        if (status == 410) return plugin::refused(said + ": it wants no more of these");
        // 408 and 425 ask for another try as well, by what they mean.
        if (status >= 500 || status == 429 || status == 408 || status == 425)
            return plugin::failed(said + shown(exchange.answer),
                                  retry_after > 0
                                      ? std::optional<std::chrono::milliseconds>(
                                            std::chrono::seconds(std::min<curl_off_t>(retry_after, 86400)))
                                      : std::nullopt);
        return plugin::refused(said + shown(exchange.answer));
    }

    std::vector<Key> keys_;
    std::vector<Network> allowed_;
    std::string url_, ca_file_;
    bool plain_ = false;
    long timeout_s_ = 20;
    CURL* curl_ = nullptr;
};

}  // namespace reeve::webhook

REEVE_PLUGIN(reeve::webhook::Webhook, "webhook", REEVE_VERSION)
