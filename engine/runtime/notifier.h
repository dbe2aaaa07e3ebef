// What carries a message to a person: one for each channel ("mail", "webhook"). The dispatcher writes the
// message and decides when; a notifier only carries it. Plugins of the kind "notifier" stand behind this.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "engine/describe.h"

namespace reeve::runtime {

struct Message {
    std::string id;  // stable: the same message tried again, also after a kill, has the same
    std::string person, name;
    std::string address;   // what the person's `reach` says for this channel
    std::string language;  // "en" or "zh": what subject and text are written in
    std::string subject;   // one line
    std::string text;      // plain text, lines ended by "\n"
    Json alerts;           // what it tells of: one alert, or those that were collapsed into it
    bool urgent = false;
};

struct Delivery {
    enum class Outcome {
        sent,    // taken over by what carries it from here
        failed,  // not now; tried again with backoff
        refused  // for good: trying again would bring the same
    };
    Outcome outcome = Outcome::failed;
    std::string error;                                // one sentence, unless it was sent
    std::optional<std::chrono::milliseconds> wait{};  // not again before, when the other side said so
};

class Notifier {
  public:
    virtual ~Notifier() = default;
    // Waits until it is known, within a limit of its own. Never throws. One thread at a time.
    virtual Delivery send(const Message&) noexcept = 0;
};

}  // namespace reeve::runtime
