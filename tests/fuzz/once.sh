#!/bin/sh
# once.sh TARGET PLACE...: each file under the places is read once by the target; the first that crashes it, leaks or
# takes longer than 20 s is named.
set -eu
cd "$(dirname "$0")/../.."
program=build/fuzz/bin/fuzz_$1
[ -x "$program" ] || { echo "$program is not built: cmake --preset fuzz && cmake --build --preset fuzz"; exit 77; }
shift
for place in "$@"; do
    [ -e "$place" ] || { echo "$place is not there"; exit 77; }
done
export ASAN_SYMBOLIZER_PATH="${ASAN_SYMBOLIZER_PATH:-/usr/bin/llvm-symbolizer-16}"
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find "$@" -type f -print0 | sort -z >"$list"
[ -s "$list" ] || { echo "there is nothing in $*"; exit 1; }
if ! xargs -0 "$program" -timeout=20 -rss_limit_mb=2048 <"$list" >"$list.out" 2>&1; then
    tail -60 "$list.out"
    echo "see it again:  $program $(sed -n 's/^Running: //p' "$list.out" | tail -1)"
    rm -f "$list.out"
    exit 1
fi
grep -c '^Executed' "$list.out"
rm -f "$list.out"
