#include "engine/http/receipt_code.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace reeve::http {

namespace {

// Crockford's: without I, L, O, which are taken for 1 and 0, and U.
constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t group = 4;

// Times a generator of the field of 32 elements (x^5 + x^2 + 1).
constexpr std::uint8_t shifted(std::uint8_t digit) {
    return static_cast<std::uint8_t>((digit & 16) != 0 ? (digit << 1) ^ 0b100101 : digit << 1);
}

// A sum in that field, each digit times another power of the generator: with the right last digit it is zero,
// with any one digit wrong, or any two changed with each other, it is not.
template <class Digits>
std::uint8_t sum_of(const Digits& all, std::size_t count) {
    std::uint8_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum = static_cast<std::uint8_t>(shifted(sum) ^ all[i]);
    return sum;
}

struct Typed {
    char letter = '\0';  // '\0': between groups
    std::size_t bytes = 1;
};

// The character in front; none: it belongs to no code. Input methods for Chinese type full width.
std::optional<Typed> front(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
    };
    const unsigned char first = byte(0);
    if (first < 0x80) {
        if (first == ' ' || first == '-' || (first >= '\t' && first <= '\r')) return Typed{};
        return Typed{.letter = static_cast<char>(first)};
    }
    if (first == 0xC2 && (byte(1) == 0xA0 || byte(1) == 0xAD)) return Typed{.bytes = 2};  // soft ones
    if (first < 0xE0 || first >= 0xF0 || text.size() < 3) return std::nullopt;
    const int point = ((first & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
    constexpr int full_width = 0xFEE0;
    if (point > 0xFF01 && point <= 0xFF5E) {
        const auto narrow = static_cast<char>(point - full_width);
        return Typed{.letter = narrow == '-' ? '\0' : narrow, .bytes = 3};
    }
    const bool dash = (point >= 0x2010 && point <= 0x2015) || point == 0x2212;
    const bool space = point == 0x3000 || (point >= 0x2000 && point <= 0x200B) || point == 0x202F;
    if (dash || space) return Typed{.bytes = 3};
    return std::nullopt;
}

std::optional<std::uint8_t> digit_of(char letter) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    if (letter == 'O') letter = '0';
    if (letter == 'I' || letter == 'L') letter = '1';
    const auto at = alphabet.find(letter);
    return at == alphabet.npos ? std::nullopt : std::optional(static_cast<std::uint8_t>(at));
}

void put(std::array<unsigned char, 16>& into, std::size_t from, std::uint64_t number) {
    for (std::size_t i = 0; i < 8; ++i) into[from + i] = static_cast<unsigned char>(number >> (56 - 8 * i));
}

// Five bits of each byte of a keyed hash (BLAKE2b).
template <std::size_t Count, class Key>
std::array<std::uint8_t, Count> hashed(const Key& key, std::string_view head, std::string_view rest) {
    std::array<unsigned char, crypto_generichash_BYTES> hash{};
    static_assert(Count <= hash.size());
    crypto_generichash_state state;
    crypto_generichash_init(&state, key.data(), key.size(), hash.size());
    for (const auto part : {head, rest})
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
    crypto_generichash_final(&state, hash.data(), hash.size());
    std::array<std::uint8_t, Count> digits{};
    for (std::size_t i = 0; i < Count; ++i) digits[i] = hash[i] & 31;
    return digits;
}

template <class Key>
std::array<std::uint8_t, ReceiptCode::tag_digits> tag_of(const Key& key, const FirstEvent& first) {
    std::array<unsigned char, 16> head{};
    put(head, 0, first.seq);
    put(head, 8, static_cast<std::uint64_t>(first.at.time_since_epoch().count()));
    return hashed<ReceiptCode::tag_digits>(key, {reinterpret_cast<const char*>(head.data()), head.size()},
                                           first.case_id);
}

// What hides the place: it follows from the tag, so that two codes have nothing in common.
template <class Key, class Digits>
std::array<std::uint8_t, ReceiptCode::place_digits> veil_of(const Key& key, const Digits& all) {
    return hashed<ReceiptCode::place_digits>(
        key, {reinterpret_cast<const char*>(all.data()), ReceiptCode::tag_digits}, {});
}

}  // namespace

std::optional<ReceiptCode> ReceiptCode::read(std::string_view typed) {
    Digits all{};
    std::size_t count = 0;
    while (!typed.empty()) {
        const auto one = front(typed);
        if (!one) return std::nullopt;
        typed.remove_prefix(std::min(one->bytes, typed.size()));
        if (one->letter == '\0') continue;
        const auto digit = digit_of(one->letter);
        if (!digit || count == digits) return std::nullopt;
        all[count++] = *digit;
    }
    if (count != digits || sum_of(all, digits) != 0) return std::nullopt;
    return ReceiptCode(all);
}

std::string ReceiptCode::text() const {
    std::string text;
    for (std::size_t i = 0; i < digits; ++i) {
        if (i > 0 && i % group == 0) text += '-';
        text += alphabet[all_[i]];
    }
    return text;
}

ReceiptKey::ReceiptKey(const std::string& secret) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used");
    if (secret.size() != crypto_kdf_KEYBYTES)
        throw std::invalid_argument("a key for receipt codes is made from 32 bytes");
    const auto* from = reinterpret_cast<const unsigned char*>(secret.data());
    crypto_kdf_derive_from_key(tag_key_.data(), tag_key_.size(), 1, "receipts", from);
    crypto_kdf_derive_from_key(place_key_.data(), place_key_.size(), 2, "receipts", from);
}

ReceiptCode ReceiptKey::code_of(const FirstEvent& first) const {
    if (first.seq > ReceiptCode::greatest_place)
        throw std::length_error("the journal is too long for receipt codes");
    ReceiptCode::Digits all{};
    std::ranges::copy(tag_of(tag_key_, first), all.begin());
    const auto veil = veil_of(place_key_, all);
    for (std::size_t i = 0; i < ReceiptCode::place_digits; ++i) {
        const auto digit = (first.seq >> (5 * (ReceiptCode::place_digits - 1 - i))) & 31;
        all[ReceiptCode::tag_digits + i] = static_cast<std::uint8_t>(digit ^ veil[i]);
    }
    all.back() = shifted(sum_of(all, ReceiptCode::digits - 1));
    return ReceiptCode(all);
}

std::uint64_t ReceiptKey::place_of(const ReceiptCode& code) const {
    const auto veil = veil_of(place_key_, code.all_);
    std::uint64_t place = 0;
    for (std::size_t i = 0; i < ReceiptCode::place_digits; ++i)
        place = place << 5 | static_cast<std::uint64_t>(code.all_[ReceiptCode::tag_digits + i] ^ veil[i]);
    return place;
}

bool ReceiptKey::opens(const ReceiptCode& code, const FirstEvent& first) const {
    const auto tag = tag_of(tag_key_, first);
    return place_of(code) == first.seq && sodium_memcmp(tag.data(), code.all_.data(), tag.size()) == 0;
}

}  // namespace reeve::http
