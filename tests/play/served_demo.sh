#!/bin/sh
# served_demo.sh REEVE SOURCE: the lines that ./demo ends with work as they are printed, and the service ends with its own.
set -eu
reeve=$1
. "$2/cmake/demo_service.sh"
work=$(mktemp -d)
trap 'demo_stop "$work/service"; rm -rf "$work"' EXIT
"$reeve" demo --data "$work/county" >/dev/null
demo_serve "$reeve" "$work/county" "$work/service" >"$work/said.txt"
grep '^  ' "$work/said.txt" | sed 's/curl -s /curl -sf /; s/$/; echo/' >"$work/lines.sh"
[ "$(grep -c curl "$work/lines.sh")" -ge 4 ]
sh -eu "$work/lines.sh" >"$work/answers.txt"
for wanted in '"items":\[{"id":' '"days":' '"storage":null' '"openapi":"3.1.0"'; do
    grep -q "$wanted" "$work/answers.txt" || { echo "no $wanted in:"; cut -c 1-300 "$work/answers.txt"; exit 1; }
done
stop=$(sed -n 's/^It ends with:  //p' "$work/said.txt")
pid=$(cat "$work/service/pid")
sh -c "$stop"
tries=0
while kill -0 "$pid" 2>/dev/null && [ "$(ps -o stat= -p "$pid")" != Z ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { echo "it goes on"; exit 1; }
    sleep 0.1
done
# A second run ends what a first one left.
demo_serve "$reeve" "$work/county" "$work/service" >/dev/null
left=$(cat "$work/service/pid")
demo_stop "$work/service"
! kill -0 "$left" 2>/dev/null || [ "$(ps -o stat= -p "$left")" = Z ]
