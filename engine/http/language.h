// Which language is asked for: "en" or "zh".
#pragma once

#include <string_view>

#include "engine/views/standing.h"

namespace reeve::http {

// `wanted`: what was asked for by name, if anything; else the better one of an Accept-Language (RFC 9110),
// and English where it wants neither.
views::Language language_of(std::string_view wanted, std::string_view accepted);

}  // namespace reeve::http
