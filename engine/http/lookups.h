// How often receipt codes may be looked up: token buckets, for each address and for all of them together.
// Every look-up takes from its address; a code that nobody has takes more, from its address and from all.
// When all have guessed too much, only addresses that have not guessed lately are let in. Memory is bounded:
// who was away longest is forgotten first. Every member may be called from any thread; time is given, and
// only runs on.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace reeve::http {

struct Rate {
    double burst = 0;        // so many at once
    double each_minute = 0;  // and so many more
};
struct LookupLimits {
    Rate asks{60, 30};   // of one address
    Rate misses{10, 4};  // of one address, with a code that nobody has
    Rate all_misses{300, 60};
    std::size_t addresses = 20'000;  // that are remembered, at most
};

class Lookups {
  public:
    using Ticks = std::chrono::milliseconds;  // since some beginning
    // `ticks`: what time it is, running on only; empty: the machine's.
    explicit Lookups(const LookupLimits& limits, std::function<Ticks()> ticks = {});
    Ticks now() const { return ticks_(); }

    // Before the code is looked at. None: it may be; else how long to wait.
    std::optional<Ticks> ask(const std::string& address, Ticks now);
    // Nobody had the code.
    void missed(const std::string& address, Ticks now);
    std::size_t remembered() const;

  private:
    struct Bucket {
        double tokens;
        Ticks last;
    };
    struct Known {
        std::string address;
        Bucket asks, misses;
    };
    static void fill(Bucket&, const Rate&, Ticks now);
    static Ticks wait_for(const Bucket&, const Rate&, double tokens);
    Known& known(const std::string& address, Ticks now);

    const LookupLimits limits_;
    const std::function<Ticks()> ticks_;
    mutable std::mutex mutex_;
    Bucket all_misses_;
    std::list<Known> known_;  // the latest first
    std::unordered_map<std::string, std::list<Known>::iterator> by_address_;
};

}  // namespace reeve::http
