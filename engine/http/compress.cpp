#include "engine/http/compress.h"

#include <zlib.h>

#include <stdexcept>

namespace reeve::http {

bool accepts_gzip(std::string_view header) {
    bool any = false;
    while (!header.empty()) {
        auto one = header.substr(0, header.find(','));
        header.remove_prefix(std::min(header.size(), one.size() + 1));
        const auto semicolon = one.find(';');
        auto name = one.substr(0, semicolon);
        while (name.starts_with(' ')) name.remove_prefix(1);
        while (name.ends_with(' ')) name.remove_suffix(1);
        // "q=0", "q=0.0": not that one.
        const auto q =
            semicolon == std::string_view::npos ? std::string_view::npos : one.find("q=", semicolon);
        const bool none = q != std::string_view::npos &&
                          one.substr(q + 2).find_first_not_of("0. ") == std::string_view::npos;
        if (name == "gzip") return !none;
        if (name == "*") any = !none;
    }
    return any;
}

std::string compressed(std::string_view text) {
    constexpr int gzip_window = MAX_WBITS + 16, memory = 8;
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window, memory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib cannot be used");
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int ended = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (ended != Z_STREAM_END) throw std::runtime_error("zlib did not compress an answer");
    return out;
}

}  // namespace reeve::http
