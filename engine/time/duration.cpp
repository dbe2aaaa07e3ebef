#include "engine/time/time.h"

namespace reeve::time {

Duration Duration::operator-() const {
    return {-months, -days, -elapsed, -working_days, -working, working_unit};
}

}  // namespace reeve::time
