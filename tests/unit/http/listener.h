// Listener: one who follows /v1/events over a socket of their own, and takes the stream apart as a browser
// does.
#pragma once

#include "tests/unit/http/service.h"

namespace reeve::http {

// Whether it comes true within ten seconds.
bool comes_true(const std::function<bool()>& condition);

bool refuses(std::uint16_t port);  // nobody takes connections there

class Listener {
  public:
    struct Message {
        std::string id, event, data;
        Json json() const { return Json::parse(data); }
    };
    // Asks, and waits for the head of the answer. `receive_buffer`: bytes that the system keeps; 0: as it
    // likes.
    Listener(std::uint16_t port, const std::string& token, const std::string& target = "/v1/events",
             std::map<std::string, std::string> headers = {}, int receive_buffer = 0);
    ~Listener();
    Listener(Listener&&) noexcept;

    const Reply& head() const { return head_; }  // with the body, where it was refused
    // The next message with data; none: it has ended, or nothing came for ten seconds.
    std::optional<Message> next();
    // The numbers of the next `count` events.
    std::vector<std::uint64_t> numbers(std::size_t count);
    // Whatever comes, until it ends: whether it did so by itself, within ten seconds.
    bool ends();
    bool hear();                           // takes what has come, or comes soon; false: it has ended
    bool whole() const { return whole_; }  // it ended as a body ends, and was not cut off
    const std::string& last_id() const { return last_id_; }
    const std::string& seen() const { return seen_; }  // the body up to here

  private:
    bool receive();  // more bytes; false: there are none any more
    bool unchunk();  // what has come whole, into text_
    int socket_ = -1;
    Reply head_;
    std::string raw_, text_, seen_, last_id_;
    bool chunked_ = false, whole_ = false, over_ = false;
};

}  // namespace reeve::http
