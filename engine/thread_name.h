// What a thread does, as top -H, gdb and perf show it: at most 15 bytes.
#pragma once

#include <pthread.h>

namespace reeve {

inline void name_thread(const char* name) { pthread_setname_np(pthread_self(), name); }

}  // namespace reeve
