#!/bin/sh
# run.sh SOURCE BUILD COMPILER FLAGS: installs the build into a prefix of its own, builds tests/package/app against it, runs it.
set -eu
work=$2/tests/package/work
rm -rf "$work/prefix" "$work/data"
mkdir -p "$work"
cmake --install "$2" --prefix "$work/prefix" >"$work/install.txt"
cmake -S "$1/tests/package/app" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_COMPILER="$3" -DCMAKE_CXX_FLAGS="$4" \
    -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" >"$work/configure.txt"
cmake --build "$work/build"
out=$("$work/build/app" "$work/data" "$1/tests/package/app/post.json" "$1/tests/package/app/doorbell.json")
echo "$out"
[ "$out" = "closed: visited" ] || { echo "expected \"closed: visited\"" >&2; exit 1; }

# The template of a plugin, built the same way, and carried by the installed command.
cmake -S "$1/plugins/template" -B "$work/plugin" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_COMPILER="$3" -DCMAKE_CXX_FLAGS="$4" \
    -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" >"$work/configure-plugin.txt"
cmake --build "$work/plugin"
for plugin in smtp webhook; do
    [ -f "$work/prefix/lib/reeve/plugins/$plugin.so" ] || [ -f "$work/prefix/"lib/*/reeve/plugins/$plugin.so ] ||
        { echo "$plugin.so is not installed" >&2; exit 1; }
done
rm -f "$work/notes.txt"
"$work/build/notify" "$work/plugin/notebook.so" "$work/prefix/bin/reeve" "$work/notes.txt"
[ "$(cut -f 2,3 "$work/notes.txt")" = "$(printf 'page 7\tA ring at the door')" ] || { echo "the notebook says otherwise" >&2; exit 1; }

# Its exporter, by the configuration of the installed service.
"$work/prefix/bin/reeve" init "$work/data/office" >/dev/null
cat >"$work/reeve.json" <<EOF
{"exporters": [{"name": "ledger", "plugin": "$work/plugin/ledger.so", "settings": {"file": "$work/ledger.jsonl"}}]}
EOF
"$work/prefix/bin/reeve" serve --data "$work/data/office" --config "$work/reeve.json" --check-config | grep 'exporter ledger'
