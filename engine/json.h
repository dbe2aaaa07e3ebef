// JSON with comments, every value of which knows where it was written. All files that people write
// (definitions, calendars, unit trees, scenarios) are read by this, so that every refusal can say
// FILE:LINE:COL.
//
// Accepted: RFC 8259 and // and /* */ comments. Refused, with the place and what would be right: a key given
// twice, a trailing comma, bad UTF-8, a number out of range, nesting deeper than 200, texts over 64 MiB. A
// Document is a value; copies share their positions and may be read from several threads.
#pragma once

#include <iosfwd>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace reeve {

class Positions;  // where each value and key of one text begins

struct Document {
    using Pointer = nlohmann::ordered_json::json_pointer;

    nlohmann::ordered_json value;
    std::string name;  // the file's name, as places give it
    std::shared_ptr<const Positions> positions;

    // "file:line:column" of the value at `pointer` ("" is the whole text), counted from 1, columns in
    // characters. Where the pointer leads to nothing, the place of the nearest value that should hold it.
    std::string place(const Pointer& pointer) const;
    std::string place(const std::string& pointer = "") const { return place(Pointer(pointer)); }
    // The same for the key that names the value; for an array's element or the whole text, place().
    std::string key_place(const Pointer& pointer) const;
    std::string key_place(const std::string& pointer) const { return key_place(Pointer(pointer)); }
    // The way back: the pointer of the value that begins, or is named, at "file:line:column", or else of the
    // innermost one before it. None when the place is in another file.
    std::optional<Pointer> pointer_at(std::string_view place) const;
};

// Error codes: bad-json, duplicate-key, too-deep, too-large, bad-utf8. Error.place is "name:line:column".
Result<Document> parse_json(std::string_view text, std::string name);
// The same from a file; code "no-file" when it cannot be read.
Result<Document> load_json(const std::string& path);
// Where the first byte that is no part of a UTF-8 character stands; npos when there is none.
std::size_t bad_utf8(std::string_view);
// Whether a path is a plain file, or standard input (/dev/stdin): a device or a pipe may never end.
bool may_be_read(const std::string& path);
// Everything that is left in the stream, but no more than so many bytes: a size told by the file is not
// believed.
std::string read_at_most(std::istream&, std::size_t most);

}  // namespace reeve
