#!/bin/sh
# bites.sh DOCS BIN: a page with a command that fails, or prints something else, is refused.
set -eu
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
docs=$1 bin=$2
run() { printf '```sh\n%b\n```\n' "$1" >"$tree/page.md"; python3 "$docs/run_page.py" "$tree/page.md" "$bin" "$tree" 2>/dev/null; }
run 'echo one\n# prints: one'
run 'false\n# refused'
for page in 'false' 'echo one\n# prints: two' 'true\n# refused' 'reeve no-such-command'; do
    if run "$page"; then echo "let pass: $page" >&2; exit 1; fi
done
