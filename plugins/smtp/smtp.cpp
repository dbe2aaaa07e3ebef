// The notifier "smtp": hands a message to a mail server. docs/plugins.md lists its settings.
#include <curl/curl.h>

#include <ctime>

#include "plugins/reeve_plugin.hpp"
#include "plugins/reeve_settings.hpp"
#include "plugins/smtp/mail.h"

namespace reeve::smtp {

using plugin::Delivery;
using plugin::Json;
using plugin::Message;

namespace {

struct List {
    curl_slist* all = nullptr;
    ~List() { curl_slist_free_all(all); }
    void add(const std::string& line) { all = curl_slist_append(all, line.c_str()); }
};

// The server's last line but its farewell, for the error: "550 5.1.1 no such user".
std::size_t take_reply(char* bytes, std::size_t, std::size_t size, void* to) {
    constexpr std::size_t most = 200;
    if (std::string_view(bytes, size).starts_with("221")) return size;
    auto& line = *static_cast<std::string*>(to);
    line.clear();
    for (const char c : std::string_view(bytes, std::min(size, most)))
        if (static_cast<unsigned char>(c) >= ' ') line += c;
    return size;
}

std::size_t give_mail(char* bytes, std::size_t, std::size_t size, void* from) {
    auto& left = *static_cast<std::string_view*>(from);
    size = left.copy(bytes, size);
    left.remove_prefix(size);
    return size;
}

std::size_t take_nothing(char*, std::size_t, std::size_t size, void*) { return size; }

}  // namespace

class Smtp final : public plugin::Notifier {
  public:
    explicit Smtp(const Json& json) {
        plugin::Settings settings(json);
        host_ = settings.text("host");
        if (host_.empty() || host_.find_first_of("/@?#: \t\r\n") != std::string::npos)
            throw plugin::Settings::wrong(
                "host", "a name such as mail.example.org (an IPv6 address in [brackets] has no place here)");
        security_ = settings.one_of("security", {"starttls", "tls", "none"}, "starttls");
        const int usual = security_ == "tls" ? 465 : security_ == "starttls" ? 587 : 25;
        port_ = static_cast<long>(settings.number("port", usual, 1, 65535));
        from_ = address(settings, "from");
        from_name_ = settings.text("from_name", "Reeve");
        if (settings.has("reply_to")) reply_to_ = address(settings, "reply_to");
        user_ = settings.text("user", "");
        password_ = settings.secret("password");
        if (user_.empty() != password_.empty())
            throw std::runtime_error(
                "settings: \"user\" and \"password\" (or \"password_file\") go together");
        if (!user_.empty() && security_ == "none")
            throw std::runtime_error(
                "settings: \"security\": a password is not sent unencrypted; expected starttls or tls");
        ca_file_ = settings.text("ca_file", "");
        hello_ = settings.text("hello", "");
        if (hello_.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-[]:") !=
            std::string::npos)
            throw plugin::Settings::wrong("hello", "this machine's name, such as office.example.org");
        timeout_s_ = static_cast<long>(settings.number("timeout_s", 25, 1, 600));
        settings.end();
        curl_global_init(CURL_GLOBAL_DEFAULT);
        curl_ = curl_easy_init();
        if (!curl_) throw std::runtime_error("libcurl cannot be used");
    }
    ~Smtp() override { curl_easy_cleanup(curl_); }

    Delivery send(const Message& message) override {
        std::string to;
        try {
            to = parse_address(message.address);
        } catch (const std::runtime_error& e) {
            return plugin::refused(e.what());
        }
        curl_easy_reset(curl_);  // connections stay open: a burst is one sign-in
        List receivers;
        receivers.add("<" + to + ">");
        std::string reply;
        char fault[CURL_ERROR_SIZE] = "";
        const auto result = perform(mail(message, to), receivers.all, reply, fault);
        if (result == CURLE_OK) return plugin::sent();
        return outcome(result, reply, fault);
    }

  private:
    static std::string address(plugin::Settings& settings, const char* name) {
        try {
            return parse_address(settings.text(name));
        } catch (const std::runtime_error& e) {
            const std::string what = e.what();
            throw std::runtime_error(
                what.starts_with("settings: ") ? what : "settings: \"" + std::string(name) + "\": " + what);
        }
    }

    std::string mail(const Message& message, const std::string& to) const {
        std::string lines;
        const auto add = [&](const std::string& line) { lines += line + "\r\n"; };
        add("From: " + mailbox(from_name_, from_));
        add("To: " + mailbox(message.name, to));
        if (!reply_to_.empty()) add("Reply-To: " + reply_to_);
        add("Subject: " + header_text(message.subject));
        add("Date: " + date(std::time(nullptr)));
        add("Message-ID: " + message_id(message.id, from_.substr(from_.rfind('@') + 1)));
        // So that nobody's absence notice answers it (RFC 3834).
        add("Auto-Submitted: auto-generated");
        if (message.language == "en" || message.language == "zh")
            add("Content-Language: " + message.language);
        if (message.urgent) add("Importance: high");
        return lines + mail_text(message.text);
    }

    CURLcode perform(std::string_view mail, curl_slist* receivers, std::string& reply, char* fault) {
        const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(curl_, option, value); };
        const auto url = (security_ == "tls" ? "smtps://" : "smtp://") + host_ + ":" + std::to_string(port_) +
                         (hello_.empty() ? "" : "/" + hello_);
        const auto from = "<" + from_ + ">";
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        set(CURLOPT_PROXY, "");
        set(CURLOPT_USE_SSL, static_cast<long>(security_ == "none" ? CURLUSESSL_NONE : CURLUSESSL_ALL));
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        if (!ca_file_.empty()) set(CURLOPT_CAINFO, ca_file_.c_str());
        if (!user_.empty()) {
            set(CURLOPT_USERNAME, user_.c_str());
            set(CURLOPT_PASSWORD, password_.c_str());
        }
        set(CURLOPT_MAIL_FROM, from.c_str());
        set(CURLOPT_MAIL_RCPT, receivers);
        // Not libcurl's own MIME: it makes even one text a multipart/mixed.
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_READFUNCTION, give_mail);
        set(CURLOPT_READDATA, &mail);
        set(CURLOPT_HEADERFUNCTION, take_reply);
        set(CURLOPT_HEADERDATA, &reply);
        set(CURLOPT_WRITEFUNCTION, take_nothing);
        set(CURLOPT_ERRORBUFFER, fault);
        set(CURLOPT_TIMEOUT, timeout_s_);
        set(CURLOPT_CONNECTTIMEOUT, std::min(timeout_s_, 10L));
        set(CURLOPT_MAXAGE_CONN, 30L);  // servers hang up on those who stay silent
        set(CURLOPT_NOSIGNAL, 1L);
        return curl_easy_perform(curl_);
    }

    Delivery outcome(CURLcode result, const std::string& reply, const char* fault) const {
        long code = 0;
        curl_off_t uploaded = 0;
        curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &code);
        curl_easy_getinfo(curl_, CURLINFO_SIZE_UPLOAD_T, &uploaded);
        // Only what the server says of this message is for good: its sender and receiver (libcurl's
        // CURLE_SEND_ERROR) and its text (anything behind it). A greeting or a sign-in that fails is not the
        // message's fault, nor is a server that wants a sign-in (530 and its kin, RFC 4954).
        const bool of_message =
            result == CURLE_SEND_ERROR || (result == CURLE_WEIRD_SERVER_REPLY && uploaded > 0);
        const bool of_sign_in = code == 530 || code == 534 || code == 535 || code == 538;
        if (of_message && code >= 400)
            return code >= 500 && !of_sign_in ? plugin::refused(host_ + " refused it: " + reply)
                                              : plugin::failed(host_ + " does not take it now: " + reply);
        if (result == CURLE_LOGIN_DENIED)
            return plugin::failed(host_ + " does not take the user and the password" +
                                  (reply.empty() ? "" : ": " + reply));
        if (result == CURLE_USE_SSL_FAILED)
            return plugin::failed(host_ + " offers no TLS at port " + std::to_string(port_) +
                                  "; the setting \"security\" says what is used");
        const std::string why = fault[0] ? fault : curl_easy_strerror(result);
        return plugin::failed(host_ + " cannot be reached: " + why + (code >= 400 ? ": " + reply : ""));
    }

    std::string host_, security_, from_, from_name_, reply_to_, user_, password_, ca_file_, hello_;
    long port_ = 587, timeout_s_ = 25;
    CURL* curl_ = nullptr;
};

}  // namespace reeve::smtp

REEVE_PLUGIN(reeve::smtp::Smtp, "smtp", REEVE_VERSION)
