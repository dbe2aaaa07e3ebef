#!/bin/sh
# run.sh SECONDS TARGET [PLACE...]: fuzzes one target for so long, beginning from its corpus and from what lies in
# the places. What a run of a minute or more finds new is kept under build/fuzz/corpus/TARGET, where the next long
# one begins; short ones always begin at the same place. A finding lies under build/fuzz/found.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1 target=$2
shift 2
program=build/fuzz/bin/fuzz_$target
[ -x "$program" ] || { echo "$program is not built: cmake --preset fuzz && cmake --build --preset fuzz"; exit 77; }
new=build/fuzz/corpus/$target
if [ "$seconds" -lt 60 ]; then
    new=$(mktemp -d)
    trap 'rm -rf "$new"' EXIT
fi
mkdir -p "$new" build/fuzz/found
words=""
[ ! -f "tests/fuzz/words/$target" ] || words=-dict=tests/fuzz/words/$target
export ASAN_SYMBOLIZER_PATH="${ASAN_SYMBOLIZER_PATH:-/usr/bin/llvm-symbolizer-16}"
# shellcheck disable=SC2086
"$program" $words -max_total_time="$seconds" -max_len=8192 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$target-" "$new" "tests/fuzz/corpus/$target" "$@" && exit 0
echo "the input is named above; see it again:  $program build/fuzz/found/$target-..."
echo "keep it once it is mended:               mv build/fuzz/found/$target-... tests/fuzz/corpus/$target/NAME"
exit 1
