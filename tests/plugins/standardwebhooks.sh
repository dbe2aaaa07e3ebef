#!/bin/sh
# standardwebhooks.sh SOURCE WORK BIN: the published receiver's library accepts what `reeve webhook sign` signs (the
# plugin signs by the same code), and refuses what was changed. Skips, saying why, where npm or the package is not to be had.
set -eu
source=$1 work=$2 reeve=$3/reeve
skip() { echo "skipped: $1"; exit 77; }
command -v npm >/dev/null && command -v node >/dev/null || skip "npm is not installed, so the standardwebhooks package cannot be asked"
mkdir -p "$work"
cd "$work"
[ -d node_modules/standardwebhooks ] || npm install --no-save --no-audit --no-fund --silent standardwebhooks@1.0.0 >npm.txt 2>&1 ||
    skip "npm could not fetch the standardwebhooks package: $(tail -1 npm.txt)"
echo "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" >old.key
{ echo "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="; cat old.key; } >both.key
printf '{"type":"reeve.alert","data":{"text":"逾期\\n"}}' >body.json
for keys in old both; do
    "$reeve" webhook sign body.json --id "noise-7/a1.2" --secret-file "$keys.key" >headers.txt
    NODE_PATH=$work/node_modules node "$source/standardwebhooks.js" headers.txt body.json old.key
done
