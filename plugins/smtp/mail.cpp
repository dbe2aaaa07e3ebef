#include "plugins/smtp/mail.h"

#include <sodium.h>

#include <algorithm>
#include <ctime>
#include <stdexcept>

namespace reeve::smtp {

namespace {

unsigned byte_of(char c) { return static_cast<unsigned char>(c); }
bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

std::string base64(std::string_view text) {
    constexpr int form = sodium_base64_VARIANT_ORIGINAL;
    std::string out(sodium_base64_encoded_len(text.size(), form), '\0');
    sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()),
                      text.size(), form);
    out.pop_back();  // it ends its text with a zero
    return out;
}

// Bytes that would end a line, or that no header may hold, become a space.
std::string one_line(std::string_view text) {
    std::string line(text);
    for (char& c : line)
        if (byte_of(c) < ' ' || byte_of(c) == 127) c = ' ';
    return line;
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return byte_of(c) < 128; });
}

std::string encoded_words(std::string_view text) {
    constexpr std::size_t most =
        39;  // bytes in one: 52 of base64, 12 around them and "Subject: " fit into 76
    std::string out;
    while (!text.empty()) {
        auto size = std::min(most, text.size());
        // A character is not cut in two: clients decode each word by itself.
        while (size < text.size() && size > 1 && (byte_of(text[size]) & 0xC0) == 0x80) --size;
        out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(text.substr(0, size)) + "?=";
        text.remove_prefix(size);
    }
    return out;
}

}  // namespace

std::string parse_address(const std::string& text) {
    const auto at = text.rfind('@');
    const auto wrong = [&](const char* why) {
        return std::runtime_error("\"" + one_line(text) + "\" is no mail address" + why);
    };
    if (at == std::string::npos || at == 0 || at + 1 == text.size())
        throw wrong(": expected one such as li-na@example.org");
    if (!is_ascii(text))
        throw wrong(" that can be written to: it holds letters outside ASCII; write its domain as xn--…");
    if (at > 64 || text.size() > 254) throw wrong(": it is too long");
    const auto local = text.substr(0, at), domain = text.substr(at + 1);
    const auto good = [](const std::string& part, std::string_view marks) {
        return part.front() != '.' && part.back() != '.' && part.find("..") == std::string::npos &&
               std::all_of(part.begin(), part.end(),
                           [&](char c) { return is_alnum(c) || marks.find(c) != std::string_view::npos; });
    };
    if (!good(local, "!#$%&'*+-/=?^_`{|}~.") || !good(domain, "-."))
        throw wrong(": expected letters, digits and the usual marks, such as li-na@example.org");
    return text;
}

std::string header_text(std::string_view text) {
    constexpr std::size_t short_enough = 60;
    const auto line = one_line(text);
    // What looks like an encoded word would be read as one.
    const bool plain = is_ascii(line) && line.size() <= short_enough && line.find("=?") == std::string::npos;
    return plain ? line : encoded_words(line);
}

std::string mailbox(std::string_view name, std::string_view address) {
    const auto whole = "<" + std::string(address) + ">";
    if (name.empty()) return std::string(address);
    const auto text = header_text(name);
    if (text.find("=?") != std::string::npos) return text + "\r\n " + whole;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "\" " + whole;
}

std::string message_id(std::string_view id, std::string_view domain) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string safe;
    for (const char c : id) {
        if (is_alnum(c) || c == '-' || c == '_')
            safe += c;
        else
            safe.append(1, '=').append(1, digits[byte_of(c) >> 4]).append(1, digits[byte_of(c) & 15]);
    }
    return "<" + safe + "@" + std::string(domain) + ">";
}

std::string date(std::int64_t seconds) {
    // Not strftime: its names are those of the locale.
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t at = seconds;
    std::tm parts{};
    ::gmtime_r(&at, &parts);
    const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return std::string(days[parts.tm_wday]) + ", " + two(parts.tm_mday) + " " + months[parts.tm_mon] + " " +
           std::to_string(parts.tm_year + 1900) + " " + two(parts.tm_hour) + ":" + two(parts.tm_min) + ":" +
           two(parts.tm_sec) + " +0000";
}

std::string mail_lines(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        if (text[i] == '\n' || text[i] == '\r')
            out += "\r\n";
        else if (text[i] != '\0')
            out += text[i];
    }
    if (!out.ends_with("\r\n")) out += "\r\n";
    return out;
}

std::string mail_text(std::string_view text) {
    constexpr std::size_t longest = 76;
    const auto lines = mail_lines(text);
    bool plain = is_ascii(lines);
    for (std::size_t from = 0, end; plain && from < lines.size(); from = end + 2) {
        end = lines.find("\r\n", from);
        // A space at the end does not live through every server.
        plain = end - from <= longest && (end == from || lines[end - 1] != ' ');
    }
    auto out = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " +
               std::string(plain ? "7bit" : "base64") + "\r\n\r\n";
    if (plain) return out + lines;
    const auto encoded = base64(lines);
    for (std::size_t from = 0; from < encoded.size(); from += longest)
        out += encoded.substr(from, longest) + "\r\n";
    return out;
}

}  // namespace reeve::smtp
