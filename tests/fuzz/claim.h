// What the fuzz targets share: a property that must hold, and where a refusal may point.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace reeve::fuzz {

// Stops with a sentence where it does not hold; libFuzzer then keeps the input.
inline void claim(bool holds, const std::string& what) {
    if (holds) return;
    std::fprintf(stderr, "claim broken: %s\n", what.c_str());
    std::abort();
}

template <class T>
void claim_equal(const T& got, const T& expected, const std::string& what) {
    claim(got == expected, what);
}
inline void claim_equal(const std::string& got, const std::string& expected, const std::string& what) {
    claim(got == expected, what + "\n  got      " + got + "\n  expected " + expected);
}

// A refusal has a code and a sentence.
inline void claim_told(const Error& error) {
    claim(!error.code.empty() && !error.message.empty(), "a refusal says why: " + error.text());
}

// And its place NAME:LINE:COL lies in the text: the column may stand one behind the line's end.
void claim_placed(const Error&, std::string_view text, const std::string& name);

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace reeve::fuzz
