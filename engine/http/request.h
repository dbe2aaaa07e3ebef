// Inside engine/http: a request as the routes see it, from the header that Beast read. Pure.
#pragma once

#include <boost/beast/http/message.hpp>
#include <expected>

#include "engine/http/message.h"

namespace reeve::http {

// Without its body and its client. The answer says what is wrong with it.
std::expected<Request, Answer> request_of(const boost::beast::http::request_header<>&);

}  // namespace reeve::http
