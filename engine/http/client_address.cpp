#include "engine/http/client_address.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <optional>

#include "engine/http/message.h"

namespace reeve::http {

namespace {

namespace ip = boost::asio::ip;

// With a port or in brackets, as some proxies write it, or plain.
std::optional<ip::address> parsed(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('[')) {
        text = text.substr(1, text.find(']') - 1);
    } else if (std::ranges::count(text, ':') == 1) {
        text = text.substr(0, text.find(':'));
    }
    boost::system::error_code fault;
    auto address = ip::make_address(text, fault);
    if (fault) return std::nullopt;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

std::string network_of(const ip::address& address) {
    if (address.is_v4()) return address.to_string();
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return ip::make_address_v6(bytes).to_string();
}

}  // namespace

std::string plain_address(std::string_view text) {
    const auto address = parsed(text);
    return address ? address->to_string() : std::string();
}

std::string client_address(std::string_view peer, std::string_view forwarded_for,
                           const std::vector<std::string>& trusted_proxies) {
    auto client = parsed(peer);
    if (!client) return {};
    const auto trusted = [&](const ip::address& address) {
        return std::ranges::any_of(trusted_proxies,
                                   [&](const auto& one) { return parsed(one) == std::optional(address); });
    };
    // From the nearest on: what stands in front of the first stranger may be made up.
    while (trusted(*client) && !forwarded_for.empty()) {
        const auto comma = forwarded_for.rfind(',');
        const auto before = parsed(forwarded_for.substr(comma == forwarded_for.npos ? 0 : comma + 1));
        if (!before) break;
        client = before;
        forwarded_for = comma == forwarded_for.npos ? std::string_view() : forwarded_for.substr(0, comma);
    }
    return network_of(*client);
}

}  // namespace reeve::http
