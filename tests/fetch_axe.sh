#!/usr/bin/env bash
# Brings axe-core into a cache, once, and prints the path of its script. The tests of pages look with
# it for what keeps people out. Needs npm; see .ci/run.
set -euo pipefail

version=4.14.1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/wanflow-tests
script=$cache/axe-core-$version.js

if [ ! -s "$script" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm pack --silent "axe-core@$version" >/dev/null && tar -xzf axe-core-*.tgz)
  mkdir -p "$cache"
  mv "$work/package/axe.min.js" "$script"
fi
echo "$script"
