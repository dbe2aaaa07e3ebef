// Casework: the plan of a season, read from workflows/sample/casework.json. A value; pure but for reading the
// file. Whoever plays it decides when.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/core/core.h"

namespace reeve::cli {

// Numbers that follow from what they are for, and from nothing else: the same season every time.
class Draw {
  public:
    explicit Draw(std::uint64_t seed) : seed_(seed) {}
    // A whole number from 0 up to, not including, `below`; `what` says what it is for.
    std::uint64_t operator()(std::uint64_t below, std::string_view what) const;

  private:
    std::uint64_t seed_;
};

struct Errand {  // what is done in a stage
    std::uint64_t share = 0;
    enum class Kind { wait, act, task, message, extend } kind = Kind::wait;
    std::string name;  // of the action, task, message or clock
    std::string by;    // who; empty: whoever has the case or the task
    std::string document, reason;
    time::Duration extension;
    Json data = Json::object();
};

struct Arrival {
    std::string id, definition, unit;
    Json data;
    time::Instant opened;
    std::optional<time::Instant> discovered;
    std::vector<time::Instant> visits;
};

// The same plan over another time and with another number of cases, each kind by its share.
struct Stretch {
    time::Instant from, until;
    std::uint64_t cases = 0;
};

class Casework {
  public:
    static Result<Casework> load(const std::string& path, const time::Calendar&,
                                 const std::optional<Stretch>& = {});

    time::Instant from, until;
    std::vector<Arrival> arrivals;      // in the order of opening
    std::vector<time::Instant> rounds;  // for cases that opened by themselves
    Draw draw{0};

    const Errand* errand(const std::string& definition, const std::string& stage,
                         std::string_view what) const;
    bool taken_up(const std::string& definition, std::string_view what) const;  // on a round

  private:
    std::map<std::string, std::map<std::string, std::vector<Errand>>> work_;
    std::map<std::string, std::uint64_t> chances_;
};

}  // namespace reeve::cli
