#!/bin/sh
# deb.sh BUILD: the Debian package, unpacked into a folder: its service is one that systemd takes and keeps apart from the
# machine, its program finds its plugins, and a first start makes an office that answers.
set -eu
build=$1 work=$1/tests/package/deb
rm -rf "$work"
mkdir -p "$work"
cpack --config "$build/CPackConfig.cmake" -B "$work" >"$work/cpack.txt" 2>&1 || { cat "$work/cpack.txt"; exit 1; }
root=$work/root
dpkg-deb -x "$work"/reeve_*.deb "$root"
dpkg-deb -x "$work"/reeve-dev_*.deb "$work/dev"
[ "$(dpkg-deb -f "$work"/reeve_*.deb Package)" = reeve ]
needs="libc6 libsqlite3-0 libsodium23 libcurl4 libssl3"
grep -q '^REEVE_SANITIZE:STRING=$' "$build/CMakeCache.txt" && needs="$needs libjemalloc2"  # sanitizers have their own
for need in $needs; do
    dpkg-deb -f "$work"/reeve_*.deb Depends | grep -q "$need" || { echo "it does not depend on $need" >&2; exit 1; }
done
for file in usr/bin/reeve usr/lib/reeve/plugins/smtp.so usr/lib/systemd/system/reeve.service usr/lib/sysusers.d/reeve.conf \
    usr/share/doc/reeve/docs/operations.md usr/share/reeve/workflows etc/reeve/reeve.json; do
    [ -e "$root/$file" ] || { echo "$file is not in the package" >&2; exit 1; }
done
[ -e "$work/dev/usr/include/reeve/reeve_plugin.h" ] && [ -e "$work/dev/usr/include/reeve/engine/runtime/engine.h" ]

# Another channel beside what the package configures: the plugin is found beside the program.
cat >"$work/reeve.json" <<'EOF'
{"listen": "127.0.0.1:0",
 "alerts": {"channels": [{"name": "mail", "plugin": "smtp", "settings": {"host": "127.0.0.1", "from": "reeve@ward.example"}}]}}
EOF
"$root/usr/bin/reeve" init "$work/office" >/dev/null
"$root/usr/bin/reeve" serve --data "$work/office" --config "$root/etc/reeve/reeve.json" --check-config
"$root/usr/bin/reeve" serve --data "$work/office" --config "$work/reeve.json" --check-config | grep mail

if command -v systemd-analyze >/dev/null; then
    # As it is installed, but for the user that only an installation makes.
    sed "s|/usr/bin/reeve|$root/usr/bin/reeve|; /^User=/d; /^Group=/d" "$root/usr/lib/systemd/system/reeve.service" \
        >"$work/reeve.service"
    said=$(systemd-analyze verify --man=no "$work/reeve.service" 2>&1 | grep reeve.service || true)
    [ -z "$said" ] || { echo "$said" >&2; exit 1; }
    # 0 is nothing that could be taken from it, 100 nothing that was.
    systemd-analyze security --no-pager --offline=yes --threshold=20 "$root/usr/lib/systemd/system/reeve.service" | tail -1
else
    echo "systemd is not installed: its unit was not looked at"
fi
