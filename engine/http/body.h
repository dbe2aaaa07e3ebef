// Inside engine/http: what the bodies and the headers of requests say, read and refused alike.
#pragma once

#include "engine/http/route.h"

namespace reeve::http {

// A body as the described struct: whatever does not fit is refused with its JSON pointer.
template <class Body>
Result<Body> body_of(const Call& call) {
    Body body;
    if (auto fault = describe::read(call.body, body, {})) return std::unexpected(std::move(*fault));
    return body;
}

// What If-Match says, without its quotes; empty: nothing. Code "bad-request".
Result<std::string> tag_of(const Call&);
// The same where a tag is a number.
Result<std::optional<std::uint64_t>> numbered_tag(const Call&);
// The calendar in a body, canonical; it imports nothing, as that would be read from the service's own disk.
Result<std::string> sent_calendar(const std::string& text);
// The key of a request that is to be done once only; its sender's own. Empty: none.
std::string key_of(const Call&);
// What many commands came to: {"dry_run", "cases", "refused", "items": a row a case}.
Json changes_json(const views::Sight&, const std::vector<runtime::CaseChange>&, bool dry_run);
// A number of the query, as an int; 0: none.
int number_of(const Call&, std::string_view name);

}  // namespace reeve::http
