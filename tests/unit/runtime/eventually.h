// What another thread or process does takes as long as it takes.
#pragma once

#include <thread>

#include "engine/runtime/time_source.h"

namespace reeve::runtime {

// Until `done`, or a minute is over.
template <class Done>
bool eventually(Done done) {
    for (const auto begun = stopwatch(); seconds_since(begun) < 60;) {
        if (done()) return true;
        std::this_thread::yield();
    }
    return false;
}

}  // namespace reeve::runtime
