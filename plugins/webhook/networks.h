// Which addresses a webhook may be delivered to: what the whole world can reach, and what the settings allow
// besides. Decided on the address that is connected to, after its name was looked up.
#pragma once

#include <netinet/in.h>

#include <array>
#include <string>
#include <vector>

struct sockaddr;

namespace reeve::webhook {

// As IPv6; an IPv4 address is the mapped one, ::ffff:a.b.c.d.
using Address = std::array<unsigned char, 16>;

struct Network {
    Address address;
    int bits = 128;
    bool holds(const Address&) const;
};

// "10.2.0.0/16", "fd00::/8", "127.0.0.1". Throws std::runtime_error with what would be right.
Network parse_network(const std::string& text);

// None for what is neither IPv4 nor IPv6.
bool read_address(const sockaddr*, Address& into);
std::string text_of(const Address&);
// Not one of a private network, this machine, a link, a group, an example or any other that IANA has set
// apart. An IPv4 address within IPv6 (mapped, NAT64) counts as what it is.
bool is_public(const Address&);

}  // namespace reeve::webhook
