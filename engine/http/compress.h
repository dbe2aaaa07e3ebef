// gzip, for answers that are long enough and clients that take it.
#pragma once

#include <string>
#include <string_view>

namespace reeve::http {

inline constexpr std::size_t worth_compressing = 1400;  // less fits into one packet anyway

// Whether an Accept-Encoding header takes gzip (RFC 9110, 12.5.3).
bool accepts_gzip(std::string_view header);
std::string compressed(std::string_view text);

}  // namespace reeve::http
