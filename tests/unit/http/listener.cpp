#include "tests/unit/http/listener.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <sstream>
#include <thread>

namespace reeve::http {

namespace {

constexpr int patience_ms = 10'000;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

}  // namespace

bool comes_true(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

bool refuses(std::uint16_t port) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket late(io);
    boost::system::error_code refused;
    late.connect({boost::asio::ip::address_v4::loopback(), port}, refused);
    return refused.failed();
}

Listener::Listener(std::uint16_t port, const std::string& token, const std::string& target,
                   std::map<std::string, std::string> headers, int receive_buffer)
    : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0)
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        over_ = true;
        return;
    }
    std::string request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n";
    if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
    for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
    request += "\r\n";
    (void)::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    while (raw_.find("\r\n\r\n") == raw_.npos)
        if (!receive()) return;
    std::istringstream lines(raw_.substr(0, raw_.find("\r\n\r\n") + 2));
    raw_.erase(0, raw_.find("\r\n\r\n") + 4);
    std::string line;
    std::getline(lines, line);
    head_.status = std::stoi(line.substr(line.find(' ') + 1));
    while (std::getline(lines, line)) {
        const auto colon = line.find(": ");
        head_.headers[lower(line.substr(0, colon))] = line.substr(colon + 2, line.size() - colon - 3);
    }
    chunked_ = head_.headers.contains("transfer-encoding");
    if (head_.status == 200) return;
    const auto length = std::stoul(head_.headers.at("content-length"));
    while (raw_.size() < length && receive()) {
    }
    head_.body = raw_;
}

Listener::~Listener() {
    if (socket_ >= 0) ::close(socket_);
}

Listener::Listener(Listener&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      head_(std::move(other.head_)),
      raw_(std::move(other.raw_)),
      text_(std::move(other.text_)),
      seen_(std::move(other.seen_)),
      last_id_(std::move(other.last_id_)),
      chunked_(other.chunked_),
      whole_(other.whole_),
      over_(other.over_) {}

bool Listener::receive() {
    if (over_) return false;
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, patience_ms) != 1) return false;
    char bytes[4096];
    const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count <= 0) {
        over_ = true;
        return false;
    }
    raw_.append(bytes, static_cast<std::size_t>(count));
    return true;
}

bool Listener::unchunk() {
    const auto take = [&](std::string_view part) {
        text_ += part;
        seen_ += part;
    };
    if (!chunked_) {
        take(std::exchange(raw_, {}));
        return !text_.empty();
    }
    bool any = false;
    for (;;) {
        const auto line = raw_.find("\r\n");
        if (line == raw_.npos) return any;
        const auto size = std::stoul(raw_.substr(0, line), nullptr, 16);
        if (raw_.size() < line + 2 + size + 2) return any;
        take(std::string_view(raw_).substr(line + 2, size));
        raw_.erase(0, line + 2 + size + 2);
        any = true;
        if (size == 0) whole_ = over_ = true;
    }
}

std::optional<Listener::Message> Listener::next() {
    for (;;) {
        unchunk();
        for (auto end = text_.find("\n\n"); end != text_.npos; end = text_.find("\n\n")) {
            Message message;
            std::istringstream lines(text_.substr(0, end));
            text_.erase(0, end + 2);
            for (std::string line; std::getline(lines, line);) {
                if (line.starts_with("id: ")) last_id_ = message.id = line.substr(4);
                if (line.starts_with("event: ")) message.event = line.substr(7);
                if (line.starts_with("data: ")) message.data += line.substr(6);
            }
            if (!message.data.empty()) return message;
        }
        if (!receive()) return std::nullopt;
    }
}

std::vector<std::uint64_t> Listener::numbers(std::size_t count) {
    std::vector<std::uint64_t> seqs;
    while (seqs.size() < count) {
        const auto message = next();
        if (!message || !message->event.empty()) break;
        seqs.push_back(message->json()["seq"]);
    }
    return seqs;
}

bool Listener::hear() {
    const bool more = receive();
    unchunk();
    return more;
}

bool Listener::ends() {
    while (receive()) unchunk();
    unchunk();
    return over_;
}

}  // namespace reeve::http
