# Sourced by ./demo: its county over HTTP, in the background, until it is told to end.

# demo_stop WORK: ends the one that a run before has left.
demo_stop() {
    [ -f "$1/pid" ] || return 0
    pid=$(cat "$1/pid")
    # The number may be another program's by now.
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q 'reeve serve'; then
        kill "$pid"
        while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    fi
    rm -f "$1/pid"
}

# demo_serve REEVE FOLDER WORK
demo_serve() {
    mkdir -p "$3"
    token=$("$1" token add demo --person bai-luming --scope read --scope act --as bai-luming --data "$2" | head -1)
    : >"$3/out.txt"
    "$1" serve --data "$2" --listen "${REEVE_LISTEN:-127.0.0.1:0}" --accept-clock >"$3/out.txt" 2>"$3/log.txt" </dev/null &
    echo $! >"$3/pid"
    until address=$(sed -n 's/^reeve serves .* at //p' "$3/out.txt") && [ -n "$address" ]; do
        kill -0 "$(cat "$3/pid")" 2>/dev/null || { cat "$3/log.txt" >&2; return 1; }
        sleep 0.1
    done
    cat <<EOF

The county is served at $address, to Bai Luming, head of the county, by this token:
  export TOKEN=$token
  curl -s -H "Authorization: Bearer \$TOKEN" '$address/v1/cases?light=red&limit=3'
  curl -s -H "Authorization: Bearer \$TOKEN" $address/v1/cases/dispute-mediation-7/explanation
  curl -s -H "Authorization: Bearer \$TOKEN" $address/v1/health
  curl -s $address/openapi.json
It ends with:  kill $(cat "$3/pid")
EOF
}
