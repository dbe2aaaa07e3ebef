// The model: what the clocks of one case must do, by plain sums over hours and stops. It takes from the
// history only what people did to a clock (started, paused, extended, met …) and says by itself when each
// step is due, which have to have fired and what light the case shows.
#pragma once

#include <functional>
#include <optional>

#include "engine/core/core.h"
#include "tests/simulation/definitions.h"

namespace reeve::simulation {

using time::Instant;
using time::Millis;
constexpr Millis hour{3600 * 1000};

struct ModelClock {
    std::string id, name;
    const ModelRule* rule = nullptr;  // null: a limit that is no number of hours; only order is known
    Instant from;
    Millis limit{0};  // with its extensions
    std::vector<time::Span> stops;
    bool paused = false, live = true;
    std::optional<Instant> paused_until;
    int fired = 0, repeats = 0;
    bool acknowledged = false;  // whether the last step ever was: then its repeats are not foretold
    std::string last_light = "green";

    Instant due() const;
    Instant step(int number) const;    // when it is planned; of the last one and beyond: its repeats
    int steps_until(Instant) const;    // how many are planned at or before
    int repeats_until(Instant) const;  // of the last step
    std::string light() const;

  private:
    Instant after(Millis) const;  // so much time, stops not counted, from the start
};

class ModelCase {
  public:
    using Fault = std::function<void(const std::string&)>;

    // The next event of the case. Says what of it breaks a law.
    void take(const core::Recorded&, const Fault&);
    // Everything due at or before `now` has taken effect: whether that is all of what the model foretells.
    void settled(Instant now, const std::string& light_shown, const Fault&) const;

    bool open() const { return open_; }
    const std::vector<ModelClock>& clocks() const { return clocks_; }
    int foretold() const { return foretold_; }  // steps that fired when and as the model had said

  private:
    ModelClock* clock(const std::string& id);
    void fired(const core::Recorded&, const core::EscalationFired&, const Fault&);
    void rewind(ModelClock&, Instant at);

    std::string definition_, owner_;
    bool started_ = false, open_ = false;
    std::uint64_t revision_ = 0;
    std::vector<ModelClock> clocks_;
    std::map<std::string, std::pair<std::string, int>> escalations_;  // id -> clock, step
    int foretold_ = 0;
};

}  // namespace reeve::simulation
