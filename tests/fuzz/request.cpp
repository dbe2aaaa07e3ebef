// Bytes that a client sends: however they are cut on their way, they are read alike, and what is taken for a
// request is one that nobody reads otherwise.
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "engine/http/client_address.h"
#include "engine/http/language.h"
#include "engine/http/request.h"
#include "engine/json.h"
#include "tests/fuzz/claim.h"

namespace reeve::fuzz {
namespace {

namespace bhttp = boost::beast::http;
constexpr std::size_t header_bytes = 16 << 10;  // as the service takes

// What came of the bytes: the request, or why not; and where its header ends.
struct Read {
    bool whole = false;  // there is a whole header, or it is none
    std::string refused;
    http::Request request;
    std::size_t size = 0;
    bool taken() const { return whole && refused.empty(); }
    // Why a request is none, and when that is seen, may depend on the pieces.
    bool operator==(const Read& other) const {
        if (!taken() || !other.taken()) return taken() == other.taken();
        return size == other.size && request.method == other.request.method &&
               request.path == other.request.path && request.query == other.request.query &&
               request.headers == other.request.headers;
    }
};

Read read(std::string_view bytes, std::size_t piece) {
    bhttp::request_parser<bhttp::empty_body> parser;
    parser.header_limit(header_bytes);
    parser.body_limit(boost::none);
    Read read;
    boost::beast::error_code fault;
    // As a connection does: what was not taken is offered again, with more behind it.
    for (std::size_t end = std::min(piece, bytes.size());;) {
        const auto taken = parser.put(boost::asio::buffer(bytes.substr(read.size, end - read.size)), fault);
        read.size += taken;
        if (parser.is_header_done() || (fault && fault != bhttp::error::need_more)) break;
        if (end == bytes.size()) return read;
        end = std::min(end + piece, bytes.size());
    }
    read.whole = true;
    if (!parser.is_header_done()) {
        read.refused = fault.message();
        read.size = 0;
        return read;
    }
    auto request = http::request_of(parser.get().base());
    if (request)
        read.request = std::move(*request);
    else
        read.refused = request.error().body;
    return read;
}

void claim_sound(const http::Request& request) {
    const auto text = [](const std::string& part) { return bad_utf8(part) == std::string::npos; };
    for (const auto& part : request.path) claim(text(part), "a part of the path is UTF-8");
    for (const auto& [name, value] : request.query)
        claim(text(name) && text(value), "a part of the query is UTF-8");
    for (const auto& [name, value] : request.headers) {
        claim(std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }),
              "names of headers are in lower case: " + name);
        claim(value.find('\n') == value.npos && value.find('\r') == value.npos, "a header is one line");
    }
    (void)http::language_of("", request.header("accept-language"));
    const auto address = http::client_address("127.0.0.1", request.header("x-forwarded-for"), {"127.0.0.1"});
    claim(!address.empty() && address.size() < 64, "a client has an address: " + address);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0] % 64;
    const auto bytes = text_of(data + 1, size - 1);
    const auto at_once = read(bytes, bytes.size()), in_pieces = read(bytes, piece);
    claim(at_once == in_pieces, "the bytes are read alike, in pieces of " + std::to_string(piece));
    if (at_once.taken()) claim_sound(at_once.request);
    (void)http::form_field(std::string(bytes), "code");
    return 0;
}

}  // namespace reeve::fuzz
