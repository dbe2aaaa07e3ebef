# Sourced by ./demo and ./check: what a fresh Debian 12 machine needs, and the release build.
reeve_packages="g++ cmake ninja-build ccache mold pkg-config clang-format clang-tidy-16 clang-16 libclang-rt-16-dev llvm-16 libboost1.81-dev libsqlitecpp-dev \
libsqlite3-dev nlohmann-json3-dev libgtest-dev libgmock-dev libcli11-dev libfmt-dev libhowardhinnant-date-dev \
libical-dev libjemalloc-dev liblua5.4-dev libsodium-dev libcurl4-openssl-dev libssl-dev libsystemd-dev libre2-dev librapidcheck-dev libbenchmark-dev zlib1g-dev libkainjow-mustache-dev prometheus-cpp-dev libvalijson-dev tzdata python3 python3-aiosmtpd openssl nodejs git curl"

# Installs the missing packages only; a second run installs nothing and asks no server.
reeve_setup() {
    missing=""
    for p in $reeve_packages; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
    done
    [ -z "$missing" ] && return 0
    sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    echo "installing:$missing" >&2
    $sudo apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >&2
}

# Only Prometheus' checker of figures is wanted: its package, installed, would start a server.
reeve_promtool() {
    [ -x build/tools/usr/bin/promtool ] && return 0
    mkdir -p build/tools
    (cd build/tools && apt-get download -qq prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb | tar x ./usr/bin/promtool &&
        rm prometheus_*.deb) ||
        echo "promtool could not be fetched: the figures are not held to it" >&2
}

reeve_build() {
    [ build/release/build.ninja -nt CMakePresets.json ] || cmake --preset release
    cmake --build --preset release "$@"
}

# The fuzz targets and the layers they need, by clang: ctest of the release build runs them.
reeve_build_fuzz() {
    [ build/fuzz/build.ninja -nt CMakePresets.json ] || cmake --preset fuzz
    cmake --build --preset fuzz
}
