#!/bin/sh
# Refuses C++ that clang-format would change, and says how to mend it.
set -eu
cd "$(dirname "$0")/.."
if ! git ls-files '*.h' '*.cpp' | xargs -r clang-format --dry-run --Werror 2>build/format.txt; then
    head -20 build/format.txt >&2
    echo "mend it with: git ls-files '*.h' '*.cpp' | xargs clang-format -i" >&2
    exit 1
fi
