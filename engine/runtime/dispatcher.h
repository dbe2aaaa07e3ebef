// Dispatcher: takes alerts from the outbox to people. An alert is sent once a channel has taken it over, is
// tried again with backoff, or stands on the undelivered list with the reason; a kill in between sends it
// again under the same id (law 7).
//
// One thread plans (turn), one for each channel sends, so that a channel that hangs holds up no other.
#pragma once

#include <condition_variable>
#include <deque>
#include <thread>
#include <unordered_set>

#include "engine/core/core.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/notifier.h"

namespace reeve::runtime {

struct Channel {
    std::string name;  // as in a person's `reach`
    std::shared_ptr<Notifier> notifier;
    time::CalendarPtr hours;  // what is not urgent goes in its open hours only; null: at any time
    Millis digest{0};         // what is not urgent waits until the oldest has waited so long, and goes in one
    Millis throttle{60'000};  // between two messages to one person; what comes meanwhile goes in one
};

struct Retries {
    Millis first{60'000}, longest{3'600'000};  // the wait doubles from one attempt to the next
    int attempts = 50;                         // then it is given up: with these waits, after two days
};

struct MessageText {
    std::string subject, text;
};
// The words of one message about these alerts, in the person's language. Called on the thread of turn().
using Compose = std::function<MessageText(const std::vector<core::Alert>&, const org::Person&)>;

class Dispatcher {
  public:
    // Channels in order of preference: a person is told over the first that they have an address for and
    // that takes it.
    Dispatcher(Engine&, std::vector<Channel>, const Retries&, Compose);
    ~Dispatcher();  // what is being sent is waited for

    void start();  // turns by itself, until the end
    // Sends off what may go now; when to look again at the latest, none: when something new is there. One
    // thread at a time; for tests, instead of start().
    std::optional<Instant> turn();
    void settle();  // waits until nothing is being sent any more

    struct Figures {
        struct OfChannel {
            std::uint64_t sent = 0, failed = 0, refused = 0;  // messages
            std::string error;                                // of the last one, unless it was sent
            std::optional<Instant> failing_since;  // of the first one that failed since one was sent
        };
        std::map<std::string, OfChannel> channels;
        std::uint64_t undelivered = 0;  // alerts put on that list since the start
        std::string trouble;            // why nothing can be planned or kept; empty: all is well
    };
    Figures figures() const;

  private:
    struct Job {
        org::Person person;
        std::vector<store::OutboxRow> rows;
        Message message;
        std::vector<std::size_t> channels;  // still to be tried, the next one last
        std::string errors;                 // of those before
        bool again = false;                 // one of them failed, but not for good
        Millis wait{0};                     // what one of them asked for
    };
    struct Line {
        Channel channel;
        std::deque<Job> jobs;
        std::condition_variable_any waiting;
        std::jthread thread;
    };
    using Rows = std::vector<store::OutboxRow>;
    using Deliveries = std::vector<store::OutboxDelivery>;

    void plan(const std::string& person, Rows, Instant now, Deliveries&);
    Job job_for(const org::Person&, Rows, const std::vector<core::Alert>&, std::vector<std::size_t>) const;
    std::vector<std::size_t> reachable(const org::Person&) const;
    std::optional<Instant> throttled_until(const std::string& person, const Channel&, Instant now);
    void carry(Line&, const std::stop_token&);
    void sent_or_not(Job, const Line&, const Delivery&);
    void finish(const Job&, bool sent);
    void hand(Job);
    bool record(Deliveries);
    void refuse_all(const Rows&, const std::string& why, Deliveries&);

    Engine& engine_;
    std::unique_ptr<store::Reader> reader_;
    std::vector<std::unique_ptr<Line>> lines_;
    Retries retries_;
    Compose compose_;
    std::map<std::string, Instant> gathering_;  // person -> when what waits for a digest goes

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::unordered_set<std::string> under_way_;  // alerts that are being sent, or whose outcome is not kept
    Deliveries unkept_;                          // outcomes that could not be recorded yet
    std::map<std::pair<std::string, std::string>, Instant> last_;  // person, channel -> last message
    Figures figures_;
    std::jthread thread_;
};

}  // namespace reeve::runtime
