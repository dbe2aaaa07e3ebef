#include "plugins/webhook/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace reeve::webhook {

namespace {

constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<unsigned char, 12> nat64{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

bool begins(const Address& address, const std::array<unsigned char, 12>& with) {
    return std::equal(with.begin(), with.end(), address.begin());
}

bool parse_address(const std::string& text, Address& into, bool& is_4) {
    in_addr four{};
    is_4 = ::inet_pton(AF_INET, text.c_str(), &four) == 1;
    if (!is_4) return ::inet_pton(AF_INET6, text.c_str(), into.data()) == 1;
    std::copy(mapped.begin(), mapped.end(), into.begin());
    std::memcpy(into.data() + 12, &four, 4);
    return true;
}

std::vector<Network> networks(std::initializer_list<const char*> texts) {
    std::vector<Network> all;
    for (const char* text : texts) all.push_back(parse_network(text));
    return all;
}

bool in_any(const std::vector<Network>& networks, const Address& address) {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const Network& one) { return one.holds(address); });
}

}  // namespace

bool Network::holds(const Address& other) const {
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (!std::equal(other.begin(), other.begin() + whole, address.begin())) return false;
    const int rest = bits % 8;
    return rest == 0 || (other[whole] ^ address[whole]) >> (8 - rest) == 0;
}

Network parse_network(const std::string& text) {
    const auto wrong = [&] {
        return std::runtime_error("\"" + text +
                                  "\" is no network: expected an address or a range, such as 10.2.0.0/16, "
                                  "127.0.0.1 or fd00::/8");
    };
    Network network;
    bool is_4 = false;
    const auto slash = text.find('/');
    if (!parse_address(text.substr(0, slash), network.address, is_4)) throw wrong();
    if (slash == std::string::npos) return network;
    int bits = -1;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + slash + 1, end, bits);
    if (read.ec != std::errc() || read.ptr != end || bits < 0 || bits > (is_4 ? 32 : 128)) throw wrong();
    network.bits = is_4 ? bits + 96 : bits;
    return network;
}

bool read_address(const sockaddr* from, Address& into) {
    if (from->sa_family == AF_INET6) {
        sockaddr_in6 six{};
        std::memcpy(&six, from, sizeof six);
        std::memcpy(into.data(), &six.sin6_addr, 16);
        return true;
    }
    if (from->sa_family != AF_INET) return false;
    sockaddr_in four{};
    std::memcpy(&four, from, sizeof four);
    std::copy(mapped.begin(), mapped.end(), into.begin());
    std::memcpy(into.data() + 12, &four.sin_addr, 4);
    return true;
}

std::string text_of(const Address& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (begins(address, mapped))
        ::inet_ntop(AF_INET, address.data() + 12, text, sizeof text);
    else
        ::inet_ntop(AF_INET6, address.data(), text, sizeof text);
    return text;
}

bool is_public(const Address& address) {
    // IANA's registries of special addresses, and the multicast ranges.
    static const auto apart_4 =
        networks({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                  "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
                  "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"});
    // Of IPv6 only 2000::/3 is handed out to the world, less these: Teredo and 6to4 lead to IPv4 addresses
    // that nobody has looked at.
    static const auto world_6 = networks({"2000::/3"});
    static const auto apart_6 = networks({"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"});
    Address at = address;
    if (begins(at, nat64)) std::copy(mapped.begin(), mapped.end(), at.begin());
    if (begins(at, mapped)) return !in_any(apart_4, at);
    return in_any(world_6, at) && !in_any(apart_6, at);
}

}  // namespace reeve::webhook
