// Whose address a request comes from, for limits by address. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reeve::http {

// `peer`: the other end of the connection. Where that is a proxy one trusts, the last address in
// `forwarded_for` (X-Forwarded-For) that is none of those; else what the header says means nothing. An
// address of IPv6 counts by its network (/64), which one subscriber has whole.
std::string client_address(std::string_view peer, std::string_view forwarded_for,
                           const std::vector<std::string>& trusted_proxies);
// An address as client_address() compares them; empty: it is none.
std::string plain_address(std::string_view);

}  // namespace reeve::http
