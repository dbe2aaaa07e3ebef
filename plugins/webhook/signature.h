// Standard Webhooks signatures (standardwebhooks.com), symmetric: v1, HMAC-SHA256. Pure: the time is given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::webhook {

struct Key {
    std::string bytes;  // 24 to 64
};

// Of "whsec_" and base64, or base64 alone. Throws std::runtime_error with what would be right; its text does
// not hold the key.
Key parse_key(std::string_view text);

// The header webhook-id: an id as it is, but for what a header or the signed text cannot hold (a dot among
// it), which becomes %2E. Two ids never become one.
std::string header_id(std::string_view id);

// The header webhook-signature: "v1,BASE64" for each key, a space between. While keys are changed, a message
// is signed with the old and the new.
std::string sign(const std::vector<Key>&, std::string_view id, std::int64_t timestamp, std::string_view body);

struct Verdict {
    bool good = false;
    std::string why;  // one sentence, also when it is good
};
// What a receiver must do: `timestamp` is the header's text; it may be `tolerance` seconds from `now`.
Verdict verify(const std::vector<Key>&, std::string_view id, std::string_view timestamp,
               std::string_view signatures, std::string_view body, std::int64_t now, std::int64_t tolerance);

}  // namespace reeve::webhook
