#!/bin/sh
# skipped.sh WHY: passes ctest's output on; before its summary one sentence says how many tests were skipped and why.
exec awk -v why="$1" '
/\*\*\*Skipped/ { skipped++ }
/^[0-9]+% tests passed/ && skipped { printf "%d test%s skipped: %s\n\n", skipped, skipped == 1 ? " was" : "s were", why }
{ print; fflush() }'
