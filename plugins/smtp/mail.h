// What a mail's header needs and libcurl leaves to its callers: RFC 5322 and RFC 2047. Pure. Whatever goes
// in, no line breaks come out but those of folded lines, so that nothing can be slipped into a header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reeve::smtp {

// "user@example.org", in ASCII. Throws std::runtime_error with what would be right.
std::string parse_address(const std::string& text);

// An unstructured header's text, such as a subject: as it is when it is plain and short, else as encoded
// words of 64 characters at most, each whole characters, on lines of their own.
std::string header_text(std::string_view text);
// "Li Na <li-na@example.org>", the name quoted or encoded; the address alone without a name.
std::string mailbox(std::string_view name, std::string_view address);
// "<ID@DOMAIN>": the same for the same id, and never the same for two.
std::string message_id(std::string_view id, std::string_view domain);
std::string date(std::int64_t seconds_since_1970);  // in UTC
// Every line ended by CR LF, as mail wants it, whatever it was ended by.
std::string mail_lines(std::string_view text);
// The rest of a mail (RFC 2045): the headers of its one part, the empty line and the text; short lines of
// ASCII as they are, everything else as base64. No line is longer than 76 characters.
std::string mail_text(std::string_view text);

}  // namespace reeve::smtp
