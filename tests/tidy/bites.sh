#!/bin/sh
# bites.sh TIDY: each tidy rule refuses a tree made to break it, and passes one that does not.
set -eu
tidy=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/engine/core" "$tree/engine/store" "$tree/engine/time" "$tree/engine/runtime"
ok() { "$tidy/$1" "$tree" || { echo "$1 refused a good tree" >&2; exit 1; }; }
bad() { if "$tidy/$1" "$tree" 2>/dev/null; then echo "$1 let pass: $2" >&2; exit 1; fi; }
echo '#include "engine/time/time.h"' >"$tree/engine/core/a.cpp"
echo 'auto t = std::chrono::system_clock::now();' >"$tree/engine/runtime/time_source.cpp"
ok layers.sh
ok time_source.sh
echo '#include "engine/store/store.h"' >"$tree/engine/core/a.cpp"; bad layers.sh "core including store"
echo '#include <SQLiteCpp/SQLiteCpp.h>' >"$tree/engine/core/a.cpp"; bad layers.sh "SQL in the core"
echo '#include <SQLiteCpp/SQLiteCpp.h>' >"$tree/engine/store/a.h"; : >"$tree/engine/core/a.cpp"; bad layers.sh "SQLite in a header"
rm "$tree/engine/store/a.h"; mkdir "$tree/engine/misc"; bad layers.sh "a folder that is no layer"; rmdir "$tree/engine/misc"
for line in 'auto t = std::chrono::system_clock::now();' 'x = time(nullptr);' 'gettimeofday(&tv, 0);' 'std::random_device d;'; do
    echo "$line" >"$tree/engine/store/a.cpp"; bad time_source.sh "$line"
done
