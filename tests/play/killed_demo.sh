#!/bin/sh
# The demo, killed at several moments and started again each time on the same folder, ends where an undisturbed one ends,
# and the folder passes the check.
set -eu
reeve=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$reeve" demo --json --data "$work/whole" >"$work/whole.json"
kills=0
for after in 0.05 0.2 0.5 1 2 3 0.1; do
    timeout -s KILL "$after" "$reeve" demo --data "$work/cut" >/dev/null 2>&1 && break
    kills=$((kills + 1))
    [ ! -e "$work/cut/reeve.db" ] || "$reeve" check --data "$work/cut" || { echo "broken after a kill at $after s"; exit 1; }
done
[ "$kills" -ge 3 ] || { echo "only $kills kills took effect"; exit 1; }
"$reeve" demo --json --data "$work/cut" >"$work/cut.json"
"$reeve" check --data "$work/cut"
"$reeve" check --data "$work/whole"
# What the run itself met with (whether it went on, what was refused on the way) may differ; what happened may not.
for run in whole cut; do
    python3 -c 'import json, sys; told = json.load(sys.stdin); [told.pop(k) for k in ("resumed", "refusals")]; print(json.dumps(told, indent=1))' \
        <"$work/$run.json" >"$work/$run.told"
done
cmp "$work/whole.told" "$work/cut.told"
echo "killed $kills times, ended the same"
