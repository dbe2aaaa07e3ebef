#!/bin/sh
# time_source.sh ROOT: the wall clock is read in one file only, engine/runtime/time_source.cpp; everyone else is given the time.
set -eu
cd "$1"
faults=$(grep -rnE '(system_clock|steady_clock|high_resolution_clock|utc_clock)::now|\b(gettimeofday|clock_gettime|localtime|localtime_r|gmtime|mktime)\b *\(|\bstd::time *\(|[^a-z_:.>]time\((NULL|nullptr|0)\)|icaltime_(today|current)|strftime\(.*now|CURRENT_TIMESTAMP|datetime\(.now|random_device|\b(rand|srand)\(' \
    engine --include='*.h' --include='*.cpp' | grep -v '^engine/runtime/time_source.cpp:' || true)
[ -z "$faults" ] || {
    printf '%s\n' "$faults" >&2
    echo "take the time from the command or from runtime::TimeSource; only engine/runtime/time_source.cpp reads a clock" >&2
    exit 1
}
