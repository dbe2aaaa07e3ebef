#include "plugins/webhook/signature.h"

#include <sodium.h>

#include <charconv>
#include <stdexcept>

namespace reeve::webhook {

namespace {

constexpr std::string_view prefix = "whsec_";
constexpr int base64 = sodium_base64_VARIANT_ORIGINAL;

std::string signature(const Key& key, std::string_view id, std::string_view timestamp,
                      std::string_view body) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.bytes.data()),
                                key.bytes.size());
    const auto add = [&](std::string_view text) {
        crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                                      text.size());
    };
    add(id);
    add(".");
    add(timestamp);
    add(".");
    add(body);
    unsigned char hash[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_final(&state, hash);
    std::string text(sodium_base64_ENCODED_LEN(sizeof hash, base64), '\0');
    sodium_bin2base64(text.data(), text.size(), hash, sizeof hash, base64);
    text.pop_back();  // the zero that it ends with
    return text;
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string about(std::int64_t seconds) {
    const auto apart = seconds < 0 ? -seconds : seconds;
    return apart < 120    ? std::to_string(apart) + " s"
           : apart < 7200 ? std::to_string(apart / 60) + " min"
                          : std::to_string(apart / 3600) + " h";
}

}  // namespace

Key parse_key(std::string_view text) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    const bool read = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                        text.data(), text.size(), nullptr, &size, &end, base64) == 0 &&
                      end == text.data() + text.size();
    if (!read)
        throw std::runtime_error(
            "the secret is no key: expected whsec_ and base64, as from: echo "
            "\"whsec_$(openssl rand -base64 32)\"");
    if (size < 24 || size > 64)
        throw std::runtime_error("the secret has " + std::to_string(size) +
                                 " bytes; Standard Webhooks wants 24 to 64, as from: echo \"whsec_$(openssl "
                                 "rand -base64 32)\"");
    bytes.resize(size);
    return {bytes};
}

std::string header_id(std::string_view id) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string safe;
    for (const char c : id) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > ' ' && byte < 127 && c != '.' && c != '%')
            safe += c;
        else
            safe.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
    return safe;
}

std::string sign(const std::vector<Key>& keys, std::string_view id, std::int64_t timestamp,
                 std::string_view body) {
    std::string all;
    for (const auto& key : keys)
        all += (all.empty() ? "v1," : " v1,") + signature(key, id, std::to_string(timestamp), body);
    return all;
}

Verdict verify(const std::vector<Key>& keys, std::string_view id, std::string_view timestamp,
               std::string_view signatures, std::string_view body, std::int64_t now, std::int64_t tolerance) {
    std::int64_t at = 0;
    const auto [end, fault] = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), at);
    if (fault != std::errc() || end != timestamp.data() + timestamp.size() || at < 0)
        return {false, "webhook-timestamp is no time: expected seconds since 1970, such as 1772784000"};
    bool any = false;
    for (std::size_t from = 0; from < signatures.size();) {
        const auto space = std::min(signatures.find(' ', from), signatures.size());
        const auto one = signatures.substr(from, space - from);
        from = space + 1;
        if (!one.starts_with("v1,")) continue;  // of another scheme, for another receiver
        any = true;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (!same(one.substr(3), signature(keys[i], id, timestamp, body))) continue;
            // Only a message that is ours is worth a word about its age.
            if (at < now - tolerance)
                return {false, "the signature is right, but it is " + about(now - at) +
                                   " old: a receiver must take it for one that is replayed"};
            if (at > now + tolerance)
                return {false, "the signature is right, but its time is " + about(at - now) +
                                   " ahead: one of the two clocks is wrong"};
            return {true, keys.size() == 1 ? "the signature is right"
                                           : "the signature is right, by secret " + std::to_string(i + 1)};
        }
    }
    if (!any)
        return {false,
                "webhook-signature holds none of the scheme v1: expected v1, and base64, such as v1,K5oZ…="};
    return {
        false,
        "no signature fits: the secret is another, or the body, the id or the timestamp is not to the byte "
        "what was sent (a receiver must take the body before anything reads it as JSON)"};
}

}  // namespace reeve::webhook
