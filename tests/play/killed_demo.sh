#!/bin/sh
# The demo, killed at many moments and gone on with each time on the same folder, ends where an undisturbed one ends: event for
# event as many, and the folder passes the check.
set -eu
reeve=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$reeve" demo --json --data "$work/whole" >"$work/whole.json"
kills=0 told=0
# `init --sample` plays the same season without the stories before it, so that the kills fall into the season.
for after in 0.05 0.2 0.3 0.11 0.23 0.4 0.5 0.37 0.61 0.29 0.8 0.43 1 0.17 2 0.1; do
    timeout -s KILL "$after" "$reeve" init "$work/cut" --sample >/dev/null 2>&1 && break
    kills=$((kills + 1))
    [ -e "$work/cut/reeve.db" ] || continue
    "$reeve" check --data "$work/cut" || { echo "broken after a kill at $after s"; exit 1; }
    ! "$reeve" task list --data "$work/cut" 2>&1 >/dev/null | grep -q "cut short here" || told=$((told + 1))
done
[ "$told" -ge 2 ] || { echo "a season cut short passes for a whole one"; exit 1; }
[ "$kills" -ge 3 ] || { echo "only $kills kills took effect"; exit 1; }
timeout -s KILL 1 "$reeve" demo --data "$work/cut" >/dev/null 2>&1 || true
"$reeve" demo --json --data "$work/cut" >"$work/cut.json"
"$reeve" case list --data "$work/cut" 2>&1 | grep -q "cut short" && { echo "a whole season passes for one cut short"; exit 1; }
"$reeve" demo --json --data "$work/cut" | grep -q '"complete": true' || { echo "a whole season is not known as one"; exit 1; }
for run in whole cut; do
    "$reeve" check --data "$work/$run" | tee "$work/$run.checked"
    # What the run itself met with (whether it went on, what was refused on the way) may differ; what happened may not.
    python3 -c 'import json, sys; told = json.load(sys.stdin); [told.pop(k) for k in ("resumed", "complete", "refusals")]; print(json.dumps(told, indent=1))' \
        <"$work/$run.json" >"$work/$run.told"
done
cmp "$work/whole.checked" "$work/cut.checked"
cmp "$work/whole.told" "$work/cut.told"
echo "killed $kills times, ended the same"
