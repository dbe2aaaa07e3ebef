#!/bin/sh
# layers.sh ROOT: includes point down the layers only; the core and below touch neither disk, network nor SQL.
set -eu
cd "$1"
# A layer may include itself, those before it on its line's right, and the files directly in engine/.
allowed() {
    case $1 in
        time) echo "" ;;
        org) echo "time" ;;
        model) echo "time org" ;;
        core) echo "time org model" ;;
        store) echo "time org model core" ;;
        runtime) echo "time org model core store" ;;
        audit | oversight) echo "time org model core store" ;;
        views) echo "time org model core store runtime" ;;
        http) echo "time org model core store runtime audit oversight views" ;;
        cli) echo "time org model core store runtime audit oversight views http" ;;
        *) echo "unknown" ;;
    esac
}
faults=$(
    for dir in engine/*/; do
        layer=$(basename "$dir")
        may=" $layer $(allowed "$layer") "
        case $may in *unknown*) echo "engine/$layer: is no layer of the design; add it to tests/tidy/layers.sh with the layers it may use" ;; esac
        grep -rnE '^#include "engine/[a-z]+/' "$dir" --include='*.h' --include='*.cpp' | while IFS= read -r hit; do
            used=$(printf '%s\n' "$hit" | sed -E 's|.*#include "engine/([a-z]+)/.*|\1|')
            case $may in *" $used "*) ;; *) echo "${hit%%#*} engine/$layer may not include engine/$used: arrows point down only; move what is shared to a lower layer" ;; esac
        done
    done
    grep -nE '^#include "engine/[a-z]+/' engine/*.h engine/*.cpp 2>/dev/null | grep -v '"engine/time/time.h"' |
        sed 's/$/ : the files directly in engine\/ stand below every layer/' || true
    for layer in core org model time; do
        grep -rnE '^#include [<"](SQLiteCpp|sqlite3|boost/asio|boost/beast)' "engine/$layer" 2>/dev/null |
            sed "s/\$/ : engine\/$layer is pure; SQL belongs to engine\/store, sockets to engine\/runtime and above/" || true
    done
    grep -rnE '^#include [<"](SQLiteCpp|sqlite3)' engine --include='*.h' | sed 's/$/ : SQLite appears in .cpp files only/' || true
)
[ -z "$faults" ] || { printf '%s\n' "$faults" >&2; exit 1; }
