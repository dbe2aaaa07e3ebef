#!/bin/sh
# skipped.sh ROOT: cmake/skipped.sh counts what ctest skipped, says it before the summary and changes nothing else.
set -eu
cd "$1"
ran='1/3 Test #1: Due.IsRight .....   Passed    0.01 sec
2/3 Test #2: Sla.Public .....***Skipped   0.01 sec
3/3 Test #3: Petitions.Public ***Skipped   0.01 sec
'
summary='100% tests passed, 0 tests failed out of 3

The following tests did not run:
	  2 - Sla.Public (Skipped)
	  3 - Petitions.Public (Skipped)'
got=$(printf '%s\n%s\n' "$ran" "$summary" | cmake/skipped.sh "no data here")
[ "$got" = "$(printf '%s\n2 tests were skipped: no data here\n\n%s' "$ran" "$summary")" ] || { printf '%s\n' "$got" >&2; exit 1; }
got=$(printf '%s\n' "$summary" | cmake/skipped.sh "no data here")
[ "$got" = "$summary" ] || { printf '%s\n' "$got" >&2; exit 1; }
