#!/bin/sh
# run.sh SOURCE BUILD COMPILER: installs the build into a prefix of its own, builds tests/package/app against it, runs it.
set -eu
work=$2/tests/package/work
rm -rf "$work/prefix" "$work/data"
mkdir -p "$work"
cmake --install "$2" --prefix "$work/prefix" >"$work/install.txt"
cmake -S "$1/tests/package/app" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_COMPILER="$3" \
    -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" >"$work/configure.txt"
cmake --build "$work/build"
out=$("$work/build/app" "$work/data" "$1/tests/package/app/post.json" "$1/tests/package/app/doorbell.json")
echo "$out"
[ "$out" = "closed: visited" ] || { echo "expected \"closed: visited\"" >&2; exit 1; }
