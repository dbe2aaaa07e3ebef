// A receipt code: what the person who asked has in hand, 24 letters and digits in groups of four, such as
// "7KQ2-M0XR-9D4T-AVEN-3HJC-81WP". Sixteen of them are a keyed hash (80 bits) of the case's first event,
// seven are where that stands in the journal, hidden by the same key, and the last one tells a slip of the
// pen. Docs/receipts.md says why it is made so. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/time/time.h"

namespace reeve::http {

class ReceiptCode {
  public:
    static constexpr std::size_t tag_digits = 16, place_digits = 7, digits = tag_digits + place_digits + 1;
    // The journal's numbers that a code can hold: 34 thousand million.
    static constexpr std::uint64_t greatest_place = (std::uint64_t{1} << (5 * place_digits)) - 1;

    // As it was typed: in whatever case, with spaces and hyphens anywhere, in half or full width, O for 0, I
    // and L for 1. None: it has a typing error.
    static std::optional<ReceiptCode> read(std::string_view typed);
    std::string text() const;  // in its groups
    bool operator==(const ReceiptCode&) const = default;

  private:
    friend class ReceiptKey;
    using Digits = std::array<std::uint8_t, digits>;  // each 0 to 31
    explicit ReceiptCode(Digits all) : all_(all) {}
    Digits all_;
};

// The first event of a case: what a code is bound to. A case that is registered anew under the same name, or
// at the same place of a restored journal, has another.
struct FirstEvent {
    std::uint64_t seq = 0;
    time::Instant at;
    std::string_view case_id;
};

class ReceiptKey {
  public:
    explicit ReceiptKey(const std::string& secret);  // of the folder
    ReceiptCode code_of(const FirstEvent&) const;    // throws beyond greatest_place
    // Where its case's first event would stand; whether it does, opens() tells. How long either takes tells
    // nothing.
    std::uint64_t place_of(const ReceiptCode&) const;
    bool opens(const ReceiptCode&, const FirstEvent&) const;

  private:
    using Key = std::array<unsigned char, 32>;
    Key tag_key_, place_key_;
};

}  // namespace reeve::http
