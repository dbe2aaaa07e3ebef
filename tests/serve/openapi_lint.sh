#!/bin/sh
# openapi_lint.sh WORK REEVE: /openapi.json of a running service passes Spectral's rules without an error. Skips, saying
# why, where npm or the package is not to be had.
set -eu
work=$1 reeve=$2
skip() { echo "skipped: $1"; exit 77; }
command -v npm >/dev/null && command -v curl >/dev/null || skip "npm is not installed, so no OpenAPI linter can be asked"
mkdir -p "$work"
cd "$work"
[ -d node_modules/@stoplight/spectral-cli ] ||
    npm install --no-save --no-audit --no-fund --silent --ignore-scripts @stoplight/spectral-cli@6.15.0 >npm.txt 2>&1 ||
    skip "npm could not fetch the linter: $(tail -1 npm.txt)"
rm -rf office
: >served.txt
"$reeve" init office >/dev/null
"$reeve" serve --data office --listen 127.0.0.1:0 >served.txt 2>log.txt &
pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid || true' EXIT
tries=0
until address=$(sed -n 's/^reeve serves .* at //p' served.txt) && [ -n "$address" ]; do
    tries=$((tries + 1))
    kill -0 $pid && [ $tries -lt 100 ] || { cat log.txt; exit 1; }
    sleep 0.1
done
curl -sf "$address/openapi.json" -o openapi.json
echo '{"extends": ["spectral:oas"]}' >rules.json
node_modules/.bin/spectral lint --ruleset rules.json --fail-severity error --display-only-failures openapi.json
# The linter looks: what is broken on purpose is refused.
sed 's/"openapi":"3.1.0"/"openapi":"3.1.0","paths":7/; s/"paths":{/"roads":{/' openapi.json >broken.json
if node_modules/.bin/spectral lint --ruleset rules.json --fail-severity error broken.json >/dev/null; then
    echo "the linter let a broken description pass"; exit 1
fi
