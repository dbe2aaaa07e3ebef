// A time zone: wall-clock times to instants and back. An immutable value, built from the system's zone data
// (by Howard Hinnant's date) for 1900 to 2200; outside these years the nearest known offset holds.
#pragma once

#include "engine/time/time.h"

namespace reeve::time {

using Local = std::chrono::local_time<Millis>;  // a wall-clock time of some zone
using Day = std::chrono::local_days;            // a date

// The years the tables of zones and calendars reach: [first_day, last_day).
inline constexpr Day first_day = Day{std::chrono::year{1900} / 1 / 1};
inline constexpr Day last_day = Day{std::chrono::year{2200} / 1 / 1};

class Zone {
  public:
    static Result<Zone> find(const std::string& name);  // code "unknown-zone"

    const std::string& name() const { return name_; }
    std::chrono::seconds offset(Instant) const;
    Local to_local(Instant t) const { return Local{t.time_since_epoch() + offset(t)}; }
    // A wall-clock time that does not exist moves on by the gap; an ambiguous one is the first.
    Instant to_instant(Local) const;
    Day day_of(Instant t) const { return std::chrono::floor<std::chrono::days>(to_local(t)); }

  private:
    struct Change {  // from `begin` on, local time is UTC + offset
        std::chrono::sys_seconds begin;
        std::chrono::seconds offset;
    };
    std::size_t index_at(Instant) const;

    std::string name_;
    std::vector<Change> changes_;
};

}  // namespace reeve::time
